//! What a person pastes or drops, looked through for private keys.

use certwright_core::secret;

/// The frame of a private key behind any text is recognised, and the same bytes get the same answer.
pub fn run(data: &[u8]) {
    let found = secret::detect(data);
    assert_eq!(secret::detect(data), found);
    // Behind UTF-16 these octets would be other characters.
    if data.contains(&0) || data.starts_with(b"\xff\xfe") || data.starts_with(b"\xfe\xff") {
        return;
    }
    let mut with_key = data.to_vec();
    with_key.extend_from_slice(b"\n-----BEGIN PRIVATE KEY-----\n");
    assert!(secret::detect(&with_key).certain().is_some());
}
