//! What goes in and what comes out of [`Sandbox::handle`](crate::Sandbox::handle): plain values.
//!
//! A lost answer and a slow one are values too, so that a simulation without sockets can play
//! them as faithfully as the listener does.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, StatusCode, header};

/// An HTTP request with its whole body.
pub type Request = http::Request<Vec<u8>>;

/// An HTTP response with its whole body.
pub type Response = http::Response<Vec<u8>>;

/// What the caller sees of the sandbox's work.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The answer; `None` when the connection is dropped without one.
    pub response: Option<Response>,
    /// How long the caller waits for the first byte.
    pub delay: Duration,
    /// Over how long the body is spread; `None` sends it at once.
    pub trickle: Option<Duration>,
}

impl Reply {
    /// An answer without delay.
    #[must_use]
    pub fn now(response: Response) -> Self {
        Self {
            response: Some(response),
            delay: Duration::ZERO,
            trickle: None,
        }
    }

    /// A connection dropped without an answer.
    #[must_use]
    pub fn dropped() -> Self {
        Self {
            response: None,
            delay: Duration::ZERO,
            trickle: None,
        }
    }
}

/// Builds a response with the headers that the CA's gateway was seen to send (emSign API
/// reference, A2), plus the seed, so that any surprise can be replayed.
pub(crate) fn respond(
    status: StatusCode,
    content_type: &'static str,
    body: Vec<u8>,
    seed: u64,
) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    gateway_headers(headers);
    headers.insert("x-sandbox-seed", HeaderValue::from(seed));
    response
}

fn gateway_headers(headers: &mut HeaderMap) {
    for (name, value) in [
        (
            header::CACHE_CONTROL,
            "no-cache, no-store, max-age=0, must-revalidate",
        ),
        (header::PRAGMA, "no-cache"),
        (header::EXPIRES, "0"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            header::STRICT_TRANSPORT_SECURITY,
            "max-age=31536000 ; includeSubDomains",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for varies in [
        "Origin",
        "Access-Control-Request-Method",
        "Access-Control-Request-Headers",
    ] {
        headers.append(header::VARY, HeaderValue::from_static(varies));
    }
}
