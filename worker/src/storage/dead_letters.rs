//! Pieces of work that were set aside.

use certwright_api::dead_letters::DeadLetterView;
use certwright_core::{
    ids::{CredentialId, JobId, OrderId, WorkId},
    time::Timestamp,
};
use serde::Deserialize;

use super::work::{self, Taken};
use crate::{
    database::{Database, DatabaseFault, Statement, decode, json},
    paging::Cursor,
    work::Task,
};

/// Sets pieces aside: they are kept, shown, and not tried again by themselves.
///
/// # Errors
/// [`DatabaseFault`].
pub fn set_aside(
    pieces: &[(&Taken, String)],
    now: Timestamp,
) -> Result<Option<Statement>, DatabaseFault> {
    if pieces.is_empty() {
        return Ok(None);
    }
    let rows: Vec<(&str, &str, &str)> = pieces
        .iter()
        .map(|(piece, error)| (piece.id.as_str(), piece.lease.as_str(), error.as_str()))
        .collect();
    let statement = Statement::new(
        "UPDATE work SET dead_at = ?2, leased_until = 0, lease = NULL, last_error = j.value ->> 2 \
         FROM json_each(?1) AS j WHERE work.id = j.value ->> 0 AND work.lease = j.value ->> 1",
    );
    Ok(Some(statement.bind(json(&rows)?).bind(now)))
}

/// Sets those pieces aside that were tried often enough and that nobody holds. The placing of an
/// order never is.
///
/// # Errors
/// [`DatabaseFault`].
pub fn set_aside_exhausted(
    ids: &[WorkId],
    attempts: u32,
    now: Timestamp,
) -> Result<Statement, DatabaseFault> {
    let statement = Statement::new(
        "UPDATE work SET dead_at = ?3, leased_until = 0, lease = NULL, \
           last_error = COALESCE(last_error, 'it failed here, not at the CA; see the log') \
         WHERE id IN (SELECT value FROM json_each(?1)) AND attempts >= ?2 AND dead_at IS NULL \
           AND leased_until <= ?3 AND kind <> 'place'",
    );
    Ok(statement.bind(json(ids)?).bind(attempts).bind(now))
}

#[derive(Deserialize)]
struct DeadRow {
    id: WorkId,
    payload: String,
    domain: Option<String>,
    order_credential: Option<CredentialId>,
    job_id: Option<JobId>,
    attempts: u32,
    last_error: Option<String>,
    created_at: i64,
    dead_at: i64,
}

impl DeadRow {
    fn view(self) -> Result<DeadLetterView, DatabaseFault> {
        let task = work::task(&self.id, &self.payload)?;
        let kind = task.kind().to_owned();
        let (order_id, credential_id): (Option<OrderId>, _) = match task {
            Task::Place { order_id } | Task::Check { order_id } | Task::Fetch { order_id } => {
                (Some(order_id), self.order_credential)
            }
            Task::Sync { credential_id, .. } | Task::Import { credential_id, .. } => {
                (None, Some(credential_id))
            }
        };
        Ok(DeadLetterView {
            id: self.id,
            kind,
            order_id,
            domain: self.domain,
            credential_id,
            job_id: self.job_id,
            attempts: self.attempts,
            error: self.last_error,
            created_at: Timestamp::from_unix(self.created_at),
            set_aside_at: Timestamp::from_unix(self.dead_at),
        })
    }
}

/// A page of dead letters, the oldest first; of one account's if given.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn page(
    database: &impl Database,
    account: Option<&CredentialId>,
    after: &Cursor,
    limit: u32,
) -> Result<Vec<DeadLetterView>, DatabaseFault> {
    let statement = match account {
        None => Statement::new(
            "SELECT w.id, w.payload, o.record ->> 'domain' AS domain, \
               o.credential_id AS order_credential, w.job_id, w.attempts, w.last_error, \
               w.created_at, w.dead_at \
             FROM work AS w LEFT JOIN orders AS o \
               ON o.id = w.subject AND w.kind IN ('place', 'check', 'fetch') \
             WHERE w.dead_at IS NOT NULL AND (w.dead_at, w.id) > (?1, ?2) \
             ORDER BY w.dead_at, w.id LIMIT ?3",
        ),
        Some(_) => Statement::new(
            "SELECT w.id, w.payload, o.record ->> 'domain' AS domain, \
               o.credential_id AS order_credential, w.job_id, w.attempts, w.last_error, \
               w.created_at, w.dead_at \
             FROM work AS w LEFT JOIN orders AS o \
               ON o.id = w.subject AND w.kind IN ('place', 'check', 'fetch') \
             WHERE w.credential_id = ?4 AND w.dead_at IS NOT NULL \
               AND (w.dead_at, w.id) > (?1, ?2) \
             ORDER BY w.dead_at, w.id LIMIT ?3",
        ),
    };
    let mut statement = statement
        .bind(after.number)
        .bind(after.text.as_str())
        .bind(limit);
    if let Some(account) = account {
        statement = statement.bind(account.as_str());
    }
    decode::<DeadRow>(database.query(statement).await?)?
        .into_iter()
        .map(DeadRow::view)
        .collect()
}

/// Wakes dead letters: they are due at once, and their attempts count from the beginning.
///
/// # Errors
/// [`DatabaseFault`].
pub fn wake(ids: &[WorkId], now: Timestamp) -> Result<Statement, DatabaseFault> {
    let statement = Statement::new(
        "UPDATE work SET dead_at = NULL, attempts = 0, due_at = ?2 \
         WHERE id IN (SELECT value FROM json_each(?1)) AND dead_at IS NOT NULL",
    );
    Ok(statement.bind(json(ids)?).bind(now))
}

/// Removes a dead letter for good. Its job notes the problem and counts the piece as failed.
#[must_use]
pub fn discard(id: &WorkId, now: Timestamp) -> [Statement; 3] {
    let note = Statement::new(
        "UPDATE jobs SET updated_at = ?2, problem = COALESCE(problem, (SELECT last_error FROM work \
           WHERE id = ?1), 'a piece of work was discarded') \
         WHERE id = (SELECT job_id FROM work WHERE id = ?1 AND dead_at IS NOT NULL)",
    );
    let mark =
        Statement::new("UPDATE work SET outcome = 'failed' WHERE id = ?1 AND dead_at IS NOT NULL");
    let remove = Statement::new("DELETE FROM work WHERE id = ?1 AND dead_at IS NOT NULL");
    [
        note.bind(id.as_str()).bind(now),
        mark.bind(id.as_str()),
        remove.bind(id.as_str()),
    ]
}
