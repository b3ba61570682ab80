//! What a person types or pastes into a search field, in every sense that it has.
//!
//! A text such as `1234567890` can be an order number, a serial number in decimal or in hexadecimal,
//! or the beginning of a name: all of them are searched for, so that nothing that exists is told to be
//! absent. What has no sense at all is refused with [`NotUnderstood`].

use std::borrow::Cow;
mod names;
mod parts;

use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER};

pub use self::parts::{Match, Part, PartKind, find, parts, wildcard_over};
use crate::{advice::Advice, certificate::Serial, ids, text::Limit};

/// The longest number of an order or a request at the CA.
const MAX_NUMBER: usize = 32;

/// What was typed is nothing that can be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a name, a URL, a serial number, a fingerprint or an order number")]
pub struct NotUnderstood;

impl Advice for NotUnderstood {
    fn remedy(&self) -> Cow<'static, str> {
        "Search for a domain name or the beginning of a part of one, a URL, a serial number, a \
         SHA-256 or SHA-1 fingerprint, or an order or request number."
            .into()
    }
}

/// Every sense of a text. At least one of them is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Serial numbers: read as hexadecimal and as decimal.
    pub serials: Vec<Serial>,
    /// A SHA-256 fingerprint of a certificate or a public key, lower case hexadecimal.
    pub sha256: Option<String>,
    /// A SHA-1 fingerprint of a certificate, lower case hexadecimal.
    pub sha1: Option<String>,
    /// Numbers of an order or a request at the CA, and references of orders placed here.
    pub numbers: Vec<String>,
    /// An id of ours.
    pub id: Option<String>,
    /// Names, or beginnings of parts of names, in lower case; as A-labels first.
    pub names: Vec<String>,
}

impl Query {
    /// Reads what was typed.
    ///
    /// # Errors
    /// [`NotUnderstood`].
    pub fn read(typed: &str) -> Result<Self, NotUnderstood> {
        let text = bare(typed);
        if text.is_empty() || text.chars().count() > Limit::SEARCH.most {
            return Err(NotUnderstood);
        }
        let labelled = without_label(&text);
        let text = labelled.unwrap_or(&text);
        let mut query = Self {
            serials: serials(text),
            sha256: fingerprint(text, 32),
            sha1: fingerprint(text, 20),
            numbers: number(text).into_iter().collect(),
            id: ids::is_id(text).then(|| text.to_owned()),
            names: names::read(text),
        };
        // References are upper case; whoever copies one by hand may not write it so.
        if let Some(upper) = query
            .numbers
            .first()
            .map(|first| first.to_ascii_uppercase())
            && !query.numbers.contains(&upper)
        {
            query.numbers.push(upper);
        }
        if query == Self::default() {
            return Err(NotUnderstood);
        }
        Ok(query)
    }
}

/// Every serial number that a text can mean.
#[must_use]
pub fn serials(text: &str) -> Vec<Serial> {
    let text = bare(text);
    let text = without_label(&text).unwrap_or(&text);
    let mut found: Vec<Serial> = hexadecimal(text)
        .and_then(|digits| Serial::from_hex(&digits).ok())
        .into_iter()
        .collect();
    let is_blank = |c: char| c.is_whitespace();
    let decimal: String = text.chars().filter(|c| !is_blank(*c)).collect();
    if let Ok(serial) = Serial::from_decimal(&decimal)
        && !found.contains(&serial)
    {
        found.push(serial);
    }
    found
}

/// A fingerprint of so many octets, in lower case hexadecimal.
#[must_use]
pub fn fingerprint(text: &str, octets: usize) -> Option<String> {
    let text = bare(text);
    let text = without_label(&text).unwrap_or(&text);
    if let Some(digits) = hexadecimal(text).filter(|digits| digits.len() == 2 * octets) {
        return Some(digits);
    }
    // As curl and OpenSSH write them: sha256//BASE64 and SHA256:BASE64.
    let encoded = text.trim_start_matches('/');
    let decoded = BASE64
        .decode(encoded.as_bytes())
        .or_else(|_| BASE64_NOPAD.decode(encoded.as_bytes()));
    decoded
        .ok()
        .filter(|hash| hash.len() == octets)
        .map(|hash| HEXLOWER.encode(&hash))
}

/// What pasting brings along, taken away: white space and characters without a width around the text,
/// quotation marks, angle brackets, and what ends a sentence.
fn bare(typed: &str) -> String {
    let is_invisible = |c: &char| {
        matches!(*c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
            | '\u{feff}' | '\u{ad}')
            || (c.is_control() && !c.is_whitespace())
    };
    let visible: String = typed.chars().filter(|c| !is_invisible(c)).collect();
    let around = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '\'' | '`' | '<' | '>' | '(' | ')' | ',' | ';' | '“' | '”'
            )
    };
    visible.trim_matches(around).to_owned()
}

/// What tools and screens write before a value, such as `openssl x509 -serial -fingerprint`.
const LABELS: [&str; 22] = [
    "serial number",
    "serial",
    "sha256 fingerprint",
    "sha-256 fingerprint",
    "sha1 fingerprint",
    "sha-1 fingerprint",
    "fingerprint sha256",
    "sha256",
    "sha-256",
    "sha1",
    "sha-1",
    "fingerprint",
    "thumbprint",
    "order number",
    "order no.",
    "order no",
    "order",
    "request number",
    "request",
    "dns name",
    "dns",
    "cn",
];

fn without_label(text: &str) -> Option<&str> {
    LABELS.iter().find_map(|label| {
        let (front, rest) = text.split_at_checked(label.len())?;
        if !front.eq_ignore_ascii_case(label) {
            return None;
        }
        // curl's form has no separator of its own.
        if rest.starts_with("//") {
            return Some(rest);
        }
        let rest = rest
            .trim_start()
            .strip_prefix([':', '=', '#'])?
            .trim_start();
        (!rest.is_empty()).then_some(rest)
    })
}

/// Hexadecimal digits in lower case, from the ways in which they are written: with or without `0x`,
/// in pairs with colons or hyphens between them, in any groups with blanks between them.
fn hexadecimal(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))
        .unwrap_or(text);
    let is_separator = |c: char| matches!(c, ':' | '-') || c.is_whitespace();
    let is_paired = text.contains([':', '-']);
    let mut digits = String::new();
    for (index, group) in text.split(is_separator).enumerate() {
        // A blank behind a colon, or a line that is continued.
        if group.is_empty() && is_paired && text.contains(char::is_whitespace) {
            continue;
        }
        let fits = match group.len() {
            0 => false,
            1 => !is_paired || index == 0,
            2 => true,
            _ => !is_paired,
        };
        if !fits || !group.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        digits.push_str(group);
    }
    digits.make_ascii_lowercase();
    Some(digits)
}

/// A number as the CA writes them, blanks and a number sign taken away.
fn number(text: &str) -> Option<String> {
    let text = text.trim_start_matches('#');
    let is_all_digits = text
        .chars()
        .all(|c| c.is_ascii_digit() || c.is_whitespace());
    let text: String = if is_all_digits {
        text.chars().filter(char::is_ascii_digit).collect()
    } else {
        text.trim().to_owned()
    };
    let fits = (1..=MAX_NUMBER).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn query(text: &str) -> Query {
        Query::read(text).unwrap_or_else(|_| panic!("{text:?} is not understood"))
    }

    #[test]
    fn a_serial_number_is_one_in_every_spelling() {
        let wanted = Serial::from_hex("34298616C04395132A63DCC0ED5D25EC").unwrap();
        for text in [
            "34:29:86:16:C0:43:95:13:2A:63:DC:C0:ED:5D:25:EC",
            "0x34298616C04395132A63DCC0ED5D25EC",
            "34 29 86 16 C0 43 95 13 2A 63 DC C0 ED 5D 25 EC",
            "0034298616C04395132A63DCC0ED5D25EC",
            "69335459597424841863180999494658237932",
            " 34-29-86-16-c0-43-95-13-2a-63-dc-c0-ed-5d-25-ec\n",
            "3429 8616 C043 9513 2A63 DCC0 ED5D 25EC",
            "00:34:29:86:16:c0:43:95:13:2a:63:dc:c0:ed:5d:25:ec",
            "serial=34298616C04395132A63DCC0ED5D25EC",
            "Serial Number:\n    34:29:86:16:c0:43:95:13:2a:63:\n    dc:c0:ed:5d:25:ec",
            "\u{200e}34298616c04395132a63dcc0ed5d25ec\u{feff}",
            "\"34298616C04395132A63DCC0ED5D25EC\",",
            "0069335459597424841863180999494658237932",
        ] {
            assert!(query(text).serials.contains(&wanted), "{text:?}");
        }
        for text in ["34:298616", "3429::8616", "34:29:8616c0", "2001:db8::1"] {
            assert_eq!(serials(text), vec![], "{text:?}");
        }
    }

    #[test]
    fn fingerprints_are_read_as_tools_write_them() {
        let sha256 = "ab".repeat(32);
        for text in [
            "AB".repeat(32),
            ["AB"; 32].join(":"),
            ["ab"; 32].join(" "),
            format!("sha256 Fingerprint={}", ["AB"; 32].join(":")),
            format!("sha256//{}", BASE64.encode(&[0xab; 32])),
            format!("SHA256:{}", BASE64_NOPAD.encode(&[0xab; 32])),
        ] {
            assert_eq!(query(&text).sha256.as_ref(), Some(&sha256), "{text}");
        }
        let sha1 = format!("SHA1 Fingerprint={}", ["AB"; 20].join(":"));
        assert_eq!(query(&sha1).sha1, Some("ab".repeat(20)));
        assert_eq!(query(&sha1).sha256, None);
    }

    #[test]
    fn digits_alone_are_looked_for_in_every_sense() {
        let found = query("1000020240");
        assert_eq!(found.serials.len(), 2);
        assert_eq!(found.numbers, ["1000020240"]);
        assert_eq!(found.names, ["1000020240"]);
        assert_eq!(query("#1000 020 240").numbers, ["1000020240"]);
        assert_eq!(query("Order number: 1000020240").numbers, ["1000020240"]);
        assert!(
            query("abcdefghij")
                .numbers
                .contains(&"ABCDEFGHIJ".to_owned())
        );
        let id = "ord_aaaaaaaaaaaaaaaaaaaaaaaaaa";
        assert_eq!(query(id).id.as_deref(), Some(id));
    }

    #[test]
    fn what_has_no_sense_is_refused() {
        for text in [
            "",
            "   ",
            "\u{200b}",
            "Whitlock & Sons",
            "what is this?",
            "<>",
            "%",
            "a b c x y z",
        ] {
            assert_eq!(Query::read(text), Err(NotUnderstood), "{text:?}");
        }
        assert_eq!(Query::read(&"a".repeat(3_000)), Err(NotUnderstood));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}") {
            let _ = Query::read(&text);
        }
    }
}
