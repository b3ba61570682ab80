//! What is fuzzed: every reader of bytes that come from elsewhere. A target is a function that must
//! return for any input; what it asserts is what must hold besides.
//!
//! `fuzz/fuzz_targets/` hands these functions to libFuzzer (`cargo xtask fuzz`); the test of this crate
//! feeds them the corpus and many mutations of it on stable Rust (`cargo xtask test`). An input that
//! was found to break something is put into `fuzz/corpus/TARGET/` and stays there.

pub mod audit;
pub mod ca_reply;
pub mod certificate;
pub mod chain;
pub mod csr;
pub mod dump;
pub mod license;
pub mod route;
pub mod secret;

/// A target: its name, which is that of its corpus, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 9] = [
    ("audit", audit::run),
    ("ca_reply", ca_reply::run),
    ("certificate", certificate::run),
    ("chain", chain::run),
    ("csr", csr::run),
    ("dump", dump::run),
    ("license", license::run),
    ("route", route::run),
    ("secret", secret::run),
];
