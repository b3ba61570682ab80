//! The assertion: read, held against what is expected, and its signature verified.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, de::IgnoredAny};

use super::{AccessSettings, KeyPicture};
use crate::{
    signature,
    time::{MINUTE, Timestamp},
};

/// The longest assertion that is looked at, in bytes. One with many groups has a few thousand.
pub const MAX_ASSERTION: usize = 16 * 1024;
/// How many groups are looked at.
const MAX_GROUPS: usize = 500;
/// By how much the clocks of Access and this system may differ, in seconds.
const LEEWAY: i64 = MINUTE;

/// Who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person, by the e-mail address that their identity provider has verified, in lower case.
    Person(String),
    /// A machine, by the client id of its service token.
    Service(String),
}

/// What a verified assertion says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who has signed in.
    pub who: Who,
    /// The groups that the identity provider told, where Access passes them on.
    pub groups: Vec<String>,
    /// When the assertion ends.
    pub expires_at: Timestamp,
}

impl Identity {
    /// The name in the audit trail. It is the same for every assertion of the same person.
    #[must_use]
    pub fn actor(&self) -> String {
        match &self.who {
            Who::Person(email) => format!("access:{email}"),
            Who::Service(client) => format!("access-service:{client}"),
        }
    }
}

impl Identity {
    /// The person behind a token that was made under Access, by their name in the audit trail and the
    /// group to which they owed their role. `None` for whoever did not sign in through Access.
    #[must_use]
    pub fn behind_token(person: &str, group: Option<&str>, expires_at: Timestamp) -> Option<Self> {
        let (kind, name) = person.split_once(':')?;
        let who = match kind {
            "access" => Who::Person(name.to_owned()),
            "access-service" => Who::Service(name.to_owned()),
            _ => return None,
        };
        Some(Self {
            who,
            groups: group.map(str::to_owned).into_iter().collect(),
            expires_at,
        })
    }
}

/// Why an assertion is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssertionFault {
    /// Not a JWT of the expected form, or a very long one.
    #[error("the Access assertion is malformed")]
    Malformed,
    /// Signed in another way than RS256. `none` and HS256 with the public key as the secret are the
    /// classic forgeries (RFC 8725 §2.1).
    #[error("the Access assertion is not signed with RS256")]
    Algorithm,
    /// Signed with a key that is not the team's.
    #[error("the Access assertion is signed with an unknown key")]
    UnknownKey,
    /// The signature does not verify.
    #[error("the signature of the Access assertion does not verify")]
    Signature,
    /// Made by another team.
    #[error("the Access assertion is another team's")]
    Issuer,
    /// Made for another application.
    #[error("the Access assertion is for another application")]
    Audience,
    /// Its time is over.
    #[error("the Access assertion has expired")]
    Expired,
    /// Its time has not come.
    #[error("the Access assertion is not valid yet")]
    NotYetValid,
    /// A session token of the team instead of one for an application.
    #[error("the Access assertion is not one for an application")]
    Kind,
    /// It names nobody.
    #[error("the Access assertion names neither a person nor a service")]
    Nobody,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood (RFC 7515 §4.1.11); none is.
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: OneOrMany,
    exp: i64,
    nbf: Option<i64>,
    #[serde(rename = "type")]
    kind: Option<String>,
    email: Option<String>,
    /// The client id of a service token.
    common_name: Option<String>,
    groups: Option<OneOrMany>,
    /// Claims of the identity provider that Access was told to pass on.
    custom: Option<Custom>,
}

#[derive(Deserialize)]
struct Custom {
    groups: Option<OneOrMany>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
    /// Something that is no text; it names nothing.
    Other(IgnoredAny),
}

impl OneOrMany {
    fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
            Self::Other(_) => &[],
        }
    }
}

/// An assertion that is well-formed and for us by its own word. Nothing of it is to be believed
/// before [`Assertion::verify`].
pub struct Assertion<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    key_id: String,
    claims: Claims,
}

impl<'a> Assertion<'a> {
    /// Reads an assertion and holds what it claims against what is expected. Only one that passes
    /// is worth fetching keys for, so that garbage makes nobody hammer the team's address.
    ///
    /// # Errors
    /// [`AssertionFault`].
    pub fn read(
        text: &'a str,
        settings: &AccessSettings,
        now: Timestamp,
    ) -> Result<Self, AssertionFault> {
        if text.len() > MAX_ASSERTION {
            return Err(AssertionFault::Malformed);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(AssertionFault::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(AssertionFault::Malformed)?;
        let header: Header = part(header)?;
        if header.alg != "RS256" {
            return Err(AssertionFault::Algorithm);
        }
        if header.crit.is_some() {
            return Err(AssertionFault::Malformed);
        }
        let claims: Claims = part(claims)?;
        check(&claims, settings, now)?;
        Ok(Self {
            signed,
            signature: decode(signature)?,
            key_id: header.kid.ok_or(AssertionFault::UnknownKey)?,
            claims,
        })
    }

    /// The key that it says it is signed with.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Verifies the signature: what the assertion says is to be believed.
    ///
    /// # Errors
    /// [`AssertionFault::UnknownKey`], [`AssertionFault::Signature`], [`AssertionFault::Nobody`].
    pub fn verify(self, keys: &KeyPicture) -> Result<Identity, AssertionFault> {
        let key = keys.find(&self.key_id).ok_or(AssertionFault::UnknownKey)?;
        signature::rsa_sha256(
            &key.modulus,
            &key.exponent,
            self.signed.as_bytes(),
            &self.signature,
        )
        .map_err(|_| AssertionFault::Signature)?;
        identity(self.claims)
    }
}

fn decode(text: &str) -> Result<Vec<u8>, AssertionFault> {
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|_| AssertionFault::Malformed)
}

fn part<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, AssertionFault> {
    serde_json::from_slice(&decode(text)?).map_err(|_| AssertionFault::Malformed)
}

fn check(claims: &Claims, settings: &AccessSettings, now: Timestamp) -> Result<(), AssertionFault> {
    if claims.iss != settings.team.as_str() {
        return Err(AssertionFault::Issuer);
    }
    if !claims.aud.texts().contains(&settings.audience) {
        return Err(AssertionFault::Audience);
    }
    // RFC 7519 §4.1.4: not on or after `exp`.
    if now >= Timestamp::from_unix(claims.exp).plus(LEEWAY) {
        return Err(AssertionFault::Expired);
    }
    if claims
        .nbf
        .is_some_and(|nbf| now < Timestamp::from_unix(nbf).plus(-LEEWAY))
    {
        return Err(AssertionFault::NotYetValid);
    }
    match claims.kind.as_deref() {
        Some("app") => Ok(()),
        _ => Err(AssertionFault::Kind),
    }
}

fn identity(claims: Claims) -> Result<Identity, AssertionFault> {
    let named = |name: Option<String>| name.filter(|name| !name.trim().is_empty());
    let who = match (named(claims.email), named(claims.common_name)) {
        (Some(email), _) => Who::Person(email.trim().to_ascii_lowercase()),
        (None, Some(client)) => Who::Service(client),
        (None, None) => return Err(AssertionFault::Nobody),
    };
    let custom = claims.custom.and_then(|custom| custom.groups);
    let groups = [claims.groups, custom];
    let groups = groups
        .iter()
        .flatten()
        .flat_map(OneOrMany::texts)
        .take(MAX_GROUPS);
    Ok(Identity {
        who,
        groups: groups.cloned().collect(),
        expires_at: Timestamp::from_unix(claims.exp),
    })
}
