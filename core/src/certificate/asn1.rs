//! Small readers for ASN.1 values whose general forms in the parser libraries are either costly on
//! hostile input or lose information.

use std::{collections::BTreeSet, fmt::Write as _};

use data_encoding::HEXUPPER;
use x509_parser::{
    asn1_rs::{Any, Tag},
    extensions::X509Extension,
};

/// Values longer than this are cut when they are shown.
const MAX_SHOWN: usize = 1024;

/// An object identifier in its dotted form. Arcs above 128 bits, and identifiers longer than any
/// in use, are given in hexadecimal: big-number arithmetic on them would be quadratic.
pub(crate) fn oid_text(octets: &[u8]) -> String {
    let mut text = String::new();
    let mut arc: u128 = 0;
    let mut first = true;
    if octets.len() > 64 {
        return hex(octets);
    }
    for octet in octets {
        if arc.leading_zeros() < 7 {
            return hex(octets);
        }
        arc = (arc << 7) | u128::from(octet & 0x7f);
        if octet & 0x80 != 0 {
            continue;
        }
        // X.690 §8.19.4: the first two arcs share one number.
        let written = if first {
            let top = (arc / 40).min(2);
            write!(text, "{top}.{}", arc - top * 40)
        } else {
            write!(text, ".{arc}")
        };
        if written.is_err() {
            return hex(octets);
        }
        first = false;
        arc = 0;
    }
    if first { hex(octets) } else { text }
}

fn hex(octets: &[u8]) -> String {
    let shown = octets.get(..MAX_SHOWN).unwrap_or(octets);
    format!("#{}", HEXUPPER.encode(shown))
}

/// The text of a directory string (RFC 5280 §4.1.2.4), or `None` when the octets are not text of
/// the kind they claim to be.
pub(crate) fn directory_string(value: &Any<'_>) -> Option<String> {
    let octets = value.data;
    match value.tag() {
        Tag::Utf8String
        | Tag::PrintableString
        | Tag::Ia5String
        | Tag::NumericString
        | Tag::VisibleString => std::str::from_utf8(octets).ok().map(str::to_owned),
        // Nobody writes real T.61; what is found is UTF-8 or Latin-1.
        Tag::T61String => Some(match std::str::from_utf8(octets) {
            Ok(text) => text.to_owned(),
            Err(_) => octets.iter().copied().map(char::from).collect(),
        }),
        Tag::BmpString => {
            let (units, rest) = octets.as_chunks::<2>();
            let units = units.iter().copied().map(u16::from_be_bytes);
            char::decode_utf16(units)
                .collect::<Result<String, _>>()
                .ok()
                .filter(|_| rest.is_empty())
        }
        Tag::UniversalString => {
            let (units, rest) = octets.as_chunks::<4>();
            units
                .iter()
                .map(|unit| char::from_u32(u32::from_be_bytes(*unit)))
                .collect::<Option<String>>()
                .filter(|_| rest.is_empty())
        }
        _ => None,
    }
}

/// The `#hex` form of RFC 4514 §2.4: the whole value, with its tag and its length.
pub(crate) fn hex_value(value: &Any<'_>) -> String {
    let mut octets = match value.header.raw_tag() {
        // As it was read, those of several octets (X.690 §8.1.2.4) included.
        Some(tag) => tag.to_vec(),
        None => {
            let class = (value.class() as u8) << 6;
            let constructed = u8::from(value.header.is_constructed()) << 5;
            let tag = u8::try_from(value.tag().0 & 0x1f).unwrap_or_default();
            vec![class | constructed | tag]
        }
    };
    match u8::try_from(value.data.len()) {
        Ok(short @ 0..0x80) => octets.push(short),
        _ => {
            let length: Vec<u8> = value
                .data
                .len()
                .to_be_bytes()
                .into_iter()
                .skip_while(|octet| *octet == 0)
                .collect();
            octets.push(0x80 | u8::try_from(length.len()).unwrap_or_default());
            octets.extend(length);
        }
    }
    octets.extend_from_slice(value.data);
    hex(&octets)
}

/// The tags of the values that follow one another in `content`, or `None` when they do not fill
/// it exactly. Only definite lengths and single-octet tags occur in what is read here.
pub(crate) fn tags(mut content: &[u8]) -> Option<Vec<u8>> {
    let mut tags = Vec::new();
    while !content.is_empty() {
        let (tag, _, rest) = split_value(content)?;
        tags.push(tag);
        content = rest;
    }
    Some(tags)
}

/// Whether two extensions are of one kind, which RFC 5280 §4.2 forbids.
pub(crate) fn has_repeated_extension(extensions: &[X509Extension<'_>]) -> bool {
    let mut seen = BTreeSet::new();
    !extensions
        .iter()
        .all(|extension| seen.insert(extension.oid.as_bytes()))
}

/// Whether `der` is exactly one SIGNED structure as CSRs (RFC 2986 §4.2) and certificates (RFC
/// 5280 §4.1) are: content, algorithm, signature, and nothing else. The parser is laxer about the
/// two parts that the signature does not protect, so that one request could come in many forms.
pub(crate) fn is_signed(der: &[u8]) -> bool {
    let parts = || {
        let (_, content, rest) = split_value(der)?;
        let (_, _, after) = split_value(content)?;
        let (_, algorithm, _) = split_value(after)?;
        Some((tags(content)?, tags(algorithm)?, rest.is_empty()))
    };
    parts().is_some_and(|(outer, algorithm, complete)| {
        complete && outer == [0x30, 0x30, 0x03] && matches!(*algorithm, [0x06] | [0x06, _])
    })
}

/// The first value of `input`: its tag, its content, and what follows it (X.690 §8.1, §10.1).
pub(crate) fn split_value(input: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = input.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if octets.len() > 4 || octets.first().is_none_or(|first| *first == 0) {
            return None;
        }
        let length = octets
            .iter()
            .fold(0_u64, |length, octet| (length << 8) | u64::from(*octet));
        if length < 0x80 {
            return None;
        }
        (usize::try_from(length).ok()?, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn object_identifiers_are_written_with_dots() {
        assert_eq!(oid_text(&[0x55, 4, 3]), "2.5.4.3");
        assert_eq!(
            oid_text(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11]),
            "1.2.840.113549.1.1.11"
        );
        assert_eq!(oid_text(&[]), "#");
        assert!(oid_text(&[0xff; 40]).starts_with('#'));
    }

    #[test]
    fn strings_of_every_kind_are_read() {
        let read = |tag, octets: &[u8]| directory_string(&Any::from_tag_and_data(tag, octets));
        assert_eq!(read(Tag::BmpString, &[0, 0x61, 0x20, 0xac]).unwrap(), "a€");
        assert_eq!(read(Tag::BmpString, &[0]), None);
        assert_eq!(read(Tag::BmpString, &[0xd8, 0]), None);
        assert_eq!(read(Tag::UniversalString, &[0, 0, 0, 0x61]).unwrap(), "a");
        assert_eq!(read(Tag::T61String, &[0xe9]).unwrap(), "é");
        assert_eq!(read(Tag::Utf8String, &[0xff]), None);
        assert_eq!(read(Tag::OctetString, b"a"), None);
    }

    #[test]
    fn the_shape_of_a_sequence_is_exact() {
        assert_eq!(tags(&[2, 1, 0, 0x30, 0]), Some(vec![2, 0x30]));
        assert_eq!(tags(&[2, 2, 0]), None);
        assert_eq!(tags(&[]), Some(vec![]));
    }

    proptest! {
        #[test]
        fn nothing_panics(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = oid_text(&octets);
            let _ = tags(&octets);
        }
    }
}
