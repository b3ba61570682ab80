//! Certificate signing requests made on the spot, with keys that nobody keeps.

pub use certwright_harness::requests::Key;
