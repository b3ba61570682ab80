//! The audit trail as chains that can be checked by anybody, anywhere.
//!
//! Every entry stands in the chain of one account: the linked account that it concerns, or else that
//! of the installation itself, which is named `system-…` after its first entry. In its chain it has
//! a number, from 1 on and without gaps, and a hash:
//!
//! ```text
//! h(0) = 64 zeros
//! h(n) = lower case hex of SHA-256 over the UTF-8 text of the JSON array
//!        ["certwright-audit-1", h(n-1), account, n, id, at, actor, role, action,
//!         subject, outcome, detail, address]
//! ```
//!
//! The array is written without white space; only `"`, `\` and the control characters below U+0020
//! are escaped, in the short form where JSON has one, else as `\u00` and two lower case digits.
//! `at` counts seconds since 1970; what is absent is `null`. In Python:
//!
//! ```text
//! fields = ["account", "seq", "id", "at", "actor", "role", "action",
//!           "subject", "outcome", "detail", "address"]
//! h = "0" * 64
//! for line in map(json.loads, open("audit.jsonl")):
//!     if "checkpoint" in line:
//!         h = line["checkpoint"]["hash"]
//!         continue
//!     if "head" in line:
//!         assert line["head"]["hash"] == h
//!         h = "0" * 64
//!         continue
//!     array = ["certwright-audit-1", h] + [line["entry"][field] for field in fields]
//!     text = json.dumps(array, separators=(",", ":"), ensure_ascii=False)
//!     h = hashlib.sha256(text.encode()).hexdigest()
//!     assert h == line["hash"]
//! ```
//!
//! Entries older than 90 days can be pruned once an archive holds them. The chain then begins at a
//! [`Checkpoint`], the number and hash of the last pruned entry, which stands in an export before the
//! first kept entry; a kept entry tells of it, and the Worker vouches for it with a secret of its own.
//!
//! A chain shows that nothing *before* a known hash was changed. It is no signature: whoever can write
//! to the database can write another chain. That is noticed by those who have noted a hash, as the
//! extension does ([`pin`]) and whoever keeps an export.

mod checkpoint;
mod entry;
mod outcome;
pub mod pin;
#[cfg(test)]
mod tests;
mod verify;

pub use self::outcome::{OUTCOMES, OutcomeKind, outcome_kind};
pub use self::{
    checkpoint::{Archive, Checkpoint, KEPT, PRUNE},
    entry::{ChainHash, Entry, Head, Line, Sealed, seal},
    verify::{ChainFault, LineFault, MAX_LINE, Verified, Verifier, verify},
};
