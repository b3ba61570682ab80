//! Checking an export: whole chains, each with its head record at the end.

use std::collections::BTreeSet;

use super::{ChainHash, Head, Line, Sealed};

/// The longest line, in bytes. Larger than any entry that is written.
pub const MAX_LINE: usize = 64 * 1024;

/// What an export holds that is in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many entries there are.
    pub entries: u64,
    /// Where each chain ends.
    pub heads: Vec<Head>,
}

/// The first line that does not fit, counted from 1, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} {fault}")]
pub struct ChainFault {
    /// The line.
    pub line: u64,
    /// Why it does not fit.
    pub fault: LineFault,
}

/// Why a line does not fit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Not a line of an export.
    #[error("is neither an entry nor a head record")]
    Malformed,
    /// What it says is not what its hash was made of, or an entry before it was another one.
    #[error("was changed: entry {seq} does not fit its hash")]
    Changed {
        /// The entry's number.
        seq: u64,
    },
    /// An entry before it is not there.
    #[error("comes too early: entry {expected} is missing before entry {found}")]
    Missing {
        /// The number that comes next.
        expected: u64,
        /// The number that stands there.
        found: u64,
    },
    /// The entry that belongs before it stands later in the file.
    #[error("was moved: entry {found} stands before entry {expected}")]
    Moved {
        /// The number that comes next.
        expected: u64,
        /// The number that stands there.
        found: u64,
    },
    /// An entry that does not belong there: its number was met already, or comes again.
    #[error("was put in: entry {seq} stands there twice")]
    Inserted {
        /// The entry's number.
        seq: u64,
    },
    /// The chain before it ends without its head record.
    #[error("comes too early: the chain of {account} before it was cut after entry {seq}")]
    Cut {
        /// Whose chain was cut.
        account: String,
        /// The last entry that is there.
        seq: u64,
    },
    /// A head record tells of entries that are not there, or of another history.
    #[error("is a head record at entry {told}, but the entries before it end with {found}")]
    OtherHead {
        /// The number in the record.
        told: u64,
        /// The number of the last entry.
        found: u64,
    },
    /// The chain of an account stands in the file twice.
    #[error("begins the chain of {0} a second time")]
    Again(String),
    /// No entry has the hash that was noted earlier.
    #[error(
        "is the end, and no entry has the hash that was noted: history was rewritten or cut after it was noted"
    )]
    NotTheNoted,
}

/// Reads an export line by line.
#[derive(Clone, Debug, Default)]
pub struct Verifier {
    line: u64,
    open: Option<Head>,
    begun: BTreeSet<String>,
    noted: Option<ChainHash>,
    verified: Verified,
}

impl Verifier {
    /// A verifier that also wants to meet this hash, which was noted from a head earlier.
    #[must_use]
    pub fn expecting(noted: ChainHash) -> Self {
        Self {
            noted: Some(noted),
            ..Self::default()
        }
    }

    /// Reads the next line, given without its line feed.
    ///
    /// # Errors
    /// [`ChainFault`]; there is no use in going on then.
    pub fn read(&mut self, text: &str) -> Result<(), ChainFault> {
        self.line = self.line.saturating_add(1);
        self.take(text).map_err(|fault| self.fault(fault))
    }

    /// The end of the file.
    ///
    /// # Errors
    /// [`ChainFault`] when the last chain has no head record, or the noted hash was not met.
    pub fn finish(mut self) -> Result<Verified, ChainFault> {
        if let Some(open) = self.open.take() {
            self.line = self.line.saturating_add(1);
            return Err(self.fault(cut(open)));
        }
        if self.noted.is_some() {
            return Err(self.fault(LineFault::NotTheNoted));
        }
        Ok(self.verified)
    }

    fn fault(&self, fault: LineFault) -> ChainFault {
        ChainFault {
            line: self.line,
            fault,
        }
    }

    fn take(&mut self, text: &str) -> Result<(), LineFault> {
        if text.len() > MAX_LINE {
            return Err(LineFault::Malformed);
        }
        match Line::read(text).ok_or(LineFault::Malformed)? {
            Line::Entry(sealed) => self.entry(sealed),
            Line::Head(head) => self.head(head),
        }
    }

    fn entry(&mut self, sealed: Sealed) -> Result<(), LineFault> {
        let before = match self.open.take() {
            None => self.begin(&sealed.entry.account)?,
            Some(open) if open.account == sealed.entry.account => open,
            Some(open) => return Err(cut(open)),
        };
        self.open = Some(before.followed_by(&sealed)?);
        self.noted = self.noted.filter(|noted| *noted != sealed.hash);
        self.verified.entries = self.verified.entries.saturating_add(1);
        Ok(())
    }

    fn head(&mut self, told: Head) -> Result<(), LineFault> {
        let found = match self.open.take() {
            None => self.begin(&told.account)?,
            Some(open) if open.account == told.account => open,
            Some(open) => return Err(cut(open)),
        };
        if (told.seq, told.hash) != (found.seq, found.hash) || told.at != found.at {
            return Err(LineFault::OtherHead {
                told: told.seq,
                found: found.seq,
            });
        }
        self.verified.heads.push(found);
        Ok(())
    }

    /// Where a chain stands before its first entry.
    fn begin(&mut self, account: &str) -> Result<Head, LineFault> {
        if !self.begun.insert(account.to_owned()) {
            return Err(LineFault::Again(account.to_owned()));
        }
        Ok(Head::start(account))
    }
}

impl Head {
    /// Where a chain stands before its first entry.
    #[must_use]
    pub fn start(account: &str) -> Self {
        Self {
            account: account.to_owned(),
            seq: 0,
            hash: ChainHash::START,
            at: 0,
        }
    }

    /// Where the chain stands after its next entry, whose hash is computed again. The entry must be
    /// one of the same chain.
    ///
    /// # Errors
    /// [`LineFault`] when its number is not the next one, or what it says does not fit its hash.
    pub fn followed_by(&self, Sealed { entry, hash }: &Sealed) -> Result<Self, LineFault> {
        let expected = self.seq.saturating_add(1);
        if entry.seq > expected {
            let found = entry.seq;
            return Err(LineFault::Missing { expected, found });
        }
        if entry.seq < expected {
            return Err(LineFault::Inserted { seq: entry.seq });
        }
        if entry.hash(&self.hash) != *hash {
            return Err(LineFault::Changed { seq: entry.seq });
        }
        Ok(Self {
            account: entry.account.clone(),
            seq: entry.seq,
            hash: *hash,
            at: entry.at,
        })
    }
}

fn cut(open: Head) -> LineFault {
    LineFault::Cut {
        account: open.account,
        seq: open.seq,
    }
}

/// Checks a whole export, and where it does not fit looks further to say what was done to it.
///
/// # Errors
/// [`ChainFault`] for the first line that does not fit.
pub fn verify<T: AsRef<str>>(
    mut verifier: Verifier,
    lines: impl IntoIterator<Item = T>,
) -> Result<Verified, ChainFault> {
    let mut lines = lines.into_iter();
    while let Some(line) = lines.next() {
        let Err(mut found) = verifier.read(line.as_ref()) else {
            continue;
        };
        let account = account(line.as_ref());
        let mut comes_later = |wanted: u64| {
            lines
                .by_ref()
                .filter_map(|line| entry(line.as_ref()))
                .any(|(of, seq)| Some(of) == account && seq == wanted)
        };
        found.fault = match found.fault {
            LineFault::Missing { expected, found } if comes_later(expected) => {
                LineFault::Moved { expected, found }
            }
            LineFault::Changed { seq } if comes_later(seq) => LineFault::Inserted { seq },
            other => other,
        };
        return Err(found);
    }
    verifier.finish()
}

fn entry(line: &str) -> Option<(String, u64)> {
    match Line::read(line)? {
        Line::Entry(sealed) => Some((sealed.entry.account, sealed.entry.seq)),
        Line::Head(_) => None,
    }
}

fn account(line: &str) -> Option<String> {
    entry(line).map(|(account, _)| account)
}
