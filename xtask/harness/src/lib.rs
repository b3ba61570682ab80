//! Builds, starts and stops the whole system on one machine.
//!
//! `cargo xtask` and the end-to-end tests share this: the same tools, the same build, the same
//! runtime. Nothing of the product is linked in; the parts are built by cargo and talked to over
//! HTTP, so that this crate compiles in seconds.
//!
//! ```no_run
//! use certwright_harness::{Options, System, Workspace};
//!
//! # fn main() -> anyhow::Result<()> {
//! let workspace = Workspace::find()?;
//! let system = System::start(&workspace, Options::fresh())?;
//! println!("{} {}", system.worker_url(), system.sandbox_url().unwrap_or("no sandbox"));
//! # Ok(())
//! # } // dropping the system stops its processes and deletes its state
//! ```

pub mod artifacts;
pub mod client;
pub mod command;
pub mod database;
pub mod digest;
pub mod dump_chain;
pub mod license;
pub mod manifest;
pub mod ports;
pub mod progress;
pub mod requests;
pub mod secrets;
pub mod service;
pub mod system;
pub mod tools;
pub mod workspace;

pub use client::Client;
pub use secrets::Secrets;
pub use system::{Options, SandboxOptions, System};
pub use tools::Tools;
pub use workspace::Workspace;
