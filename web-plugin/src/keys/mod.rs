//! Keys and certificate signing requests.
//!
//! WebCrypto makes and holds the private key and signs asynchronously; rcgen writes the request and
//! signs synchronously. [`CsrSession`] brings them together in two passes, and is the only way to
//! make a request here. Nothing in this module ever sees a private key's bytes.

mod ecdsa;
mod kind;
mod session;
#[cfg(target_family = "wasm")]
pub mod webcrypto;

pub use kind::KeyKind;
pub use session::{CsrSession, RequestFault, Subject};
