//! An export of the audit trail.

use certwright_core::audit::{Line, Verifier, verify};

/// Whoever verifies line by line and whoever verifies the whole come to the same verdict, and a line
/// that was read is written so that it reads the same.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut verifier = Verifier::default();
    let by_line = text.lines().try_for_each(|line| verifier.read(line));
    let whole = verify(Verifier::default(), text.lines());
    match by_line {
        Ok(()) => assert_eq!(whole, verifier.finish()),
        Err(fault) => assert_eq!(whole.err().map(|whole| whole.line), Some(fault.line)),
    }
    for line in text.lines().filter_map(Line::read) {
        assert_eq!(Line::read(&line.clone().write()), Some(line));
    }
}
