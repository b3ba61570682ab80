//! A license token.

use certwright_core::{license, time::Timestamp};

/// The public half of the key that signed the corpus.
pub const PUBLIC_KEY: [u8; 32] = [
    253, 23, 36, 56, 90, 160, 199, 91, 100, 251, 120, 205, 96, 47, 161, 217, 145, 253, 235, 247,
    107, 19, 197, 142, 215, 2, 234, 200, 53, 233, 246, 24,
];
/// When the corpus is valid.
const NOW: i64 = 1_795_000_000;

/// A license that verifies has seats and runs; no other public key verifies the same token.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let now = Timestamp::from_unix(NOW);
    if let Ok(license) = license::token::verify(text, &PUBLIC_KEY, now) {
        assert!(license.not_before <= now && now < license.expires);
        assert!(license::token::verify(text, &[7; 32], now).is_err());
    }
    let effective = license::effective(Some(text), &PUBLIC_KEY, now);
    assert!(effective.seats > 0);
}
