//! Keys and key stores as bytes: DER at any place, and the file formats that start with a magic number.

use super::{Detection, SecretKind, Suspicion};

const KEY: Detection = Detection::Certain(SecretKind::PrivateKey);
const STORE: Detection = Detection::Certain(SecretKind::KeyStore);

/// The shortest modulus or prime that tells RSA material, in octets: the primes of RSA 1024.
const MIN_NUMBER: usize = 64;
/// The shortest prime that is recognised without the start of its structure: longer than the numbers
/// of any ECDSA signature, which also stand in pairs.
const MIN_PRIME: usize = 96;
/// The longest number: RSA 16384.
const MAX_NUMBER: usize = 2100;
/// Octets behind a whole DER structure that are no line end.
const MIN_EXTRA: usize = 24;

/// What a file holds.
pub(super) fn file(input: &[u8]) -> Detection {
    let found = part(input);
    if found.certain().is_some() || input.first() != Some(&0x30) {
        return found;
    }
    match public_length(input) {
        Some(length) if input.len() >= length + MIN_EXTRA => {
            let rest = input.get(length..).unwrap_or_default();
            if is_public(rest) {
                Detection::None
            } else {
                Detection::Suspected(Suspicion::UnknownBytes)
            }
        }
        _ => Detection::None,
    }
}

/// What octets hold, whether they are a whole file or a part of one.
pub(super) fn part(octets: &[u8]) -> Detection {
    let store = is_java_store(octets) || octets.starts_with(b"kych\0\x01");
    if store {
        return STORE;
    }
    if is_pgp_secret_key(octets) || is_windows_key(octets) {
        return KEY;
    }
    for (at, octet) in octets.iter().enumerate() {
        // Most octets are none of these, so that the work is little.
        let rest = || octets.get(at..).unwrap_or_default();
        let found = match octet {
            0x02 => integer(rest()),
            0x06 => algorithm(rest()),
            0x07 | 0x1e => windows(rest()),
            b'o' if rest().starts_with(b"openssh-key-v1\0") => KEY,
            _ => Detection::None,
        };
        if found.certain().is_some() {
            return found;
        }
    }
    Detection::None
}

/// A DER value whose content may be cut off: its tag, its content, what follows, and whether it is
/// whole. Indefinite lengths (X.690 §8.1.3.6) have all that follows as content.
struct Value<'o> {
    tag: u8,
    length: usize,
    content: &'o [u8],
    rest: &'o [u8],
    is_whole: bool,
}

fn value(octets: &[u8]) -> Option<Value<'_>> {
    let (tag, rest) = octets.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x80 => (rest.len(), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits
                .iter()
                .fold(0_u64, |length, digit| (length << 8) | u64::from(*digit));
            (usize::try_from(length).ok()?, rest)
        }
        _ => return None,
    };
    let is_whole = rest.len() >= length;
    let (content, rest) = rest.split_at(length.min(rest.len()));
    Some(Value {
        tag: *tag,
        length,
        content,
        rest,
        is_whole,
    })
}

/// An INTEGER: the version of a private key with what follows it, or one of the primes of RSA.
fn integer(octets: &[u8]) -> Detection {
    let Some(number) = value(octets) else {
        return Detection::None;
    };
    if !number.is_whole {
        return Detection::None;
    }
    let Some(next) = value(number.rest) else {
        return Detection::None;
    };
    let is_key = match number.content {
        // PKCS #8 and RFC 5958: version, algorithm, OCTET STRING.
        [0 | 1] if next.tag == 0x30 => {
            next.content.first() == Some(&0x06)
                && next.length < 0x800
                && next.is_whole
                && next.rest.first() == Some(&0x04)
        }
        // PKCS #1 (RFC 8017 appendix A.1.2) and DSA: version, modulus.
        [0 | 1] if next.tag == 0x02 => (MIN_NUMBER..=MAX_NUMBER).contains(&next.length),
        // SEC 1 §C.4 (RFC 5915 §3): version, OCTET STRING, curve or public key.
        [1] if next.tag == 0x04 => {
            (20..=72).contains(&next.length)
                && matches!(next.rest.first(), None | Some(0xa0 | 0xa1))
        }
        // PKCS #12 (RFC 7292 §4): version 3, content of kind data or signed data.
        [3] if next.tag == 0x30 => {
            return if next
                .content
                .starts_with(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07")
            {
                STORE
            } else {
                Detection::None
            };
        }
        // The primes and exponents of PKCS #1, two of nearly one length.
        _ => {
            next.tag == 0x02
                && (MIN_PRIME..=MAX_NUMBER).contains(&number.length)
                && (MIN_PRIME..=MAX_NUMBER).contains(&next.length)
                && number.length.abs_diff(next.length) <= 2
                // A public key with an absurd exponent is followed by something else.
                && matches!(next.rest.first(), None | Some(0x02))
        }
    };
    if is_key { KEY } else { Detection::None }
}

/// An object identifier that only encrypted keys and key stores have: the encryption schemes of
/// PKCS #5 (RFC 8018 appendix A.4) and PKCS #12 (RFC 7292 appendix C), and the bags of the latter.
fn algorithm(octets: &[u8]) -> Detection {
    const PKCS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01";
    let Some(oid) = octets
        .get(2..)
        .filter(|_| {
            octets
                .get(1)
                .is_some_and(|length| (8..=11).contains(length))
        })
        .and_then(|oid| oid.strip_prefix(PKCS))
    else {
        return Detection::None;
    };
    match oid {
        [5, 1 | 3 | 4 | 6 | 10 | 11 | 13, ..] | [12, 1, 1..=6, ..] => KEY,
        [12, 10, 1, 1..=3, ..] => STORE,
        _ => Detection::None,
    }
}

/// The key files of Windows: `.pvk`, and PRIVATEKEYBLOB at any place.
fn windows(octets: &[u8]) -> Detection {
    let is_pvk = octets.starts_with(b"\x1e\xf1\xb5\xb0\0\0\0\0");
    let is_blob = matches!(
        octets,
        [
            7,
            2..=4,
            0,
            0,
            0,
            _,
            0,
            0,
            b'R' | b'D',
            b'S',
            b'A' | b'S',
            b'2' | b'4',
            ..
        ]
    );
    if is_pvk || is_blob {
        KEY
    } else {
        Detection::None
    }
}

/// A key as CNG exports it (BCRYPT_RSAPRIVATE_BLOB, BCRYPT_ECCPRIVATE_BLOB): a magic number, then a
/// length.
fn is_windows_key(octets: &[u8]) -> bool {
    let [a, b, c, d, e, f, g, h, ..] = *octets else {
        return false;
    };
    let length = u32::from_le_bytes([e, f, g, h]);
    match &[a, b, c, d] {
        b"RSA2" | b"RSA3" => (512..=16384).contains(&length) && length.is_multiple_of(8),
        b"ECS2" | b"ECS4" | b"ECS6" | b"ECK2" | b"ECK4" | b"ECK6" => {
            matches!(length, 32 | 48 | 66)
        }
        _ => false,
    }
}

/// JKS and JCEKS by their magic numbers; BKS and UBER by version, length of the salt (20) and a
/// plausible count of iterations.
fn is_java_store(octets: &[u8]) -> bool {
    match octets {
        [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 1 | 2, ..]
        | [0xce, 0xce, 0xce, 0xce, 0, 0, 0, 1 | 2, ..] => true,
        [0, 0, 0, 1 | 2, 0, 0, 0, 20, rest @ ..] => {
            rest.get(20..22) == Some(&[0, 0]) && rest.len() > 24
        }
        _ => false,
    }
}

/// A Secret-Key or Secret-Subkey packet (RFC 9580 §5.5.1) at the start.
fn is_pgp_secret_key(octets: &[u8]) -> bool {
    const SHORTEST: usize = 32;
    const LONGEST: usize = 16 * 1024;
    let (length, body) = match octets {
        [0x94 | 0x9c, length, body @ ..] => (usize::from(*length), body),
        [0x95 | 0x9d, high, low, body @ ..] => {
            (usize::from(u16::from_be_bytes([*high, *low])), body)
        }
        [0xc5 | 0xc7, length @ 0..192, body @ ..] => (usize::from(*length), body),
        [0xc5 | 0xc7, high @ 192..224, low, body @ ..] => (
            ((usize::from(*high) - 192) << 8) + usize::from(*low) + 192,
            body,
        ),
        _ => return false,
    };
    // Version, time, algorithm.
    (SHORTEST..=LONGEST).contains(&length)
        && matches!(
            body,
            [3..=6, _, _, _, _, 1..=3 | 16..=19 | 22 | 25..=28, ..]
        )
}

/// The length of the public structure at the start: a certificate, a request, a list, a public key,
/// a CMS message. More than there is when it is cut off.
pub(super) fn public_length(octets: &[u8]) -> Option<usize> {
    let outer = value(octets).filter(|outer| outer.tag == 0x30)?;
    let inner = value(outer.content)?;
    let is_public = match inner.tag {
        // Signed structures and public keys start with a SEQUENCE.
        0x30 => matches!(inner.content.first(), Some(0x02 | 0x06 | 0x30 | 0xa0)),
        // CMS (RFC 5652 §3): signedData and its like, no encrypted data.
        0x06 => inner
            .content
            .starts_with(b"\x2a\x86\x48\x86\xf7\x0d\x01\x07"),
        // RSAPublicKey (RFC 8017 appendix A.1.1): modulus, exponent.
        0x02 => {
            inner.length >= MIN_NUMBER
                && value(inner.rest).is_none_or(|next| next.tag == 0x02 && next.length <= 32)
        }
        _ => false,
    };
    let header = octets.len() - outer.content.len() - outer.rest.len();
    is_public.then_some(header + outer.length)
}

/// Whether octets are nothing but public structures, the last of which may be cut off.
pub(super) fn is_public(octets: &[u8]) -> bool {
    let mut rest = octets;
    while rest.len() >= MIN_EXTRA {
        let Some(length) = public_length(rest) else {
            return false;
        };
        rest = rest.get(length.max(1)..).unwrap_or_default();
    }
    rest.len() < octets.len()
}
