//! Keys and certificate signing requests.
//!
//! WebCrypto makes and holds the private key and signs asynchronously; rcgen writes the request and
//! signs synchronously. [`CsrSession`] brings them together in two passes, and is the only way to
//! make a request here. Only [`protect`] ever sees a private key's bytes, when the person takes a key
//! out.

pub mod backup;
#[cfg(target_family = "wasm")]
pub mod create;
mod der;
mod ecdsa;
pub mod export;
mod kind;
pub mod passphrase;
pub mod pkcs12;
#[cfg(target_family = "wasm")]
pub mod protect;
mod record;
mod session;
#[cfg(target_family = "wasm")]
pub mod store;
#[cfg(target_family = "wasm")]
pub mod webcrypto;

pub use kind::KeyKind;
pub use record::StoredKey;
pub use session::{CsrSession, RequestFault, Subject};
