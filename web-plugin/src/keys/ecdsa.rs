//! The two written forms of an ECDSA signature.
//!
//! WebCrypto gives r and s one after the other, each padded to the length of the curve's order;
//! X.509 wants `SEQUENCE { r INTEGER, s INTEGER }` in DER (RFC 3279 §2.2.3).

/// Turns r‖s into DER; `None` when the length is not that of the curve.
pub(crate) fn to_der(signature: &[u8], half: usize) -> Option<Vec<u8>> {
    if signature.len() != half.checked_mul(2)? {
        return None;
    }
    let (r, s) = signature.split_at_checked(half)?;
    let mut content = Vec::with_capacity(signature.len() + 6);
    push_integer(&mut content, r)?;
    push_integer(&mut content, s)?;
    let mut der = vec![0x30];
    // At most 2 × (48 + 3) octets, so the short form of the length (X.690 §8.1.3.4) is enough.
    der.push(
        u8::try_from(content.len())
            .ok()
            .filter(|length| *length < 0x80)?,
    );
    der.append(&mut content);
    Some(der)
}

/// Appends a non-negative INTEGER with as few octets as it needs (X.690 §8.3).
fn push_integer(der: &mut Vec<u8>, octets: &[u8]) -> Option<()> {
    let start = octets
        .iter()
        .position(|octet| *octet != 0)
        .unwrap_or(octets.len());
    let magnitude = octets.get(start..)?;
    // A zero in front keeps a number with its top bit set from being read as negative, and is all
    // that there is of the number zero.
    let padded = magnitude.first().is_none_or(|octet| octet & 0x80 != 0);
    der.push(0x02);
    der.push(u8::try_from(magnitude.len() + usize::from(padded)).ok()?);
    if padded {
        der.push(0);
    }
    der.extend_from_slice(magnitude);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_go_and_a_sign_octet_comes() {
        let mut raw = [0; 64];
        raw[31] = 0x7f;
        raw[32] = 0x80;
        let der = to_der(&raw, 32).unwrap();
        assert_eq!(&der[..8], [0x30, 38, 0x02, 1, 0x7f, 0x02, 33, 0x00]);
        assert_eq!(der.len(), 40);
    }

    #[test]
    fn zero_is_one_octet() {
        assert_eq!(to_der(&[0; 64], 32).unwrap(), [0x30, 6, 2, 1, 0, 2, 1, 0]);
    }

    #[test]
    fn another_curves_length_is_refused() {
        assert_eq!(to_der(&[1; 96], 32), None);
        assert_eq!(to_der(&[], 32), None);
    }
}
