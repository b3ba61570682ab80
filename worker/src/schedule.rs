//! What the clock brings: lost work, orders that are due, the daily sync, seats of certificates
//! that ran out, orders that have waited too long for approval, audit entries without a hash. Each
//! round is bounded; what is left over is taken up by the next.

use certwright_core::{
    ids::{CredentialId, WorkId},
    time::{DAY, MINUTE},
};
use serde::Deserialize;

use crate::{
    database::{Database, Statement, decode},
    fault::Fault,
    platform::Platform,
    storage::{certificates, dead_letters, orders, work},
    usecase::{approval, audit, certificates as inventory, check, restore, sync},
    work::{MAX_ATTEMPTS, Message, messages},
};

/// Seconds after which due work counts as lost by the queue.
const LOST_AFTER: i64 = 2 * MINUTE;
/// Pieces of lost work that one round sends again.
const LOST_PER_ROUND: u32 = 2_000;
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
    let parts = [
        send_lost_work(platform).await,
        check_due_orders(platform).await,
        sync_daily(platform).await,
        release_seats(platform).await,
        approval::lapse(platform).await,
        inventory::fill_sha1(platform).await,
        audit::seal(platform, audit::ON_SCHEDULE).await.map(|_| ()),
    ];
    // One that fails keeps none of the others from being done.
    parts.into_iter().collect()
}

async fn release_seats<P: Platform>(platform: &P) -> Result<(), Fault> {
    let release = certificates::release_expired(platform.now(), SEATS_PER_ROUND);
    platform.database().batch(vec![release]).await?;
    Ok(())
}

/// Lost pieces are sent again. One that was taken before travels alone, so that a piece that kills
/// its invocation takes no others with it; one that has done so often is set aside.
async fn send_lost_work<P: Platform>(platform: &P) -> Result<(), Fault> {
    let now = platform.now();
    let lost = work::overdue(
        platform.database(),
        now.plus(-LOST_AFTER),
        now,
        LOST_PER_ROUND,
    )
    .await?;
    let (fresh, taken): (Vec<_>, Vec<_>) = lost.into_iter().partition(|piece| piece.attempts == 0);
    let exhausted: Vec<WorkId> = taken
        .iter()
        .filter(|piece| piece.attempts >= MAX_ATTEMPTS)
        .map(|piece| piece.id.clone())
        .collect();
    if !exhausted.is_empty() {
        let set_aside = dead_letters::set_aside_exhausted(&exhausted, MAX_ATTEMPTS, now)?;
        platform.database().batch(vec![set_aside]).await?;
    }
    let mut again = messages(fresh.iter().map(|piece| (&piece.id, &piece.task)));
    again.extend(taken.into_iter().map(|piece| Message {
        work: vec![piece.id],
    }));
    platform.enqueue(again, 0).await;
    Ok(())
}

async fn check_due_orders<P: Platform>(platform: &P) -> Result<(), Fault> {
    let now = platform.now();
    let due = orders::due(platform.database(), now.unix(), check::ROUND).await?;
    if due.is_empty() {
        return Ok(());
    }
    let checks = check::start(platform, &due, None)?;
    platform.database().batch(checks.statements).await?;
    platform.enqueue(checks.messages, 0).await;
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
        let start = sync::start(platform, &[row.id], &[])?;
        platform.database().batch(start.statements).await?;
        platform.enqueue(start.messages, 0).await;
    }
    Ok(())
}
