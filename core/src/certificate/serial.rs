//! Certificate serial numbers, which one party writes in hexadecimal and another in decimal.

use std::fmt;

use data_encoding::HEXUPPER;
use serde::{Deserialize, Serialize};

/// RFC 5280 §4.1.2.2 allows 20 octets; older certificates have more.
const MAX_OCTETS: usize = 40;

/// The text is not a serial number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a certificate serial number in hexadecimal or decimal")]
pub struct InvalidSerial;

/// A certificate serial number. The text form is upper case hexadecimal, two digits to the octet,
/// without leading zero octets.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Serial(Vec<u8>);

impl Serial {
    /// From the content of the DER INTEGER. Negative numbers, which RFC 5280 forbids and some CAs
    /// wrote, are taken as the unsigned number with the same octets.
    pub(crate) fn from_octets(octets: &[u8]) -> Option<Self> {
        let significant = octets
            .iter()
            .position(|octet| *octet != 0)
            .and_then(|start| octets.get(start..))
            .unwrap_or(&[0]);
        (significant.len() <= MAX_OCTETS).then(|| Self(significant.to_vec()))
    }

    /// Reads hexadecimal in either case, with or without colons, spaces and a leading `0x`.
    ///
    /// # Errors
    /// [`InvalidSerial`] when it is anything else, or longer than any serial number.
    pub fn from_hex(text: &str) -> Result<Self, InvalidSerial> {
        let text = text.trim();
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
        let text = text.trim();
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
        for octet in &self.0 {
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
        digits
            .iter()
            .rev()
            .map(|digit| char::from(b'0' + digit))
            .collect()
    }
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
        f.write_str(&HEXUPPER.encode(&self.0))
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
