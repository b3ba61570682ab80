//! What the clock brings: lost work, orders that are due, the daily sync, seats of certificates
//! that ran out. Each round is bounded; what is left over is taken up by the next.

use certwright_core::{
    ids::CredentialId,
    time::{DAY, MINUTE},
};
use serde::Deserialize;

use crate::{
    database::{Database, Statement, decode},
    fault::Fault,
    platform::Platform,
    storage::{certificates, orders, work},
    usecase::{check, restore, sync},
    work::messages,
};

/// Seconds after which due work counts as lost by the queue.
const LOST_AFTER: i64 = 2 * MINUTE;
/// Pieces of lost work that one round sends again.
const LOST_PER_ROUND: u32 = 200;
/// Seats that one round gives back.
const SEATS_PER_ROUND: u32 = 200;

/// One round, to be run every minute.
///
/// # Errors
/// [`Fault::Internal`]; the next round takes up what is left.
pub async fn round<P: Platform>(platform: &P) -> Result<(), Fault> {
    if restore::is_going_on(platform).await? {
        return Ok(());
    }
    send_lost_work(platform).await?;
    check_due_orders(platform).await?;
    sync_daily(platform).await?;
    let now = platform.now();
    let release = certificates::release_expired(now, SEATS_PER_ROUND);
    platform.database().batch(vec![release]).await?;
    Ok(())
}

async fn send_lost_work<P: Platform>(platform: &P) -> Result<(), Fault> {
    let now = platform.now();
    let lost = work::overdue(
        platform.database(),
        now.plus(-LOST_AFTER),
        now,
        LOST_PER_ROUND,
    )
    .await?;
    let again = messages(lost.iter().map(|(id, task)| (id, task)));
    platform.enqueue(again, 0).await;
    Ok(())
}

/// Work of a check is there once per order, so an order that is due is not asked about twice.
async fn check_due_orders<P: Platform>(platform: &P) -> Result<(), Fault> {
    let now = platform.now();
    let due = orders::due(platform.database(), now.unix(), check::ROUND).await?;
    if due.is_empty() {
        return Ok(());
    }
    let pieces = check::pieces(platform, &due, None);
    platform
        .database()
        .batch(vec![work::insert(&pieces, now)?])
        .await?;
    platform
        .enqueue(
            messages(pieces.iter().map(|piece| (&piece.id, &piece.task))),
            0,
        )
        .await;
    Ok(())
}

#[derive(Deserialize)]
struct StaleRow {
    id: CredentialId,
}

/// Syncs the one account that was not synced for longest, if that is a day ago.
async fn sync_daily<P: Platform>(platform: &P) -> Result<(), Fault> {
    let cutoff = platform.now().plus(-DAY);
    let statement = Statement::new(
        "SELECT c.id FROM credentials AS c WHERE c.sealed_key <> '' AND NOT EXISTS (SELECT 1 FROM jobs AS j \
           WHERE j.kind = 'sync' AND j.credential_id = c.id AND j.created_at > ?1) LIMIT 1",
    );
    let stale: Vec<StaleRow> = decode(platform.database().query(statement.bind(cutoff)).await?)?;
    for row in stale {
        let start = sync::start(platform, &row.id, &[])?;
        platform.database().batch(start.statements).await?;
        platform.enqueue(start.messages, 0).await;
    }
    Ok(())
}
