//! Carrying out a message of the queue.

use certwright_core::{fault::CaFault, time::Timestamp};

use super::{Message, Task, check, fetch, import, place, sync};
use crate::{
    database::Database,
    fault::Fault,
    platform::Platform,
    random,
    storage::work::{self, Taken},
};

/// How often a piece of work is tried before it is set aside.
pub const MAX_ATTEMPTS: u32 = 8;

/// Carries out those pieces of a message that are due and that nobody else is at.
///
/// # Errors
/// [`Fault`] when the database failed; the pieces stay, and are found again when their lease has
/// run out.
pub async fn run<P: Platform>(platform: &P, message: &Message) -> Result<(), Fault> {
    let lease = random::lease(platform);
    let taken = work::take(platform.database(), &message.work, &lease, platform.now()).await?;
    let mut fetches = Vec::new();
    let mut checks = Vec::new();
    for piece in taken {
        match &piece.task {
            Task::Fetch { .. } => fetches.push(piece),
            Task::Check { .. } => checks.push(piece),
            Task::Place { order_id } => {
                let order_id = order_id.clone();
                place::run(platform, &piece, &order_id).await?;
            }
            Task::Sync { .. } => sync::run(platform, &piece).await?,
            Task::Import { .. } => import::run(platform, &piece).await?,
        }
    }
    check::run(platform, checks).await?;
    fetch::run(platform, fetches).await
}

/// What becomes of a piece that was not done.
pub(super) enum NotDone {
    /// It is tried again later.
    Later {
        /// Seconds to wait, where known.
        after: Option<i64>,
        /// Why.
        error: String,
    },
    /// It will never work.
    Never {
        /// Why, for people.
        error: String,
    },
}

impl From<&CaFault> for NotDone {
    fn from(fault: &CaFault) -> Self {
        match fault {
            CaFault::RateLimited { after } => Self::Later {
                after: *after,
                error: fault.to_string(),
            },
            CaFault::Unanswered(_) => Self::Later {
                after: None,
                error: fault.to_string(),
            },
            CaFault::Refused(_) | CaFault::CredentialRefused(_) => Self::Never {
                error: fault.to_string(),
            },
        }
    }
}

/// Writes what becomes of a piece that was not done; with a note for its job when it ends.
pub(super) async fn give_up<P: Platform>(
    platform: &P,
    piece: &Taken,
    not_done: NotDone,
) -> Result<(), Fault> {
    let now = platform.now();
    let mut statements = Vec::new();
    // An order that may cost money is never let out of sight.
    let tries_on = piece.attempts < MAX_ATTEMPTS || matches!(piece.task, Task::Place { .. });
    match not_done {
        NotDone::Later { after, error } if tries_on => {
            let due = now.plus(after.unwrap_or_else(|| pause(piece.attempts, now)));
            statements.push(work::put_back(piece, due, &error));
            let message = Message {
                work: vec![piece.id.clone()],
            };
            let delay = u32::try_from(due.seconds_since(now)).unwrap_or(0);
            platform.database().batch(statements).await?;
            platform.enqueue(vec![message], delay).await;
            return Ok(());
        }
        NotDone::Later { error, .. } | NotDone::Never { error } => {
            if let Some(job) = &piece.job_id {
                statements.push(crate::storage::jobs::note_problem(job, &error, now));
                statements.extend(work::fail(&[piece])?);
            } else {
                statements.push(work::set_aside(piece, &error));
            }
        }
    }
    platform.database().batch(statements).await?;
    Ok(())
}

/// Seconds before the next attempt: doubling from ten seconds, and spread by the clock so that
/// pieces which failed together do not come back together.
fn pause(attempts: u32, now: Timestamp) -> i64 {
    let base = 10_i64.saturating_mul(1 << attempts.min(8));
    base.saturating_add(now.unix().rem_euclid(7))
}
