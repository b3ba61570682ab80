//! Tokens. Of their text only the hash is here, and it leaves the Worker in no reply.
//!
//! A row counts only with its tag (`bound`), which a secret of the Worker makes (`core/src/binding.rs`).
//! Revoking takes the tag away, so that a row whose revocation is removed again is not valid.

use certwright_api::tokens::TokenView;
use certwright_core::{
    ids::{CredentialId, TokenId},
    permission::Role,
    seal::MasterKeyVersion,
    time::Timestamp,
    token::{self, Rights, TokenEnd, TokenState, TokenText},
};
use serde::{Deserialize, Serialize};

use crate::{
    database::{Database, DatabaseFault, Statement, decode, json},
    paging::Cursor,
};

/// A token as it is stored.
#[derive(Clone, Deserialize)]
pub struct TokenRow {
    /// Identity.
    pub id: TokenId,
    /// What it is for.
    pub label: String,
    /// What it may do.
    pub role: Role,
    /// The one account that it is for.
    pub credential_id: Option<CredentialId>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: i64,
    /// Why then.
    pub ends: TokenEnd,
    /// When it was last used, to the hour.
    pub last_used_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// The token or the person with which it was revoked.
    pub revoked_with: Option<String>,
    /// SHA-256 of its text.
    pub hash: String,
    /// The person at its root.
    pub person: String,
    /// The group to which the person owed their role.
    pub person_group: Option<String>,
    /// The token that it was made with.
    pub parent_id: Option<TokenId>,
    /// The tag over all of the above that never changes; empty once it is revoked.
    pub bound: String,
}

impl TokenRow {
    /// What the tag is made of.
    #[must_use]
    pub fn bound_fields(&self) -> [String; 12] {
        let account = self.credential_id.as_ref().map(CredentialId::as_str);
        let parent = self.parent_id.as_ref().map(TokenId::as_str);
        [
            self.hash.clone(),
            self.id.to_string(),
            self.label.clone(),
            self.role.name().to_owned(),
            account.unwrap_or_default().to_owned(),
            self.created_by.clone(),
            self.created_at.to_string(),
            self.expires_at.to_string(),
            self.ends.name().to_owned(),
            self.person.clone(),
            self.person_group.clone().unwrap_or_default(),
            parent.unwrap_or_default().to_owned(),
        ]
    }

    /// When it ends.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::from_unix(self.expires_at)
    }

    /// When it was last used, to the hour.
    #[must_use]
    pub fn last_used_at(&self) -> Option<Timestamp> {
        self.last_used_at.map(Timestamp::from_unix)
    }

    /// What it may do.
    #[must_use]
    pub fn rights(&self) -> Rights {
        Rights {
            role: self.role,
            scope: self.credential_id.clone(),
        }
    }

    /// Whether it is valid, `is_bound` telling whether its tag holds.
    #[must_use]
    pub fn state(&self, is_bound: bool, now: Timestamp) -> TokenState {
        let revoked_at = self.revoked_at.map(Timestamp::from_unix);
        match token::state(self.expires_at(), revoked_at, now) {
            TokenState::Active | TokenState::Expired if !is_bound => TokenState::Altered,
            state => state,
        }
    }

    /// What administrators may see.
    #[must_use]
    pub fn view(self, is_bound: bool, now: Timestamp) -> TokenView {
        TokenView {
            state: self.state(is_bound, now),
            expires_at: self.expires_at(),
            last_used_at: self.last_used_at(),
            created_at: Timestamp::from_unix(self.created_at),
            revoked_at: self.revoked_at.map(Timestamp::from_unix),
            revoked_with: self.revoked_with,
            id: self.id,
            label: self.label,
            role: self.role,
            credential_id: self.credential_id,
            created_by: self.created_by,
            person: self.person,
            made_with: self.parent_id,
            end: self.ends,
        }
    }
}

/// Stores a token, if the one that it was made with is still valid: it may be revoked at the same time.
#[must_use]
pub fn insert(row: &TokenRow) -> Statement {
    Statement::new(
        "INSERT INTO tokens (id, label, role, credential_id, created_by, created_at, expires_at, \
           ends, hash, person, person_group, parent_id, bound) \
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 \
         WHERE ?12 IS NULL OR EXISTS (SELECT 1 FROM tokens \
           WHERE id = ?12 AND revoked_at IS NULL AND expires_at >= ?7)",
    )
    .bind(row.id.as_str())
    .bind(row.label.as_str())
    .bind(row.role.name())
    .bind(row.credential_id.as_ref().map(CredentialId::as_str))
    .bind(row.created_by.as_str())
    .bind(row.created_at)
    .bind(row.expires_at)
    .bind(row.ends.name())
    .bind(row.hash.as_str())
    .bind(row.person.as_str())
    .bind(row.person_group.as_deref())
    .bind(row.parent_id.as_ref().map(TokenId::as_str))
    .bind(row.bound.as_str())
}

/// Revokes a token and all that were made with it, however far down.
#[must_use]
pub fn revoke(id: &TokenId, now: Timestamp) -> Statement {
    Statement::new(
        "WITH RECURSIVE family (id) AS (SELECT ?1 \
           UNION SELECT t.id FROM family AS f JOIN tokens AS t ON t.parent_id = f.id) \
         UPDATE tokens SET revoked_at = ?2, bound = '', \
           revoked_with = CASE id WHEN ?1 THEN NULL ELSE ?1 END \
         WHERE id IN (SELECT id FROM family) AND revoked_at IS NULL",
    )
    .bind(id.as_str())
    .bind(now)
}

/// Revokes all tokens of a person.
#[must_use]
pub fn revoke_all(person: &str, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE tokens SET revoked_at = ?2, bound = '', revoked_with = ?1 \
         WHERE person = ?1 AND revoked_at IS NULL",
    )
    .bind(person)
    .bind(now)
}

/// Notes that a token was used.
#[must_use]
pub fn note_use(id: &TokenId, now: Timestamp) -> Statement {
    Statement::new("UPDATE tokens SET last_used_at = ?2 WHERE id = ?1")
        .bind(id.as_str())
        .bind(now)
}

/// A tag that takes the place of another.
#[derive(Serialize)]
pub struct Rebound {
    /// The token.
    pub id: TokenId,
    /// The tag as it was read.
    pub before: String,
    /// The new one.
    pub after: String,
}

/// Replaces tags, but for rows that were changed meanwhile.
///
/// # Errors
/// [`DatabaseFault`].
pub fn rebind(rebound: &[Rebound]) -> Result<Statement, DatabaseFault> {
    let statement = Statement::new(
        "UPDATE tokens SET bound = j.value ->> 'after' FROM json_each(?1) AS j \
         WHERE tokens.id = j.value ->> 'id' AND tokens.bound = j.value ->> 'before'",
    );
    Ok(statement.bind(json(rebound)?))
}

/// Valid tokens after `after` whose tag another master key has made.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn bound_otherwise(
    database: &impl Database,
    current: MasterKeyVersion,
    after: &str,
    limit: u32,
    now: Timestamp,
) -> Result<Vec<TokenRow>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT * FROM tokens WHERE revoked_at IS NULL AND expires_at > ?1 \
           AND bound NOT LIKE ?2 AND id > ?3 ORDER BY id LIMIT ?4",
    );
    let statement = statement
        .bind(now)
        .bind(format!("v{}.%", current.number()))
        .bind(after)
        .bind(limit);
    decode(database.query(statement).await?)
}

/// The token with this text.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_text(
    database: &impl Database,
    text: &TokenText,
) -> Result<Option<TokenRow>, DatabaseFault> {
    let statement = Statement::new("SELECT * FROM tokens WHERE hash = ?1");
    let rows: Vec<TokenRow> = decode(database.query(statement.bind(text.hash())).await?)?;
    Ok(rows.into_iter().next())
}

/// The token with this id.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_id(
    database: &impl Database,
    id: &TokenId,
) -> Result<Option<TokenRow>, DatabaseFault> {
    let statement = Statement::new("SELECT * FROM tokens WHERE id = ?1");
    let rows: Vec<TokenRow> = decode(database.query(statement.bind(id.as_str())).await?)?;
    Ok(rows.into_iter().next())
}

/// A page of tokens, the newest first; of those for one account alone if given.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn page(
    database: &impl Database,
    account: Option<&CredentialId>,
    after: &Cursor,
    limit: u32,
) -> Result<Vec<TokenRow>, DatabaseFault> {
    let statement = match account {
        None => Statement::new(
            "SELECT * FROM tokens WHERE (created_at, id) < (?1, ?2) \
             ORDER BY created_at DESC, id DESC LIMIT ?3",
        ),
        Some(_) => Statement::new(
            "SELECT * FROM tokens WHERE credential_id = ?4 AND (created_at, id) < (?1, ?2) \
             ORDER BY created_at DESC, id DESC LIMIT ?3",
        ),
    };
    let mut statement = statement
        .bind(after.number)
        .bind(after.text.as_str())
        .bind(limit);
    if let Some(account) = account {
        statement = statement.bind(account.as_str());
    }
    decode(database.query(statement).await?)
}
