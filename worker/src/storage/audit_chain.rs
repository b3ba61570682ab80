//! The chains of the audit trail: which entries wait for their hash, the hashes themselves, the heads.

use certwright_core::{
    audit::{ChainHash, Entry, Head, Sealed},
    ids::AuditId,
    permission::Role,
};
use serde::{Deserialize, Serialize};

use crate::database::{Database, DatabaseFault, Statement, decode, json};

/// Entries of one chain that are sealed at a time.
pub const OF_ONE: u32 = 200;
/// Entries of all chains that are sealed at a time.
pub const OF_ALL: u32 = 400;

#[derive(Deserialize)]
struct EntryRow {
    account: String,
    seq: u64,
    id: AuditId,
    at: i64,
    actor: String,
    role: Option<Role>,
    action: String,
    subject: String,
    outcome: String,
    detail: Option<String>,
    address: Option<String>,
    /// Of an unsealed entry the last hash of its chain, of a sealed one its own.
    hash: Option<ChainHash>,
}

impl EntryRow {
    fn into_entry(self) -> Entry {
        Entry {
            account: self.account,
            seq: self.seq,
            id: self.id,
            at: self.at,
            actor: self.actor,
            role: self.role,
            action: self.action,
            subject: self.subject,
            outcome: self.outcome,
            detail: self.detail,
            address: self.address,
        }
    }
}

/// The next entries to be sealed of a chain.
pub struct Unsealed {
    /// The hash of the entry before them.
    pub previous: ChainHash,
    /// The entries, which follow each other.
    pub entries: Vec<Entry>,
}

/// The entries that are next to be sealed, at most [`OF_ONE`] of a chain and [`OF_ALL`] in all. The
/// chains are found by leaps over the index, so this reads a few rows for each and those entries.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn unsealed(database: &impl Database) -> Result<Vec<Unsealed>, DatabaseFault> {
    let statement = Statement::new(
        "WITH RECURSIVE chains (account) AS ( \
           SELECT MIN(account) FROM audit \
           UNION ALL \
           SELECT (SELECT MIN(account) FROM audit WHERE account > chains.account) \
           FROM chains WHERE chains.account IS NOT NULL), \
         ends (account, sealed) AS ( \
           SELECT account, \
             COALESCE((SELECT MAX(seq) FROM audit_seals WHERE account = chains.account), 0) \
           FROM chains WHERE account IS NOT NULL) \
         SELECT a.*, s.hash FROM ends AS e \
         JOIN audit AS a ON a.account = e.account AND a.seq > e.sealed AND a.seq <= e.sealed + ?1 \
         LEFT JOIN audit_seals AS s ON s.account = e.account AND s.seq = e.sealed \
         ORDER BY a.account, a.seq LIMIT ?2",
    );
    let rows = database.query(statement.bind(OF_ONE).bind(OF_ALL)).await?;
    let rows: Vec<EntryRow> = decode(rows)?;
    let mut chains: Vec<Unsealed> = Vec::new();
    for row in rows {
        let previous = row.hash.unwrap_or(ChainHash::START);
        let entry = row.into_entry();
        let is_same = |chain: &&mut Unsealed| {
            chain.entries.first().map(|first| &first.account) == Some(&entry.account)
        };
        match chains.last_mut().filter(is_same) {
            Some(chain) => chain.entries.push(entry),
            None => chains.push(Unsealed {
                previous,
                entries: vec![entry],
            }),
        }
    }
    Ok(chains)
}

#[derive(Serialize)]
struct SealRow<'a> {
    account: &'a str,
    seq: u64,
    hash: ChainHash,
}

/// Stores hashes. Those that another invocation has stored meanwhile are left out: a hash follows
/// from entries that do not change, so both have the same.
///
/// # Errors
/// [`DatabaseFault`].
pub fn seal(sealed: &[Sealed]) -> Result<Statement, DatabaseFault> {
    let rows: Vec<SealRow<'_>> = sealed
        .iter()
        .map(|sealed| SealRow {
            account: &sealed.entry.account,
            seq: sealed.entry.seq,
            hash: sealed.hash,
        })
        .collect();
    let statement = Statement::new(
        "INSERT INTO audit_seals (account, seq, hash) \
         SELECT value ->> 'account', value ->> 'seq', value ->> 'hash' FROM json_each(?1) AS j \
         WHERE value ->> 'seq' > COALESCE( \
           (SELECT MAX(seq) FROM audit_seals WHERE account = j.value ->> 'account'), 0) \
         ORDER BY 1, 2",
    );
    Ok(statement.bind(json(&rows)?))
}

/// Where the chains end, as far as they are sealed; one chain if an account is given.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn heads(
    database: &impl Database,
    account: Option<&str>,
) -> Result<Vec<Head>, DatabaseFault> {
    let statement = Statement::new(
        "WITH RECURSIVE chains (account) AS ( \
           SELECT COALESCE(?1, (SELECT MIN(account) FROM audit_seals)) \
           UNION ALL \
           SELECT (SELECT MIN(account) FROM audit_seals WHERE account > chains.account) \
           FROM chains WHERE chains.account IS NOT NULL AND ?1 IS NULL) \
         SELECT a.account, a.seq, a.at, s.hash FROM chains AS c \
         JOIN audit_seals AS s ON s.account = c.account AND s.seq = \
           (SELECT MAX(seq) FROM audit_seals WHERE account = c.account) \
         JOIN audit AS a ON a.account = s.account AND a.seq = s.seq \
         ORDER BY a.account",
    );
    decode(database.query(statement.bind(account)).await?)
}

/// Sealed entries of a chain after a number and up to another, in order.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn page(
    database: &impl Database,
    account: &str,
    after: u64,
    last: u64,
    limit: u32,
) -> Result<Vec<Sealed>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT a.*, s.hash FROM audit AS a JOIN audit_seals AS s USING (account, seq) \
         WHERE a.account = ?1 AND a.seq > ?2 AND a.seq <= ?3 ORDER BY a.seq LIMIT ?4",
    );
    let statement = statement
        .bind(account)
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(i64::try_from(last).unwrap_or(i64::MAX))
        .bind(limit);
    let rows: Vec<EntryRow> = decode(database.query(statement).await?)?;
    let sealed = rows.into_iter().filter_map(|row| {
        let hash = row.hash?;
        let entry = row.into_entry();
        Some(Sealed { entry, hash })
    });
    Ok(sealed.collect())
}
