//! Sealing access keys anew under the current master key, a bounded step at a time.

use certwright_api::reseal::{ResealFailure, ResealReport, ResealRequest};
use certwright_core::seal::Seal;

use super::{audit_prune, tokens};
use crate::{
    caller::Caller,
    database::Database,
    fault::Fault,
    platform::{Platform, SealFault},
    seal,
    storage::{
        audit,
        credentials::{self, CredentialRow},
    },
};

/// The accounts of a step: their statements are far from what an invocation may run.
const STEP: usize = 10;

/// Seals the keys of the next accounts anew, each in a batch of its own with its audit entry. An
/// account whose key does not open is left as it is and told of; the others go on. One whose key
/// was replaced in this moment is sealed by that under the current master key already.
///
/// # Errors
/// [`Fault::Seal`] when the current master key is missing or malformed; nothing is changed then.
pub async fn step<P: Platform>(
    platform: &P,
    caller: &Caller,
    request: &ResealRequest,
) -> Result<ResealReport, Fault> {
    let current = platform.settings().master_key;
    let mut waiting = credentials::all(platform.database()).await?;
    waiting.retain(|row| {
        let is_new = Seal::parse(&row.sealed_key).is_ok_and(|seal| seal.is_current(current));
        let is_due = request.after.as_ref().is_none_or(|after| row.id > *after);
        !row.needs_key() && !is_new && is_due
    });
    waiting.sort_by(|a, b| a.id.cmp(&b.id));
    let left = waiting.len().saturating_sub(STEP);
    waiting.truncate(STEP);
    // Tokens and checkpoints first, all of them: a row is some bytes.
    let tokens = match request.after {
        None => {
            audit_prune::rebind(platform).await?;
            tokens::rebind(platform).await?
        }
        Some(_) => 0,
    };
    let mut report = ResealReport {
        master_key: current.number(),
        resealed: 0,
        tokens,
        failed: Vec::new(),
        left: u32::try_from(left).unwrap_or(u32::MAX),
        next: None,
    };
    for row in &waiting {
        match reseal(platform, caller, row).await {
            Ok(is_done) => report.resealed += u32::from(is_done),
            Err(Failure::Account(fault)) => report.failed.push(ResealFailure {
                credential_id: row.id.clone(),
                label: row.label.clone(),
                detail: fault.to_string(),
                remedy: fault.remedy(),
            }),
            Err(Failure::Step(fault)) => return Err(fault),
        }
    }
    if left > 0 {
        report.next = waiting.pop().map(|row| row.id);
    }
    Ok(report)
}

enum Failure {
    /// This account's key does not open.
    Account(SealFault),
    /// No account's would be sealed.
    Step(Fault),
}

/// Seals one key anew; whether the row was still as it was read.
async fn reseal<P: Platform>(
    platform: &P,
    caller: &Caller,
    row: &CredentialRow,
) -> Result<bool, Failure> {
    let step = |fault: Fault| Failure::Step(fault);
    let key = seal::unseal(platform, &row.id, &row.sealed_key)
        .await
        .map_err(Failure::Account)?;
    let sealed = seal::seal(platform, &row.id, &key)
        .await
        .map_err(|fault| step(fault.into()))?;
    let entry = audit::Entry {
        caller,
        action: "credential.reseal",
        subject: row.id.as_str(),
        outcome: "done",
        detail: Some(format!("master key {}", sealed.version().number())),
    };
    let statements = vec![
        audit::insert_if_sealed(platform, &entry, &row.sealed_key),
        credentials::reseal(&row.id, &row.sealed_key, &sealed.to_string()),
    ];
    let changed = platform.database().batch(statements).await;
    let changed = changed.map_err(|fault| step(fault.into()))?;
    Ok(changed.last().is_some_and(|rows| *rows == 1))
}
