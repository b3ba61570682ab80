//! The frames of PEM and its relatives (RFC 7468, RFC 4716, RFC 9580), also damaged ones, and what
//! stands between them.

use std::ops::Range;

use super::{Detection, SecretKind, marks::positions};

/// The longest label that is looked at; the longest in use has 30 characters.
const MAX_LABEL: usize = 48;

/// A text without its frames.
pub(super) struct Segments {
    pub(super) list: Vec<Segment>,
    /// Whether the words of a private key's frame occur without its dashes.
    pub(super) has_words: bool,
}

/// What stands between two frames.
pub(super) struct Segment {
    pub(super) range: Range<usize>,
    /// Whether a frame of something public stands before or behind it.
    pub(super) is_public: bool,
    /// Whether a block ended before it.
    pub(super) follows_block: bool,
}

/// One frame line.
struct Frame {
    range: Range<usize>,
    is_begin: bool,
    is_public: bool,
}

/// The segments of an upper case text, or what its frames alone betray.
pub(super) fn segments(upper: &[u8]) -> Result<Segments, Detection> {
    const KEY: Detection = Detection::Certain(SecretKind::PrivateKey);
    let mut has_words = false;
    let mut frames = Vec::new();
    for (at, is_begin) in words(upper) {
        let word = if is_begin { 5 } else { 3 };
        let label = label(upper, at + word);
        let before = rule_before(upper, at);
        let after = rule_after(upper, label.end);
        let text = upper.get(label.clone()).unwrap_or_default();
        // One dash alone may be that of "front-end private key", and some may follow any sentence.
        let has_dashes = before.len() > 1 || (after.len() > 1 && ends_as_a_frame(text));
        match kind(text, has_dashes) {
            Kind::Private if has_dashes => return Err(KEY),
            Kind::Private => has_words = true,
            Kind::Public | Kind::Unknown if before.is_empty() && after.is_empty() => {}
            kind => frames.push(Frame {
                range: before.start..after.end,
                is_begin,
                is_public: kind == Kind::Public,
            }),
        }
    }
    if has_headless_frame(upper) {
        return Err(KEY);
    }
    Ok(Segments {
        list: between(&frames, upper.len()),
        has_words,
    })
}

fn between(frames: &[Frame], length: usize) -> Vec<Segment> {
    let mut list = Vec::with_capacity(frames.len() + 1);
    let mut start = 0;
    let mut last: Option<&Frame> = None;
    for frame in frames {
        if frame.range.start >= start {
            list.push(Segment {
                range: start..frame.range.start,
                is_public: last.is_some_and(|last| last.is_begin && last.is_public)
                    || (!frame.is_begin && frame.is_public),
                follows_block: last.is_some_and(|last| !last.is_begin),
            });
        }
        start = start.max(frame.range.end);
        last = Some(frame);
    }
    list.push(Segment {
        range: start..length,
        is_public: last.is_some_and(|last| last.is_begin && last.is_public),
        follows_block: last.is_some_and(|last| !last.is_begin),
    });
    list
}

/// Where BEGIN and END stand as words of their own, in their order.
fn words(upper: &[u8]) -> Vec<(usize, bool)> {
    let is_word = |at: usize| {
        let before = upper.get(at.saturating_sub(2)..at).unwrap_or_default();
        match before {
            // "front-end" is no END.
            [letter, b'-'] => !letter.is_ascii_alphanumeric(),
            [.., last] => !last.is_ascii_alphanumeric(),
            [] => true,
        }
    };
    let mut found: Vec<_> = positions(upper, b"BEGIN")
        .map(|at| (at, true))
        .chain(positions(upper, b"END").map(|at| (at, false)))
        .filter(|(at, _)| is_word(*at))
        .collect();
    found.sort_unstable();
    found
}

/// The label behind BEGIN or END: words on the same line.
fn label(upper: &[u8], start: usize) -> Range<usize> {
    let rest = upper.get(start..).unwrap_or_default();
    let length = rest
        .iter()
        .take(MAX_LABEL)
        .take_while(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'\t' | b'+' | b'_')
        })
        .count();
    start..start + length
}

/// The dashes, or what was put in their place, that end at `at`.
fn rule_before(upper: &[u8], at: usize) -> Range<usize> {
    let before = upper.get(..at).unwrap_or_default();
    let blanks = before
        .iter()
        .rev()
        .take(2)
        .take_while(|byte| **byte == b' ')
        .count();
    let dashes = before
        .iter()
        .rev()
        .skip(blanks)
        .take_while(|byte| is_rule(**byte))
        .count();
    if dashes == 0 {
        return at..at;
    }
    at - blanks - dashes..at
}

/// The dashes that start at `at`.
fn rule_after(upper: &[u8], at: usize) -> Range<usize> {
    let after = upper.get(at..).unwrap_or_default();
    at..at + after.iter().take_while(|byte| is_rule(**byte)).count()
}

fn is_rule(byte: u8) -> bool {
    matches!(byte, b'-' | b'=' | b'_' | b'*' | b'~' | b'#')
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Private,
    Public,
    Unknown,
}

/// What a label names. `is_framed` allows it to be cut off in its last word.
fn kind(label: &[u8], is_framed: bool) -> Kind {
    const PUBLIC: [&[u8]; 9] = [
        b"CERT",
        b"REQ",
        b"PUB",
        b"CRL",
        b"PKCS7",
        b"CMS",
        b"PARAM",
        b"SIGNATURE",
        b"MESSAGE",
    ];
    let words: Vec<&[u8]> = label
        .split(|byte| !byte.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let is_private = words.iter().enumerate().any(|(position, word)| {
        let next = words.get(position + 1).copied().unwrap_or_default();
        // "PRIVATE KEY", "SECRET KEY", "OpenVPN Static key", "KEYBAG" and what is left of them.
        let whole = matches!(*word, b"PRIVATE" | b"SECRET" | b"STATIC");
        (whole && (is_framed || next.starts_with(b"KEY") || next.is_empty()) && next_is_key(next))
            || word.starts_with(b"PRIVATEKEY")
            // Cut off: "-----BEGIN RSA PRIV".
            || (is_framed
                && next.is_empty()
                && word.len() >= 2
                && b"PRIVATE".starts_with(word))
    });
    if is_private {
        return Kind::Private;
    }
    let is_public = words
        .iter()
        .any(|word| PUBLIC.iter().any(|known| word.starts_with(known)))
        || words.ends_with(&[b"X509"]);
    if is_public {
        Kind::Public
    } else {
        Kind::Unknown
    }
}

fn ends_as_a_frame(label: &[u8]) -> bool {
    [&b"KEY"[..], b"BLOCK", b"PRIVATE", b" V1"]
        .iter()
        .any(|end| label.ends_with(end))
}

fn next_is_key(next: &[u8]) -> bool {
    next.is_empty() || b"KEY".starts_with(next) || next.starts_with(b"KEY")
}

/// A frame that has lost its BEGIN or END: "PRIVATE KEY-----", "VATE KEY-----".
fn has_headless_frame(upper: &[u8]) -> bool {
    positions(upper, b"KEY").any(|at| {
        let after = upper.get(at + 3..).unwrap_or_default();
        let after = after.strip_prefix(b" BLOCK").unwrap_or(after);
        let before = upper
            .get(at.saturating_sub(MAX_LABEL)..at)
            .unwrap_or_default();
        let line = before
            .rsplit(|byte| matches!(byte, b'\n' | b'\r'))
            .next()
            .unwrap_or_default();
        let line = line.strip_suffix(b" ").unwrap_or(line);
        // Fewer dashes stand in sentences, too.
        let is_behind = after.starts_with(b"----");
        let is_before = positions(line, b"----").next().is_some();
        let word = line
            .rsplit(|byte| !byte.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        // What is left of "PRIVATE" when its start is cut off.
        let is_private = word == b"PRIVATE"
            || (is_behind && !word.is_empty() && line == word && b"PRIVATE".ends_with(word));
        is_private && (is_behind || is_before)
    })
}
