//! How far a restore is, while there is one.

use std::collections::BTreeMap;

use certwright_core::{
    audit::{ChainHash, Head},
    dump::{Chain, Kind, Position},
    time::Timestamp,
};
use serde::Deserialize;

use crate::database::{Database, DatabaseFault, Statement, decode, json};

/// A restore that was begun and is not complete.
pub struct Restore {
    /// How far it is.
    pub position: Position,
    /// When the dump was made.
    pub dumped_at: Timestamp,
}

#[derive(Deserialize)]
struct RestoreRow {
    lines: u64,
    chain: String,
    kind: Option<String>,
    dumped_at: i64,
}

#[derive(Deserialize)]
struct HeadRow {
    account: String,
    seq: u64,
    hash: ChainHash,
    at: i64,
}

/// The entry of the trail that a restore took last. Accounts come in order, so it is the last one of
/// all that were taken; the installation's own chain grows beside them.
async fn last_entry(database: &impl Database) -> Result<Option<Head>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT account, seq, hash, at FROM audit_seals JOIN audit USING (account, seq) \
         WHERE account <> (SELECT audit_account FROM installation) \
         ORDER BY account DESC, seq DESC LIMIT 1",
    );
    let row = decode::<HeadRow>(database.query(statement).await?)?.pop();
    Ok(row.map(|row| Head {
        account: row.account,
        seq: row.seq,
        hash: row.hash,
        at: row.at,
    }))
}

#[derive(Deserialize)]
struct CheckpointRow {
    account: String,
    seq: u64,
    hash: ChainHash,
}

/// Where chains begin of which a restore has taken no entry yet.
async fn checkpoints(database: &impl Database) -> Result<BTreeMap<String, Head>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT account, seq, hash FROM audit_checkpoints AS c \
         WHERE NOT EXISTS (SELECT 1 FROM audit WHERE account = c.account)",
    );
    let rows: Vec<CheckpointRow> = decode(database.query(statement).await?)?;
    let begin = |row: CheckpointRow| Head {
        account: row.account,
        seq: row.seq,
        hash: row.hash,
        at: 0,
    };
    let heads = rows.into_iter().map(begin);
    Ok(heads.map(|head| (head.account.clone(), head)).collect())
}

/// The restore that is going on, if there is one.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn current(database: &impl Database) -> Result<Option<Restore>, DatabaseFault> {
    let statement = Statement::new("SELECT lines, chain, kind, dumped_at FROM restore");
    let Some(row) = decode::<RestoreRow>(database.query(statement).await?)?.pop() else {
        return Ok(None);
    };
    let chain = Chain::resume(&row.chain, row.lines);
    let chain = chain.ok_or_else(|| DatabaseFault("the restore's chain is no hash".to_owned()))?;
    let kind = row.kind.as_deref().map(serde_json::from_str::<Kind>);
    let kind = kind
        .transpose()
        .map_err(|error| DatabaseFault(format!("the restore's kind: {error}")))?;
    let audit = match kind {
        Some(Kind::Audit) => last_entry(database).await?,
        _ => None,
    };
    Ok(Some(Restore {
        position: Position {
            chain,
            kind,
            audit,
            checkpoints: checkpoints(database).await?,
        },
        dumped_at: Timestamp::from_unix(row.dumped_at),
    }))
}

/// Notes how far the restore is. Fails, and with it the batch, when another request has moved it
/// since `before` lines: a table of one row takes no second, and a moved one does not match.
///
/// # Errors
/// [`DatabaseFault`].
pub fn advance(before: u64, restore: &Restore) -> Result<Statement, DatabaseFault> {
    let kind = restore.position.kind.map(|kind| json(&kind)).transpose()?;
    let statement = Statement::new(
        "INSERT INTO restore (only_row, lines, chain, kind, dumped_at) \
         SELECT CASE WHEN ?5 = COALESCE((SELECT lines FROM restore), 0) THEN 1 ELSE 2 END, \
           ?1, ?2, ?3, ?4 WHERE TRUE \
         ON CONFLICT (only_row) DO UPDATE SET lines = excluded.lines, chain = excluded.chain, \
           kind = excluded.kind",
    );
    Ok(statement
        .bind(i64::try_from(restore.position.chain.lines).unwrap_or(i64::MAX))
        .bind(restore.position.chain.hex())
        .bind(kind)
        .bind(restore.dumped_at)
        .bind(i64::try_from(before).unwrap_or(i64::MAX)))
}

/// Ends the restore.
#[must_use]
pub fn end() -> Statement {
    Statement::new("DELETE FROM restore")
}

/// Removes everything that a restore has written so far, so that another can begin. What the
/// installation has noted of itself stays.
#[must_use]
pub fn wipe() -> Vec<Statement> {
    [
        "DELETE FROM certificate_parts",
        "DELETE FROM order_parts",
        "DELETE FROM certificate_bodies",
        "DELETE FROM chains",
        "DELETE FROM certificates",
        "DELETE FROM idempotency",
        "DELETE FROM orders",
        "DELETE FROM csr_holders",
        "DELETE FROM csrs",
        "DELETE FROM directory",
        "DELETE FROM jobs",
        "DELETE FROM license",
        "DELETE FROM audit_seals WHERE account <> (SELECT audit_account FROM installation)",
        "DELETE FROM audit WHERE account <> (SELECT audit_account FROM installation)",
        "DELETE FROM audit_checkpoints \
         WHERE account <> (SELECT audit_account FROM installation)",
        "DELETE FROM credentials",
        "DELETE FROM credential_counters",
        "UPDATE counters SET value = 0 WHERE name <> 'revision'",
    ]
    .into_iter()
    .map(Statement::new)
    .collect()
}

#[derive(Deserialize)]
struct EmptyRow {
    is_empty: u8,
}

/// Whether nothing is stored that a restore would mix with.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn is_empty(database: &impl Database) -> Result<bool, DatabaseFault> {
    let statement = Statement::new(
        "SELECT NOT (EXISTS (SELECT 1 FROM credentials) OR EXISTS (SELECT 1 FROM orders) \
           OR EXISTS (SELECT 1 FROM csrs) OR EXISTS (SELECT 1 FROM certificates) \
           OR EXISTS (SELECT 1 FROM work) OR EXISTS (SELECT 1 FROM license)) AS is_empty",
    );
    let rows: Vec<EmptyRow> = decode(database.query(statement).await?)?;
    Ok(rows.first().is_some_and(|row| row.is_empty == 1))
}
