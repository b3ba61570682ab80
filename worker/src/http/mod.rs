//! The HTTP API: from a request to a use case and back.

mod admit;
mod authenticate;
mod body;
mod cors;
mod csv;
mod dispatch;
mod handle;
mod headers;
mod limits;
mod nearest;
mod problem;
mod query;
mod reply;
mod request;
mod scope;
mod search;

pub use body::{BodySource, MAX_BODY, Unread};
pub use handle::handle;
#[cfg(feature = "testing")]
pub use handle::handle_as;
pub use problem::{not_configured, too_large};
