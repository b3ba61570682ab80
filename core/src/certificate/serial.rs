//! Certificate serial numbers, which one party writes in hexadecimal and another in decimal.

use std::{borrow::Cow, fmt};

use data_encoding::HEXUPPER;
use serde::{Deserialize, Serialize};

use crate::advice::Advice;

/// RFC 5280 §4.1.2.2 allows 20 octets; older certificates have more.
const MAX_OCTETS: usize = 40;

/// The text is not a serial number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be the serial number of a certificate")]
pub struct InvalidSerial;

impl Advice for InvalidSerial {
    fn remedy(&self) -> Cow<'static, str> {
        "Copy it from the certificate: hexadecimal or decimal digits.".into()
    }
}

/// A certificate serial number. The text form is upper case hexadecimal, two digits to the octet,
/// without leading zero octets; a minus sign stands before a negative one, as OpenSSL writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Serial {
    /// Big-endian, without leading zeros.
    magnitude: Vec<u8>,
    /// RFC 5280 §4.1.2.2 forbids it, and asks readers to be prepared for it.
    is_negative: bool,
}

impl Serial {
    /// From the content of the DER INTEGER, which is in two's complement (X.690 §8.3).
    pub(crate) fn from_der_content(octets: &[u8]) -> Option<Self> {
        if octets.first().is_none_or(|first| *first < 0x80) {
            return Self::from_octets(octets);
        }
        let mut carry = true;
        let mut magnitude: Vec<u8> = octets
            .iter()
            .rev()
            .map(|octet| {
                let (value, over) = (!octet).overflowing_add(u8::from(carry));
                carry = over;
                value
            })
            .collect();
        magnitude.reverse();
        Self::from_octets(&magnitude).map(|serial| Self {
            is_negative: true,
            ..serial
        })
    }

    /// From the octets of an unsigned number.
    fn from_octets(octets: &[u8]) -> Option<Self> {
        let significant = octets
            .iter()
            .position(|octet| *octet != 0)
            .and_then(|start| octets.get(start..))
            .unwrap_or(&[0]);
        (significant.len() <= MAX_OCTETS).then(|| Self {
            magnitude: significant.to_vec(),
            is_negative: false,
        })
    }

    /// Reads hexadecimal in either case, with or without colons, spaces and a leading `0x`.
    ///
    /// # Errors
    /// [`InvalidSerial`] when it is anything else, or longer than any serial number.
    pub fn from_hex(text: &str) -> Result<Self, InvalidSerial> {
        signed(text, Self::from_hex_digits)
    }

    fn from_hex_digits(text: &str) -> Result<Self, InvalidSerial> {
        let text = text
            .strip_prefix("0x")
            .or_else(|| text.strip_prefix("0X"))
            .unwrap_or(text);
        if text.len() > 3 * (MAX_OCTETS + 1) {
            return Err(InvalidSerial);
        }
        let mut digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ')).collect();
        digits.make_ascii_uppercase();
        if digits.is_empty() {
            return Err(InvalidSerial);
        }
        if digits.len() % 2 == 1 {
            digits.insert(0, '0');
        }
        HEXUPPER
            .decode(digits.as_bytes())
            .ok()
            .and_then(|octets| Self::from_octets(&octets))
            .ok_or(InvalidSerial)
    }

    /// Reads decimal.
    ///
    /// # Errors
    /// [`InvalidSerial`] when it is anything else, or larger than any serial number.
    pub fn from_decimal(text: &str) -> Result<Self, InvalidSerial> {
        signed(text, Self::from_decimal_digits)
    }

    fn from_decimal_digits(text: &str) -> Result<Self, InvalidSerial> {
        // log10(256) is below 2.41.
        if text.is_empty() || text.len() > MAX_OCTETS * 241 / 100 + 1 {
            return Err(InvalidSerial);
        }
        // Least significant octet first.
        let mut octets: Vec<u8> = Vec::with_capacity(MAX_OCTETS);
        for character in text.chars() {
            let mut carry = character.to_digit(10).ok_or(InvalidSerial)?;
            for octet in &mut octets {
                let value = u32::from(*octet) * 10 + carry;
                let [low, high, ..] = value.to_le_bytes();
                *octet = low;
                carry = u32::from(high);
            }
            if let Ok(carry @ 1..) = u8::try_from(carry) {
                octets.push(carry);
            }
        }
        octets.reverse();
        Self::from_octets(&octets).ok_or(InvalidSerial)
    }

    /// Whether `text` is this number in hexadecimal or in decimal. Digits alone can be read both
    /// ways; comparing is the only safe use of such a text.
    #[must_use]
    pub fn is_written_as(&self, text: &str) -> bool {
        Self::readings(text).contains(self)
    }

    /// Every number that `text` can mean: none, one, or two when it has only digits.
    #[must_use]
    pub fn readings(text: &str) -> Vec<Self> {
        let mut readings: Vec<_> = Self::from_hex(text).into_iter().collect();
        if let Ok(decimal) = Self::from_decimal(text)
            && !readings.contains(&decimal)
        {
            readings.push(decimal);
        }
        readings
    }

    /// The number in decimal.
    #[must_use]
    pub fn to_decimal(&self) -> String {
        // Least significant digit first.
        let mut digits: Vec<u8> = vec![0];
        for octet in &self.magnitude {
            let mut carry = u32::from(*octet);
            for digit in &mut digits {
                let value = u32::from(*digit) * 256 + carry;
                *digit = u8::try_from(value % 10).unwrap_or_default();
                carry = value / 10;
            }
            while carry > 0 {
                digits.push(u8::try_from(carry % 10).unwrap_or_default());
                carry /= 10;
            }
        }
        let digits = digits.iter().rev().map(|digit| char::from(b'0' + digit));
        self.is_negative
            .then_some('-')
            .into_iter()
            .chain(digits)
            .collect()
    }
}

/// Reads a number with or without a minus sign. There is no negative zero.
fn signed(
    text: &str,
    read: fn(&str) -> Result<Serial, InvalidSerial>,
) -> Result<Serial, InvalidSerial> {
    let text = text.trim();
    let Some(magnitude) = text.strip_prefix('-') else {
        return read(text);
    };
    let serial = read(magnitude.trim_start())?;
    let is_negative = serial.magnitude != [0];
    Ok(Serial {
        is_negative,
        ..serial
    })
}

impl TryFrom<String> for Serial {
    type Error = InvalidSerial;

    fn try_from(text: String) -> Result<Self, InvalidSerial> {
        Self::from_hex(&text)
    }
}

impl From<Serial> for String {
    fn from(serial: Serial) -> Self {
        serial.to_string()
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_negative {
            f.write_str("-")?;
        }
        f.write_str(&HEXUPPER.encode(&self.magnitude))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_number_in_all_its_spellings() {
        let serial = Serial::from_hex("0x00:ab:CD:ef").unwrap();
        assert_eq!(serial.to_string(), "ABCDEF");
        assert_eq!(serial.to_decimal(), "11259375");
        for text in ["11259375", "abcdef", "00ABCDEF", "AB CD EF", " abcdef "] {
            assert!(serial.is_written_as(text), "{text}");
        }
        assert!(!serial.is_written_as("ABCDEE"));
        assert!(!serial.is_written_as(""));
        assert_eq!(Serial::from_hex("0").unwrap().to_string(), "00");
        assert_eq!(Serial::from_hex("0").unwrap().to_decimal(), "0");
    }

    #[test]
    fn a_negative_number_keeps_its_sign() {
        let serial = Serial::from_der_content(&[0xff, 0x7f]).unwrap();
        assert_eq!(serial.to_string(), "-81");
        assert_eq!(serial.to_decimal(), "-129");
        assert_eq!(Serial::from_hex("-00:81").unwrap(), serial);
        assert_eq!(Serial::from_decimal("-129").unwrap(), serial);
        assert_ne!(Serial::from_hex("81").unwrap(), serial);
        assert_eq!(
            Serial::from_der_content(&[0x80]).unwrap().to_decimal(),
            "-128"
        );
        assert_eq!(
            Serial::from_der_content(&[0, 0x80]).unwrap().to_decimal(),
            "128"
        );
        assert_eq!(
            Serial::from_hex("-0").unwrap(),
            Serial::from_hex("0").unwrap()
        );
    }

    #[test]
    fn digits_alone_mean_two_numbers() {
        assert_eq!(Serial::readings("10").len(), 2);
        assert_eq!(Serial::readings("7").len(), 1);
        assert_eq!(Serial::readings("xyz"), vec![]);
        assert_eq!(Serial::readings(&"9".repeat(500)), vec![]);
    }

    proptest! {
        #[test]
        fn decimal_and_hexadecimal_agree(octets in proptest::collection::vec(any::<u8>(), 1..=40)) {
            let serial = Serial::from_octets(&octets).unwrap();
            prop_assert_eq!(&Serial::from_decimal(&serial.to_decimal()).unwrap(), &serial);
            prop_assert_eq!(&Serial::from_hex(&serial.to_string()).unwrap(), &serial);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,200}") {
            let _ = Serial::readings(&text);
        }
    }
}
