//! An entry, its hash, and the lines of an export.

use serde::{Deserialize, Serialize};

use super::Checkpoint;
use crate::{ids::AuditId, key::fingerprint, permission::Role};

/// What is hashed begins with this, so that another way of hashing can't be taken for it.
const FORMAT: &str = "certwright-audit-1";

fingerprint! {
    /// The hash of an entry, which covers every entry before it in its chain.
    ChainHash
}

impl ChainHash {
    /// What stands before the first entry of every chain.
    pub const START: Self = Self([0; 32]);
}

/// An entry in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    /// Whose chain it stands in.
    pub account: String,
    /// Its number there; the first is 1.
    pub seq: u64,
    /// Identity.
    pub id: AuditId,
    /// When, in seconds since 1970.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// With which role; the system has none.
    pub role: Option<Role>,
    /// What.
    pub action: String,
    /// On what.
    pub subject: String,
    /// How it ended.
    pub outcome: String,
    /// What more there is to say.
    pub detail: Option<String>,
    /// From which network address, where one is known.
    pub address: Option<String>,
}

impl Entry {
    /// The hash of this entry after `previous`; see the [module](super) for the exact bytes.
    #[must_use]
    pub fn hash(&self, previous: &ChainHash) -> ChainHash {
        let array = (
            FORMAT,
            previous,
            &self.account,
            self.seq,
            &self.id,
            self.at,
            &self.actor,
            self.role,
            &self.action,
            &self.subject,
            &self.outcome,
            &self.detail,
            &self.address,
        );
        // Texts and integers always have a JSON form.
        ChainHash::of(&serde_json::to_vec(&array).unwrap_or_default())
    }
}

/// An entry with its hash: nothing of it, and nothing before it, can change any more unnoticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The entry.
    pub entry: Entry,
    /// Its hash.
    pub hash: ChainHash,
}

/// Links entries of one chain, which follow each other without a gap, to the hash before them.
#[must_use]
pub fn seal(previous: &ChainHash, entries: impl IntoIterator<Item = Entry>) -> Vec<Sealed> {
    let mut hash = *previous;
    entries
        .into_iter()
        .map(|entry| {
            hash = entry.hash(&hash);
            Sealed { entry, hash }
        })
        .collect()
}

/// Where a chain ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Head {
    /// Whose chain.
    pub account: String,
    /// The number of its last entry.
    pub seq: u64,
    /// The hash of its last entry.
    pub hash: ChainHash,
    /// When its last entry was written, in seconds since 1970.
    pub at: i64,
}

/// A line of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Where a chain begins whose older entries were pruned.
    Checkpoint(Checkpoint),
    /// An entry.
    Entry(Sealed),
    /// The head, which ends the chain of the entries before it.
    Head(Head),
}

/// A line as it is written: either `entry` and `hash`, or `head`, or `checkpoint`.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checkpoint: Option<Checkpoint>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entry: Option<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hash: Option<ChainHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    head: Option<Head>,
}

impl Line {
    /// The line, without its line feed.
    #[must_use]
    pub fn write(self) -> String {
        let mut written = Written::default();
        match self {
            Self::Checkpoint(checkpoint) => written.checkpoint = Some(checkpoint),
            Self::Entry(sealed) => {
                written.entry = Some(sealed.entry);
                written.hash = Some(sealed.hash);
            }
            Self::Head(head) => written.head = Some(head),
        }
        // Texts and integers always have a JSON form.
        serde_json::to_string(&written).unwrap_or_default()
    }

    /// Reads a line, given without its line feed; `None` when it is none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let written: Written = serde_json::from_str(text).ok()?;
        match (
            written.checkpoint,
            written.entry,
            written.hash,
            written.head,
        ) {
            (None, Some(entry), Some(hash), None) => Some(Self::Entry(Sealed { entry, hash })),
            (None, None, None, Some(head)) => Some(Self::Head(head)),
            (Some(checkpoint), None, None, None) => Some(Self::Checkpoint(checkpoint)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts with everything that JSON escapes, and what it does not.
    fn entry() -> Entry {
        Entry {
            account: "cred_aaaaaaaaaaaaaaaaaaaaaaaaaa".into(),
            seq: 1,
            id: AuditId::from_random([1; 16]),
            at: 1_795_000_000,
            actor: "admin".into(),
            role: Some(Role::Admin),
            action: "credential.link".into(),
            subject: "cred_aaaaaaaaaaaaaaaaaaaaaaaaaa".into(),
            outcome: "done".into(),
            detail: Some("M\u{fc}nchen \"\\/\u{8}\u{c}\n\r\t\u{1}\u{1f}\u{7f} \u{1f512}".into()),
            address: None,
        }
    }

    /// The values were computed with the lines of Python that stand in the module's documentation.
    #[test]
    fn the_hash_is_what_the_documentation_says() {
        let first = entry().hash(&ChainHash::START);
        assert_eq!(first.to_string(), FIRST);
        let second = Entry {
            seq: 2,
            role: None,
            detail: None,
            address: Some("203.0.113.7".into()),
            ..entry()
        };
        assert_eq!(second.hash(&first).to_string(), SECOND);
    }

    const FIRST: &str = "e03d39892e0f21635dec781cb660fdce9d75398c29e6cf0f72fb4f2e071d6307";
    const SECOND: &str = "9f83a7c9eac9bbdebb42b618a9a209a5a74a26f3949250801abcdc14ca3b385a";

    #[test]
    fn lines_read_back() {
        let sealed = seal(&ChainHash::START, [entry()]);
        let head = Head {
            account: entry().account,
            seq: 1,
            hash: sealed[0].hash,
            at: entry().at,
        };
        for line in [Line::Entry(sealed[0].clone()), Line::Head(head)] {
            assert_eq!(Line::read(&line.clone().write()), Some(line));
        }
        assert_eq!(Line::read("{}"), None);
        let both = r#"{"head":{"account":"a","seq":0,"hash":"","at":0},"hash":""}"#;
        assert_eq!(Line::read(both), None);
    }
}
