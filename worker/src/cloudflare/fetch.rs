//! Bytes in and out: calls to the CA with a limit on time and size, bodies of requests with a
//! limit on size.

use std::time::Duration;

use certwright_emsign::MAX_REPLY_BYTES;
use futures_util::{
    StreamExt,
    future::{Either, select},
    pin_mut,
};
use http::header::CONTENT_LENGTH;
use wasm_bindgen::JsValue;
use worker::{
    AbortController, Delay, Fetch, Headers, Method, Request, RequestInit, RequestRedirect,
};

use crate::{
    http::{BodySource, Unread},
    platform::NoReply,
};

/// How long a call to the CA may take, its reply included. Shorter than what the order's state
/// takes for a call that will never return.
const CALL_LIMIT: Duration = Duration::from_secs(60);

/// How much of a body is heard out, in bytes, before it is cut off all the same.
const MOST_DRAINED: usize = 32 * 1024 * 1024;

/// Makes a call. Redirects are not followed: the CA's hosts are a fixed list.
pub(super) async fn call(
    request: http::Request<Vec<u8>>,
) -> Result<http::Response<Vec<u8>>, NoReply> {
    let abort = AbortController::default();
    let signal = abort.signal();
    let exchange = exchange(request, &signal);
    let limit = Delay::from(CALL_LIMIT);
    pin_mut!(exchange);
    pin_mut!(limit);
    match select(exchange, limit).await {
        Either::Left((reply, _)) => {
            // What was not read to its end is not read any further.
            if reply.is_err() {
                abort.abort();
            }
            reply
        }
        Either::Right(((), _)) => {
            abort.abort();
            Err(NoReply::Connection)
        }
    }
}

/// Reads what an address answers with 200.
pub(super) async fn get(address: &str) -> Result<Vec<u8>, NoReply> {
    let request = http::Request::get(address).body(Vec::new());
    let reply = call(request.map_err(|_| NoReply::Connection)?).await?;
    match reply.status() {
        http::StatusCode::OK => Ok(reply.into_body()),
        _ => Err(NoReply::Connection),
    }
}

async fn exchange(
    request: http::Request<Vec<u8>>,
    signal: &worker::AbortSignal,
) -> Result<http::Response<Vec<u8>>, NoReply> {
    let request = outgoing(request).map_err(|_| NoReply::Connection)?;
    let reply = Fetch::Request(request).send_with_signal(signal).await;
    let mut reply = reply.map_err(|_| NoReply::Connection)?;
    let mut head = http::Response::builder().status(reply.status_code());
    for (name, value) in reply.headers() {
        head = head.header(name, value);
    }
    let mut body = Vec::new();
    let mut stream = reply.stream().map_err(|_| NoReply::Connection)?;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| NoReply::Connection)?;
        if body.len() + chunk.len() > MAX_REPLY_BYTES {
            return Err(NoReply::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    head.body(body).map_err(|_| NoReply::Connection)
}

fn outgoing(request: http::Request<Vec<u8>>) -> worker::Result<Request> {
    let headers = Headers::new();
    for (name, value) in request.headers() {
        if let Ok(value) = value.to_str() {
            headers.set(name.as_str(), value)?;
        }
    }
    let mut init = RequestInit::new();
    init.with_method(Method::from(request.method().to_string()))
        .with_headers(headers)
        .with_redirect(RequestRedirect::Manual);
    // A GET may not even have an empty body.
    if !request.body().is_empty() {
        let body = js_sys::Uint8Array::from(request.body().as_slice());
        init.with_body(Some(JsValue::from(body)));
    }
    Request::new_with_init(&request.uri().to_string(), &init)
}

/// The body of a request, which nobody has read yet.
pub(super) struct Incoming(pub(super) worker::Body);

impl BodySource for Incoming {
    /// The rest of one that is too large is read and thrown away, since a connection that is answered
    /// before it was heard out is often just cut, and the caller never learns why.
    async fn read(self, limit: usize) -> Result<Vec<u8>, Unread> {
        let mut bytes = Vec::new();
        let mut length = 0;
        let stream = http_body_util::BodyStream::new(self.0);
        pin_mut!(stream);
        while let Some(frame) = stream.next().await {
            // The stream ends with an error where the connection did before the body's end.
            let frame = frame.map_err(|_| Unread::BrokenOff)?;
            if let Ok(chunk) = frame.into_data() {
                length += chunk.len();
                if length > MOST_DRAINED {
                    return Err(Unread::TooLarge);
                }
                if length <= limit {
                    bytes.extend_from_slice(&chunk);
                }
            }
        }
        if length > limit {
            return Err(Unread::TooLarge);
        }
        Ok(bytes)
    }
}

/// A reply as the runtime wants it.
pub(super) fn reply(reply: http::Response<Vec<u8>>) -> worker::Result<worker::HttpResponse> {
    let (mut parts, body) = reply.into_parts();
    parts.headers.insert(CONTENT_LENGTH, body.len().into());
    let stream = futures_util::stream::once(async move { Ok::<_, worker::Error>(body) });
    Ok(http::Response::from_parts(
        parts,
        worker::Body::from_stream(stream)?,
    ))
}
