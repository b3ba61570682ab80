//! Carrying out a message of the queue.

use super::{
    Message, Task, check, fetch, import,
    not_done::{NotDone, give_up},
    place, sync,
};
use crate::{
    ca::Urgency,
    database::Database,
    fault::Fault,
    platform::Platform,
    random,
    storage::{
        dead_letters,
        work::{self, Taken},
    },
};

/// How often a piece of work is tried before it is set aside.
pub const MAX_ATTEMPTS: u32 = 8;

/// Carries out those pieces of a message that are due and that nobody else is at. Pieces that fail
/// for whatever reason are put back or set aside.
///
/// # Errors
/// [`Fault`] when that could not be written either; the pieces stay, and are found again when their
/// lease has run out.
pub async fn run<P: Platform>(
    platform: &P,
    message: &Message,
    urgency: Urgency,
) -> Result<(), Fault> {
    let lease = random::lease(platform);
    let taken = work::take(platform.database(), &message.work, &lease, platform.now()).await?;
    let Err(fault) = carry_out(platform, taken.clone(), urgency).await else {
        return Ok(());
    };
    // Trouble of ours. Pieces that were done before it are gone, and not touched by this.
    platform.log(&format!("work of message {:?}: {fault:?}", message.work));
    let error = fault.to_string();
    let pieces = taken.iter().map(|piece| {
        let error = error.clone();
        (piece, NotDone::Later { after: None, error })
    });
    give_up(platform, pieces.collect()).await
}

async fn carry_out<P: Platform>(
    platform: &P,
    taken: Vec<Taken>,
    urgency: Urgency,
) -> Result<(), Fault> {
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
