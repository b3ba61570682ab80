//! The audit trail as it is listed: found by what it tells of, with the names of what it is about.

use std::collections::{BTreeMap, BTreeSet};

use certwright_api::system::AuditView;
use certwright_core::{audit::ChainHash, ids::AuditId, permission::Role, time::Timestamp};
use serde::Deserialize;

use crate::{
    database::{Database, DatabaseFault, Statement, decode, json},
    paging::Cursor,
};

#[derive(Deserialize)]
struct AuditRow {
    id: AuditId,
    at: i64,
    actor: String,
    role: Option<Role>,
    action: String,
    subject: String,
    outcome: String,
    detail: Option<String>,
    address: Option<String>,
    account: String,
    seq: u64,
    hash: Option<ChainHash>,
}

fn view(row: AuditRow) -> AuditView {
    AuditView {
        id: row.id,
        at: Timestamp::from_unix(row.at),
        actor: row.actor,
        role: row.role,
        action: row.action,
        subject: row.subject,
        outcome: row.outcome,
        detail: row.detail,
        address: row.address,
        account: row.account,
        seq: row.seq,
        hash: row.hash,
        subject_name: None,
        account_name: None,
    }
}

/// Which entries are wanted; each part that is given must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// On this subject.
    pub subject: Option<String>,
    /// By this actor.
    pub actor: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// In this account's chain.
    pub account: Option<String>,
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub before: Option<Timestamp>,
}

impl Wanted {
    /// Where an entry stands in the [`walk`].
    #[must_use]
    pub fn position(&self, view: &AuditView) -> Cursor {
        let is_of_account = self.account.is_some()
            && self.subject.is_none()
            && self.actor.is_none()
            && self.action.is_none();
        Cursor {
            number: view.at.unix(),
            text: if is_of_account {
                view.seq.to_string()
            } else {
                view.id.to_string()
            },
        }
    }

    /// Whether an entry fits, its time aside.
    #[must_use]
    pub fn admits(&self, view: &AuditView) -> bool {
        let fits =
            |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|one| one == is);
        fits(&self.subject, &view.subject)
            && fits(&self.actor, &view.actor)
            && fits(&self.action, &view.action)
            && fits(&self.account, &view.account)
    }
}

/// The columns of an entry and its hash, for `concat!`, which takes literals only.
macro_rules! entries {
    ($condition:literal) => {
        concat!(
            "SELECT a.*, s.hash FROM audit AS a LEFT JOIN audit_seals AS s USING (account, seq) WHERE ",
            $condition
        )
    };
}

/// One statement per index; each is a range of it, so that the rows read are the rows returned.
macro_rules! along {
    ($condition:literal) => {
        concat!(
            "SELECT a.*, s.hash FROM audit AS a LEFT JOIN audit_seals AS s USING (account, seq) WHERE ",
            $condition,
            "(a.at, a.id) < (?1, ?2) AND a.at >= ?3 ORDER BY a.at DESC, a.id DESC LIMIT ?4"
        )
    };
}

/// A chain's entries have numbers, which tell their order within a second too.
const OF_ACCOUNT: &str = entries!(
    "a.account = ?5 AND (a.at, a.seq) < (?1, CAST(?2 AS INTEGER)) AND a.at >= ?3 \
     ORDER BY a.at DESC, a.seq DESC LIMIT ?4"
);

/// Entries from a position on, the newest first, along the index of the part that fits the fewest.
/// They need not fit the other parts: see [`Wanted::admits`].
///
/// # Errors
/// [`DatabaseFault`].
pub async fn walk(
    database: &impl Database,
    wanted: &Wanted,
    after: &Cursor,
    limit: u32,
) -> Result<Vec<AuditView>, DatabaseFault> {
    let (sql, value) = match wanted {
        Wanted {
            subject: Some(one), ..
        } => (along!("a.subject = ?5 AND "), Some(one)),
        Wanted {
            actor: Some(one), ..
        } => (along!("a.actor = ?5 AND "), Some(one)),
        Wanted {
            action: Some(one), ..
        } => (along!("a.action = ?5 AND "), Some(one)),
        Wanted {
            account: Some(one), ..
        } => (OF_ACCOUNT, Some(one)),
        _ => (along!(""), None),
    };
    // What is not before the end of the range is passed over without being read.
    let end = wanted.before.map(|end| Cursor {
        number: end.unix(),
        text: String::new(),
    });
    let begin = match end {
        Some(end) if end.number <= after.number => end,
        _ => after.clone(),
    };
    let from = wanted.from.map_or(i64::MIN >> 11, Timestamp::unix);
    let mut statement = Statement::new(sql)
        .bind(begin.number)
        .bind(begin.text.as_str())
        .bind(from)
        .bind(limit);
    if let Some(value) = value {
        statement = statement.bind(value.as_str());
    }
    let rows: Vec<AuditRow> = decode(database.query(statement).await?)?;
    Ok(rows.into_iter().map(view).collect())
}

/// The entry with this number in an account's chain.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn at_place(
    database: &impl Database,
    account: &str,
    seq: i64,
) -> Result<Option<AuditView>, DatabaseFault> {
    let statement = Statement::new(entries!("a.account = ?1 AND a.seq = ?2"))
        .bind(account)
        .bind(seq);
    let rows: Vec<AuditRow> = decode(database.query(statement).await?)?;
    Ok(rows.into_iter().next().map(view))
}

#[derive(Deserialize)]
struct NameRow {
    id: String,
    name: Option<String>,
}

/// Writes the names of what these entries are about into them, as far as it is still there.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn name(
    database: &impl Database,
    entries: &mut [AuditView],
) -> Result<(), DatabaseFault> {
    let ids: BTreeSet<&str> = entries
        .iter()
        .flat_map(|entry| [entry.subject.as_str(), entry.account.as_str()])
        .collect();
    let statement = Statement::new(
        "SELECT id, record ->> '$.domain' AS name FROM orders \
           WHERE id IN (SELECT value FROM json_each(?1)) \
         UNION ALL SELECT id, label AS name FROM credentials \
           WHERE id IN (SELECT value FROM json_each(?1)) \
         UNION ALL SELECT id, names ->> '$[0]' AS name FROM certificates \
           WHERE id IN (SELECT value FROM json_each(?1)) \
         UNION ALL SELECT id, label AS name FROM tokens \
           WHERE id IN (SELECT value FROM json_each(?1)) \
         UNION ALL SELECT id, label AS name FROM csrs \
           WHERE id IN (SELECT value FROM json_each(?1))",
    )
    .bind(json(&ids)?);
    let rows: Vec<NameRow> = decode(database.query(statement).await?)?;
    let names: BTreeMap<String, String> = rows
        .into_iter()
        .filter_map(|row| Some((row.id, row.name?)))
        .collect();
    for entry in entries {
        entry.subject_name = names.get(&entry.subject).cloned();
        entry.account_name = names.get(&entry.account).cloned();
    }
    Ok(())
}
