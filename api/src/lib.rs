//! The JSON of Certwright's HTTP API: shared by the Worker, the extension and the tests.
//!
//! Requests refuse unknown fields. Values that the core defines (ids, times, stages, directory
//! entries) are used as they are; nothing here decides anything.

pub mod certificates;
pub mod credentials;
pub mod csrs;
pub mod dead_letters;
pub mod directory;
pub mod endpoint;
pub mod jobs;
pub mod license;
pub mod operation;
pub mod orders;
pub mod page;
pub mod problem;
pub mod reseal;
pub mod system;
pub mod tokens;
