//! What tests across crates share.

pub mod canary;
mod draws;
pub mod kills;
pub mod live;
pub mod requests;
pub mod simulation;
pub mod story;
