//! The HTTP API: from a request to a use case and back.

mod authenticate;
mod body;
mod cors;
mod csv;
mod dispatch;
mod headers;
mod limits;
mod problem;
mod query;
mod reply;
mod search;

pub use body::MAX_BODY;
pub use dispatch::handle;
pub use problem::{not_configured, too_large};
