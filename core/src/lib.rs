//! The rules of Certwright: every decision about orders, certificates, the directory, the license
//! and who may do what.
//!
//! Invariants: no I/O, no clock, no randomness, no wire format of anyone else, no platform.
//! Time and random bytes come in as arguments; results go out as values. Unknown is a value, not
//! a failure, and no input makes this crate panic.

pub mod access;
pub mod actor;
pub mod advice;
pub mod audit;
pub mod backoff;
pub mod binding;
pub mod ca;
pub mod certificate;
pub mod credential;
pub mod csr;
pub mod directory;
pub mod dump;
pub mod fault;
pub mod ids;
pub mod import;
pub mod key;
pub mod license;
pub mod names;
pub mod order;
pub mod origin;
pub mod pace;
pub mod pem;
pub mod permission;
pub mod product;
pub mod public_suffix;
pub mod rehearsal;
pub mod revocation;
pub mod seal;
pub mod search;
pub mod secret;
pub mod signature;
pub mod strangers;
pub mod text;
pub mod time;
pub mod token;
