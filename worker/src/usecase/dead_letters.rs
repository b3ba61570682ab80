//! Dead letters: seen, tried again, or given up.

use certwright_api::{
    dead_letters::{DeadLetterView, DeadLettersMoved},
    page::Page,
};
use certwright_core::ids::WorkId;

use crate::{
    caller::{Caller, Within},
    database::Database,
    fault::Fault,
    paging::{Cursor, Paging},
    platform::Platform,
    storage::{audit, dead_letters},
    work::Message,
};

/// How many are tried again at once.
const RETRIED_TOGETHER: u32 = 100;

/// A page of dead letters, the oldest first.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn list<P: Platform>(
    platform: &P,
    within: &Within,
    paging: &Paging,
) -> Result<Page<DeadLetterView>, Fault> {
    let after = paging.after.clone().unwrap_or_else(Cursor::first);
    let (database, account) = (platform.database(), within.account());
    let rows = dead_letters::page(database, account, &after, paging.limit + 1).await?;
    Ok(paging.page(rows, |letter| Cursor {
        number: letter.set_aside_at.unix(),
        text: letter.id.to_string(),
    }))
}

/// Tries one again.
///
/// # Errors
/// [`Fault::NotFound`] when it is no dead letter, or no longer.
pub async fn retry<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &WorkId,
) -> Result<DeadLettersMoved, Fault> {
    wake(platform, caller, vec![id.clone()]).await
}

/// Tries the oldest again, as many as go together.
///
/// # Errors
/// [`Fault::NotFound`] when there is none.
pub async fn retry_all<P: Platform>(
    platform: &P,
    caller: &Caller,
) -> Result<DeadLettersMoved, Fault> {
    let (database, oldest) = (platform.database(), Cursor::first());
    let letters = dead_letters::page(database, None, &oldest, RETRIED_TOGETHER).await?;
    wake(
        platform,
        caller,
        letters.into_iter().map(|letter| letter.id).collect(),
    )
    .await
}

async fn wake<P: Platform>(
    platform: &P,
    caller: &Caller,
    ids: Vec<WorkId>,
) -> Result<DeadLettersMoved, Fault> {
    let subject = match ids.as_slice() {
        [only] => only.to_string(),
        several => format!("{} dead letters", several.len()),
    };
    let entry = audit::Entry {
        caller,
        action: "dead-letter.retry",
        subject: &subject,
        outcome: "done",
        detail: None,
    };
    let statements = vec![
        audit::insert_if_dead(platform, &entry, &ids)?,
        dead_letters::wake(&ids, platform.now())?,
    ];
    let changed = platform.database().batch(statements).await?;
    if changed.first().is_none_or(|rows| *rows == 0) {
        return Err(Fault::NotFound("dead letter"));
    }
    let moved = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    // One piece a message, since they may be of different kinds.
    let messages = ids.into_iter().map(|id| Message { work: vec![id] });
    platform.enqueue(messages.collect(), 0).await;
    Ok(DeadLettersMoved { moved })
}

/// Gives one up for good.
///
/// # Errors
/// [`Fault::NotFound`] when it is no dead letter, or no longer.
pub async fn discard<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &WorkId,
) -> Result<DeadLettersMoved, Fault> {
    let entry = audit::Entry {
        caller,
        action: "dead-letter.discard",
        subject: id.as_str(),
        outcome: "done",
        detail: None,
    };
    let mut statements = vec![audit::insert_if_dead(
        platform,
        &entry,
        std::slice::from_ref(id),
    )?];
    statements.extend(dead_letters::discard(id, platform.now()));
    let changed = platform.database().batch(statements).await?;
    if changed.first().is_none_or(|rows| *rows == 0) {
        return Err(Fault::NotFound("dead letter"));
    }
    Ok(DeadLettersMoved { moved: 1 })
}
