//! An emSign look-alike for tests and demos, in the spirit of Let's Encrypt's Pebble: strict about
//! requests, full of the CA's real quirks, with seeded misbehaviour, and issuing real X.509
//! certificates that nobody should trust.
//!
//! [`Sandbox::handle`] is a function of a request and the time; the binary of this package puts it
//! behind a listener. The control API lets a test look into the CA's books and change them; it is
//! described, with everything else a user needs, in the package's `README.md`.
//!
//! The wire types are written from the emSign API reference (cited as "A11.2" and the like) and
//! shared with no other crate, so that one misreading cannot cancel another. Only the first
//! generation of the API is here.
//!
//! ```
//! use emsign_sandbox::{Options, Sandbox};
//!
//! let mut sandbox = Sandbox::new(Options::default(), 1_773_045_331).unwrap();
//! let request = http::Request::get("/control/books").body(Vec::new()).unwrap();
//! let reply = sandbox.handle(&request, 1_773_045_331);
//! assert_eq!(reply.response.unwrap().status(), 200);
//! ```

mod address;
mod behaviour;
mod control;
mod csr;
mod draws;
mod endpoints;
mod envelope;
mod exchange;
mod flight;
mod issuer;
mod keys;
mod ledger;
mod names;
mod options;
mod products;
mod refusal;
mod sandbox;
mod seed;
mod status;
mod text;
mod when;

#[cfg(feature = "listener")]
pub mod listener;
#[cfg(feature = "listener")]
pub mod store;

pub use behaviour::{FaultKind, FaultRule};
pub use control::{BookEntry, Books, ControlError, DirectoryPart, IssueMany, NewAccount};
pub use exchange::{Reply, Request, Response};
pub use flight::{CallCounts, InFlight, Visit};
pub use ledger::Ledger;
pub use options::{DEFAULT_ACCESS_KEY, DEFAULT_ACCOUNT_NUMBER, DcvMode, Options};
pub use refusal::refusals;
pub use sandbox::{MOST_BODY, PREFIX, Sandbox, SetupError};
pub use status::{certificate_status_text, order_status_text};
