//! The chains of the audit trail, after a history of crashes and simultaneous invocations.

use std::collections::BTreeMap;

use anyhow::Result;
use certwright_core::audit::{ChainHash, Entry, Head, Line, Sealed, Verifier, verify};
use certwright_worker::usecase::audit;
use futures_executor::block_on;
use serde::Deserialize;

use super::history::History;

/// An entry and its hash as one JSON object.
#[derive(Deserialize)]
struct Row {
    entry: String,
    hash: Option<ChainHash>,
}

/// Every entry has its number, no number is left out, and each chain verifies.
pub(super) fn all(history: &mut History) -> Result<()> {
    let sealed = block_on(audit::seal(&*history.stage.world, audit::ON_SCHEDULE));
    if !matches!(sealed, Ok(true)) {
        history.violation(format!("the audit trail can't be sealed: {sealed:?}"));
    }
    let rows: Vec<Row> = history.stage.rows(
        "SELECT json_object('account', account, 'seq', seq, 'id', id, 'at', at, 'actor', actor, \
           'role', role, 'action', action, 'subject', subject, 'outcome', outcome, \
           'detail', detail, 'address', address) AS entry, hash \
         FROM audit LEFT JOIN audit_seals USING (account, seq) ORDER BY account, seq",
    )?;
    let mut chains: BTreeMap<String, Vec<Sealed>> = BTreeMap::new();
    for row in rows {
        let entry: Entry = serde_json::from_str(&row.entry)?;
        let Some(hash) = row.hash else {
            let (account, seq) = (&entry.account, entry.seq);
            history.violation(format!("entry {seq} of {account} has no hash"));
            return Ok(());
        };
        let chain = chains.entry(entry.account.clone()).or_default();
        chain.push(Sealed { entry, hash });
    }
    for chain in chains.into_values() {
        let head = chain.last().map(|last| Head {
            account: last.entry.account.clone(),
            seq: last.entry.seq,
            hash: last.hash,
            at: last.entry.at,
        });
        let lines = chain.into_iter().map(Line::Entry);
        let lines = lines.chain(head.map(Line::Head)).map(Line::write);
        if let Err(fault) = verify(Verifier::default(), lines) {
            history.violation(format!(
                "a chain of the audit trail does not verify: {fault}"
            ));
        }
    }
    Ok(())
}
