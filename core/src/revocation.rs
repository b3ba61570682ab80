//! Reasons for revocation: the five that the CA takes, out of RFC 5280 §5.3.1's list.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use crate::{
    advice::Advice,
    text::{self, Limit, TextFault},
};

/// A reason that the CA accepts; others cannot be written (emSign API reference, A16.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RevocationReason {
    /// Somebody else may have the private key.
    KeyCompromise,
    /// The subject's organization changed.
    AffiliationChanged,
    /// Another certificate took its place.
    Superseded,
    /// The service is gone.
    CessationOfOperation,
    /// The right to the certificate was withdrawn.
    PrivilegeWithdrawn,
}

impl RevocationReason {
    /// Every reason, in the order of their RFC 5280 numbers.
    pub const ALL: [Self; 5] = [
        Self::KeyCompromise,
        Self::AffiliationChanged,
        Self::Superseded,
        Self::CessationOfOperation,
        Self::PrivilegeWithdrawn,
    ];

    /// RFC 5280's number, which is also the CA's `revokeReasonId`.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::KeyCompromise => 1,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::PrivilegeWithdrawn => 9,
        }
    }

    /// The reason with this number, when the CA takes it.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|reason| reason.number() == number)
    }
}

/// A remark that the CA takes with a revocation or cancellation: not empty, no `;`, which the CA
/// refuses (A16.1), within [`Limit::REASON`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Remark(String);

impl Remark {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Remark {
    type Error = InvalidRemark;

    fn try_from(text: String) -> Result<Self, InvalidRemark> {
        let text = text::line(&text, Limit::REASON)?;
        if text.contains(';') {
            return Err(InvalidRemark::Semicolon);
        }
        Ok(Self(text.to_owned()))
    }
}

impl From<Remark> for String {
    fn from(remark: Remark) -> Self {
        remark.0
    }
}

/// The CA would refuse this remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRemark {
    /// Too long, empty, or of characters that have no place in it.
    #[error(transparent)]
    Text(#[from] TextFault),
    /// The CA takes none.
    #[error("must not contain a semicolon")]
    Semicolon,
}

impl Advice for InvalidRemark {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::Text(fault) => fault.remedy(),
            Self::Semicolon => "Write a comma or a full stop instead.".into(),
        }
    }
}
