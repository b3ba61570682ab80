//! A linked emSign account: where it lives and how it signs in.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

use crate::{advice::Advice, ids::CredentialId, text, time::Timestamp};

/// The CA's environment; each has its hosts (emSign API reference, A1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Environment {
    /// Production for India and the rest of the world.
    ProductionGlobal,
    /// Production in the United States.
    ProductionUs,
    /// Production under the older emSign Hub name.
    ProductionHub,
    /// The CA's own sandbox.
    CaSandbox,
    /// A CA that the deployment's configuration names: a look-alike for development.
    Development,
}

/// What becomes of a DV order for a domain that the account does not have yet; a setting of each
/// account. An OV or EV order for such a domain is always refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NewDomains {
    /// It is placed with a warning; the CA validates the domain as part of the order.
    #[default]
    Validate,
    /// It is refused before anything is sent.
    Refuse,
}

/// The generation of the CA's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Generation {
    /// Account number and access key, `POST <base>/<Operation>`.
    V1,
}

/// The ten-digit number of an emSign account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountNumber(String);

impl AccountNumber {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AccountNumber {
    type Error = InvalidAccountNumber;

    fn try_from(text: String) -> Result<Self, InvalidAccountNumber> {
        let text = text.trim();
        if text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidAccountNumber)
        }
    }
}

impl From<AccountNumber> for String {
    fn from(number: AccountNumber) -> Self {
        number.0
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Not an account number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 10 digits")]
pub struct InvalidAccountNumber;

impl Advice for InvalidAccountNumber {
    fn remedy(&self) -> Cow<'static, str> {
        "The emSign portal shows it under Integration, REST APIs.".into()
    }
}

/// The access key of an account. It is never shown: not by `Debug`, not by any serializer.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKey(String);

impl AccessKey {
    /// The longest key that is taken, in bytes.
    pub const MAX_BYTES: usize = 512;

    /// Takes a key as a person pasted it.
    ///
    /// # Errors
    /// [`InvalidAccessKey`] when it is empty, overlong, or has white space or other
    /// characters inside that cannot be seen.
    pub fn parse(text: &str) -> Result<Self, InvalidAccessKey> {
        let text = text::trimmed(text);
        let fits = !text.is_empty() && text.len() <= Self::MAX_BYTES;
        if fits && text::visible(text) == text {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidAccessKey)
        }
    }

    /// The key itself, for the request digest and for sealing, nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessKey(…)")
    }
}

/// Not an access key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an access key, without spaces within")]
pub struct InvalidAccessKey;

impl Advice for InvalidAccessKey {
    fn remedy(&self) -> Cow<'static, str> {
        "Copy it from the emSign portal, which shows it after Generate Access Key.".into()
    }
}

/// A linked account as everybody may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credential {
    /// Identity.
    pub id: CredentialId,
    /// The name that people gave it.
    pub label: String,
    /// Where the account lives.
    pub environment: Environment,
    /// Which API it speaks.
    pub generation: Generation,
    /// The account number.
    pub account_number: AccountNumber,
    /// The e-mail address of the account's user, which the CA wants with some calls.
    pub user_email: String,
    /// When it was linked.
    pub created_at: Timestamp,
}
