//! What tests across crates share.

mod draws;
pub mod kills;
pub mod live;
pub mod requests;
pub mod simulation;
pub mod story;
