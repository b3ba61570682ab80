//! Stopping a job: its work is removed, what it has done stays.

use certwright_api::jobs::{JobState, JobView};
use certwright_core::ids::JobId;

use super::lists;
use crate::{
    caller::Caller,
    database::Database,
    fault::Fault,
    platform::Platform,
    storage::{audit, import_seen, jobs, work},
};

/// Stops a job. One that is over stays as it is. Work that is being done at this moment may come to
/// its end; it stores nothing more under the job.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn run<P: Platform>(platform: &P, caller: &Caller, id: &JobId) -> Result<JobView, Fault> {
    let job = lists::job(platform, id).await?;
    if job.state != JobState::Running {
        return Ok(job);
    }
    let entry = audit::Entry {
        caller,
        action: "job.stop",
        subject: id.as_str(),
        outcome: "stopped",
        detail: Some(format!("tasks done: {} of {}", job.done, job.total)),
    };
    platform
        .database()
        .batch(vec![
            jobs::stop(id, platform.now()),
            work::remove_of_job(id),
            import_seen::forget(id),
            audit::insert(platform, &entry),
        ])
        .await?;
    lists::job(platform, id).await
}
