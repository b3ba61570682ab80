//! Bearer tokens: how one looks, what is stored of it, and how long it holds.
//!
//! The text is shown once, to whoever made the token. Only its SHA-256 is stored: 256 random bits
//! can't be guessed, so no slow hash is needed.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

use crate::{
    advice::Advice,
    ids::{CredentialId, base32},
    permission::Role,
    text::{self, Limit, TextFault},
    time::{DAY, HOUR, Timestamp},
};

/// What every token's text starts with, so that scanners of secrets know one when they see it.
const PREFIX: &str = "cw_";
/// Characters of base32 that 256 bits take.
const BODY: usize = 52;
/// Days for which a token holds unless told otherwise.
pub const DEFAULT_DAYS: u32 = 90;
/// Days for which a token holds at most.
pub const MAX_DAYS: u32 = 366;
/// Days for which a token holds at most that a person makes who is signed in through Cloudflare Access:
/// their session ends within days, and what they leave behind shall not outlive it for long.
pub const MAX_DAYS_OF_PERSON: u32 = 90;
/// How exactly it is known when a token was last used, in seconds: not every request writes.
const USE_NOTED_EVERY: i64 = HOUR;

/// The text of a token. It is never shown by `Debug` or a serializer.
pub struct TokenText(String);

impl TokenText {
    /// A token's text from 256 random bits, which the caller draws.
    #[must_use]
    pub fn from_random(bits: [u8; 32]) -> Self {
        let body = base32()
            .map(|encoding| encoding.encode(&bits))
            .unwrap_or_default();
        Self(format!("{PREFIX}{body}"))
    }

    /// What a caller sent, if it can be a token at all.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let body = text.strip_prefix(PREFIX)?;
        let fits = body.len() == BODY
            && body
                .bytes()
                .all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b));
        fits.then(|| Self(text.to_owned()))
    }

    /// The text, for the one answer that shows it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is stored instead of the text: SHA-256, hex.
    #[must_use]
    pub fn hash(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.0.as_bytes()))
    }
}

/// Whether a token holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TokenState {
    /// It does.
    Active,
    /// Its time is over.
    Expired,
    /// Somebody has revoked it.
    Revoked,
    /// What is stored of it is not what Certwright has stored, or was bound with a master key that is
    /// gone. It signs nobody in.
    Altered,
}

/// Why a token ends when it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TokenEnd {
    /// Whoever made it wanted it so.
    Chosen,
    /// The token that it was made with ends then.
    Maker,
    /// Tokens of people who sign in through Cloudflare Access end after 90 days.
    Person,
}

impl TokenEnd {
    /// The name, as stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chosen => "chosen",
            Self::Maker => "maker",
            Self::Person => "person",
        }
    }
}

/// What a token is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// The initial administrator's token.
    AdminToken,
    /// A sign-in through Cloudflare Access.
    Access,
    /// Another token, which ends at this time.
    Token(Timestamp),
}

/// Whether a token holds at `now`.
#[must_use]
pub fn state(expires_at: Timestamp, revoked_at: Option<Timestamp>, now: Timestamp) -> TokenState {
    if revoked_at.is_some() {
        TokenState::Revoked
    } else if now >= expires_at {
        TokenState::Expired
    } else {
        TokenState::Active
    }
}

/// Whether a use at `now` is worth writing down.
#[must_use]
pub fn is_use_noted(last_used_at: Option<Timestamp>, now: Timestamp) -> bool {
    last_used_at.is_none_or(|last| now.seconds_since(last) >= USE_NOTED_EVERY)
}

/// When a token that is made at `now` ends, and why then: never later than what it is made with.
///
/// # Errors
/// [`TokenFault::Days`].
pub fn end(
    days: Option<u32>,
    now: Timestamp,
    maker: Maker,
) -> Result<(Timestamp, TokenEnd), TokenFault> {
    let days = days.unwrap_or(DEFAULT_DAYS);
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(TokenFault::Days);
    }
    let chosen = now.plus(i64::from(days) * DAY);
    let (latest, reason) = match maker {
        Maker::AdminToken => return Ok((chosen, TokenEnd::Chosen)),
        Maker::Access => (
            now.plus(i64::from(MAX_DAYS_OF_PERSON) * DAY),
            TokenEnd::Person,
        ),
        Maker::Token(ends_at) => (ends_at, TokenEnd::Maker),
    };
    Ok(if chosen <= latest {
        (chosen, TokenEnd::Chosen)
    } else {
        (latest, reason)
    })
}

/// A label as a person typed it.
///
/// # Errors
/// [`TokenFault::Label`].
pub fn label(text: &str) -> Result<String, TokenFault> {
    let kept = text::line(text, Limit::LABEL).map_err(TokenFault::Label)?;
    Ok(kept.to_owned())
}

/// The name of a person for whom `ADMIN_TOKEN` makes a token. It is one person however it is written.
///
/// # Errors
/// [`TokenFault::Person`].
pub fn person(text: &str) -> Result<String, TokenFault> {
    let name = label(text).map_err(|_| TokenFault::Person)?;
    Ok(format!("{NAMED}{}", name.to_lowercase()))
}

/// What the name of such a person starts with.
pub const NAMED: &str = "person:";

/// Whether two names are those of one person: whoever signs in through Cloudflare Access is the same as
/// the one for whom a token was made under their address.
#[must_use]
pub fn is_same_person(one: &str, other: &str) -> bool {
    let name = |text: &str| -> String {
        let bare = text.strip_prefix(NAMED);
        let bare = bare.or_else(|| text.strip_prefix("access:"));
        bare.map_or_else(|| text.to_owned(), |name| format!(" {name}"))
    };
    name(one) == name(other)
}

/// What somebody may do, or gives another leave to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// The role.
    pub role: Role,
    /// The one account that it is for; all without one.
    pub scope: Option<CredentialId>,
}

impl Rights {
    /// Whether these rights include the others. Nobody hands out what they don't have.
    ///
    /// # Errors
    /// [`TokenFault::Role`], [`TokenFault::Scope`].
    pub fn include(&self, others: &Self) -> Result<(), TokenFault> {
        if others.role > self.role {
            return Err(TokenFault::Role);
        }
        match (&self.scope, &others.scope) {
            (None, _) => Ok(()),
            (Some(own), Some(other)) if own == other => Ok(()),
            _ => Err(TokenFault::Scope),
        }
    }
}

/// Why a token is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// No label, or a strange one.
    #[error(transparent)]
    Label(TextFault),
    /// No name of a person, or a strange one.
    #[error("must have 1 to 100 characters on one line")]
    Person,
    /// Somebody else than whoever holds `ADMIN_TOKEN` names a person.
    #[error("can be named only with ADMIN_TOKEN")]
    PersonNamed,
    /// It would end too late, or at once.
    #[error("must be 1 to 366 days")]
    Days,
    /// A higher role than that of the one who makes it.
    #[error("must not be higher than your own")]
    Role,
    /// Beyond the scope of the one who makes it.
    #[error("must be your own account")]
    Scope,
}

impl Advice for TokenFault {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::Label(fault) => fault.remedy(),
            Self::Person => "Write who will use the token.".into(),
            Self::PersonNamed => "Leave it out, or ask whoever holds ADMIN_TOKEN.".into(),
            Self::Days => "Give a number of days within that. You can create another token when this one expires.".into(),
            Self::Role => "Ask someone who has it.".into(),
            Self::Scope => "Choose the account that your own token is for.".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_back_and_other_texts_are_none() {
        let token = TokenText::from_random([7; 32]);
        assert_eq!(token.expose().len(), PREFIX.len() + BODY);
        let read = TokenText::parse(token.expose()).unwrap();
        assert_eq!(read.hash(), token.hash());
        assert_ne!(TokenText::from_random([8; 32]).hash(), token.hash());
        let upper = token.expose().to_ascii_uppercase();
        let longer = format!("{}a", token.expose());
        for other in ["", "cw_", "cw_test", upper.as_str(), longer.as_str()] {
            assert!(TokenText::parse(other).is_none(), "{other}");
        }
    }

    #[test]
    fn a_token_holds_until_it_ends_or_is_revoked() {
        let now = Timestamp::from_unix(1_000_000);
        let (end, _) = end(Some(1), now, Maker::AdminToken).unwrap();
        assert_eq!(state(end, None, now), TokenState::Active);
        assert_eq!(state(end, None, end.plus(-1)), TokenState::Active);
        assert_eq!(state(end, None, end), TokenState::Expired);
        assert_eq!(state(end, Some(now), now), TokenState::Revoked);
    }

    #[test]
    fn days_have_a_default_and_a_limit() {
        let now = Timestamp::from_unix(0);
        let chosen = |days| Ok((now.plus(days * DAY), TokenEnd::Chosen));
        assert_eq!(end(None, now, Maker::AdminToken), chosen(90));
        assert_eq!(end(Some(366), now, Maker::AdminToken), chosen(366));
        for days in [0, 367, u32::MAX] {
            let refused = end(Some(days), now, Maker::AdminToken);
            assert_eq!(refused, Err(TokenFault::Days));
        }
        // Nothing outlives what it was made with.
        let ends_at = now.plus(5);
        let by_token = |days| end(Some(days), now, Maker::Token(ends_at));
        assert_eq!(by_token(1), Ok((ends_at, TokenEnd::Maker)));
        assert_eq!(end(Some(7), now, Maker::Access), chosen(7));
        let longest = Ok((now.plus(90 * DAY), TokenEnd::Person));
        assert_eq!(end(Some(366), now, Maker::Access), longest);
    }

    #[test]
    fn a_use_is_noted_once_an_hour() {
        let now = Timestamp::from_unix(1_000_000);
        assert!(is_use_noted(None, now));
        assert!(!is_use_noted(Some(now.plus(-HOUR + 1)), now));
        assert!(is_use_noted(Some(now.plus(-HOUR)), now));
    }

    #[test]
    fn nobody_hands_out_more_than_they_have() {
        let account = |n: u8| Some(CredentialId::from_random([n; 16]));
        let rights = |role, scope| Rights { role, scope };
        let whole = rights(Role::Operator, None);
        assert_eq!(whole.include(&rights(Role::Operator, account(1))), Ok(()));
        assert_eq!(
            whole.include(&rights(Role::Admin, account(1))),
            Err(TokenFault::Role)
        );
        let bounded = rights(Role::Admin, account(1));
        assert_eq!(bounded.include(&rights(Role::Admin, account(1))), Ok(()));
        for scope in [None, account(2)] {
            let wanted = rights(Role::Viewer, scope);
            assert_eq!(bounded.include(&wanted), Err(TokenFault::Scope));
        }
    }

    #[test]
    fn a_person_is_one_however_they_are_named() {
        let ann = person(" Ann@Whitlock.example ").unwrap();
        assert_eq!(ann, "person:ann@whitlock.example");
        assert!(is_same_person(&ann, "access:ann@whitlock.example"));
        assert!(!is_same_person(&ann, "access:bob@whitlock.example"));
        assert!(!is_same_person("admin", &person("admin").unwrap()));
        assert!(is_same_person("admin", "admin"));
        assert_eq!(person("\n"), Err(TokenFault::Person));
    }

    #[test]
    fn labels_are_one_line() {
        assert_eq!(label(" Deploy web "), Ok("Deploy web".to_owned()));
        for text in ["", "  ", "two\nlines", &"x".repeat(101)] {
            assert!(matches!(label(text), Err(TokenFault::Label(_))), "{text}");
        }
    }
}
