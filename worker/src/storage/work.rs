//! The outbox: work that outlives a request.
//!
//! A piece is taken under a lease, so that a message delivered twice is carried out once at a
//! time; what it changes is written in one batch with its removal, so that it is carried out once
//! in all.

use certwright_core::{
    ids::{JobId, OrderId, WorkId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{
    database::{Database, DatabaseFault, Statement, decode, json},
    work::Task,
};

/// Seconds for which a piece of work is held by whoever took it: longer than an invocation with its
/// calls lasts, unless the CA is very slow. Whoever takes a piece over then does the same again,
/// and only one of the two writes it.
pub const LEASE_SECONDS: i64 = 120;

/// A piece to be written.
#[derive(Clone, Debug)]
pub struct NewWork {
    /// Identity.
    pub id: WorkId,
    /// What is to be done.
    pub task: Task,
    /// The job that it belongs to.
    pub job_id: Option<JobId>,
    /// Not before this.
    pub due_at: Timestamp,
    /// Write it only if this order stands at this version.
    pub if_order: Option<(OrderId, u64)>,
}

#[derive(Serialize)]
struct Stored<'a> {
    id: &'a WorkId,
    kind: &'static str,
    subject: String,
    payload: String,
    job: Option<&'a JobId>,
    due: i64,
    order: Option<&'a OrderId>,
    version: Option<u64>,
}

/// Who holds a piece of work.
#[derive(Clone, Copy, Debug)]
pub struct Lease<'a> {
    /// The piece.
    pub work_id: &'a WorkId,
    /// The token under which it was taken.
    pub token: &'a str,
}

fn parameter(pieces: &[NewWork]) -> Result<String, DatabaseFault> {
    let rows: Result<Vec<Stored<'_>>, DatabaseFault> = pieces
        .iter()
        .map(|piece| {
            Ok(Stored {
                id: &piece.id,
                kind: piece.task.kind(),
                subject: piece.task.subject(),
                payload: json(&piece.task)?,
                job: piece.job_id.as_ref(),
                due: piece.due_at.unix(),
                order: piece.if_order.as_ref().map(|(order, _)| order),
                version: piece.if_order.as_ref().map(|(_, version)| *version),
            })
        })
        .collect();
    json(&rows?)
}

/// Writes pieces of work. The same task is never there twice; asking for it again brings its due
/// time forward.
///
/// # Errors
/// [`DatabaseFault`].
pub fn insert(pieces: &[NewWork], now: Timestamp) -> Result<Statement, DatabaseFault> {
    Ok(Statement::new(
        "INSERT INTO work (id, kind, subject, payload, job_id, due_at, created_at) \
         SELECT value ->> 'id', value ->> 'kind', value ->> 'subject', value ->> 'payload', \
           value ->> 'job', value ->> 'due', ?2 \
         FROM json_each(?1) \
         WHERE value ->> 'order' IS NULL OR EXISTS (SELECT 1 FROM orders \
           WHERE id = value ->> 'order' AND version = value ->> 'version') \
         ON CONFLICT (kind, subject) DO UPDATE \
           SET due_at = min(due_at, excluded.due_at), attempts = 0, dead_at = NULL",
    )
    .bind(parameter(pieces)?)
    .bind(now))
}

/// Writes the pieces that follow from one that is held under this lease.
///
/// # Errors
/// [`DatabaseFault`].
pub fn insert_under(
    pieces: &[NewWork],
    lease: &Lease<'_>,
    now: Timestamp,
) -> Result<Statement, DatabaseFault> {
    Ok(Statement::new(
        "INSERT INTO work (id, kind, subject, payload, job_id, due_at, created_at) \
         SELECT value ->> 'id', value ->> 'kind', value ->> 'subject', value ->> 'payload', \
           value ->> 'job', value ->> 'due', ?2 \
         FROM json_each(?1) \
         WHERE EXISTS (SELECT 1 FROM work WHERE id = ?3 AND lease = ?4) \
         ON CONFLICT (kind, subject) DO UPDATE \
           SET due_at = min(due_at, excluded.due_at), attempts = 0, dead_at = NULL",
    )
    .bind(parameter(pieces)?)
    .bind(now)
    .bind(lease.work_id.as_str())
    .bind(lease.token))
}

/// A piece that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Identity.
    pub id: WorkId,
    /// What is to be done.
    pub task: Task,
    /// The job that it belongs to.
    pub job_id: Option<JobId>,
    /// How often it was taken, this time included.
    pub attempts: u32,
    /// The token under which it is held.
    pub lease: String,
}

impl Taken {
    /// The lease.
    #[must_use]
    pub fn lease(&self) -> Lease<'_> {
        Lease {
            work_id: &self.id,
            token: &self.lease,
        }
    }
}

#[derive(Deserialize)]
struct TakenRow {
    id: WorkId,
    payload: String,
    job_id: Option<JobId>,
    attempts: u32,
}

/// Takes those of the pieces that are due and that nobody holds.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn take(
    database: &impl Database,
    ids: &[WorkId],
    lease: &str,
    now: Timestamp,
) -> Result<Vec<Taken>, DatabaseFault> {
    let statement = Statement::new(
        "UPDATE work SET lease = ?2, leased_until = ?3, attempts = attempts + 1 \
         WHERE id IN (SELECT value FROM json_each(?1)) AND dead_at IS NULL \
           AND due_at <= ?4 AND leased_until <= ?4 \
         RETURNING id, payload, job_id, attempts",
    );
    let statement = statement
        .bind(json(ids)?)
        .bind(lease)
        .bind(now.plus(LEASE_SECONDS))
        .bind(now);
    decode::<TakenRow>(database.query(statement).await?)?
        .into_iter()
        .map(|row| {
            Ok(Taken {
                task: task(&row.id, &row.payload)?,
                id: row.id,
                job_id: row.job_id,
                attempts: row.attempts,
                lease: lease.to_owned(),
            })
        })
        .collect()
}

/// Removes pieces that are done.
///
/// # Errors
/// [`DatabaseFault`].
pub fn finish(pieces: &[&Taken]) -> Result<Vec<Statement>, DatabaseFault> {
    settle(pieces, None)
}

/// Removes pieces that could not be done and that nobody should try again.
///
/// # Errors
/// [`DatabaseFault`].
pub fn fail(pieces: &[&Taken]) -> Result<Vec<Statement>, DatabaseFault> {
    settle(pieces, Some("failed"))
}

fn settle(
    pieces: &[&Taken],
    outcome: Option<&'static str>,
) -> Result<Vec<Statement>, DatabaseFault> {
    let Some(first) = pieces.first() else {
        return Ok(Vec::new());
    };
    let ids: Vec<&str> = pieces.iter().map(|piece| piece.id.as_str()).collect();
    let mark = Statement::new(
        "UPDATE work SET outcome = COALESCE(?3, outcome) \
         WHERE id IN (SELECT value FROM json_each(?1)) AND lease = ?2",
    );
    let remove = Statement::new(
        "DELETE FROM work WHERE id IN (SELECT value FROM json_each(?1)) AND lease = ?2",
    );
    let ids = json(&ids)?;
    Ok(vec![
        mark.bind(ids.clone())
            .bind(first.lease.as_str())
            .bind(outcome),
        remove.bind(ids).bind(first.lease.as_str()),
    ])
}

/// Removes what a job has left to do, set aside or not, whoever holds it.
#[must_use]
pub fn remove_of_job(job: &JobId) -> Statement {
    Statement::new("DELETE FROM work WHERE job_id = ?1").bind(job.as_str())
}

/// Marks fetches by what the license gate decided, for the count of their job.
///
/// # Errors
/// [`DatabaseFault`].
pub fn mark_admitted(pieces: &[&Taken]) -> Result<Option<Statement>, DatabaseFault> {
    let Some(first) = pieces.first() else {
        return Ok(None);
    };
    let rows: Vec<(&str, String)> = pieces
        .iter()
        .map(|piece| (piece.id.as_str(), piece.task.subject()))
        .collect();
    let statement = Statement::new(
        "UPDATE work SET outcome = CASE o.state WHEN 'fulfilled' THEN 'stored' \
           WHEN 'held' THEN 'held' ELSE NULL END \
         FROM json_each(?1) AS j JOIN orders AS o ON o.id = j.value ->> 1 \
         WHERE work.id = j.value ->> 0 AND work.lease = ?2",
    );
    Ok(Some(
        statement.bind(json(&rows)?).bind(first.lease.as_str()),
    ))
}

/// Puts a piece that went one step on back, to be taken again at `due`.
#[must_use]
pub fn go_on(piece: &Taken, due: Timestamp) -> Statement {
    Statement::new(
        "UPDATE work SET due_at = ?3, leased_until = 0, lease = NULL, attempts = 0, \
           last_error = NULL WHERE id = ?1 AND lease = ?2",
    )
    .bind(piece.id.as_str())
    .bind(piece.lease.as_str())
    .bind(due)
}

/// A piece that goes back into the outbox, to be tried again.
#[derive(Clone, Debug)]
pub struct PutBack {
    /// The piece.
    pub id: WorkId,
    /// When it is tried again.
    pub due: Timestamp,
    lease: String,
    error: String,
    attempts: u32,
}

impl PutBack {
    /// After an attempt that counts.
    #[must_use]
    pub fn spent(piece: &Taken, due: Timestamp, error: String) -> Self {
        Self {
            id: piece.id.clone(),
            due,
            lease: piece.lease.clone(),
            error,
            attempts: piece.attempts,
        }
    }

    /// After one that does not count, since nothing was tried.
    #[must_use]
    pub fn unspent(piece: &Taken, due: Timestamp, error: String) -> Self {
        Self {
            attempts: piece.attempts.saturating_sub(1),
            ..Self::spent(piece, due, error)
        }
    }
}

/// Puts pieces back.
///
/// # Errors
/// [`DatabaseFault`].
pub fn put_back(pieces: &[PutBack]) -> Result<Option<Statement>, DatabaseFault> {
    if pieces.is_empty() {
        return Ok(None);
    }
    let rows: Vec<(&str, &str, i64, &str, u32)> = pieces
        .iter()
        .map(|piece| {
            let due = piece.due.unix();
            let error = piece.error.as_str();
            (
                piece.id.as_str(),
                piece.lease.as_str(),
                due,
                error,
                piece.attempts,
            )
        })
        .collect();
    let statement = Statement::new(
        "UPDATE work SET due_at = j.value ->> 2, leased_until = 0, lease = NULL, \
           last_error = j.value ->> 3, attempts = j.value ->> 4 \
         FROM json_each(?1) AS j WHERE work.id = j.value ->> 0 AND work.lease = j.value ->> 1",
    );
    Ok(Some(statement.bind(json(&rows)?)))
}

#[derive(Deserialize)]
struct OverdueRow {
    id: WorkId,
    payload: String,
    attempts: u32,
}

/// A piece whose message was lost, or whose invocation was killed.
pub struct Overdue {
    /// Identity.
    pub id: WorkId,
    /// What is to be done.
    pub task: Task,
    /// How often it was taken.
    pub attempts: u32,
}

/// Pieces that are due since before `cutoff` and that nobody holds. Orders that are being placed
/// come first, whatever else is late.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn overdue(
    database: &impl Database,
    cutoff: Timestamp,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Overdue>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT * FROM (SELECT id, payload, attempts FROM work WHERE kind = 'place' \
           AND dead_at IS NULL AND due_at <= ?1 AND leased_until <= ?2 LIMIT ?3) \
         UNION ALL \
         SELECT * FROM (SELECT id, payload, attempts FROM work WHERE kind <> 'place' \
           AND dead_at IS NULL AND due_at <= ?1 AND leased_until <= ?2 ORDER BY due_at LIMIT ?3) \
         LIMIT ?3",
    );
    let rows = database
        .query(statement.bind(cutoff).bind(now).bind(limit))
        .await?;
    decode::<OverdueRow>(rows)?
        .into_iter()
        .map(|row| {
            Ok(Overdue {
                task: task(&row.id, &row.payload)?,
                id: row.id,
                attempts: row.attempts,
            })
        })
        .collect()
}

/// The task that a row holds.
///
/// # Errors
/// [`DatabaseFault`] with the row's id.
pub(super) fn task(id: &WorkId, payload: &str) -> Result<Task, DatabaseFault> {
    serde_json::from_str(payload).map_err(|error| DatabaseFault(format!("work {id}: {error}")))
}

#[derive(Deserialize)]
struct IdRow {
    id: WorkId,
}

/// The piece that stands for a task, if there is one.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn id_of(database: &impl Database, task: &Task) -> Result<Option<WorkId>, DatabaseFault> {
    let statement = Statement::new("SELECT id FROM work WHERE kind = ?1 AND subject = ?2");
    let rows = database
        .query(statement.bind(task.kind()).bind(task.subject()))
        .await?;
    Ok(decode::<IdRow>(rows)?.pop().map(|row| row.id))
}
