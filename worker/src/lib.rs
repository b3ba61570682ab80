//! The functions: HTTP, queue and schedule, over a small storage port.
//!
//! `http` turns requests into use cases and their outcome into replies; `usecase` holds one file
//! per wish; `work` carries out what outlives a request; `schedule` is the clock's part; `storage`
//! holds the statements. All of it runs on any [`platform::Platform`]; only `cloudflare` knows
//! the Workers runtime, and only it is compiled for wasm32 alone.

pub mod access;
pub mod binding;
pub mod ca;
pub mod caller;
mod clock;
#[cfg(target_arch = "wasm32")]
mod cloudflare;
pub mod database;
pub mod fault;
pub mod http;
pub mod paging;
pub mod platform;
pub mod random;
pub mod receive;
pub mod schedule;
pub mod seal;
pub mod storage;
#[cfg(feature = "testing")]
pub mod testing;
pub mod usecase;
pub mod work;
