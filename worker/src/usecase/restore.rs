//! Restoring a dump into an empty system, a part at a time.
//!
//! Until the trailer has been read and fits, the system says that it is being restored and does
//! nothing else; a part that was sent twice changes nothing, and a restore that was begun can be
//! given up, which empties the system again.

use std::collections::BTreeMap;

use certwright_api::system::RestoreView;
use certwright_core::{
    advice::advised,
    audit::Checkpoint,
    dump::{DumpFault, Entry, Kind, LineFault, Position, Record},
    ids::WorkId,
    order::{Order, OrderState},
    time::Timestamp,
};
use serde::Serialize;

use super::audit_prune;
use crate::{
    caller::Caller,
    database::{Database, Statement},
    fault::{Conflict, Fault},
    platform::Platform,
    random::Fresh,
    storage::{
        audit,
        audit_checkpoints::{self, Restored},
        dump, orders,
        parts::{self, Indexed},
        restore::{self, Restore},
        work::{self, NewWork},
    },
    work::Task,
};

/// Takes a part of a dump: whole lines, of which the first is line `from`, counted from 1.
///
/// # Errors
/// [`Fault::Invalid`] naming the line and what to do about it, a conflict when the system is not
/// empty or when `from` is not the line that comes next. Nothing of the part is stored then.
pub async fn take<P: Platform>(
    platform: &P,
    caller: &Caller,
    from: u64,
    text: &str,
) -> Result<RestoreView, Fault> {
    let database = platform.database();
    let current = restore::current(database).await?;
    let before = current
        .as_ref()
        .map_or(0, |current| current.position.chain.lines);
    if from != before.saturating_add(1) {
        return Err(other_line(before));
    }
    if current.is_none() && !restore::is_empty(database).await? {
        return Err(not_empty());
    }
    let is_first = current.is_none();
    let mut part = Part::new(current);
    for line in text.lines() {
        part.read(line)
            .map_err(|fault| Fault::invalid("body", "broken-dump", fault))?;
    }
    let (restore, is_complete) = (part.restore, part.is_complete);
    let noted = |outcome| {
        let entry = audit::Entry {
            caller,
            action: "system.restore",
            subject: "everything",
            outcome,
            detail: Some(format!("a dump of {}", restore.dumped_at)),
        };
        audit::insert(platform, &entry)
    };
    let mut statements = Vec::new();
    if is_first {
        // Before everything else: an installation's first entry names its chain, and must not be one
        // that another installation has written.
        statements.push(noted("started"));
    }
    statements.push(restore::advance(before, &restore)?);
    statements.extend(part.rows.statements(platform, restore.dumped_at)?);
    if is_complete {
        statements.push(restore::end());
        statements.push(noted("done"));
    }
    database.batch(statements).await.map_err(|fault| {
        platform.log(&format!("restore from line {from}: {}", fault.0));
        let wrong = format!("line {from} or one after it does not fit what is stored already");
        let remedy = "The dump repeats itself or was put together from parts: take another copy.";
        Fault::invalid("body", "broken-dump", advised(wrong, remedy))
    })?;
    Ok(RestoreView {
        lines: restore.position.chain.lines,
        is_complete,
    })
}

/// Gives a restore up that was begun: the system is empty again.
///
/// # Errors
/// [`Fault::NotFound`] when there is none.
pub async fn give_up<P: Platform>(platform: &P, caller: &Caller) -> Result<RestoreView, Fault> {
    if restore::current(platform.database()).await?.is_none() {
        return Err(Fault::NotFound("unfinished restore"));
    }
    let entry = audit::Entry {
        caller,
        action: "system.restore",
        subject: "everything",
        outcome: "given up",
        detail: None,
    };
    let mut statements = restore::wipe();
    statements.push(restore::end());
    statements.push(audit::insert(platform, &entry));
    platform.database().batch(statements).await?;
    Ok(RestoreView {
        lines: 0,
        is_complete: false,
    })
}

/// Whether the system waits for the rest of a restore.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn is_going_on<P: Platform>(platform: &P) -> Result<bool, Fault> {
    Ok(restore::current(platform.database()).await?.is_some())
}

/// The refusal of everything else until then.
#[must_use]
pub fn being_restored() -> Fault {
    Fault::Conflict(Conflict {
        code: "being-restored",
        field: None,
        detail: "a dump is being restored into this system and is not complete".to_owned(),
        remedy: Some("Finish the restore, or discard it with DELETE /v1/restore.".to_owned()),
    })
}

fn other_line(before: u64) -> Fault {
    Fault::Conflict(Conflict {
        code: "restore-elsewhere",
        field: Some("from"),
        detail: format!("{before} lines have been restored"),
        remedy: Some(format!("go on with from={}", before.saturating_add(1))),
    })
}

fn not_empty() -> Fault {
    Fault::Conflict(Conflict {
        code: "not-empty",
        field: None,
        detail: "this system holds data, with which a dump would mix".to_owned(),
        remedy: Some("restore into a new deployment".to_owned()),
    })
}

/// What was read of one part.
struct Part {
    restore: Restore,
    is_complete: bool,
    rows: Rows,
}

impl Part {
    fn new(current: Option<Restore>) -> Self {
        Self {
            restore: current.unwrap_or_else(|| Restore {
                position: Position::default(),
                dumped_at: Timestamp::default(),
            }),
            is_complete: false,
            rows: Rows::default(),
        }
    }

    fn read(&mut self, line: &str) -> Result<(), DumpFault> {
        if self.is_complete {
            // Nothing comes after the trailer.
            return Err(DumpFault {
                line: self.restore.position.chain.lines.saturating_add(1),
                fault: LineFault::DoesNotFit,
            });
        }
        match self.restore.position.read(line)? {
            Entry::Header(header) => {
                self.restore.dumped_at = Timestamp::from_unix(header.created_at);
            }
            Entry::Record(record) => self.rows.add(record),
            Entry::Trailer => self.is_complete = true,
        }
        Ok(())
    }
}

/// Records by kind.
#[derive(Default)]
struct Rows {
    orders: Vec<Order>,
    names: Vec<Indexed>,
    checkpoints: Vec<Checkpoint>,
    others: BTreeMap<Kind, Vec<String>>,
}

impl Rows {
    fn add(&mut self, record: Record) {
        let kind = record.kind();
        let row = match record {
            Record::Order(order) => {
                self.orders.push(*order);
                return;
            }
            Record::AuditCheckpoint(checkpoint) => {
                self.checkpoints.push(checkpoint);
                return;
            }
            Record::Certificate(row) => {
                let names = row.names.iter().map(String::as_str);
                self.names.push(Indexed::new(row.id.as_str(), names));
                text(&*row)
            }
            Record::License(row) => text(&row),
            Record::Credential(row) => text(&row),
            Record::Directory(row) => text(&row),
            Record::Csr(row) => text(&row),
            Record::Idempotency(row) => text(&row),
            Record::Chain(row) => text(&row),
            Record::Job(row) => text(&row),
            Record::Audit(row) => text(&*row),
        };
        self.others.entry(kind).or_default().push(row);
    }

    fn statements<P: Platform>(
        self,
        platform: &P,
        dumped_at: Timestamp,
    ) -> Result<Vec<Statement>, Fault> {
        let mut statements = Vec::new();
        let now = platform.now();
        let orders: Vec<Order> = self
            .orders
            .into_iter()
            .map(|order| order.restored_from(dumped_at))
            .collect();
        for kind in Kind::ALL {
            if let Some(rows) = self.others.get(&kind) {
                statements.extend(dump::insert(kind, format!("[{}]", rows.join(","))));
            } else if kind == Kind::AuditCheckpoint && !self.checkpoints.is_empty() {
                statements.push(checkpoints(platform, &self.checkpoints)?);
            } else if kind == Kind::Order && !orders.is_empty() {
                statements.extend(orders::insert(&orders.iter().collect::<Vec<_>>())?);
            }
        }
        if !self.names.is_empty() {
            statements.extend(parts::of_certificates(&self.names)?);
        }
        let pieces: Vec<NewWork> = orders
            .iter()
            .filter(|order| matches!(order.state, OrderState::Placing(_)))
            .map(|order| NewWork {
                id: WorkId::fresh(platform),
                task: Task::Place {
                    order_id: order.id.clone(),
                },
                job_id: None,
                due_at: now,
                if_order: None,
            })
            .collect();
        if !pieces.is_empty() {
            statements.push(work::insert(&pieces, now)?);
        }
        Ok(statements)
    }
}

/// A dump has no tags: who may restore one vouches for what it says.
fn checkpoints(platform: &impl Platform, found: &[Checkpoint]) -> Result<Statement, Fault> {
    let mut rows = Vec::new();
    for checkpoint in found {
        rows.push(Restored {
            bound: audit_prune::bind(platform, checkpoint)?,
            checkpoint: checkpoint.clone(),
        });
    }
    Ok(audit_checkpoints::restore(&rows)?)
}

/// None of the records lacks a JSON form: each was read from one.
fn text<T: Serialize>(row: &T) -> String {
    serde_json::to_string(row).unwrap_or_default()
}
