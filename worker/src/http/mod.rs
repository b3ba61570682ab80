//! The HTTP API: from a request to a use case and back.

mod admit;
mod authenticate;
mod body;
mod csv;
mod dispatch;
mod problem;
mod query;
mod reply;
mod scope;
mod search;

pub use body::MAX_BODY;
pub use dispatch::handle;
#[cfg(feature = "testing")]
pub use dispatch::handle_as;
pub use problem::{not_configured, too_large};
