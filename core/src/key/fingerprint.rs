//! SHA-256 fingerprints, one type for each thing that has one, so that they cannot be mixed up.

use std::borrow::Cow;

use crate::advice::Advice;
/// The text is not a SHA-256 fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a SHA-256 fingerprint")]
pub struct InvalidFingerprint;

impl Advice for InvalidFingerprint {
    fn remedy(&self) -> Cow<'static, str> {
        "Copy it from the certificate or the key: 64 hexadecimal digits.".into()
    }
}

macro_rules! fingerprint {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// The text form has 64 lower case hexadecimal digits.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; 32]);

        impl $name {
            /// The fingerprint of these bytes.
            #[must_use]
            pub fn of(der: &[u8]) -> Self {
                Self(<sha2::Sha256 as sha2::Digest>::digest(der).into())
            }

            /// The digest itself.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::key::InvalidFingerprint;

            /// Reads either case, with or without the colons that OpenSSL writes.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if text.len() > 95 {
                    return Err($crate::key::InvalidFingerprint);
                }
                let bare = text.replace(':', "");
                data_encoding::HEXLOWER_PERMISSIVE
                    .decode(bare.as_bytes())
                    .ok()
                    .and_then(|octets| octets.try_into().ok())
                    .map(Self)
                    .ok_or($crate::key::InvalidFingerprint)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::key::InvalidFingerprint;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(fingerprint: $name) -> Self {
                fingerprint.to_string()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }
    };
}

pub(crate) use fingerprint;
