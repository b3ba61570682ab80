//! The sealed form of a secret: which master key closed it, what it is bound to, and its text.
//!
//! The text is `2.v<version>.<nonce>.<ciphertext and tag>`, nonce and ciphertext in base64. Form 1,
//! `v<version>.<nonce>.<ciphertext and tag>`, is bound to the row alone; it still opens, and a
//! reseal turns it into form 2. Encryption itself, AES-256-GCM (NIST SP 800-38D), is the platform's.

use std::{fmt, num::NonZeroU32, str::FromStr};

use data_encoding::BASE64;

/// The bytes of a nonce: 96 random bits (NIST SP 800-38D §8.2.2).
pub const NONCE_BYTES: usize = 12;
/// The bytes of a master key.
pub const MASTER_KEY_BYTES: usize = 32;
/// The longest sealed text that is read, in bytes: an access key has at most 512.
pub const MAX_TEXT_BYTES: usize = 2048;
/// The bytes of an authentication tag, which every ciphertext ends with.
const TAG_BYTES: usize = 16;

/// Which of the deployment's master keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MasterKeyVersion(NonZeroU32);

impl MasterKeyVersion {
    /// The first one, which is current where nothing else is said.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// The number.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0.get()
    }

    /// The name of the secret that holds the key.
    #[must_use]
    pub fn secret_name(self) -> String {
        format!("MASTER_KEY_V{}", self.0)
    }

    /// The version that closes new seals, from the setting `MASTER_KEY_CURRENT`; the first one
    /// when it is not set. It is set by hand rather than taken to be the highest, so that a new key
    /// can be put in place everywhere before anything is closed with it.
    ///
    /// # Errors
    /// [`InvalidVersion`].
    pub fn current(setting: Option<&str>) -> Result<Self, InvalidVersion> {
        setting.map_or(Ok(Self::FIRST), str::parse)
    }
}

impl FromStr for MasterKeyVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        let is_plain = (1..=6).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_digit())
            && !text.starts_with('0');
        let number = is_plain.then(|| text.parse().ok()).flatten();
        number.map(Self).ok_or(InvalidVersion)
    }
}

/// Not the number of a master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is the number of a master key: 1 to 999999")]
pub struct InvalidVersion;

/// A master key as a deployment's secret holds it.
///
/// # Errors
/// [`InvalidMasterKey`].
pub fn master_key(secret: &str) -> Result<[u8; MASTER_KEY_BYTES], InvalidMasterKey> {
    let bytes = BASE64.decode(secret.trim().as_bytes());
    bytes
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(InvalidMasterKey)
}

/// Not a master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is 32 bytes of base64")]
pub struct InvalidMasterKey;

/// What a sealed secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The access key of an emSign account.
    AccessKey,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::AccessKey => "access-key",
        }
    }
}

/// Where a sealed secret belongs. A seal that is moved to another row, or put to another use, does
/// not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// What it is for.
    pub purpose: Purpose,
    /// The id of the row that holds it.
    pub row: &'a str,
}

impl Place<'_> {
    /// The additional data that new seals are bound to. Neither part can hold the separator.
    #[must_use]
    pub fn additional_data(&self) -> Vec<u8> {
        format!("certwright seal 2\n{}\n{}", self.purpose.as_str(), self.row).into_bytes()
    }
}

/// What stands in a sealed text before nonce and ciphertext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Bound to the row.
    Row,
    /// Bound to purpose and row.
    PurposeAndRow,
}

/// A sealed secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    form: Form,
    version: MasterKeyVersion,
    nonce: [u8; NONCE_BYTES],
    ciphertext: Vec<u8>,
}

impl Seal {
    /// A seal that was made just now, of what [`Place::additional_data`] was bound to.
    #[must_use]
    pub fn new(version: MasterKeyVersion, nonce: [u8; NONCE_BYTES], ciphertext: Vec<u8>) -> Self {
        Self {
            form: Form::PurposeAndRow,
            version,
            nonce,
            ciphertext,
        }
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// [`InvalidSeal`].
    pub fn parse(text: &str) -> Result<Self, InvalidSeal> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(InvalidSeal);
        }
        let (form, rest) = match text.strip_prefix("2.") {
            Some(rest) => (Form::PurposeAndRow, rest),
            None => (Form::Row, text),
        };
        let mut parts = rest.split('.');
        let version = parts
            .next()
            .and_then(|part| part.strip_prefix('v')?.parse().ok());
        let nonce = parts.next().and_then(decoded);
        let ciphertext = parts.next().and_then(decoded);
        match (version, nonce, ciphertext, parts.next()) {
            (Some(version), Some(nonce), Some(ciphertext), None)
                if ciphertext.len() > TAG_BYTES =>
            {
                Ok(Self {
                    form,
                    version,
                    nonce: nonce.try_into().map_err(|_| InvalidSeal)?,
                    ciphertext,
                })
            }
            _ => Err(InvalidSeal),
        }
    }

    /// The master key that opens it.
    #[must_use]
    pub fn version(&self) -> MasterKeyVersion {
        self.version
    }

    /// The nonce.
    #[must_use]
    pub fn nonce(&self) -> &[u8; NONCE_BYTES] {
        &self.nonce
    }

    /// The ciphertext with its tag.
    #[must_use]
    pub fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }

    /// The additional data that it is bound to, if it belongs at this place.
    #[must_use]
    pub fn additional_data(&self, place: &Place<'_>) -> Vec<u8> {
        match self.form {
            Form::Row => place.row.as_bytes().to_vec(),
            Form::PurposeAndRow => place.additional_data(),
        }
    }

    /// Whether it is as a new one would be: the present form under this master key.
    #[must_use]
    pub fn is_current(&self, current: MasterKeyVersion) -> bool {
        self.form == Form::PurposeAndRow && self.version == current
    }
}

impl fmt::Display for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match self.form {
            Form::Row => "",
            Form::PurposeAndRow => "2.",
        };
        write!(
            f,
            "{form}v{}.{}.{}",
            self.version.0,
            BASE64.encode(&self.nonce),
            BASE64.encode(&self.ciphertext)
        )
    }
}

/// Not a sealed secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a sealed secret")]
pub struct InvalidSeal;

fn decoded(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PLACE: Place<'_> = Place {
        purpose: Purpose::AccessKey,
        row: "cred_a",
    };

    fn version(number: u32) -> MasterKeyVersion {
        number.to_string().parse().unwrap()
    }

    #[test]
    fn the_text_leads_back_to_the_seal() {
        let seal = Seal::new(version(3), [7; NONCE_BYTES], vec![9; 40]);
        let text = seal.to_string();
        assert!(text.starts_with("2.v3."), "{text}");
        assert_eq!(Seal::parse(&text), Ok(seal));
    }

    #[test]
    fn the_first_form_is_read_and_is_never_current() {
        let new = Seal::new(version(1), [7; NONCE_BYTES], vec![9; 40]);
        let old = new.to_string().trim_start_matches("2.").to_owned();
        let seal = Seal::parse(&old).unwrap();
        assert_eq!(seal.to_string(), old);
        assert_eq!(seal.additional_data(&PLACE), b"cred_a");
        assert!(!seal.is_current(version(1)));
        assert!(new.is_current(version(1)) && !new.is_current(version(2)));
    }

    #[test]
    fn purpose_and_row_are_bound() {
        let other = Place {
            row: "cred_b",
            ..PLACE
        };
        assert_ne!(PLACE.additional_data(), other.additional_data());
        assert_ne!(PLACE.additional_data(), b"cred_a");
    }

    #[test]
    fn what_is_no_seal_is_refused() {
        let good = Seal::new(version(1), [7; NONCE_BYTES], vec![9; 40]).to_string();
        let short_nonce = format!(
            "2.v1.{}.{}",
            BASE64.encode(&[1; 11]),
            BASE64.encode(&[1; 40])
        );
        let only_a_tag = format!(
            "2.v1.{}.{}",
            BASE64.encode(&[1; 12]),
            BASE64.encode(&[1; 16])
        );
        for text in [
            "",
            "v1",
            "v1.x.y",
            "2.",
            "3.v1.AAAA.AAAA",
            &good.replace("v1", "v0"),
            &good.replace("v1", "v01"),
            &good.replace("v1", "1"),
            &good.replace("v1", "v4294967296"),
            &format!("{good}.AAAA"),
            &format!("{good} "),
            &format!("2.{good}"),
            &short_nonce,
            &only_a_tag,
            &format!("2.v1.{}", "A".repeat(MAX_TEXT_BYTES)),
        ] {
            assert_eq!(Seal::parse(text), Err(InvalidSeal), "{text}");
        }
    }

    #[test]
    fn the_current_version_is_said_or_the_first() {
        assert_eq!(MasterKeyVersion::current(None), Ok(version(1)));
        assert_eq!(MasterKeyVersion::current(Some("12")), Ok(version(12)));
        for text in ["", "0", "-1", "+1", "v1", "1.5", "1000000"] {
            let refused = MasterKeyVersion::current(Some(text));
            assert_eq!(refused, Err(InvalidVersion), "{text}");
        }
        assert_eq!(version(12).secret_name(), "MASTER_KEY_V12");
    }

    #[test]
    fn a_master_key_has_256_bits() {
        let encoded = |bytes: &[u8]| BASE64.encode(bytes);
        assert_eq!(
            master_key(&format!(" {}\n", encoded(&[5; 32]))),
            Ok([5; 32])
        );
        for text in [
            String::new(),
            encoded(&[5; 31]),
            encoded(&[5; 33]),
            "x".repeat(44),
        ] {
            assert_eq!(master_key(&text), Err(InvalidMasterKey));
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            if let Ok(seal) = Seal::parse(&text) {
                prop_assert_eq!(Seal::parse(&seal.to_string()), Ok(seal));
            }
        }

        #[test]
        fn every_seal_survives_its_text(
            number in 1_u32..999_999,
            nonce: [u8; NONCE_BYTES],
            ciphertext in proptest::collection::vec(any::<u8>(), 17..600),
        ) {
            let seal = Seal::new(version(number), nonce, ciphertext);
            prop_assert_eq!(Seal::parse(&seal.to_string()), Ok(seal));
        }
    }
}
