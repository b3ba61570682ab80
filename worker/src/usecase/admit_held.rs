//! Storing what was held, as far as seats are free.

use certwright_api::{credentials::StartedJobs, jobs::JobKind};
use certwright_core::ids::{JobId, WorkId};

use super::license;
use crate::{
    caller::Caller,
    database::Database,
    fault::Fault,
    platform::Platform,
    random::Fresh,
    storage::{
        audit, counters, jobs, orders,
        work::{self, NewWork},
    },
    work::{Task, messages},
};

/// How many orders one request takes up; the rest by asking again.
const MOST: u32 = 1_000;
/// How many orders are tried beyond the number of free seats.
const SPARE: u32 = 20;

/// Starts the admission of held orders, the oldest first, as many as seats are free. The gate
/// itself decides again when each certificate has been fetched.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn run<P: Platform>(platform: &P, caller: &Caller) -> Result<StartedJobs, Fault> {
    let now = platform.now();
    let seats = license::effective(platform).await?.seats;
    let used = counters::all(platform.database())
        .await?
        .get("seats")
        .copied()
        .unwrap_or(0);
    let free = seats.saturating_sub(u32::try_from(used).unwrap_or(u32::MAX));
    let held = match free {
        0 => Vec::new(),
        // Some more than there are seats, should some of them not be had from the CA any more.
        seats => {
            let limit = seats.saturating_add(SPARE).min(MOST);
            orders::held(platform.database(), limit).await?
        }
    };
    let id = JobId::fresh(platform);
    let pieces: Vec<NewWork> = held
        .into_iter()
        .map(|order| NewWork {
            id: WorkId::fresh(platform),
            task: Task::Fetch { order_id: order.id },
            job_id: Some(id.clone()),
            due_at: now,
            if_order: None,
        })
        .collect();
    let entry = audit::Entry {
        caller,
        action: "certificates.admit-held",
        subject: id.as_str(),
        outcome: "started",
        detail: Some(format!("orders: {}, free seats: {free}", pieces.len())),
    };
    let statements = vec![
        jobs::insert(&id, JobKind::AdmitHeld, None, now),
        work::insert(&pieces, now)?,
        audit::insert(platform, &entry),
    ];
    platform.database().batch(statements).await?;
    platform
        .enqueue(
            messages(pieces.iter().map(|piece| (&piece.id, &piece.task))),
            0,
        )
        .await;
    Ok(StartedJobs { job_ids: vec![id] })
}
