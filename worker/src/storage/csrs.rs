//! Stored requests.

use certwright_api::csrs::{CsrFacts, CsrView};
use certwright_core::{ids::CsrId, time::Timestamp};
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

/// The request with this id.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_id(database: &impl Database, id: &CsrId) -> Result<Option<CsrView>, DatabaseFault> {
    let statement = Statement::new("SELECT id, label, facts, created_at FROM csrs WHERE id = ?1");
    Ok(views(database.query(statement.bind(id.as_str())).await?)?.pop())
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

/// A page of requests, the newest first.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn page(
    database: &impl Database,
    after: &Cursor,
    limit: u32,
) -> Result<Vec<CsrView>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT id, label, facts, created_at FROM csrs WHERE (created_at, id) < (?1, ?2) \
         ORDER BY created_at DESC, id DESC LIMIT ?3",
    );
    views(
        database
            .query(
                statement
                    .bind(after.number)
                    .bind(after.text.as_str())
                    .bind(limit),
            )
            .await?,
    )
}
