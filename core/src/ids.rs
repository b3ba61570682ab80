//! Identities of our own records: a prefix that says what is meant, and 128 random bits.

use std::{borrow::Cow, fmt, str::FromStr};

use data_encoding::{Encoding, Specification};
use serde::{Deserialize, Serialize};

use crate::advice::Advice;

/// The text is not an id of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an id that starts with \"{prefix}_\"")]
pub struct InvalidId {
    /// What ids of this kind start with.
    pub prefix: &'static str,
}

impl Advice for InvalidId {
    fn remedy(&self) -> Cow<'static, str> {
        "Copy it from a reply of Certwright.".into()
    }
}

/// RFC 4648 base32 in lower case without padding: survives URLs, shells and dictation.
pub(crate) fn base32() -> Option<Encoding> {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("abcdefghijklmnopqrstuvwxyz234567");
    specification.encoding().ok()
}

fn is_body(text: &str) -> bool {
    text.len() == 26
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b))
}

/// Whether a text has the form of an id of any kind.
#[must_use]
pub fn is_id(text: &str) -> bool {
    text.split_once('_').is_some_and(|(prefix, body)| {
        (1..=8).contains(&prefix.len())
            && prefix.bytes().all(|b| b.is_ascii_lowercase())
            && is_body(body)
    })
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// What every id of this kind starts with, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// An id from 128 random bits, which the caller draws.
            #[must_use]
            pub fn from_random(bits: [u8; 16]) -> Self {
                let body = base32().map(|encoding| encoding.encode(&bits)).unwrap_or_default();
                Self(format!(concat!($prefix, "_{}"), body))
            }

            /// The text form, as stored and shown.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                match text.strip_prefix(concat!($prefix, "_")) {
                    Some(body) if is_body(body) => Ok(Self(text.to_owned())),
                    _ => Err(InvalidId { prefix: $prefix }),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// A linked emSign account.
    CredentialId, "cred"
}
id! {
    /// An order, placed here or imported.
    OrderId, "ord"
}
id! {
    /// A certificate in the inventory.
    CertificateId, "cert"
}
id! {
    /// A stored certificate signing request.
    CsrId, "csr"
}
id! {
    /// Long work that a person can follow: a sync, an import.
    JobId, "job"
}
id! {
    /// One piece of outstanding work in the outbox.
    WorkId, "work"
}
id! {
    /// An entry of the audit trail.
    AuditId, "aud"
}
id! {
    /// A bearer token; not its secret.
    TokenId, "tok"
}

/// The short unique reference that an order carries to the CA, so that it can be found there.
///
/// Ten characters of RFC 4648 base32 (50 bits), upper case. It travels as the tag
/// `Certwright:REFERENCE` and in the order's remarks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrderReference(String);

impl OrderReference {
    const LENGTH: usize = 10;
    const TAG_NAME: &'static str = "Certwright";

    /// A reference from random bits, which the caller draws; 50 of the 56 are used.
    #[must_use]
    pub fn from_random(bits: [u8; 7]) -> Self {
        let body = base32()
            .map(|encoding| encoding.encode(&bits))
            .unwrap_or_default();
        Self(
            body.chars()
                .take(Self::LENGTH)
                .collect::<String>()
                .to_ascii_uppercase(),
        )
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tag by which the CA's order report can be searched.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("{}:{}", Self::TAG_NAME, self.0)
    }

    /// Reads a reference back out of a tag of the CA's order report.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        let (name, value) = tag.split_once(':')?;
        if name.trim() != Self::TAG_NAME {
            return None;
        }
        value.trim().to_owned().try_into().ok()
    }
}

impl TryFrom<String> for OrderReference {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        let fits = text.len() == Self::LENGTH
            && text
                .bytes()
                .all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b));
        if fits {
            Ok(Self(text))
        } else {
            Err(InvalidId {
                prefix: Self::TAG_NAME,
            })
        }
    }
}

impl From<OrderReference> for String {
    fn from(reference: OrderReference) -> Self {
        reference.0
    }
}

impl fmt::Display for OrderReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_another_kind_is_refused() {
        let id = OrderId::from_random([7; 16]);
        assert_eq!(id.as_str().parse(), Ok(id.clone()));
        assert!(id.as_str().parse::<CsrId>().is_err());
        assert!("ord_".parse::<OrderId>().is_err());
        assert!("ord_ABCDEFGHIJKLMNOPQRSTUVWXYZ".parse::<OrderId>().is_err());
    }

    #[test]
    fn a_reference_is_found_again_in_its_tag() {
        let reference = OrderReference::from_random([1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(OrderReference::from_tag(&reference.tag()), Some(reference));
        assert_eq!(OrderReference::from_tag("Department:Web"), None);
        assert_eq!(OrderReference::from_tag("Certwright:short"), None);
    }
}
