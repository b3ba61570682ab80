//! The audit trail: written in the same batch as the change that it records.

use certwright_api::system::AuditView;
use certwright_core::{
    ids::{AuditId, WorkId},
    permission::Role,
    time::Timestamp,
};
use serde::Deserialize;

use crate::{
    caller::Caller,
    database::{Database, DatabaseFault, Statement, decode, json},
    paging::Cursor,
    platform::Platform,
    random::Fresh,
};

/// An entry to be written.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Who.
    pub caller: &'a Caller,
    /// What, such as `order.place`.
    pub action: &'static str,
    /// On what.
    pub subject: &'a str,
    /// How it ended.
    pub outcome: &'static str,
    /// What more there is to say. Never a secret.
    pub detail: Option<String>,
}

/// Writes an entry.
pub fn insert(platform: &impl Platform, entry: &Entry<'_>) -> Statement {
    let statement = Statement::new(
        "INSERT INTO audit (id, at, actor, role, action, subject, outcome, detail) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    );
    bound(platform, statement, entry)
}

/// Writes an entry only if the order stands at `version`, so that an audit entry never tells of a
/// change that another one pre-empted.
pub fn insert_if_order(
    platform: &impl Platform,
    entry: &Entry<'_>,
    order_id: &str,
    version: u64,
) -> Statement {
    let statement = Statement::new(
        "INSERT INTO audit (id, at, actor, role, action, subject, outcome, detail) \
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 \
         WHERE EXISTS (SELECT 1 FROM orders WHERE id = ?9 AND version = ?10)",
    );
    bound(platform, statement, entry)
        .bind(order_id)
        .bind(i64::try_from(version).unwrap_or(i64::MAX))
}

/// Writes an entry only if one of these pieces of work is a dead letter.
///
/// # Errors
/// [`DatabaseFault`].
pub fn insert_if_dead(
    platform: &impl Platform,
    entry: &Entry<'_>,
    ids: &[WorkId],
) -> Result<Statement, DatabaseFault> {
    let statement = Statement::new(
        "INSERT INTO audit (id, at, actor, role, action, subject, outcome, detail) \
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE EXISTS (SELECT 1 FROM work \
           WHERE id IN (SELECT value FROM json_each(?9)) AND dead_at IS NOT NULL)",
    );
    Ok(bound(platform, statement, entry).bind(json(ids)?))
}

/// Writes an entry about an account only if its sealed key is still this one.
pub fn insert_if_sealed(platform: &impl Platform, entry: &Entry<'_>, sealed: &str) -> Statement {
    let statement = Statement::new(
        "INSERT INTO audit (id, at, actor, role, action, subject, outcome, detail) \
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 \
         WHERE EXISTS (SELECT 1 FROM credentials WHERE id = ?6 AND sealed_key = ?9)",
    );
    bound(platform, statement, entry).bind(sealed)
}

fn bound(platform: &impl Platform, statement: Statement, entry: &Entry<'_>) -> Statement {
    statement
        .bind(AuditId::fresh(platform).as_str())
        .bind(platform.now())
        .bind(entry.caller.actor.as_str())
        .bind(entry.caller.role.map(role_name))
        .bind(entry.action)
        .bind(entry.subject)
        .bind(entry.outcome)
        .bind(entry.detail.clone())
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Requester => "requester",
        Role::Operator => "operator",
        Role::Admin => "admin",
    }
}

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
}

/// Entries, the newest first, of one subject if given.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn list(
    database: &impl Database,
    subject: Option<&str>,
    after: &Cursor,
    limit: u32,
) -> Result<Vec<AuditView>, DatabaseFault> {
    let statement = match subject {
        None => Statement::new(
            "SELECT id, at, actor, role, action, subject, outcome, detail FROM audit \
             WHERE (at, id) < (?1, ?2) ORDER BY at DESC, id DESC LIMIT ?3",
        ),
        Some(_) => Statement::new(
            "SELECT id, at, actor, role, action, subject, outcome, detail FROM audit \
             WHERE subject = ?4 AND (at, id) < (?1, ?2) ORDER BY at DESC, id DESC LIMIT ?3",
        ),
    };
    let mut statement = statement
        .bind(after.number)
        .bind(after.text.as_str())
        .bind(limit);
    if let Some(subject) = subject {
        statement = statement.bind(subject);
    }
    let rows: Vec<AuditRow> = decode(database.query(statement).await?)?;
    Ok(rows.into_iter().map(view).collect())
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
    }
}
