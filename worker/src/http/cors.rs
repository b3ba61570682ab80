//! Sharing across origins (Fetch, "CORS protocol"): closed, but for extensions that the deployment
//! names. Never for `*`, and never with credentials: callers sign in by a header of their own.

use certwright_core::origin::ExtensionOrigins;
use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
        ORIGIN, VARY,
    },
    request::Parts,
};

use super::reply::Reply;

/// The reply to a browser that asks whether an extension may send a request; `None` when it is no
/// such question, or the origin is not one of the deployment's.
pub(super) fn preflight(
    origins: &ExtensionOrigins,
    request: &Parts,
    methods: &[Method],
) -> Option<Reply> {
    let asks = request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    if request.method != Method::OPTIONS || !asks {
        return None;
    }
    allowed(origins, &request.headers)?;
    let methods: Vec<&str> = methods.iter().map(Method::as_str).collect();
    let mut reply = Response::new(Vec::new());
    *reply.status_mut() = StatusCode::NO_CONTENT;
    let headers = reply.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_str(&methods.join(", ")).ok()?,
    );
    for (name, value) in [
        (
            ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, idempotency-key",
        ),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Some(reply)
}

/// Lets an extension of the deployment's read a reply.
pub(super) fn share(origins: &ExtensionOrigins, asked: &HeaderMap, reply: &mut HeaderMap) {
    if origins.is_empty() {
        return;
    }
    reply.append(VARY, HeaderValue::from_name(ORIGIN));
    if let Some(origin) = allowed(origins, asked) {
        reply.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let exposed = HeaderValue::from_static("link, location, retry-after");
        reply.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

fn allowed<'h>(origins: &ExtensionOrigins, asked: &'h HeaderMap) -> Option<&'h HeaderValue> {
    let origin = asked.get(ORIGIN)?;
    origins.contain(origin.to_str().ok()?).then_some(origin)
}
