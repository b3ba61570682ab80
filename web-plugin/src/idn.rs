//! Internationalized names (RFC 5890): as people write them, and as they are ordered.

use idna::punycode;

/// What an A-label begins with (RFC 5890 §2.3.2.1).
const PREFIX: &str = "xn--";

/// The name as people write it; a label that can't be decoded stays as it is.
///
/// For reading beside the original, never instead of it: letters of different scripts look alike.
#[must_use]
pub fn to_unicode(name: &str) -> String {
    let label = |label: &str| {
        let decoded = label
            .strip_prefix(PREFIX)
            .and_then(punycode::decode_to_string);
        decoded.unwrap_or_else(|| label.to_owned())
    };
    name.split('.').map(label).collect::<Vec<_>>().join(".")
}

/// The name as it is ordered, by the browser's own UTS #46 processing. What the browser does not
/// take comes back as it was typed, for the check of names to say what is wrong.
#[cfg(target_family = "wasm")]
pub(crate) fn to_ascii(typed: &str) -> String {
    let typed = typed.trim();
    let (star, base) = match typed.strip_prefix("*.") {
        Some(base) => ("*.", base),
        None => ("", typed),
    };
    if base.is_ascii() {
        return typed.to_owned();
    }
    let host = web_sys::Url::new(&format!("https://{base}/")).map(|url| url.hostname());
    host.map_or_else(|_| typed.to_owned(), |host| format!("{star}{host}"))
}

#[cfg(test)]
mod tests {
    use super::to_unicode;

    #[test]
    fn names_are_decoded_label_by_label() {
        assert_eq!(to_unicode("*.xn--bcher-kva.example"), "*.bücher.example");
        assert_eq!(to_unicode("xn--wgv71a119e.example"), "日本語.example");
        assert_eq!(to_unicode("xn--\u{fc}.example"), "xn--\u{fc}.example");
        assert_eq!(to_unicode("plain.example"), "plain.example");
    }
}
