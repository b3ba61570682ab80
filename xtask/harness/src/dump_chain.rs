//! Checks a dump as a whole, without the code that wrote it.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The chain over the lines of a dump: `h(0) = 0…0`, `h(n) = SHA-256(h(n−1) ‖ line n ‖ LF)`.
#[derive(Default)]
pub struct DumpChain {
    value: [u8; 32],
    lines: u64,
}

impl DumpChain {
    /// Adds a line, which is given without its line feed.
    pub fn add(&mut self, line: &str) {
        let mut digest = Sha256::new();
        digest.update(self.value);
        digest.update(line.as_bytes());
        digest.update(b"\n");
        self.value = digest.finalize().into();
        self.lines += 1;
    }

    /// Lines so far.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Whether this line is the trailer of just the lines so far.
    #[must_use]
    pub fn is_closed_by(&self, trailer: &str) -> bool {
        let fitting = json!({
            "records": self.lines.saturating_sub(1),
            "sha256": HEXLOWER.encode(&self.value),
        });
        serde_json::from_str::<Value>(trailer).is_ok_and(|trailer| trailer == fitting)
    }
}
