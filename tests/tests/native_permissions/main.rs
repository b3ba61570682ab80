//! Nobody gets in, and nobody sees what is not theirs: every endpoint with every kind of caller, what
//! lists and counts show of another account, tokens, and sign-in through Cloudflare Access.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod access;
mod aims;
mod every_endpoint;
mod families;
mod lists;
mod replies;
mod stage;
mod tokens;
