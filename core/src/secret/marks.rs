//! Words that occur in files with keys and nowhere else.

use super::{Detection, SecretKind};

/// What betrays a private key, in upper case.
const KEY_MARKS: [&[u8]; 17] = [
    // PuTTY, whole or without its head.
    b"PUTTY-USER-KEY-FILE-",
    b"PRIVATE-LINES:",
    b"PRIVATE-MAC:",
    b"PRIVATE-HASH:",
    // "Traditional" OpenSSL, encrypted (RFC 1421 §4.6).
    b"PROC-TYPE: 4,ENCRYPTED",
    b"DEK-INFO:",
    // openssl rsa -text, openssl pkey -text.
    b"PRIVATE-KEY: (",
    b"PRIVATEEXPONENT:",
    b"OPENSSH-KEY-V1",
    // The same in base64; letters of any case, since the text was made upper case.
    b"B3BLBNNZAC1RZXKTDJE",
    b"AGE-SECRET-KEY-",
    // BIND.
    b"PRIVATE-KEY-FORMAT:",
    b"ED25519V1-SECRET",
    b"SIGNIFY SECRET KEY",
    b"MINISIGN ENCRYPTED SECRET KEY",
    b"RSIGN ENCRYPTED SECRET KEY",
    b"<INVERSEQ>",
];
/// The shortest private number that is written in base64url: 32 octets of a curve, less is none.
const MIN_PRIVATE_MEMBER: usize = 22;
/// The text of a token behind its prefix.
const TOKEN_BODY: usize = 52;

/// The places of `wanted`, from the left.
pub(super) fn positions<'t>(text: &'t [u8], wanted: &'t [u8]) -> impl Iterator<Item = usize> + 't {
    let first = wanted.first().copied();
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(from..)?;
            let at = from + rest.iter().position(|byte| Some(*byte) == first)?;
            from = at + 1;
            if text.get(at..)?.starts_with(wanted) {
                return Some(at);
            }
        }
    })
}

fn has(text: &[u8], wanted: &[u8]) -> bool {
    positions(text, wanted).next().is_some()
}

/// What the words of a text betray. `upper` is the same text in upper case.
pub(super) fn find(text: &[u8], upper: &[u8]) -> Detection {
    if KEY_MARKS.iter().any(|mark| has(upper, mark)) || is_xml_key(upper) {
        return Detection::Certain(SecretKind::PrivateKey);
    }
    if is_json_web_key(text) {
        return Detection::Certain(SecretKind::JsonWebKey);
    }
    if has_token(text) {
        return Detection::Certain(SecretKind::Token);
    }
    Detection::None
}

/// RSAKeyValue as .NET writes it, with the private exponent: XML-DSig itself has no such element.
fn is_xml_key(upper: &[u8]) -> bool {
    (has(upper, b"RSAKEYVALUE") || has(upper, b"MODULUS>"))
        && (has(upper, b"<D>") || has(upper, b":D>") || has(upper, b":INVERSEQ>"))
}

/// RFC 7518 §6: `d` of RSA, EC and OKP keys, `k` of symmetric ones; also without quotes, as in YAML.
fn is_json_web_key(text: &[u8]) -> bool {
    let names_key = has(text, b"kty") || has(text, b"\"crv\"") || has(text, b"\"n\"");
    names_key
        && (has_member(text, b"d")
            || (has(text, b"oct") && has_member(text, b"k"))
            || has_member(text, b"qi"))
}

/// Whether a member of this name has a value that looks like a number in base64url.
fn has_member(text: &[u8], name: &[u8]) -> bool {
    positions(text, name).any(|at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let is_name =
            before.is_none_or(|byte| matches!(byte, b'"' | b'\'' | b' ' | b'\n' | b'{' | b','));
        let rest = text.get(at + name.len()..).unwrap_or_default();
        let rest = skip(rest, |byte| matches!(byte, b'"' | b'\''));
        let rest = skip(rest, |byte| byte.is_ascii_whitespace());
        let Some(rest) = rest.strip_prefix(b":") else {
            return false;
        };
        let rest = skip(rest, |byte| byte.is_ascii_whitespace());
        let value = skip(rest, |byte| matches!(byte, b'"' | b'\''));
        let is_value = value
            .iter()
            .take(MIN_PRIVATE_MEMBER)
            .filter(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/')
            })
            .count()
            == MIN_PRIVATE_MEMBER;
        is_name && is_value
    })
}

fn skip(text: &[u8], is_skipped: fn(u8) -> bool) -> &[u8] {
    let count = text.iter().take_while(|byte| is_skipped(**byte)).count();
    text.get(count..).unwrap_or_default()
}

/// A token's text: its prefix and 52 characters of base32.
fn has_token(text: &[u8]) -> bool {
    positions(text, b"cw_").any(|at| {
        let body = text.get(at + 3..).unwrap_or_default();
        body.iter()
            .take(TOKEN_BODY)
            .filter(|byte| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(byte))
            .count()
            == TOKEN_BODY
    })
}
