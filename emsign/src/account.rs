//! Who calls, and what makes one call different from the next.

use std::fmt;

use certwright_core::{
    credential::{AccessKey, AccountNumber},
    time::Timestamp,
};
use data_encoding::HEXLOWER;

use crate::hosts::BaseUrl;

/// Everything that a call needs to know about an account. `Debug` does not show the key.
#[derive(Clone, Debug)]
pub struct Account {
    /// Where the account's API lives, path prefix included.
    pub base: BaseUrl,
    /// The account number.
    pub number: AccountNumber,
    /// The access key; it is hashed into each request and never sent.
    pub key: AccessKey,
}

/// The instant and the transaction id of one call. Every call needs its own, repetitions included
/// (emSign API reference, A3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When the call is made.
    pub at: Timestamp,
    /// Its transaction id.
    pub txn: Txn,
}

impl Stamp {
    /// `ts`: ISO 8601 with a numeric offset, without which the CA assumes Indian time (A3).
    pub(crate) fn ts(&self) -> String {
        let text = self.at.to_string();
        format!("{}+00:00", text.trim_end_matches('Z'))
    }
}

/// A transaction id: 10 to 50 letters and digits, unique per account (A3).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Txn(String);

impl Txn {
    /// An id from 128 random bits, which the caller draws: 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn from_random(bits: [u8; 16]) -> Self {
        Self(HEXLOWER.encode(&bits))
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Txn {
    type Error = InvalidTxn;

    fn try_from(text: String) -> Result<Self, InvalidTxn> {
        let fits =
            (10..=50).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if fits {
            Ok(Self(text))
        } else {
            Err(InvalidTxn)
        }
    }
}

impl From<Txn> for String {
    fn from(txn: Txn) -> Self {
        txn.0
    }
}

impl fmt::Display for Txn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Not a transaction id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is 10 to 50 letters and digits")]
pub struct InvalidTxn;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_txn_is_one_that_the_ca_takes() {
        let txn = Txn::from_random([0xA7; 16]);
        assert_eq!(txn.as_str(), "a7".repeat(16));
        assert_eq!(Txn::try_from(txn.to_string()), Ok(txn));
        assert_eq!(Txn::try_from("short".to_owned()), Err(InvalidTxn));
        assert_eq!(Txn::try_from("with-hyphens".to_owned()), Err(InvalidTxn));
    }

    #[test]
    fn ts_carries_a_numeric_offset() {
        let stamp = Stamp {
            at: Timestamp::from_unix(1_773_045_331),
            txn: Txn::from_random([0; 16]),
        };
        assert_eq!(stamp.ts(), "2026-03-09T08:35:31+00:00");
    }
}
