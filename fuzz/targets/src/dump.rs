//! A dump, as a restore reads it.

use certwright_core::dump::{Chain, Position};

/// A dump that is read in parts, as a restore does, is read as one that is read at once.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut at_once = Position::default();
    let mut in_parts = Position::default();
    for line in text.lines() {
        let resumed = Chain::resume(&in_parts.chain.hex(), in_parts.chain.lines);
        assert_eq!(resumed.as_ref(), Some(&in_parts.chain));
        let read = at_once.read(line);
        assert_eq!(in_parts.read(line), read);
        assert_eq!(at_once, in_parts);
        if read.is_err() {
            return;
        }
    }
}
