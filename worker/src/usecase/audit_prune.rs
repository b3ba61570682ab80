//! Pruning of the audit trail: entries that an archive holds are removed behind a checkpoint.
//!
//! Whoever prunes names the last entry of their archive and its hash. Removed are entries only that are
//! older than [`KEPT`], were exported, and follow each other up to that hash when computed here again. The
//! checkpoint is bound to a secret of the Worker, so that whoever can write the database can't begin a
//! chain later than it began.

use certwright_api::system::{PruneAudit, PrunedAudit};
use certwright_core::{
    advice::advised,
    audit::{Checkpoint, Head, KEPT, PRUNE},
    binding::{Purpose, version},
    time::Timestamp,
};

use crate::{
    binding,
    caller::Caller,
    database::Database,
    fault::{Conflict, Fault},
    platform::{Platform, SealFault},
    storage::{
        audit::{self, Entry},
        audit_chain,
        audit_checkpoints::{self, CheckpointRow, Rebound},
    },
};

/// Entries that are pruned in a call.
const ENTRIES: u32 = 500;

/// The tag of a checkpoint.
///
/// # Errors
/// [`SealFault`] when the master key is missing or malformed.
pub fn bind(platform: &impl Platform, checkpoint: &Checkpoint) -> Result<String, SealFault> {
    let fields = fields(checkpoint);
    let fields = fields.each_ref().map(String::as_str);
    binding::bind(platform, Purpose::AuditCheckpoint, &fields)
}

fn fields(checkpoint: &Checkpoint) -> [String; 5] {
    [
        checkpoint.account.clone(),
        checkpoint.seq.to_string(),
        checkpoint.hash.to_string(),
        checkpoint.at.to_string(),
        checkpoint.by.clone(),
    ]
}

/// Whether the Worker has made this checkpoint.
pub fn holds(platform: &impl Platform, checkpoint: &Checkpoint, bound: &str) -> bool {
    let fields = fields(checkpoint);
    let fields = fields.each_ref().map(String::as_str);
    let holds = binding::holds(platform, Purpose::AuditCheckpoint, &fields, bound);
    if !holds {
        let account = &checkpoint.account;
        platform.log(&format!(
            "the checkpoint of the audit chain of {account} is not one of this Worker's"
        ));
    }
    holds
}

fn genuine(platform: &impl Platform, row: &CheckpointRow) -> Option<Checkpoint> {
    Some(row.checkpoint()).filter(|checkpoint| holds(platform, checkpoint, &row.bound))
}

/// The checkpoints that the Worker has made, of all chains or of one.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn checkpoints<P: Platform>(
    platform: &P,
    account: Option<&str>,
) -> Result<Vec<Checkpoint>, Fault> {
    let rows = audit_checkpoints::read(platform.database(), account).await?;
    let genuine = rows.iter().filter_map(|row| genuine(platform, row));
    Ok(genuine.collect())
}

/// Prunes the next entries of a chain, up to the one that is named.
///
/// # Errors
/// [`Fault::NotFound`] when there is no such chain, [`Fault::Invalid`] or a conflict when the entry that
/// is named is not one that may be pruned, or what is stored is not what was archived.
pub async fn run<P: Platform>(
    platform: &P,
    caller: &Caller,
    request: &PruneAudit,
) -> Result<PrunedAudit, Fault> {
    let (database, account) = (platform.database(), request.account.as_str());
    let head = audit_chain::heads(database, Some(account)).await?.pop();
    let head = head.ok_or(Fault::NotFound("chain of this account"))?;
    let row = audit_checkpoints::read(database, Some(account))
        .await?
        .pop();
    let before = match &row {
        Some(row) => Some(genuine(platform, row).ok_or_else(broken)?),
        None => None,
    };
    let start = before
        .as_ref()
        .map_or_else(|| Head::start(account), Checkpoint::head);
    if let Some(checkpoint) = before.filter(|before| before.seq >= request.seq) {
        return repeated(checkpoint, request);
    }
    if request.seq == 0 || request.seq >= head.seq {
        let wrong = format!("must be a number from 1 to {}", head.seq.saturating_sub(1));
        let wrong = advised(wrong, "The last entry of a chain is never pruned.");
        return Err(Fault::invalid("seq", "out-of-range", wrong));
    }
    let previous = request.seq.saturating_sub(1);
    let named = audit_chain::page(database, account, previous, request.seq, 1).await?;
    let named = named.first().ok_or_else(broken)?;
    if named.hash != request.hash {
        return Err(differs(request.seq));
    }
    let now = platform.now();
    let limit = now.unix().saturating_sub(KEPT);
    if named.entry.at > limit {
        return Err(too_recent(limit));
    }
    if !audit_checkpoints::is_exported(database, account, request.seq).await? {
        return Err(not_exported());
    }
    let rows = audit_chain::page(database, account, start.seq, request.seq, ENTRIES).await?;
    let mut end = start;
    for row in &rows {
        if row.entry.at > limit {
            return Err(too_recent(limit));
        }
        end = end.followed_by(row).map_err(|_| broken())?;
    }
    let checkpoint = Checkpoint {
        account: account.to_owned(),
        seq: end.seq,
        hash: end.hash,
        at: now.unix(),
        by: caller.actor.clone(),
    };
    let bound = bind(platform, &checkpoint)?;
    let entry = Entry {
        caller,
        action: PRUNE,
        subject: account,
        outcome: "done",
        detail: Some(checkpoint.detail()),
    };
    let mut statements = vec![
        audit::insert_if_numbered(platform, &entry, checkpoint.seq),
        audit_checkpoints::set(&checkpoint, &bound),
    ];
    statements.extend(audit_checkpoints::prune(account, checkpoint.seq));
    let changed = database.batch(statements).await?;
    if changed.first() != Some(&1) {
        return Err(meanwhile());
    }
    Ok(PrunedAudit {
        left: request.seq.saturating_sub(checkpoint.seq),
        removed: rows.len() as u64,
        checkpoint,
    })
}

/// What was asked for was done already.
fn repeated(checkpoint: Checkpoint, request: &PruneAudit) -> Result<PrunedAudit, Fault> {
    if checkpoint.seq != request.seq {
        return Err(Fault::Conflict(Conflict {
            code: "already-pruned",
            field: Some("seq"),
            detail: format!("entries up to {} are pruned already", checkpoint.seq),
            remedy: Some("Name an entry after it.".to_owned()),
        }));
    }
    if checkpoint.hash != request.hash {
        return Err(differs(request.seq));
    }
    Ok(PrunedAudit {
        checkpoint,
        removed: 0,
        left: 0,
    })
}

fn differs(seq: u64) -> Fault {
    Fault::Conflict(Conflict {
        code: "archive-differs",
        field: Some("hash"),
        detail: format!("entry {seq} of this chain has another hash"),
        remedy: Some(
            "Verify your archive again. If it is in order, the stored trail was rewritten: keep both and \
             prune nothing."
                .to_owned(),
        ),
    })
}

fn broken() -> Fault {
    Fault::Conflict(Conflict {
        code: "trail-broken",
        field: Some("account"),
        detail: "the entries of this chain do not follow each other, so it was changed".to_owned(),
        remedy: Some(
            "Export the chain and verify it to see which entry does not fit. Nothing is pruned."
                .to_owned(),
        ),
    })
}

fn too_recent(limit: i64) -> Fault {
    let wrong = format!(
        "must be the number of an entry from before {}",
        Timestamp::from_unix(limit)
    );
    let wrong = advised(wrong, "Entries of the last 90 days are always kept.");
    Fault::invalid("seq", "too-recent", wrong)
}

fn not_exported() -> Fault {
    Fault::Conflict(Conflict {
        code: "not-exported",
        field: Some("seq"),
        detail: "this chain was not exported since that entry was written".to_owned(),
        remedy: Some("Export the chain and verify the export first.".to_owned()),
    })
}

fn meanwhile() -> Fault {
    Fault::Conflict(Conflict {
        code: "changed-meanwhile",
        field: None,
        detail: "this chain was pruned by somebody else meanwhile".to_owned(),
        remedy: Some("Try again.".to_owned()),
    })
}

/// Binds checkpoints to the current master key. One whose tag does not hold stays as it is.
///
/// # Errors
/// [`Fault::Seal`] when the current master key is missing or malformed.
pub async fn rebind<P: Platform>(platform: &P) -> Result<(), Fault> {
    let current = platform.settings().master_key;
    let rows = audit_checkpoints::read(platform.database(), None).await?;
    let mut rebound = Vec::new();
    for row in rows {
        if version(&row.bound) == Some(current) {
            continue;
        }
        if let Some(checkpoint) = genuine(platform, &row) {
            rebound.push(Rebound {
                after: bind(platform, &checkpoint)?,
                account: checkpoint.account,
                before: row.bound,
            });
        }
    }
    if !rebound.is_empty() {
        let statement = audit_checkpoints::rebind(&rebound)?;
        platform.database().batch(vec![statement]).await?;
    }
    Ok(())
}
