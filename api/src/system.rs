//! Health, summary, audit.

use certwright_core::{
    audit::{ChainHash, Checkpoint, Head},
    ids::AuditId,
    permission::Role,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// Liveness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// `ok` when the database answers.
    pub status: String,
    /// The version of the Worker.
    pub version: String,
}

/// What needs attention.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Orders that wait for a second person's approval.
    #[serde(default)]
    pub awaiting_approval: u64,
    /// Orders that are being placed.
    pub placing: u64,
    /// Orders that wait for something at the CA.
    pub pending: u64,
    /// Of those the ones that do not go on until a person acts.
    #[serde(default)]
    pub stuck: u64,
    /// Issued orders that wait for a seat.
    pub held: u64,
    /// Orders that the CA did not take.
    pub failed: u64,
    /// Orders that the CA refused after it had taken them.
    #[serde(default)]
    pub rejected: u64,
    /// Orders whose certificate is stored.
    pub fulfilled: u64,
    /// Certificates that run out within 30 days, counted up to 100.
    pub expiring: u64,
    /// Domains whose validation runs out within 30 days, counted up to 100.
    #[serde(default)]
    pub validations_expiring: u64,
    /// Pieces of work that were set aside and wait for a person.
    pub dead_letters: u64,
    /// Jobs that are running.
    pub running_jobs: u64,
}

/// How far a restore is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RestoreView {
    /// Lines of the dump that have been taken.
    pub lines: u64,
    /// Whether the dump was restored to its end.
    pub is_complete: bool,
}

/// A chain of the audit trail: where it ends, and where it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditChain {
    /// Whose chain.
    pub account: String,
    /// The number of its last entry.
    pub seq: u64,
    /// The hash of its last entry.
    pub hash: ChainHash,
    /// When its last entry was written, in seconds since 1970.
    pub at: i64,
    /// The number of its first entry that is there.
    pub first: u64,
    /// The last entry that was pruned. Without it a chain begins with entry 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<Checkpoint>,
}

impl AuditChain {
    /// Where it ends.
    #[must_use]
    pub fn head(&self) -> Head {
        Head {
            account: self.account.clone(),
            seq: self.seq,
            hash: self.hash,
            at: self.at,
        }
    }

    /// Whether entries are missing at its beginning, beyond those that were pruned.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        let pruned = self.checkpoint.as_ref().map_or(0, |one| one.seq);
        self.first != pruned.saturating_add(1)
    }
}

/// Which entries of the audit trail are archived and can be removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PruneAudit {
    /// Whose chain.
    pub account: String,
    /// The number of the last entry that is to be removed; the archive holds it.
    pub seq: u64,
    /// The hash of that entry, as the verified archive says.
    pub hash: ChainHash,
}

/// What was removed. While entries are left, the same request removes the next ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrunedAudit {
    /// Where the chain begins now.
    pub checkpoint: Checkpoint,
    /// How many entries were removed.
    pub removed: u64,
    /// How many entries of those asked for are left.
    pub left: u64,
}

/// An entry of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditView {
    /// Identity.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who: a token's id and label, `admin` for the initial administrator, `access:` and an e-mail
    /// address, `unknown`, or `system`.
    pub actor: String,
    /// With which role; absent for the system.
    pub role: Option<Role>,
    /// What, such as `order.place`.
    pub action: String,
    /// On what: an id or an address.
    pub subject: String,
    /// How it ended: `done`, `refused` or `failed`.
    pub outcome: String,
    /// What more there is to say.
    pub detail: Option<String>,
    /// From which network address, where one is known.
    #[serde(default)]
    pub address: Option<String>,
    /// Whose chain it stands in: a credential's id, or the installation's own, `system-…`.
    pub account: String,
    /// Its number in that chain, from 1 on.
    pub seq: u64,
    /// Its hash; absent in the moments until it is linked to the entries before it.
    #[serde(default)]
    pub hash: Option<ChainHash>,
    /// What people call the subject now: an order's or certificate's name, an account's or a token's
    /// label. Absent when it is none of these, or gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_name: Option<String>,
    /// What people call the account whose chain it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
}
