//! Jobs. How much is done of them is counted by triggers on the outbox.

use std::collections::{BTreeMap, BTreeSet};

use certwright_api::jobs::{ImportReport, JobKind, JobReport, JobState, JobView, PartReport};
use certwright_core::{
    directory::DirectoryPart,
    ids::{CredentialId, JobId},
    time::Timestamp,
};
use serde::Deserialize;

use super::work::Lease;
use crate::{
    database::{Database, DatabaseFault, Rows, Statement, decode, json},
    paging::Cursor,
};

#[derive(Deserialize)]
struct JobRow {
    id: JobId,
    kind: JobKind,
    credential_id: Option<CredentialId>,
    report: String,
    problem: Option<String>,
    done: i64,
    total: i64,
    dead: i64,
    stored: u32,
    held: u32,
    failed: u32,
    missing: i64,
    stopped_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

fn kind_name(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Sync => "sync",
        JobKind::Import => "import",
        JobKind::AdmitHeld => "admitHeld",
        JobKind::CheckDue => "checkDue",
    }
}

/// Starts a job. Its pieces of work must be inserted in the same batch.
#[must_use]
pub fn insert(
    id: &JobId,
    kind: JobKind,
    credential: Option<&CredentialId>,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "INSERT INTO jobs (id, kind, credential_id, parameters, report, created_at, updated_at) \
         VALUES (?1, ?2, ?3, '{}', '{}', ?4, ?4)",
    )
    .bind(id.as_str())
    .bind(kind_name(kind))
    .bind(credential.map(CredentialId::as_str))
    .bind(now)
}

/// Starts jobs of one kind, each for an account. Their pieces of work must be inserted in the same
/// batch.
///
/// # Errors
/// [`DatabaseFault`].
pub fn insert_all(
    jobs: &[(JobId, CredentialId)],
    kind: JobKind,
    now: Timestamp,
) -> Result<Statement, DatabaseFault> {
    let statement = Statement::new(
        "INSERT INTO jobs (id, kind, credential_id, parameters, report, created_at, updated_at) \
         SELECT value ->> 0, ?2, value ->> 1, '{}', '{}', ?3, ?3 FROM json_each(?1)",
    );
    Ok(statement.bind(json(jobs)?).bind(kind_name(kind)).bind(now))
}

/// Replaces a job's report, if the piece of work is still held under this lease.
///
/// # Errors
/// [`DatabaseFault`].
pub fn report(
    id: &JobId,
    report: &JobReport,
    lease: &Lease<'_>,
    now: Timestamp,
) -> Result<Statement, DatabaseFault> {
    Ok(Statement::new(
        "UPDATE jobs SET report = ?2, updated_at = ?3 \
         WHERE id = ?1 AND EXISTS (SELECT 1 FROM work WHERE id = ?4 AND lease = ?5)",
    )
    .bind(id.as_str())
    .bind(json(report)?)
    .bind(now)
    .bind(lease.work_id.as_str())
    .bind(lease.token))
}

/// Notes how many orders an import could not find although the CA announces them, and says so in
/// words, if the piece of work is still held under this lease.
#[must_use]
pub fn note_missing(
    id: &JobId,
    missing: u32,
    problem: &str,
    lease: &Lease<'_>,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "UPDATE jobs SET missing = ?2, problem = ?3, updated_at = ?4 \
         WHERE id = ?1 AND EXISTS (SELECT 1 FROM work WHERE id = ?5 AND lease = ?6)",
    )
    .bind(id.as_str())
    .bind(missing)
    .bind(problem)
    .bind(now)
    .bind(lease.work_id.as_str())
    .bind(lease.token)
}

/// Notes that a person stopped a job that is under way.
#[must_use]
pub fn stop(id: &JobId, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE jobs SET stopped_at = ?2, updated_at = ?2 \
         WHERE id = ?1 AND is_running AND stopped_at IS NULL",
    )
    .bind(id.as_str())
    .bind(now)
}

/// Adds what a sync found in one part. Parts are synced side by side, so each writes only its own
/// member of the report; pieces of one part follow each other and add up.
///
/// # Errors
/// [`DatabaseFault`].
pub fn merge_sync(
    id: &JobId,
    part: DirectoryPart,
    report: &PartReport,
    lease: &Lease<'_>,
    now: Timestamp,
) -> Result<Statement, DatabaseFault> {
    Ok(Statement::new(
        "UPDATE jobs SET updated_at = ?4, report = json_set(report, '$.sync', \
           json_set(COALESCE(report -> '$.sync', '{}'), '$.' || ?2, json_object( \
             'added', json((SELECT json_group_array(value) FROM ( \
               SELECT value FROM json_each(report, '$.sync.' || ?2 || '.added') \
               UNION ALL SELECT value FROM json_each(?3, '$.added')))), \
             'changed', json((SELECT json_group_array(value) FROM ( \
               SELECT value FROM json_each(report, '$.sync.' || ?2 || '.changed') \
               UNION ALL SELECT value FROM json_each(?3, '$.changed')))), \
             'gone', json((SELECT json_group_array(value) FROM ( \
               SELECT value FROM json_each(report, '$.sync.' || ?2 || '.gone') \
               UNION ALL SELECT value FROM json_each(?3, '$.gone')))), \
             'unchanged', COALESCE(report ->> ('$.sync.' || ?2 || '.unchanged'), 0) \
               + (?3 ->> '$.unchanged')))) \
         WHERE id = ?1 AND EXISTS (SELECT 1 FROM work WHERE id = ?5 AND lease = ?6)",
    )
    .bind(id.as_str())
    .bind(part.as_str())
    .bind(json(report)?)
    .bind(now)
    .bind(lease.work_id.as_str())
    .bind(lease.token))
}

/// Notes what jobs could not do.
///
/// # Errors
/// [`DatabaseFault`].
pub fn note_problems(
    problems: &BTreeMap<&str, &str>,
    now: Timestamp,
) -> Result<Statement, DatabaseFault> {
    let statement = Statement::new(
        "UPDATE jobs SET problem = j.value, updated_at = ?2 FROM json_each(?1) AS j \
         WHERE jobs.id = j.key",
    );
    Ok(statement.bind(json(problems)?).bind(now))
}

/// Notes that jobs moved.
///
/// # Errors
/// [`DatabaseFault`].
pub fn touch(ids: &BTreeSet<&str>, now: Timestamp) -> Result<Statement, DatabaseFault> {
    let statement = Statement::new(
        "UPDATE jobs SET updated_at = ?2 WHERE id IN (SELECT value FROM json_each(?1))",
    );
    Ok(statement.bind(json(ids)?).bind(now))
}

fn views(rows: Rows) -> Result<Vec<JobView>, DatabaseFault> {
    decode::<JobRow>(rows)?.into_iter().map(view).collect()
}

fn view(row: JobRow) -> Result<JobView, DatabaseFault> {
    let mut report: JobReport = serde_json::from_str(&row.report)
        .map_err(|error| DatabaseFault(format!("job {}: {error}", row.id)))?;
    if row.kind != JobKind::Sync {
        let import = report.import.get_or_insert_with(ImportReport::default);
        import.certificates_stored = row.stored;
        import.certificates_held = row.held;
        import.certificates_failed = row.failed;
    }
    let problem = row
        .problem
        .or_else(|| (row.dead > 0).then(|| set_aside(row.dead)));
    let is_over = row.done.saturating_add(row.dead) >= row.total;
    let state = match &problem {
        _ if row.stopped_at.is_some() => JobState::Stopped,
        _ if !is_over => JobState::Running,
        Some(_) if row.missing > 0 && row.dead == 0 => JobState::Incomplete,
        Some(_) => JobState::Failed,
        None => JobState::Done,
    };
    Ok(JobView {
        id: row.id,
        kind: row.kind,
        credential_id: row.credential_id,
        state,
        done: u64::try_from(row.done).unwrap_or(0),
        total: u64::try_from(row.total).unwrap_or(0),
        report,
        problem,
        created_at: Timestamp::from_unix(row.created_at),
        updated_at: Timestamp::from_unix(row.updated_at),
    })
}

fn set_aside(pieces: i64) -> String {
    let noun = if pieces == 1 { "piece" } else { "pieces" };
    format!("{pieces} {noun} of work did not succeed and wait among the dead letters")
}

/// The job with this id.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_id(database: &impl Database, id: &JobId) -> Result<Option<JobView>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT id, kind, credential_id, report, problem, done, total, dead, stored, held, failed, \
           missing, stopped_at, created_at, updated_at FROM jobs WHERE id = ?1",
    );
    Ok(views(database.query(statement.bind(id.as_str())).await?)?.pop())
}

/// A page of jobs, the newest first; of one account's if given.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn page(
    database: &impl Database,
    account: Option<&CredentialId>,
    after: &Cursor,
    limit: u32,
) -> Result<Vec<JobView>, DatabaseFault> {
    let statement = match account {
        None => Statement::new(
            "SELECT id, kind, credential_id, report, problem, done, total, dead, stored, held, \
               failed, missing, stopped_at, created_at, updated_at FROM jobs WHERE (created_at, id) < (?1, ?2) \
             ORDER BY created_at DESC, id DESC LIMIT ?3",
        ),
        Some(_) => Statement::new(
            "SELECT id, kind, credential_id, report, problem, done, total, dead, stored, held, \
               failed, missing, stopped_at, created_at, updated_at FROM jobs \
             WHERE credential_id = ?4 AND (created_at, id) < (?1, ?2) \
             ORDER BY created_at DESC, id DESC LIMIT ?3",
        ),
    };
    let mut statement = statement
        .bind(after.number)
        .bind(after.text.as_str())
        .bind(limit);
    if let Some(account) = account {
        statement = statement.bind(account.as_str());
    }
    views(database.query(statement).await?)
}

#[derive(Deserialize)]
struct RunningRow {
    id: JobId,
}

/// The running job of a kind on an account, if there is one.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn running(
    database: &impl Database,
    kind: JobKind,
    credential: Option<&CredentialId>,
) -> Result<Option<JobId>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT id FROM jobs WHERE is_running AND kind = ?1 AND credential_id IS ?2 LIMIT 1",
    );
    let statement = statement
        .bind(kind_name(kind))
        .bind(credential.map(CredentialId::as_str));
    Ok(decode::<RunningRow>(database.query(statement).await?)?
        .pop()
        .map(|row| row.id))
}
