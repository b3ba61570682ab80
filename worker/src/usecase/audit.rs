//! The audit trail: its list, its heads, its export, and the linking of its chains.
//!
//! An entry gets its number in the transaction of the change that it records, and so never conflicts
//! with one that is written at the same time; its hash follows right after the request, or within a
//! minute when it was written by background work. Until then its place is certain and its content
//! can't be changed through the database's own rules, but no hash vouches for it yet. What is shown as
//! a head, exported or dumped is always sealed.

use certwright_api::{
    page::Page,
    system::{AuditChain, AuditView},
};
use certwright_core::{
    advice::advised,
    audit::{self, ChainHash, Head, Line, Sealed},
    binding::Purpose,
};
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::audit_prune;
use crate::{
    binding::{self, Export},
    caller::Caller,
    database::Database,
    fault::{Conflict, Fault},
    paging::{Cursor, Paging},
    platform::Platform,
    storage::{
        audit::{Entry, insert},
        audit_chain, audit_checkpoints,
        audit_list::{self, Wanted},
    },
};

/// Rounds of sealing after a request: enough for what a request writes.
pub const AFTER_REQUEST: u32 = 1;
/// Rounds of sealing of the schedule.
pub const ON_SCHEDULE: u32 = 5;
/// Rounds of sealing before an export or a dump.
const BEFORE_EXPORT: u32 = 10;
/// Entries on a page of an export.
const ENTRIES: u32 = 500;

/// What is looked for in the audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditSearch {
    /// Every entry that fits.
    Entries(Wanted),
    /// The entry with this number in an account's chain.
    Place(String, i64),
}

/// Entries that are read for each one of a page, where an index finds but a part of what is asked for.
const READ_FOR_ONE: u32 = 10;

/// A page of the audit trail, the newest first, with the names of what it is about. Where several
/// things are asked for at once a page may be short, or empty, while more follow: the entries that
/// one of them finds are looked through for the others, a bounded number a page.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn list<P: Platform>(
    platform: &P,
    search: &AuditSearch,
    paging: &Paging,
) -> Result<Page<AuditView>, Fault> {
    let database = platform.database();
    let mut page = match search {
        AuditSearch::Place(account, seq) => Page {
            items: Vec::from_iter(audit_list::at_place(database, account, *seq).await?),
            next_cursor: None,
        },
        AuditSearch::Entries(wanted) => entries(platform, wanted, paging).await?,
    };
    audit_list::name(database, &mut page.items).await?;
    Ok(page)
}

async fn entries<P: Platform>(
    platform: &P,
    wanted: &Wanted,
    paging: &Paging,
) -> Result<Page<AuditView>, Fault> {
    let position = |view: &AuditView| wanted.position(view);
    let parts = [
        &wanted.subject,
        &wanted.actor,
        &wanted.action,
        &wanted.account,
    ];
    let is_combined = parts.iter().filter(|part| part.is_some()).count() > 1;
    let read = if is_combined {
        Paging {
            limit: paging.limit.saturating_mul(READ_FOR_ONE),
            after: paging.after.clone(),
        }
    } else {
        paging.clone()
    };
    let after = read.after.clone().unwrap_or_else(Cursor::newest);
    let rows = audit_list::walk(platform.database(), wanted, &after, read.limit + 1).await?;
    let mut page = read.page(rows, position);
    page.items.retain(|view| wanted.admits(view));
    let limit = paging.limit as usize;
    if page.items.len() > limit {
        page.items.truncate(limit);
        page.next_cursor = page.items.last().map(|last| position(last).encode());
    }
    Ok(page)
}

/// Gives entries their hashes, so many rounds at most. Whether none is left.
///
/// # Errors
/// [`Fault::Internal`]; what is left is taken up the next time.
pub async fn seal<P: Platform>(platform: &P, rounds: u32) -> Result<bool, Fault> {
    for _ in 0..rounds {
        let waiting = audit_chain::unsealed(platform.database()).await?;
        let sealed: Vec<Sealed> = waiting
            .into_iter()
            .flat_map(|chain| audit::seal(&chain.previous, chain.entries))
            .collect();
        if sealed.is_empty() {
            return Ok(true);
        }
        let statement = audit_chain::seal(&sealed)?;
        platform.database().batch(vec![statement]).await?;
        if sealed.len() < audit_chain::OF_ONE as usize {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Gives entries their hashes after something else was done, which that never undoes.
pub async fn seal_after<P: Platform>(platform: &P) {
    if let Err(fault) = seal(platform, AFTER_REQUEST).await {
        platform.log(&format!("the audit trail could not be sealed: {fault:?}"));
    }
}

/// Makes sure that everything up to now is sealed.
///
/// # Errors
/// A conflict while a long backlog is worked off.
pub async fn seal_all<P: Platform>(platform: &P) -> Result<(), Fault> {
    if seal(platform, BEFORE_EXPORT).await? {
        return Ok(());
    }
    Err(Fault::Conflict(Conflict {
        code: "trail-not-sealed",
        field: None,
        detail: "the audit trail is still being linked to its chains".to_owned(),
        remedy: Some("try again in some minutes".to_owned()),
    }))
}

/// Where each chain begins and ends.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn heads<P: Platform>(platform: &P) -> Result<Page<AuditChain>, Fault> {
    let database = platform.database();
    let heads = audit_chain::heads(database, None).await?;
    let first = audit_checkpoints::first(database, &heads).await?;
    let first: BTreeMap<String, u64> = first
        .into_iter()
        .map(|row| (row.account, row.seq))
        .collect();
    let checkpoints = audit_prune::checkpoints(platform, None).await?;
    let chain = |head: Head| AuditChain {
        first: first.get(&head.account).copied().unwrap_or_default(),
        checkpoint: checkpoints
            .iter()
            .find(|checkpoint| checkpoint.account == head.account)
            .cloned(),
        account: head.account,
        seq: head.seq,
        hash: head.hash,
        at: head.at,
    };
    Ok(Page {
        items: heads.into_iter().map(chain).collect(),
        next_cursor: None,
    })
}

/// Where a page of an export ended. It goes through the caller's hands, bound to the export that they
/// began, since that is what is audited.
#[derive(Serialize, Deserialize)]
struct Place {
    after: u64,
    last: u64,
    hash: ChainHash,
    at: i64,
}

/// A page of an export.
pub struct ExportPage {
    /// Its lines, each with its line feed.
    pub text: String,
    /// Where the next page begins; `None` after the head record.
    pub next: Option<String>,
}

/// A page of one chain, from its first entry on, or from its checkpoint; the last line of the last page is its head as it was
/// when the export was begun, which is audited.
///
/// # Errors
/// [`Fault::NotFound`] when there is no such chain, a conflict when it was pruned since the first page.
pub async fn export<P: Platform>(
    platform: &P,
    caller: &Caller,
    account: &str,
    cursor: Option<&str>,
) -> Result<ExportPage, Fault> {
    let export = Export {
        purpose: Purpose::AuditCursor,
        caller,
        subject: account,
    };
    let (begun_at, mut place) = match cursor {
        Some(cursor) => resume(platform, export, cursor)?,
        None => {
            let begun_at = platform.now().unix();
            (begun_at, begin(platform, caller, account).await?)
        }
    };
    let mut text = String::new();
    let pruned = audit_prune::checkpoints(platform, Some(account))
        .await?
        .pop();
    if let Some(pruned) = pruned.filter(|pruned| pruned.seq > place.after) {
        if cursor.is_some() {
            return Err(pruned_meanwhile());
        }
        place.after = pruned.seq;
        write(&mut text, Line::Checkpoint(pruned));
    }
    let (after, last) = (place.after, place.last);
    let rows = audit_chain::page(platform.database(), account, after, last, ENTRIES).await?;
    for sealed in rows {
        place.after = sealed.entry.seq;
        write(&mut text, Line::Entry(sealed));
    }
    if place.after > after && place.after < last {
        let next = binding::cursor(platform, export, begun_at, &place)?;
        return Ok(ExportPage {
            text,
            next: Some(next),
        });
    }
    let head = Head {
        account: account.to_owned(),
        seq: last,
        hash: place.hash,
        at: place.at,
    };
    write(&mut text, Line::Head(head));
    Ok(ExportPage { text, next: None })
}

fn pruned_meanwhile() -> Fault {
    Fault::Conflict(Conflict {
        code: "changed-meanwhile",
        field: None,
        detail: "this chain was pruned since the export was begun".to_owned(),
        remedy: Some("Start the export again without a cursor.".to_owned()),
    })
}

fn write(text: &mut String, line: Line) {
    text.push_str(&line.write());
    text.push('\n');
}

async fn begin<P: Platform>(platform: &P, caller: &Caller, account: &str) -> Result<Place, Fault> {
    let database = platform.database();
    let no_chain = || Fault::NotFound("chain of this account");
    // Nothing is written about chains that do not exist.
    if audit_chain::heads(database, Some(account))
        .await?
        .is_empty()
    {
        return Err(no_chain());
    }
    let entry = Entry {
        caller,
        action: "audit.export",
        subject: account,
        outcome: "started",
        detail: None,
    };
    database.batch(vec![insert(platform, &entry)]).await?;
    seal_all(platform).await?;
    let head = audit_chain::heads(database, Some(account)).await?;
    let head = head.into_iter().next().ok_or_else(no_chain)?;
    Ok(Place {
        after: 0,
        last: head.seq,
        hash: head.hash,
        at: head.at,
    })
}

fn resume(
    platform: &impl Platform,
    export: Export<'_>,
    cursor: &str,
) -> Result<(i64, Place), Fault> {
    binding::place(platform, export, cursor).ok_or_else(|| {
        let wrong =
            "must be a cursor of an export of this chain that you began less than a day ago";
        Fault::invalid(
            "cursor",
            "malformed",
            advised(wrong, "Start again without one."),
        )
    })
}
