//! Starting a sync of the directory.

use certwright_api::{
    credentials::{StartedJobs, SyncAllRequest},
    jobs::JobKind,
};
use certwright_core::{
    directory::DirectoryPart,
    ids::{CredentialId, JobId, WorkId},
};

use super::credentials;
use crate::{
    caller::Caller,
    database::{Database, Statement},
    fault::Fault,
    platform::Platform,
    random::Fresh,
    storage::{
        audit, credentials as stored, jobs,
        work::{self, NewWork},
    },
    work::{Message, Task, messages},
};

/// A job that is to be started: written in the batch of the caller, then sent.
pub struct Start {
    /// The job.
    pub id: JobId,
    /// What writes it.
    pub statements: Vec<Statement>,
    /// What makes it go at once.
    pub messages: Vec<Message>,
}

/// A sync of these parts, or of all when none is named.
///
/// # Errors
/// [`Fault::Internal`].
pub fn start(
    platform: &impl Platform,
    credential_id: &CredentialId,
    parts: &[DirectoryPart],
) -> Result<Start, Fault> {
    let now = platform.now();
    let id = JobId::fresh(platform);
    let parts = if parts.is_empty() {
        &DirectoryPart::ALL
    } else {
        parts
    };
    let pieces: Vec<NewWork> = parts
        .iter()
        .map(|part| NewWork {
            id: WorkId::fresh(platform),
            task: Task::Sync {
                credential_id: credential_id.clone(),
                job_id: id.clone(),
                part: *part,
                from: 0,
            },
            job_id: Some(id.clone()),
            due_at: now,
            if_order: None,
        })
        .collect();
    let statements = vec![
        jobs::insert(&id, JobKind::Sync, Some(credential_id), now),
        work::insert(&pieces, now)?,
    ];
    let messages = messages(pieces.iter().map(|piece| (&piece.id, &piece.task)));
    Ok(Start {
        id,
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
    let mut ids = Vec::new();
    if request.credential_ids.is_empty() {
        let all = stored::all(platform.database()).await?;
        let usable = all.into_iter().filter(|credential| !credential.needs_key());
        ids.extend(usable.map(|credential| credential.id));
    }
    for id in &request.credential_ids {
        ids.push(credentials::find_usable(platform, id).await?.id);
    }
    let mut statements = Vec::new();
    let mut messages = Vec::new();
    let mut job_ids = Vec::new();
    for id in &ids {
        let start = start(platform, id, &request.parts)?;
        let entry = audit::Entry {
            caller,
            action: "directory.sync",
            subject: id.as_str(),
            outcome: "started",
            detail: None,
        };
        statements.extend(start.statements);
        statements.push(audit::insert(platform, &entry));
        messages.extend(start.messages);
        job_ids.push(start.id);
    }
    if !statements.is_empty() {
        platform.database().batch(statements).await?;
    }
    platform.enqueue(messages, 0).await;
    Ok(StartedJobs { job_ids })
}
