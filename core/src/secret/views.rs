//! A text as it is meant, without what programs and mail wrap around it.

/// How often wrappings are taken away: HTML in JSON in a mail is three.
const MAX_ROUNDS: usize = 3;
/// A text with this share of NUL bytes is UTF-16.
const NUL_SHARE: usize = 4;

/// The text as it stands, and each form that differs from the one before.
pub(super) fn of(input: &[u8]) -> Vec<Vec<u8>> {
    let mut views = vec![plain(input)];
    for _ in 0..MAX_ROUNDS {
        let Some(last) = views.last() else { break };
        let next = unescaped(last);
        if next == *last {
            break;
        }
        views.push(next);
    }
    views
}

/// ASCII with its look-alikes made ASCII; what can't be is left as it is.
fn plain(input: &[u8]) -> Vec<u8> {
    let text = match input {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => {
            let nuls = input.iter().filter(|byte| **byte == 0).count();
            let at_odd = input.iter().skip(1).step_by(2);
            let odd = at_odd.filter(|byte| **byte == 0).count();
            if nuls > input.len() / NUL_SHARE && odd > nuls / 2 {
                utf16(input, u16::from_le_bytes)
            } else if nuls > input.len() / NUL_SHARE {
                utf16(input, u16::from_be_bytes)
            } else {
                String::from_utf8_lossy(input).into_owned()
            }
        }
    };
    let mut plain = Vec::with_capacity(text.len());
    for character in text.chars() {
        match character {
            // Soft hyphen, zero width spaces and marks of direction: invisible.
            '\0' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => {}
            // Hyphens and dashes, which word processors put in place of "-".
            '\u{2010}'..='\u{2015}'
            | '\u{2212}'
            | '\u{2500}'
            | '\u{fe58}'
            | '\u{fe63}'
            | '\u{ff0d}' => {
                // An em dash stands for two hyphens.
                plain.extend_from_slice(b"--");
            }
            '\u{201c}' | '\u{201d}' | '\u{201e}' => plain.push(b'"'),
            '\u{2018}' | '\u{2019}' => plain.push(b'\''),
            '\u{2028}' | '\u{2029}' | '\u{85}' => plain.push(b'\n'),
            space if space.is_whitespace() && !space.is_ascii() => plain.push(b' '),
            // Full-width forms of ASCII.
            wide @ '\u{ff01}'..='\u{ff5e}' => {
                let code = u32::from(wide) - 0xfee0;
                plain.push(u8::try_from(code).unwrap_or(b'?'));
            }
            ascii if ascii.is_ascii() => plain.push(u8::try_from(ascii).unwrap_or(b'?')),
            // One octet that is nowhere part of what is looked for.
            _ => plain.push(0xff),
        }
    }
    plain
}

fn utf16(octets: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = octets.as_chunks::<2>();
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// Takes one layer of escapes away: C and JSON, HTML, percent signs, quoted-printable.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let read = match first {
            b'\\' => backslash(after),
            b'&' => entity(after),
            b'<' => tag(after),
            b'%' => hex_pair(after).map(|octet| (Some(octet), 2)),
            b'=' => quoted_printable(after),
            _ => None,
        };
        match read {
            Some((octet, length)) => {
                out.extend(octet);
                rest = after.get(length..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    out
}

/// What an escape stands for, if anything, and how long it is without its first octet.
type Escape = Option<(Option<u8>, usize)>;

fn backslash(after: &[u8]) -> Escape {
    match after {
        [b'n' | b'r' | b't', ..] => Some((Some(b'\n'), 1)),
        // A line that goes on in the next one.
        [b'\r', b'\n', ..] => Some((None, 2)),
        [b'\n', ..] => Some((None, 1)),
        [b'u', a, b, c, d, ..] => {
            let digits = [*a, *b, *c, *d];
            let text = std::str::from_utf8(&digits).ok()?;
            let code = u32::from_str_radix(text, 16).ok()?;
            Some((Some(u8::try_from(code).unwrap_or(0xff)), 5))
        }
        [b'x', rest @ ..] => hex_pair(rest).map(|octet| (Some(octet), 3)),
        [same @ (b'\\' | b'/' | b'"' | b'\''), ..] => Some((Some(*same), 1)),
        _ => None,
    }
}

fn entity(after: &[u8]) -> Escape {
    const LONGEST: usize = 10;
    let end = after.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(after.get(..end)?).ok()?;
    let octet = match name.to_ascii_lowercase().as_str() {
        "amp" => b'&',
        "lt" => b'<',
        "gt" => b'>',
        "quot" => b'"',
        "apos" => b'\'',
        "nbsp" | "ensp" | "emsp" => b' ',
        "hyphen" | "dash" | "ndash" | "mdash" | "minus" => b'-',
        "plus" => b'+',
        "sol" => b'/',
        "equals" => b'=',
        "newline" | "tab" => b'\n',
        "shy" => return Some((None, end + 1)),
        other => {
            let number = other.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            match code.ok()? {
                0x2010..=0x2015 | 0x2212 => b'-',
                0xa0 => b' ',
                code => u8::try_from(code).unwrap_or(0xff),
            }
        }
    };
    Some((Some(octet), end + 1))
}

/// The tags of HTML that stand around text; those of XML that hold a key are left.
fn tag(after: &[u8]) -> Escape {
    const LONGEST: usize = 200;
    const LONGEST_NAME: usize = 7;
    const NAMES: [&[u8]; 16] = [
        b"br", b"p", b"div", b"span", b"pre", b"code", b"li", b"td", b"tr", b"font", b"b", b"i",
        b"strong", b"em", b"wbr", b"a",
    ];
    let inside = after.strip_prefix(b"/").unwrap_or(after);
    let length = inside
        .iter()
        .take(LONGEST_NAME)
        .take_while(|byte| byte.is_ascii_alphanumeric())
        .count();
    let name = inside.get(..length)?;
    if !NAMES.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return None;
    }
    let end = after.iter().take(LONGEST).position(|byte| *byte == b'>')?;
    Some((Some(b'\n'), end + 1))
}

/// RFC 2045 §6.7: an octet as two hexadecimal digits, or a line that goes on in the next one.
fn quoted_printable(after: &[u8]) -> Escape {
    match after {
        [b'\r', b'\n', ..] => Some((None, 2)),
        [b'\n', ..] => Some((None, 1)),
        _ => hex_pair(after).map(|octet| (Some(octet), 2)),
    }
}

fn hex_pair(text: &[u8]) -> Option<u8> {
    let [high, low, ..] = text else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let value = digit(*high)? * 16 + digit(*low)?;
    u8::try_from(value).ok()
}
