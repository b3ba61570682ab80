//! Stored requests.

use certwright_api::csrs::{CsrFacts, CsrView};
use certwright_core::{
    ids::{CredentialId, CsrId},
    time::Timestamp,
};
use serde::Deserialize;

use crate::{
    database::{Database, DatabaseFault, Rows, Statement, decode, json},
    paging::Cursor,
};

#[derive(Deserialize)]
struct CsrRow {
    id: CsrId,
    label: String,
    facts: String,
    created_at: i64,
}

/// Stores a request; one that is stored already stays as it is.
///
/// # Errors
/// [`DatabaseFault`].
pub fn insert(
    id: &CsrId,
    label: &str,
    facts: &CsrFacts,
    now: Timestamp,
) -> Result<Statement, DatabaseFault> {
    Ok(Statement::new(
        "INSERT OR IGNORE INTO csrs (id, label, fingerprint, key_fingerprint, facts, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(id.as_str())
    .bind(label)
    .bind(facts.fingerprint.as_str())
    .bind(facts.key_fingerprint.as_str())
    .bind(json(facts)?)
    .bind(now))
}

fn views(rows: Rows) -> Result<Vec<CsrView>, DatabaseFault> {
    decode::<CsrRow>(rows)?
        .into_iter()
        .map(|row| {
            let facts = serde_json::from_str(&row.facts)
                .map_err(|error| DatabaseFault(format!("CSR {}: {error}", row.id)))?;
            Ok(CsrView {
                id: row.id,
                label: row.label,
                facts,
                created_at: Timestamp::from_unix(row.created_at),
            })
        })
        .collect()
}

/// Lets an account see a request, under a label of its own; one that it sees already stays as it
/// is.
#[must_use]
pub fn hold(holder: &CredentialId, fingerprint: &str, label: &str, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT OR IGNORE INTO csr_holders (credential_id, csr_id, label, created_at) \
         SELECT ?1, id, ?3, ?4 FROM csrs WHERE fingerprint = ?2",
    )
    .bind(holder.as_str())
    .bind(fingerprint)
    .bind(label)
    .bind(now)
}

/// The request with this id; as an account sees it, if one is given.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_id(
    database: &impl Database,
    id: &CsrId,
    holder: Option<&CredentialId>,
) -> Result<Option<CsrView>, DatabaseFault> {
    let statement = match holder {
        None => Statement::new("SELECT id, label, facts, created_at FROM csrs WHERE id = ?1")
            .bind(id.as_str()),
        Some(holder) => Statement::new(
            "SELECT c.id, h.label, c.facts, h.created_at \
             FROM csr_holders AS h JOIN csrs AS c ON c.id = h.csr_id \
             WHERE h.csr_id = ?1 AND h.credential_id = ?2",
        )
        .bind(id.as_str())
        .bind(holder.as_str()),
    };
    Ok(views(database.query(statement).await?)?.pop())
}

/// The request with this fingerprint.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_fingerprint(
    database: &impl Database,
    fingerprint: &str,
) -> Result<Option<CsrView>, DatabaseFault> {
    let statement =
        Statement::new("SELECT id, label, facts, created_at FROM csrs WHERE fingerprint = ?1");
    Ok(views(database.query(statement.bind(fingerprint)).await?)?.pop())
}

/// A page of requests, the newest first; of those that an account sees, if one is given.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn page(
    database: &impl Database,
    holder: Option<&CredentialId>,
    after: &Cursor,
    limit: u32,
) -> Result<Vec<CsrView>, DatabaseFault> {
    let statement = match holder {
        None => Statement::new(
            "SELECT id, label, facts, created_at FROM csrs WHERE (created_at, id) < (?1, ?2) \
             ORDER BY created_at DESC, id DESC LIMIT ?3",
        ),
        Some(_) => Statement::new(
            "SELECT c.id, h.label, c.facts, h.created_at \
             FROM csr_holders AS h CROSS JOIN csrs AS c ON c.id = h.csr_id \
             WHERE h.credential_id = ?4 AND (h.created_at, h.csr_id) < (?1, ?2) \
             ORDER BY h.created_at DESC, h.csr_id DESC LIMIT ?3",
        ),
    };
    let mut statement = statement
        .bind(after.number)
        .bind(after.text.as_str())
        .bind(limit);
    if let Some(holder) = holder {
        statement = statement.bind(holder.as_str());
    }
    views(database.query(statement).await?)
}
