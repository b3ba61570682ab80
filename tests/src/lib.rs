//! What tests across crates share.

pub mod live;
pub mod requests;
pub mod simulation;
pub mod story;
