//! Starting the import of an account's orders.

use certwright_api::{
    credentials::{ImportRequest, StartedJobs},
    jobs::JobKind,
};
use certwright_core::ids::{CredentialId, JobId, WorkId};

use super::credentials;
use crate::{
    caller::Caller,
    database::Database,
    fault::Fault,
    platform::Platform,
    random::Fresh,
    storage::{
        audit, import_seen, jobs,
        work::{self, NewWork},
    },
    work::{first_import, messages},
};

/// Starts an import, or gives the one that is running already.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn run<P: Platform>(
    platform: &P,
    caller: &Caller,
    credential_id: &CredentialId,
    request: &ImportRequest,
) -> Result<StartedJobs, Fault> {
    let credential = credentials::find_usable(platform, credential_id).await?;
    let database = platform.database();
    let running = jobs::running(database, JobKind::Import, Some(&credential.id)).await?;
    if let Some(job) = running {
        return Ok(StartedJobs { job_ids: vec![job] });
    }
    let now = platform.now();
    let id = JobId::fresh(platform);
    let piece = NewWork {
        id: WorkId::fresh(platform),
        task: first_import(credential.id.clone(), id.clone(), request),
        job_id: Some(id.clone()),
        due_at: now,
        if_order: None,
    };
    let entry = audit::Entry {
        caller,
        action: "orders.import",
        subject: credential.id.as_str(),
        outcome: "started",
        detail: None,
    };
    let statements = vec![
        import_seen::forget_ended(),
        jobs::insert(&id, JobKind::Import, Some(&credential.id), now),
        work::insert(std::slice::from_ref(&piece), now)?,
        audit::insert(platform, &entry),
    ];
    database.batch(statements).await?;
    platform
        .enqueue(messages([(&piece.id, &piece.task)]), 0)
        .await;
    Ok(StartedJobs { job_ids: vec![id] })
}
