//! A license token.

use certwright_core::{license, time::Timestamp};

/// The public half of the key that signed the corpus.
pub const PUBLIC_KEY: [u8; 32] = @KEY@;
/// When the corpus is valid.
const NOW: i64 = 1_795_000_000;

/// A license that verifies has seats and runs; no other public key verifies the same token.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let now = Timestamp::from_unix(NOW);
    if let Ok(license) = license::verify(text, &PUBLIC_KEY, now) {
        assert!(license.not_before <= now && now < license.expires);
        assert!(license::verify(text, &[7; 32], now).is_err());
    }
    let effective = license::effective(Some(text), &PUBLIC_KEY, now);
    assert!(effective.seats > 0);
}
