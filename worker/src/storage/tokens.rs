//! Tokens. Of their text only the hash is here, and it leaves this file in no row.

use certwright_api::tokens::TokenView;
use certwright_core::{
    ids::{CredentialId, TokenId},
    permission::Role,
    time::Timestamp,
    token::{self, TokenText},
};
use serde::Deserialize;

use crate::{
    database::{Database, DatabaseFault, Rows, Statement, decode},
    paging::Cursor,
};

#[derive(Deserialize)]
struct TokenRow {
    id: TokenId,
    label: String,
    role: Role,
    credential_id: Option<CredentialId>,
    created_by: String,
    created_at: i64,
    expires_at: i64,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
}

impl TokenRow {
    fn view(self, now: Timestamp) -> TokenView {
        let expires_at = Timestamp::from_unix(self.expires_at);
        let revoked_at = self.revoked_at.map(Timestamp::from_unix);
        TokenView {
            id: self.id,
            label: self.label,
            role: self.role,
            credential_id: self.credential_id,
            state: token::state(expires_at, revoked_at, now),
            created_by: self.created_by,
            created_at: Timestamp::from_unix(self.created_at),
            expires_at,
            last_used_at: self.last_used_at.map(Timestamp::from_unix),
            revoked_at,
        }
    }
}

/// Stores a token.
#[must_use]
pub fn insert(view: &TokenView, text: &TokenText) -> Statement {
    Statement::new(
        "INSERT INTO tokens (id, label, role, credential_id, created_by, created_at, expires_at, \
           hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )
    .bind(view.id.as_str())
    .bind(view.label.as_str())
    .bind(view.role.name())
    .bind(view.credential_id.as_ref().map(CredentialId::as_str))
    .bind(view.created_by.as_str())
    .bind(view.created_at)
    .bind(view.expires_at)
    .bind(text.hash())
}

/// Revokes a token that is not revoked yet.
#[must_use]
pub fn revoke(id: &TokenId, now: Timestamp) -> Statement {
    Statement::new("UPDATE tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")
        .bind(id.as_str())
        .bind(now)
}

/// Notes that a token was used.
#[must_use]
pub fn note_use(id: &TokenId, now: Timestamp) -> Statement {
    Statement::new("UPDATE tokens SET last_used_at = ?2 WHERE id = ?1")
        .bind(id.as_str())
        .bind(now)
}

fn views(rows: Rows, now: Timestamp) -> Result<Vec<TokenView>, DatabaseFault> {
    let rows: Vec<TokenRow> = decode(rows)?;
    Ok(rows.into_iter().map(|row| row.view(now)).collect())
}

/// The token with this text.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_text(
    database: &impl Database,
    text: &TokenText,
    now: Timestamp,
) -> Result<Option<TokenView>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT id, label, role, credential_id, created_by, created_at, expires_at, last_used_at, \
           revoked_at FROM tokens WHERE hash = ?1",
    );
    Ok(views(database.query(statement.bind(text.hash())).await?, now)?.pop())
}

/// The token with this id.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_id(
    database: &impl Database,
    id: &TokenId,
    now: Timestamp,
) -> Result<Option<TokenView>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT id, label, role, credential_id, created_by, created_at, expires_at, last_used_at, \
           revoked_at FROM tokens WHERE id = ?1",
    );
    Ok(views(database.query(statement.bind(id.as_str())).await?, now)?.pop())
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
    now: Timestamp,
) -> Result<Vec<TokenView>, DatabaseFault> {
    let statement = match account {
        None => Statement::new(
            "SELECT id, label, role, credential_id, created_by, created_at, expires_at, \
               last_used_at, revoked_at FROM tokens WHERE (created_at, id) < (?1, ?2) \
             ORDER BY created_at DESC, id DESC LIMIT ?3",
        ),
        Some(_) => Statement::new(
            "SELECT id, label, role, credential_id, created_by, created_at, expires_at, \
               last_used_at, revoked_at FROM tokens \
             WHERE credential_id = ?4 AND (created_at, id) < (?1, ?2) \
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
    views(database.query(statement).await?, now)
}
