//! Starting a sync of the directory.

use certwright_api::{
    credentials::{StartedJobs, SyncAllRequest},
    jobs::JobKind,
};
use certwright_core::{
    directory::DirectoryPart,
    ids::{CredentialId, JobId, WorkId},
};

use crate::{
    ca::key_missing,
    caller::Caller,
    database::{Database, Statement},
    fault::Fault,
    platform::Platform,
    random::Fresh,
    storage::{
        audit,
        credentials::{self, CredentialRow},
        jobs,
        work::{self, NewWork},
    },
    work::{Message, Task, messages},
};

/// Jobs that are to be started: written in the batch of the caller, then sent.
pub struct Start {
    /// The jobs, in the order of the accounts.
    pub job_ids: Vec<JobId>,
    /// What writes them: as many statements for one account as for all.
    pub statements: Vec<Statement>,
    /// What makes them go at once.
    pub messages: Vec<Message>,
}

/// A sync of these parts of each account, or of all parts when none is named.
///
/// # Errors
/// [`Fault::Internal`].
pub fn start(
    platform: &impl Platform,
    credential_ids: &[CredentialId],
    parts: &[DirectoryPart],
) -> Result<Start, Fault> {
    let now = platform.now();
    let parts = if parts.is_empty() {
        &DirectoryPart::ALL
    } else {
        parts
    };
    let started: Vec<(JobId, CredentialId)> = credential_ids
        .iter()
        .map(|credential| (JobId::fresh(platform), credential.clone()))
        .collect();
    let pieces: Vec<NewWork> = started
        .iter()
        .flat_map(|(job, credential)| {
            parts.iter().map(|part| NewWork {
                id: WorkId::fresh(platform),
                task: Task::Sync {
                    credential_id: credential.clone(),
                    job_id: job.clone(),
                    part: *part,
                    from: 0,
                },
                job_id: Some(job.clone()),
                due_at: now,
                if_order: None,
            })
        })
        .collect();
    let statements = vec![
        jobs::insert_all(&started, JobKind::Sync, now)?,
        work::insert(&pieces, now)?,
    ];
    let messages = messages(pieces.iter().map(|piece| (&piece.id, &piece.task)));
    Ok(Start {
        job_ids: started.into_iter().map(|(job, _)| job).collect(),
        statements,
        messages,
    })
}

/// Starts syncs of several accounts, or of all when none is named.
///
/// # Errors
/// [`Fault::NotFound`] when one of the accounts does not exist; none is started then.
pub async fn run<P: Platform>(
    platform: &P,
    caller: &Caller,
    request: &SyncAllRequest,
) -> Result<StartedJobs, Fault> {
    let linked = credentials::all(platform.database()).await?;
    let wanted = &request.credential_ids;
    if !wanted
        .iter()
        .all(|id| linked.iter().any(|row| row.id == *id))
    {
        return Err(Fault::NotFound("credential"));
    }
    let is_wanted = |row: &CredentialRow| wanted.is_empty() || wanted.contains(&row.id);
    let (usable, keyless): (Vec<CredentialRow>, Vec<CredentialRow>) = linked
        .into_iter()
        .filter(is_wanted)
        .partition(|row| !row.needs_key());
    // Of all accounts those that can be synced are; one that was asked for by name must be able to.
    if !wanted.is_empty() && !keyless.is_empty() {
        return Err(key_missing());
    }
    let ids: Vec<CredentialId> = usable.into_iter().map(|row| row.id).collect();
    let start = start(platform, &ids, &request.parts)?;
    let subject = match ids.as_slice() {
        [only] => only.to_string(),
        several => format!("{} accounts", several.len()),
    };
    let entry = audit::Entry {
        caller,
        action: "directory.sync",
        subject: &subject,
        outcome: "started",
        detail: None,
    };
    let mut statements = start.statements;
    statements.push(audit::insert(platform, &entry));
    platform.database().batch(statements).await?;
    platform.enqueue(start.messages, 0).await;
    Ok(StartedJobs {
        job_ids: start.job_ids,
    })
}
