//! Replies that are not problems.

use certwright_api::endpoint::Endpoint;
use http::{
    HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, LINK, LOCATION},
};
use serde::Serialize;

use super::handle::Stopped;
use crate::fault::Fault;

/// A reply with its whole body.
pub(super) type Reply = Response<Vec<u8>>;

fn json<T: Serialize>(status: StatusCode, value: &T) -> Result<Reply, Stopped> {
    let body = serde_json::to_vec(value)
        .map_err(|error| Fault::Internal(format!("a reply does not convert: {error}")))?;
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(reply)
}

/// 200.
pub(super) fn ok<T: Serialize>(value: &T) -> Result<Reply, Stopped> {
    json(StatusCode::OK, value)
}

/// 202: it goes on after the reply.
pub(super) fn accepted<T: Serialize>(value: &T) -> Result<Reply, Stopped> {
    json(StatusCode::ACCEPTED, value)
}

/// 201, with the address of what came into being.
pub(super) fn created<T: Serialize>(
    value: &T,
    endpoint: Endpoint,
    id: &str,
) -> Result<Reply, Stopped> {
    let mut reply = json(StatusCode::CREATED, value)?;
    if let Ok(location) = HeaderValue::from_str(&endpoint.path(id)) {
        reply.headers_mut().insert(LOCATION, location);
    }
    Ok(reply)
}

/// 200 with text of this media type, and the address of the page that follows.
pub(super) fn text(media_type: &'static str, text: String, next: Option<&str>) -> Reply {
    let mut reply = Response::new(text.into_bytes());
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    let link = next.map(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")));
    if let Some(Ok(link)) = link {
        headers.insert(LINK, link);
    }
    reply
}
