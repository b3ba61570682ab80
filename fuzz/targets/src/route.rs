//! A request to the Worker: an endpoint of the table or any other address, with any query and body.

use std::cell::RefCell;

use certwright_api::endpoint::Endpoint;
use certwright_core::time::Timestamp;
use certwright_worker::{
    http::handle,
    platform::NoReply,
    testing::{ADMIN_TOKEN, World},
};
use futures_executor::block_on;
use http::{Method, Request, Response, header::CONTENT_TYPE};

/// Requests that one world serves before it is thrown away.
const PER_WORLD: u32 = 500;

thread_local! {
    static WORLD: RefCell<Option<(World, u32)>> = const { RefCell::new(None) };
}

/// Every reply is one that the API describes: never 5xx, and a problem document when it refuses.
///
/// The first byte chooses the endpoint, the second the content type; then come, each on a line, what
/// stands in the place of the path that varies, and the query; the rest is the body.
pub fn run(data: &[u8]) {
    let Some(request) = request(data) else {
        return;
    };
    let asked = format!("{} {}", request.method(), request.uri());
    let reply = serve(request);
    let status = reply.status();
    assert!(!status.is_server_error(), "{asked}: {reply:?}");
    if status.is_client_error() {
        let kind = reply.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok());
        assert_eq!(kind, Some("application/problem+json"), "{asked}");
    }
}

fn request(data: &[u8]) -> Option<Request<Vec<u8>>> {
    let (&[which, media], rest) = data.split_first_chunk::<2>()?;
    let mut parts = rest.splitn(3, |byte| *byte == b'\n');
    let parameter = std::str::from_utf8(parts.next()?).ok()?;
    let query = std::str::from_utf8(parts.next().unwrap_or_default()).ok()?;
    let body = parts.next().unwrap_or_default().to_vec();
    let (method, path) = match Endpoint::ALL.get(usize::from(which)) {
        // A restore keeps all others out until it is given up; it has a target of its own.
        Some(Endpoint::Restore) => return None,
        Some(endpoint) => (endpoint.method(), endpoint.path(parameter)),
        None => (Method::POST, parameter.to_owned()),
    };
    let media = match media % 3 {
        0 => "application/json",
        1 => "application/jsonl",
        _ => "text/plain; charset=utf-8",
    };
    Request::builder()
        .method(method)
        .uri(format!("{path}?{query}"))
        .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
        .header("idempotency-key", "fuzz")
        .header("content-type", media)
        .body(body)
        .ok()
}

fn serve(request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    WORLD.with_borrow_mut(|slot| {
        let (world, served) = match slot.take() {
            Some((world, served)) if served < PER_WORLD => (world, served),
            _ => (world(), 0),
        };
        let reply = block_on(handle(&world, request));
        *slot = Some((world, served + 1));
        reply
    })
}

fn world() -> World {
    let ca = Box::new(|_| Err(NoReply::Connection));
    let world = World::new(1, Timestamp::from_unix(1_795_000_000), [9; 32], ca);
    // Without a world there is nothing to fuzz, and that must not pass for success.
    world.unwrap_or_else(|fault| {
        std::panic::panic_any(format!("no world to fuzz in: {fault:?}"));
    })
}
