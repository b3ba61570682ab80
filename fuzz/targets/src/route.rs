//! A request to the Worker: any method and address, content type and body.

use std::cell::RefCell;

use certwright_api::endpoint::Endpoint;
use certwright_core::time::Timestamp;
use certwright_worker::{
    http::handle,
    platform::NoReply,
    testing::{ADMIN_TOKEN, World},
};
use futures_executor::block_on;
use http::{Method, Request, Response, StatusCode, header::CONTENT_TYPE};

/// Requests that one world serves before it is thrown away.
const PER_WORLD: u32 = 500;

thread_local! {
    static WORLD: RefCell<Option<(World, u32)>> = const { RefCell::new(None) };
}

/// Every reply is one that the API describes: never 500, and a problem document when it refuses.
///
/// The first line is method and address, as in HTTP; the second the content type; the rest the body.
pub fn run(data: &[u8]) {
    let Some(request) = request(data) else {
        return;
    };
    let asked = format!("{} {}", request.method(), request.uri());
    let Some(reply) = serve(request) else {
        return;
    };
    let status = reply.status();
    // Other 5xx tell of the CA, which does not answer here.
    assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{asked}");
    if status.is_client_error() || status.is_server_error() {
        let kind = reply.headers().get(CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok());
        assert_eq!(kind, Some("application/problem+json"), "{asked}");
    }
}

fn request(data: &[u8]) -> Option<Request<Vec<u8>>> {
    let mut parts = data.splitn(3, |byte| *byte == b'\n');
    let (method, address) = std::str::from_utf8(parts.next()?).ok()?.split_once(' ')?;
    let method: Method = method.parse().ok()?;
    let path = address.split('?').next()?;
    // A restore that is under way keeps all other requests out; a dump has a target of its own.
    if Endpoint::find(&method, path).is_ok_and(|found| found.endpoint == Endpoint::Restore) {
        return None;
    }
    Request::builder()
        .method(&method)
        .uri(address)
        .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
        .header("idempotency-key", "fuzz")
        .header("content-type", parts.next().unwrap_or_default())
        .body(parts.next().unwrap_or_default().to_vec())
        .ok()
}

fn serve(request: Request<Vec<u8>>) -> Option<Response<Vec<u8>>> {
    WORLD.with_borrow_mut(|slot| {
        let (world, served) = match slot.take() {
            Some((world, served)) if served < PER_WORLD => (world, served),
            _ => (world()?, 0),
        };
        let reply = block_on(handle(&world, request));
        *slot = Some((world, served + 1));
        Some(reply)
    })
}

fn world() -> Option<World> {
    let ca = Box::new(|_| Err(NoReply::Connection));
    let world = World::new(1, Timestamp::from_unix(1_795_000_000), [9; 32], ca);
    // Without a world nothing is tried, which must not pass for success.
    assert!(world.is_ok(), "{:?}", world.err());
    world.ok()
}
