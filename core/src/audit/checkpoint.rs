//! Where a chain begins whose older entries are in an archive.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ChainHash, Entry, Head};
use crate::time::DAY;

/// The action of the entry that tells of a pruning. It stands in the chain that was pruned.
pub const PRUNE: &str = "audit.prune";
/// Seconds for which an entry can't be pruned: recent history is never removed.
pub const KEPT: i64 = 90 * DAY;

/// The last entry that was pruned from a chain: the first that is kept follows its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Checkpoint {
    /// Whose chain.
    pub account: String,
    /// The number of the last entry that was pruned.
    pub seq: u64,
    /// The hash of that entry.
    pub hash: ChainHash,
    /// When it was pruned, in seconds since 1970.
    pub at: i64,
    /// Who pruned it.
    pub by: String,
}

impl Checkpoint {
    /// What the entry that tells of the pruning says.
    #[must_use]
    pub fn detail(&self) -> String {
        format!("entries up to {}, hash {}", self.seq, self.hash)
    }

    /// Where the chain stands before the first entry that is kept.
    #[must_use]
    pub fn head(&self) -> Head {
        Head {
            account: self.account.clone(),
            seq: self.seq,
            hash: self.hash,
            at: 0,
        }
    }

    /// Whether this entry tells of the pruning.
    #[must_use]
    pub fn is_told_by(&self, entry: &Entry) -> bool {
        entry.action == PRUNE
            && entry.outcome == "done"
            && entry.actor == self.by
            && entry.detail.as_deref() == Some(self.detail().as_str())
    }
}

/// The hashes of exports that were verified earlier, by chain and number. A later export, which may
/// begin at a checkpoint, must go on from them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Archive(BTreeMap<String, BTreeMap<u64, ChainHash>>);

impl Archive {
    /// The number of the last entry of a chain that is there.
    #[must_use]
    pub fn last(&self, account: &str) -> Option<u64> {
        self.0.get(account)?.last_key_value().map(|(seq, _)| *seq)
    }

    /// The hash of an entry.
    #[must_use]
    pub fn hash(&self, account: &str, seq: u64) -> Option<&ChainHash> {
        self.0.get(account)?.get(&seq)
    }

    /// The chains that are there.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// How many entries are there, those included that a checkpoint stands for.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.0.values().map(|chain| chain.len() as u64).sum()
    }

    /// Whether an entry has this hash.
    #[must_use]
    pub fn has(&self, hash: &ChainHash) -> bool {
        let mut chains = self.0.values();
        chains.any(|chain| chain.values().any(|one| one == hash))
    }

    pub(super) fn add(&mut self, head: &Head) {
        let chain = self.0.entry(head.account.clone()).or_default();
        chain.insert(head.seq, head.hash);
    }
}
