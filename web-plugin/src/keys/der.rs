//! The little DER (X.690) that files with keys are written with.

use pkcs8::der::oid::ObjectIdentifier;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTET_STRING: u8 = 0x04;
const NULL: [u8; 2] = [0x05, 0x00];
const OBJECT_IDENTIFIER: u8 = 0x06;
const BMP_STRING: u8 = 0x1e;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// `[0]`, explicit or of a constructed type.
pub(super) const CONTEXT_0: u8 = 0xa0;
/// `[0]`, implicit and of a primitive type.
pub(super) const CONTEXT_0_PRIMITIVE: u8 = 0x80;

/// A value: tag, length (X.690 §8.1.3) and the parts of its content one after the other.
pub(super) fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let octets = content.len().to_be_bytes();
    let first = octets.iter().position(|octet| *octet != 0);
    let length = octets
        .get(first.unwrap_or(octets.len())..)
        .unwrap_or_default();
    let mut der = vec![tag];
    match length {
        [] => der.push(0),
        [short] if *short < 0x80 => der.push(*short),
        // At most eight octets, so the number of them fits the long form.
        long => {
            der.push(0x80 | u8::try_from(long.len()).unwrap_or_default());
            der.extend_from_slice(long);
        }
    }
    der.extend_from_slice(&content);
    der
}

pub(super) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    value(SEQUENCE, parts)
}

/// A SET of one, or of what is in the order of DER already (X.690 §11.6).
pub(super) fn set(parts: &[&[u8]]) -> Vec<u8> {
    value(SET, parts)
}

pub(super) fn octets(content: &[u8]) -> Vec<u8> {
    value(OCTET_STRING, &[content])
}

pub(super) fn identifier(oid: &ObjectIdentifier) -> Vec<u8> {
    value(OBJECT_IDENTIFIER, &[oid.as_bytes()])
}

/// A number that is not negative.
pub(super) fn number(number: u32) -> Vec<u8> {
    let octets = number.to_be_bytes();
    let first = octets.iter().position(|octet| *octet != 0);
    let magnitude = octets.get(first.unwrap_or(3)..).unwrap_or_default();
    let is_padded = magnitude.first().is_some_and(|octet| octet & 0x80 != 0);
    let zero: &[u8] = if is_padded { &[0] } else { &[] };
    value(INTEGER, &[zero, magnitude])
}

/// Text in UTF-16, big-endian. What is beyond its 65,536 characters is left out.
pub(super) fn bmp_string(text: &str) -> Vec<u8> {
    value(BMP_STRING, &[&utf16(text)])
}

pub(super) fn utf16(text: &str) -> Vec<u8> {
    text.chars()
        .filter_map(|letter| u16::try_from(u32::from(letter)).ok())
        .flat_map(u16::to_be_bytes)
        .collect()
}

/// An AlgorithmIdentifier whose parameters are NULL.
pub(super) fn algorithm(oid: &ObjectIdentifier) -> Vec<u8> {
    sequence(&[&identifier(oid), &NULL])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_numbers_take_as_few_octets_as_they_need() {
        assert_eq!(value(OCTET_STRING, &[]), [4, 0]);
        assert_eq!(octets(&[7; 127])[..2], [4, 127]);
        assert_eq!(octets(&[7; 128])[..3], [4, 0x81, 128]);
        assert_eq!(octets(&[7; 300])[..4], [4, 0x82, 1, 44]);
        assert_eq!(number(0), [2, 1, 0]);
        assert_eq!(number(127), [2, 1, 127]);
        assert_eq!(number(128), [2, 2, 0, 128]);
        assert_eq!(number(300_000), [2, 3, 4, 0x93, 0xe0]);
        assert_eq!(bmp_string("aé"), [0x1e, 4, 0, 0x61, 0, 0xe9]);
    }
}
