//! The dump, a page at a time.

use certwright_core::{
    advice::advised,
    binding::Purpose,
    dump::{Chain, FORMAT, Header, Kind, Record, VERSION},
};
use serde::{Deserialize, Serialize};

use super::{audit::seal_all, audit_prune};
use crate::{
    binding::{self, Export},
    caller::Caller,
    database::{Database, json},
    fault::{Conflict, Fault},
    platform::Platform,
    storage::{audit, counters, dump},
};

/// Records of a page. A certificate with its PEM is a few kilobytes.
const RECORDS: u32 = 100;

/// Where a page ended. It goes through the caller's hands, bound to the export that they began.
#[derive(Serialize, Deserialize)]
struct Place {
    kind: usize,
    after: String,
    lines: u64,
    chain: String,
    revision: u64,
}

/// A page of a dump.
pub struct DumpPage {
    /// Its lines, each with its line feed.
    pub text: String,
    /// Where the next page begins; `None` after the trailer.
    pub next: Option<String>,
}

/// A page of the dump: from the beginning without a cursor, which is audited.
///
/// # Errors
/// A conflict when something that the dump holds has changed since its first page: it would show no
/// single moment, and must be made anew.
pub async fn page<P: Platform>(
    platform: &P,
    caller: &Caller,
    cursor: Option<&str>,
) -> Result<DumpPage, Fault> {
    let revision = counters::all(platform.database()).await?;
    let revision = revision.get("revision").copied().unwrap_or(0);
    let mut text = String::new();
    let export = Export {
        purpose: Purpose::DumpCursor,
        caller,
        subject: "",
    };
    let mut begun_at = platform.now().unix();
    let (mut place, mut chain) = match cursor {
        Some(cursor) => {
            let resumed;
            (begun_at, resumed) = resume(platform, export, cursor)?;
            resumed
        }
        None => {
            let entry = audit::Entry {
                caller,
                action: "system.dump",
                subject: "everything",
                outcome: "started",
                detail: None,
            };
            let statement = audit::insert(platform, &entry);
            platform.database().batch(vec![statement]).await?;
            // Entries that are written from here on are later than the moment that a dump shows.
            seal_all(platform).await?;
            let header = Header {
                format: FORMAT.to_owned(),
                version: VERSION,
                created_at: platform.now().unix(),
            };
            let mut chain = Chain::default();
            write(&mut text, &mut chain, &json(&header)?);
            (beginning(revision), chain)
        }
    };
    if place.revision != revision {
        return Err(changed());
    }
    let mut left = RECORDS;
    while let Some(kind) = Kind::ALL.get(place.kind).copied() {
        let rows = dump::page(platform.database(), kind, &place.after, left).await?;
        let found = u32::try_from(rows.len()).unwrap_or(left);
        for row in rows {
            if is_genuine(platform, &row) {
                write(&mut text, &mut chain, &row.line);
            }
            place.after = row.position;
        }
        if found == left {
            place.lines = chain.lines;
            place.chain = chain.hex();
            let next = binding::cursor(platform, export, begun_at, &place)?;
            return Ok(DumpPage {
                text,
                next: Some(next),
            });
        }
        left -= found;
        place.kind += 1;
        place.after = dump::START.to_owned();
    }
    let trailer = json(&chain.trailer())?;
    write(&mut text, &mut chain, &trailer);
    Ok(DumpPage { text, next: None })
}

/// A checkpoint that the Worker has not made stays out, so that no restore makes it one: without it the
/// restore refuses a chain whose beginning is missing.
fn is_genuine(platform: &impl Platform, row: &dump::LineRow) -> bool {
    let Some(bound) = &row.bound else {
        return true;
    };
    match serde_json::from_str(&row.line) {
        Ok(Record::AuditCheckpoint(checkpoint)) => audit_prune::holds(platform, &checkpoint, bound),
        _ => false,
    }
}

fn write(text: &mut String, chain: &mut Chain, line: &str) {
    chain.add(line);
    text.push_str(line);
    text.push('\n');
}

fn beginning(revision: u64) -> Place {
    Place {
        kind: 0,
        after: dump::START.to_owned(),
        lines: 0,
        chain: String::new(),
        revision,
    }
}

fn resume(
    platform: &impl Platform,
    export: Export<'_>,
    cursor: &str,
) -> Result<(i64, (Place, Chain)), Fault> {
    let malformed = || {
        let wrong = "must be a cursor of a dump that you began less than a day ago";
        Fault::invalid(
            "cursor",
            "malformed",
            advised(wrong, "Start again without one."),
        )
    };
    let (at, place): (i64, Place) =
        binding::place(platform, export, cursor).ok_or_else(malformed)?;
    let is_array = serde_json::from_str::<Vec<String>>(&place.after).is_ok();
    let chain = Chain::resume(&place.chain, place.lines).filter(|_| is_array);
    Ok((at, (place, chain.ok_or_else(malformed)?)))
}

fn changed() -> Fault {
    Fault::Conflict(Conflict {
        code: "changed-meanwhile",
        field: None,
        detail: "something has changed since the dump was begun, so it would show no single moment"
            .to_owned(),
        remedy: Some(
            "Start the dump again without a cursor. While jobs run, wait for them first."
                .to_owned(),
        ),
    })
}
