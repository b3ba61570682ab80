//! Base64 and hexadecimal in a text: where it stands, and what it decodes to.

use super::{Detection, MAX_DEPTH, Suspicion, binary, detect_within, marks::positions};

/// A line of base64 has at least so many characters, else it is a word.
const MIN_LINE: usize = 16;
/// Shorter base64 holds no key: an Ed25519 key in PKCS #8 takes 64.
const MIN_RUN: usize = 40;
/// The least that is suspicious for its looks alone, away from any block.
const MIN_SUSPICIOUS: usize = 64;
/// Octets behind a public structure, within its own frame, that a doubled line does not explain.
const MAX_EXTRA: usize = 96;

/// Base64 that stands in the frame of a certificate, a request, or something else that is public.
pub(super) fn public(text: &[u8], depth: u8) -> Detection {
    let decoded = decode(&runs(text).concat());
    let found = octets(&decoded, depth);
    if found.certain().is_some() {
        return found;
    }
    match binary::public_length(&decoded) {
        Some(length) if decoded.len() > length + MAX_EXTRA => {
            Detection::Suspected(Suspicion::UnknownBytes)
        }
        _ => Detection::None,
    }
}

/// Base64 that nothing says anything about.
pub(super) fn loose(text: &[u8], follows_block: bool, depth: u8) -> Detection {
    let mut found = Detection::None;
    for run in runs(text) {
        found = found.or(examine(&run, follows_block, depth));
        if found.certain().is_some() {
            break;
        }
    }
    found
}

fn examine(run: &[u8], follows_block: bool, depth: u8) -> Detection {
    if run.len() < MIN_RUN {
        return Detection::None;
    }
    // The start of the run may be lost, so each of the four ways to divide it is tried.
    for skipped in 0..4 {
        let found = octets(&decode(run.get(skipped..).unwrap_or_default()), depth);
        if found.certain().is_some() {
            return found;
        }
    }
    if run.iter().all(u8::is_ascii_hexdigit) {
        let found = octets(&hex(run), depth);
        return if found.certain().is_some() {
            found
        } else {
            Detection::None
        };
    }
    let least = if follows_block {
        MIN_RUN
    } else {
        MIN_SUSPICIOUS
    };
    let decoded = decode(run);
    if run.len() < least || !is_mixed(run) || is_ssh_public(run) || binary::is_public(&decoded) {
        return Detection::None;
    }
    Detection::Suspected(Suspicion::UnknownBytes)
}

/// What decoded octets hold: a key in binary, or a text that holds one.
fn octets(decoded: &[u8], depth: u8) -> Detection {
    let found = binary::part(decoded);
    if found.certain().is_some() || depth + 1 >= MAX_DEPTH {
        return found;
    }
    let printable = decoded
        .iter()
        .filter(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace())
        .count();
    // Random octets are printable in two of five cases.
    if printable > decoded.len() / 10 * 9 {
        return found.or(detect_within(decoded, depth + 1));
    }
    found
}

/// An OpenSSH public key: its kind, length first (RFC 4253 §6.6), and the same as a word before it.
fn is_ssh_public(run: &[u8]) -> bool {
    [
        "AAAAB3NzaC1",
        "AAAAC3NzaC1",
        "AAAAE2VjZHNh",
        "AAAAG",
        "AAAAI",
    ]
    .iter()
    .any(|start| {
        let mut places = positions(run, start.as_bytes());
        places.next().is_some_and(|at| at < 40)
    })
}

/// Words have letters of one case, paths and hexadecimal too; base64 of a key has everything.
fn is_mixed(run: &[u8]) -> bool {
    run.iter().any(u8::is_ascii_uppercase)
        && run.iter().any(u8::is_ascii_lowercase)
        && run.iter().any(u8::is_ascii_digit)
}

fn is_symbol(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

/// The base64 of a text, each run put together from its lines: what stands between lines is blanks,
/// and the quotes, commas and plus signs with which programs and mails put lines together.
fn runs(text: &[u8]) -> Vec<Vec<u8>> {
    let is_between = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(
                byte,
                b'"' | b'\'' | b',' | b';' | b'|' | b'>' | b'#' | b'*' | b'\\' | b':'
            )
    };
    let mut runs: Vec<Vec<u8>> = Vec::new();
    let mut current: Vec<u8> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.iter().take_while(|byte| is_symbol(**byte)).count();
        let (token, after) = rest.split_at(length);
        let gap = after.iter().take_while(|byte| is_between(byte)).count();
        let is_line = token.len() >= MIN_LINE || (!current.is_empty() && !token.is_empty());
        if is_line {
            current.extend_from_slice(token);
        }
        // The last line may be short; a word behind it belongs to it no more.
        let ends = token.len() < MIN_LINE && token != b"+" || (length == 0 && gap == 0);
        if ends && !current.is_empty() {
            runs.push(std::mem::take(&mut current));
        }
        // What is neither base64 nor a gap ends a run, too.
        let step = if length == 0 && gap == 0 { 1 } else { gap };
        rest = after.get(step..).unwrap_or_default();
    }
    if !current.is_empty() {
        runs.push(current);
    }
    runs
}

/// Decodes what there is, in either alphabet; padding ends a group, the rest of a group is dropped.
fn decode(symbols: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(symbols.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u8);
    for symbol in symbols {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => {
                flush(bits, count, &mut out);
                (bits, count) = (0, 0);
                continue;
            }
        };
        bits = (bits << 6) | u32::from(value);
        count += 1;
        if count == 4 {
            out.extend(bits.to_be_bytes().iter().skip(1));
            (bits, count) = (0, 0);
        }
    }
    flush(bits, count, &mut out);
    out
}

/// The whole octets of an unfinished group.
fn flush(bits: u32, count: u8, out: &mut Vec<u8>) {
    let [_, first, second, _] = match count {
        2 => bits << 12,
        3 => bits << 6,
        _ => return,
    }
    .to_be_bytes();
    out.push(first);
    if count == 3 {
        out.push(second);
    }
}

fn hex(run: &[u8]) -> Vec<u8> {
    let (pairs, _) = run.as_chunks::<2>();
    pairs
        .iter()
        .filter_map(|[high, low]| {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
        })
        .collect()
}
