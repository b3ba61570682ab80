//! Carrying out a message of the queue.

use super::{Message, Task, check, fetch, import, place, sync};
use crate::{
    ca::Urgency,
    database::Database,
    fault::Fault,
    platform::Platform,
    random,
    storage::{dead_letters, work},
};

/// How often a piece of work is tried before it is set aside.
pub const MAX_ATTEMPTS: u32 = 8;

/// Carries out those pieces of a message that are due and that nobody else is at.
///
/// # Errors
/// [`Fault`] when the database failed; the pieces stay, and are found again when their lease has
/// run out.
pub async fn run<P: Platform>(
    platform: &P,
    message: &Message,
    urgency: Urgency,
) -> Result<(), Fault> {
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
    check::run(platform, checks, urgency).await?;
    fetch::run(platform, fetches, urgency).await
}

/// Takes note of a message that the queue has given up. Its pieces failed here and not at the CA,
/// which is why nothing was written about them; those that were tried often enough are set aside
/// for a person to see, the others are found by the sweep.
///
/// # Errors
/// [`Fault`] when the database failed.
pub async fn died<P: Platform>(platform: &P, message: &Message) -> Result<(), Fault> {
    let now = platform.now();
    let statement = dead_letters::set_aside_exhausted(&message.work, MAX_ATTEMPTS, now)?;
    platform.database().batch(vec![statement]).await?;
    Ok(())
}
