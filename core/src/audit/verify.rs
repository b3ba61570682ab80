//! Checking an export: whole chains, each with its head record at the end. A chain that was pruned begins
//! with its checkpoint.

use std::collections::BTreeSet;

use super::{Archive, ChainHash, Checkpoint, Head, Line, Sealed};

/// The longest line, in bytes. Larger than any entry that is written.
pub const MAX_LINE: usize = 64 * 1024;

/// What an export holds that is in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many entries there are.
    pub entries: u64,
    /// Where each chain ends.
    pub heads: Vec<Head>,
    /// Where chains begin whose older entries were pruned, and are not in the archive that was given.
    pub checkpoints: Vec<Checkpoint>,
    /// Every hash that was met, when an archive was given.
    pub archive: Option<Archive>,
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
    #[error("is neither an entry nor a head record nor a checkpoint")]
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
    /// A chain begins at a checkpoint, and none of its entries tells of the pruning.
    #[error(
        "is the end of the chain of {account}, which begins after entry {seq}, and no entry tells who pruned what was before"
    )]
    Untold {
        /// Whose chain.
        account: String,
        /// The number in the checkpoint.
        seq: u64,
    },
    /// The archive has another entry there.
    #[error("is not what was archived: the archive has another entry {seq}")]
    NotArchived {
        /// The entry's number.
        seq: u64,
    },
    /// Entries between the end of the archive and the checkpoint are in neither.
    #[error("begins after entry {pruned}, but the archive ends with entry {archived}")]
    Gap {
        /// The number of the last entry that was pruned.
        pruned: u64,
        /// The number of the last entry in the archive.
        archived: u64,
    },
    /// The chain ends before the archive does.
    #[error("is a head record at entry {found}, but the archive goes on to entry {archived}")]
    Shorter {
        /// The number of the last entry.
        found: u64,
        /// The number of the last entry in the archive.
        archived: u64,
    },
    /// A chain of the archive is not there.
    #[error("is the end, and the chain of {0}, which was archived, is not there")]
    Absent(String),
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
    /// The checkpoint of the open chain until an entry has told of it.
    untold: Option<Checkpoint>,
    /// The last entry of the open chain that the archive had when the chain was begun.
    archived: Option<u64>,
    archive: Option<Archive>,
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

    /// A verifier of an export that goes on from others, whose hashes it also gives back.
    #[must_use]
    pub fn after(self, archive: Archive) -> Self {
        Self {
            archive: Some(archive),
            ..self
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
        if let Some(archive) = &self.archive
            && let Some(absent) = archive.accounts().find(|one| !self.begun.contains(*one))
        {
            return Err(self.fault(LineFault::Absent(absent.to_owned())));
        }
        if self.noted.is_some() {
            return Err(self.fault(LineFault::NotTheNoted));
        }
        self.verified.archive = self.archive;
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
            Line::Checkpoint(checkpoint) => self.checkpoint(checkpoint),
            Line::Entry(sealed) => self.entry(sealed),
            Line::Head(head) => self.head(head),
        }
    }

    fn checkpoint(&mut self, checkpoint: Checkpoint) -> Result<(), LineFault> {
        if let Some(open) = self.open.take() {
            return Err(cut(open));
        }
        self.begin(&checkpoint.account)?;
        let start = checkpoint.head();
        match self.archived {
            Some(archived) if archived < start.seq => {
                let pruned = start.seq;
                return Err(LineFault::Gap { pruned, archived });
            }
            Some(_) => {}
            None => self.verified.checkpoints.push(checkpoint.clone()),
        }
        self.meet(&start)?;
        self.untold = Some(checkpoint);
        self.open = Some(start);
        Ok(())
    }

    /// Holds the hash of an entry against what was archived and noted.
    fn meet(&mut self, place: &Head) -> Result<(), LineFault> {
        self.noted = self.noted.filter(|noted| *noted != place.hash);
        let Some(archive) = &mut self.archive else {
            return Ok(());
        };
        match archive.hash(&place.account, place.seq) {
            Some(hash) if *hash != place.hash => Err(LineFault::NotArchived { seq: place.seq }),
            Some(_) => Ok(()),
            None => {
                archive.add(place);
                Ok(())
            }
        }
    }

    fn entry(&mut self, sealed: Sealed) -> Result<(), LineFault> {
        let before = match self.open.take() {
            None => self.begin(&sealed.entry.account)?,
            Some(open) if open.account == sealed.entry.account => open,
            Some(open) => return Err(cut(open)),
        };
        let after = before.followed_by(&sealed)?;
        self.meet(&after)?;
        self.open = Some(after);
        let is_told = |checkpoint: &Checkpoint| checkpoint.is_told_by(&sealed.entry);
        if self.untold.as_ref().is_some_and(is_told) {
            self.untold = None;
        }
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
        if let Some(Checkpoint { account, seq, .. }) = self.untold.take() {
            return Err(LineFault::Untold { account, seq });
        }
        if let Some(archived) = self.archived.filter(|archived| *archived > found.seq) {
            let found = found.seq;
            return Err(LineFault::Shorter { found, archived });
        }
        self.verified.heads.push(found);
        Ok(())
    }

    /// Where a chain stands before its first entry.
    fn begin(&mut self, account: &str) -> Result<Head, LineFault> {
        if !self.begun.insert(account.to_owned()) {
            return Err(LineFault::Again(account.to_owned()));
        }
        let archive = self.archive.as_ref();
        self.archived = archive.and_then(|archive| archive.last(account));
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
        Line::Head(_) | Line::Checkpoint(_) => None,
    }
}

fn account(line: &str) -> Option<String> {
    entry(line).map(|(account, _)| account)
}
