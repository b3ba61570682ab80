//! What imports have read so far: which orders of the CA, each once.

use certwright_core::{ids::JobId, import::CaIdentity};
use serde::Deserialize;

use super::work::Lease;
use crate::database::{Database, DatabaseFault, Statement, decode, json};

/// The identity as it is stored.
fn key(identity: &CaIdentity) -> String {
    match identity {
        CaIdentity::Order(number) => format!("o{number}"),
        CaIdentity::Draft(number) => format!("d{number}"),
    }
}

#[derive(Deserialize)]
struct KeyRow {
    identity: String,
}

/// Those of the identities that the job has read before.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn among(
    database: &impl Database,
    job: &JobId,
    identities: &[CaIdentity],
) -> Result<Vec<CaIdentity>, DatabaseFault> {
    let keys: Vec<String> = identities.iter().map(key).collect();
    let statement = Statement::new(
        "SELECT identity FROM import_seen \
         WHERE job_id = ?1 AND identity IN (SELECT value FROM json_each(?2))",
    );
    let statement = statement.bind(job.as_str()).bind(json(&keys)?);
    let found = decode::<KeyRow>(database.query(statement).await?)?;
    Ok(identities
        .iter()
        .filter(|identity| found.iter().any(|row| row.identity == key(identity)))
        .cloned()
        .collect())
}

/// Notes what was read, if the piece of work is still held under this lease.
///
/// # Errors
/// [`DatabaseFault`].
pub fn note(
    job: &JobId,
    identities: &[CaIdentity],
    lease: &Lease<'_>,
) -> Result<Statement, DatabaseFault> {
    let keys: Vec<String> = identities.iter().map(key).collect();
    Ok(Statement::new(
        "INSERT OR IGNORE INTO import_seen (job_id, identity) SELECT ?1, value FROM json_each(?2) \
         WHERE EXISTS (SELECT 1 FROM work WHERE id = ?3 AND lease = ?4)",
    )
    .bind(job.as_str())
    .bind(json(&keys)?)
    .bind(lease.work_id.as_str())
    .bind(lease.token))
}

/// Forgets what a job has read, if the piece of work is still held under this lease.
#[must_use]
pub fn forget_under(job: &JobId, lease: &Lease<'_>) -> Statement {
    Statement::new(
        "DELETE FROM import_seen WHERE job_id = ?1 \
           AND EXISTS (SELECT 1 FROM work WHERE id = ?2 AND lease = ?3)",
    )
    .bind(job.as_str())
    .bind(lease.work_id.as_str())
    .bind(lease.token)
}

/// Forgets what a job has read.
#[must_use]
pub fn forget(job: &JobId) -> Statement {
    Statement::new("DELETE FROM import_seen WHERE job_id = ?1").bind(job.as_str())
}

/// Forgets what jobs have read that are over.
#[must_use]
pub fn forget_ended() -> Statement {
    Statement::new(
        "DELETE FROM import_seen WHERE job_id NOT IN (SELECT id FROM jobs WHERE is_running)",
    )
}
