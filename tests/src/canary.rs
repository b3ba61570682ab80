//! Canaries: distinctive secrets that are planted, and searched for in everything that comes out.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER};

/// A secret that must not be found.
#[derive(Clone, Debug)]
pub struct Canary {
    /// What kind of secret it is.
    pub name: &'static str,
    /// The secret.
    pub value: String,
    forms: Vec<(&'static str, String)>,
}

impl Canary {
    /// A canary with this value.
    #[must_use]
    pub fn new(name: &'static str, value: &str) -> Self {
        Self {
            name,
            value: value.to_owned(),
            forms: forms(value),
        }
    }

    /// The form in which it stands in some output, if it does.
    #[must_use]
    pub fn found_in(&self, output: &[u8]) -> Option<&'static str> {
        // What is no text becomes something else, but the characters of the forms stay.
        let text = String::from_utf8_lossy(output);
        let found = self.forms.iter().find(|(_, form)| text.contains(form));
        let in_other_case = || {
            let plain = self.value.to_ascii_lowercase();
            text.to_ascii_lowercase().contains(&plain)
        };
        found
            .map(|(name, _)| *name)
            .or_else(|| in_other_case().then_some("in other case"))
    }
}

/// Every form in which a secret is likely to be written.
fn forms(value: &str) -> Vec<(&'static str, String)> {
    let bytes = value.as_bytes();
    let percent = |upper: bool, keeps: fn(&u8) -> bool| -> String {
        let write = |byte: &u8| {
            if keeps(byte) {
                char::from(*byte).to_string()
            } else if upper {
                format!("%{byte:02X}")
            } else {
                format!("%{byte:02x}")
            }
        };
        bytes.iter().map(write).collect()
    };
    let json = serde_json::Value::String(value.to_owned()).to_string();
    let json = json.trim_matches('"').to_owned();
    // As a Rust or JavaScript debug output shows JSON text, and as JSON within JSON.
    let twice = serde_json::Value::String(json.clone()).to_string();
    let units = |write: fn(u16) -> String| -> String { value.encode_utf16().map(write).collect() };
    let mut forms = vec![
        ("plain", value.to_owned()),
        ("hex", HEXLOWER.encode(bytes)),
        ("upper-case hex", HEXUPPER.encode(bytes)),
        ("URL-encoded", percent(true, unreserved)),
        ("URL-encoded in lower case", percent(false, unreserved)),
        (
            "URL-encoded but for letters",
            percent(true, u8::is_ascii_alphanumeric),
        ),
        ("URL-encoded as a whole", percent(true, |_| false)),
        ("JSON", json),
        ("JSON in JSON", twice.trim_matches('"').to_owned()),
        ("JSON escapes", units(|unit| format!("\\u{unit:04x}"))),
        ("reversed", value.chars().rev().collect()),
        ("UTF-16", value.chars().flat_map(|c| [c, '\0']).collect()),
        ("decimal bytes", decimal(bytes)),
    ];
    for (name, encoding) in [("base64", BASE64_NOPAD), ("base64url", BASE64URL_NOPAD)] {
        forms.extend((0..3).map(|at| (name, within(&encoding, bytes, at))));
    }
    // A form that does not show the secret's own characters alone is no evidence.
    forms.retain(|(_, form)| form.len() >= 8);
    forms
}

/// What needs no encoding in a URL (RFC 3986 §2.3).
fn unreserved(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(byte)
}

/// How a list of bytes is printed.
fn decimal(bytes: &[u8]) -> String {
    let numbers: Vec<String> = bytes.iter().map(u8::to_string).collect();
    numbers.join(", ")
}

/// The characters that stand for a secret within the base64 of something longer, of which `before`
/// bytes modulo three come first.
fn within(encoding: &Encoding, bytes: &[u8], before: usize) -> String {
    let padded = [vec![0; before], bytes.to_vec()].concat();
    let encoded = encoding.encode(&padded);
    let first = (before * 8).div_ceil(6);
    let last = padded.len() * 8 / 6;
    encoded.get(first..last).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_found_where_it_stands() {
        let value = "k1/Can+ary\"Key\\7f3b9d";
        let canary = Canary::new("test", value);
        let noise = |form: &[u8]| [b"before ", form, b" after"].concat();
        for (name, form) in forms(value) {
            assert!(canary.found_in(&noise(form.as_bytes())).is_some(), "{name}");
        }
        for before in ["", "a", "ab", "abc"] {
            let whole = format!("{before}{value}xyz");
            for encoding in [BASE64_NOPAD, BASE64URL_NOPAD] {
                let encoded = encoding.encode(whole.as_bytes());
                assert!(canary.found_in(encoded.as_bytes()).is_some(), "{encoded}");
            }
        }
        assert!(canary.found_in(value.to_uppercase().as_bytes()).is_some());
        assert_eq!(canary.found_in(&noise(b"k1/Can+ary\"Key")), None);
        assert_eq!(canary.found_in(b""), None);
    }
}
