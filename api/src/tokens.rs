//! Tokens, and who is calling.

use certwright_core::{
    ids::{CredentialId, TokenId},
    permission::Role,
    time::Timestamp,
    token::{TokenEnd, TokenState},
};
use serde::{Deserialize, Serialize};

use crate::{endpoint::Endpoint, operation::Located};

/// Makes a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateToken {
    /// What it is for; shown in the list and in the audit trail.
    pub label: String,
    /// What it may do.
    pub role: Role,
    /// The one account that it is for; all accounts without one. A caller whose own token is for
    /// one account gives leave for that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_id: Option<CredentialId>,
    /// For how many days it holds, 1 to 366; 90 without. It never outlives the token that it is made with,
    /// nor 90 days when it is made by somebody who is signed in through Cloudflare Access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<u32>,
    /// Whose it is, best an email address. Only whoever holds `ADMIN_TOKEN` can name somebody; without,
    /// it is the caller's own. Nobody approves an order that was requested with a token of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// A token that was made just now.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreatedToken {
    /// The text to sign in with. A secret: it is in this answer and nowhere else.
    pub secret: String,
    /// The token.
    pub token: TokenView,
}

impl Located for CreatedToken {
    fn location(&self) -> String {
        Endpoint::RevokeToken.path(self.token.id.as_str())
    }
}

/// A token as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenView {
    /// Identity.
    pub id: TokenId,
    /// What it is for.
    pub label: String,
    /// What it may do.
    pub role: Role,
    /// The one account that it is for; all accounts without one.
    pub credential_id: Option<CredentialId>,
    /// Whether it holds.
    pub state: TokenState,
    /// Who made it.
    pub created_by: String,
    /// The person at the root: `admin` for whoever holds `ADMIN_TOKEN`, `person:` and a name for whom they
    /// made it, else who signed in through Cloudflare Access.
    pub person: String,
    /// The token that it was made with.
    pub made_with: Option<TokenId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Why then.
    pub end: TokenEnd,
    /// When it was last used, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// The token or the person with which it was revoked, when not by itself.
    pub revoked_with: Option<String>,
}

/// Revokes all tokens of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeTokens {
    /// The person, as the list of tokens names them.
    pub person: String,
}

/// Tokens that were revoked together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RevokedTokens {
    /// How many.
    pub revoked: u64,
}

/// How a caller is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SignIn {
    /// With the initial administrator's token, a secret of the deployment.
    AdminToken,
    /// With a token.
    Token,
    /// Through Cloudflare Access.
    Access,
}

/// Who is calling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// The name in the audit trail.
    pub actor: String,
    /// How they are signed in.
    pub sign_in: SignIn,
    /// What they may do.
    pub role: Role,
    /// The one account that they are bounded to; all accounts without one.
    pub credential_id: Option<CredentialId>,
    /// When the sign-in ends, where it does.
    pub expires_at: Option<Timestamp>,
}
