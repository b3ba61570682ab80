//! Holds the sandbox to the emSign API reference, from outside: requests in, replies out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod cancelling;
mod certificates;
mod control;
mod csr;
mod directory;
mod envelope;
mod faults;
mod organizations;
mod placing;
mod reporting;
mod revoking;
mod robustness;
mod support;
mod validating;
mod walking;
