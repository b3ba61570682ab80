//! Where pruned chains of the audit trail begin, and the pruning itself.
//!
//! A row counts only with its tag (`bound`), which a secret of the Worker makes (`core/src/binding.rs`).

use certwright_core::audit::{ChainHash, Checkpoint, Head};
use serde::{Deserialize, Serialize};

use crate::database::{Database, DatabaseFault, Statement, decode, json};

/// A checkpoint as it is stored.
#[derive(Clone, Debug, Deserialize)]
pub struct CheckpointRow {
    account: String,
    seq: u64,
    hash: ChainHash,
    pruned_at: i64,
    pruned_by: String,
    /// Its tag.
    pub bound: String,
}

impl CheckpointRow {
    /// What the row says.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            account: self.account.clone(),
            seq: self.seq,
            hash: self.hash,
            at: self.pruned_at,
            by: self.pruned_by.clone(),
        }
    }
}

/// The checkpoints of all chains, or of one. What they say holds with their tags alone.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn read(
    database: &impl Database,
    account: Option<&str>,
) -> Result<Vec<CheckpointRow>, DatabaseFault> {
    let statement = match account {
        Some(account) => {
            Statement::new("SELECT * FROM audit_checkpoints WHERE account = ?1").bind(account)
        }
        None => Statement::new("SELECT * FROM audit_checkpoints ORDER BY account"),
    };
    decode(database.query(statement).await?)
}

/// Stores a checkpoint, unless its entry is gone: another request has pruned further meanwhile.
pub fn set(checkpoint: &Checkpoint, bound: &str) -> Statement {
    Statement::new(
        "INSERT INTO audit_checkpoints (account, seq, hash, pruned_at, pruned_by, bound) \
         SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS ( \
           SELECT 1 FROM audit_seals WHERE account = ?1 AND seq = ?2 AND hash = ?3) \
         ON CONFLICT (account) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, \
           pruned_at = excluded.pruned_at, pruned_by = excluded.pruned_by, bound = excluded.bound",
    )
    .bind(checkpoint.account.as_str())
    .bind(i64::try_from(checkpoint.seq).unwrap_or(i64::MAX))
    .bind(checkpoint.hash.to_string())
    .bind(checkpoint.at)
    .bind(checkpoint.by.as_str())
    .bind(bound)
}

/// Removes the entries of a chain up to a number, and their hashes. The database refuses that for
/// entries after the chain's checkpoint.
#[must_use]
pub fn prune(account: &str, seq: u64) -> [Statement; 2] {
    [
        "DELETE FROM audit_seals WHERE account = ?1 AND seq <= ?2",
        "DELETE FROM audit WHERE account = ?1 AND seq <= ?2",
    ]
    .map(|sql| {
        let statement = Statement::new(sql).bind(account);
        statement.bind(i64::try_from(seq).unwrap_or(i64::MAX))
    })
}

#[derive(Deserialize)]
struct ExportedRow {
    is_exported: u8,
}

/// Whether an export of a chain was begun after an entry: it holds that entry.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn is_exported(
    database: &impl Database,
    account: &str,
    seq: u64,
) -> Result<bool, DatabaseFault> {
    let statement = Statement::new(
        "SELECT EXISTS (SELECT 1 FROM audit WHERE subject = ?1 AND account = ?1 \
           AND action = 'audit.export' AND seq > ?2) AS is_exported",
    );
    let statement = statement
        .bind(account)
        .bind(i64::try_from(seq).unwrap_or(i64::MAX));
    let rows: Vec<ExportedRow> = decode(database.query(statement).await?)?;
    Ok(rows.first().is_some_and(|row| row.is_exported == 1))
}

/// A chain's first entry that is there.
#[derive(Debug, Deserialize)]
pub struct FirstRow {
    /// Whose chain.
    pub account: String,
    /// Its number.
    pub seq: u64,
}

/// The first entry that is there of each of these chains.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn first(
    database: &impl Database,
    chains: &[Head],
) -> Result<Vec<FirstRow>, DatabaseFault> {
    let accounts: Vec<&str> = chains.iter().map(|head| head.account.as_str()).collect();
    let statement = Statement::new(
        "SELECT j.value AS account, \
           (SELECT MIN(seq) FROM audit WHERE account = j.value) AS seq FROM json_each(?1) AS j",
    );
    decode(database.query(statement.bind(json(&accounts)?)).await?)
}

/// A checkpoint of a dump, with the tag that this Worker makes for it.
#[derive(Serialize)]
pub struct Restored {
    /// The checkpoint.
    #[serde(flatten)]
    pub checkpoint: Checkpoint,
    /// Its tag.
    pub bound: String,
}

/// Stores the checkpoints of a dump.
///
/// # Errors
/// [`DatabaseFault`].
pub fn restore(rows: &[Restored]) -> Result<Statement, DatabaseFault> {
    let statement = Statement::new(
        "INSERT INTO audit_checkpoints (account, seq, hash, pruned_at, pruned_by, bound) \
         SELECT value ->> 'account', value ->> 'seq', value ->> 'hash', value ->> 'at', \
           value ->> 'by', value ->> 'bound' FROM json_each(?1)",
    );
    Ok(statement.bind(json(rows)?))
}

/// A tag that takes the place of another.
#[derive(Serialize)]
pub struct Rebound {
    /// The chain.
    pub account: String,
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
        "UPDATE audit_checkpoints SET bound = j.value ->> 'after' FROM json_each(?1) AS j \
         WHERE account = j.value ->> 'account' AND bound = j.value ->> 'before'",
    );
    Ok(statement.bind(json(rebound)?))
}
