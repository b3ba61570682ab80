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

    fn entry(&mut self, Sealed { entry, hash }: Sealed) -> Result<(), LineFault> {
        let before = match self.open.take() {
            None => self.begin(&entry.account)?,
            Some(open) if open.account == entry.account => open,
            Some(open) => return Err(cut(open)),
        };
        let expected = before.seq.saturating_add(1);
        if entry.seq > expected {
            let found = entry.seq;
            return Err(LineFault::Missing { expected, found });
        }
        if entry.seq < expected {
            return Err(LineFault::Inserted { seq: entry.seq });
        }
        if entry.hash(&before.hash) != hash {
            return Err(LineFault::Changed { seq: entry.seq });
        }
        self.noted = self.noted.filter(|noted| *noted != hash);
        self.verified.entries = self.verified.entries.saturating_add(1);
        self.open = Some(Head {
            account: entry.account,
            seq: entry.seq,
            hash,
            at: entry.at,
        });
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
        Ok(Head {
            account: account.to_owned(),
            seq: 0,
            hash: ChainHash::START,
            at: 0,
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        audit::{Entry, seal},
        ids::AuditId,
    };

    fn chain(account: &str, length: u8) -> Vec<String> {
        let entries = (1..=length).map(|n| Entry {
            account: account.to_owned(),
            seq: u64::from(n),
            id: AuditId::from_random([n; 16]),
            at: 1_795_000_000 + i64::from(n),
            actor: "admin".into(),
            role: None,
            action: "order.check".into(),
            subject: format!("ord_{n}"),
            outcome: "done".into(),
            detail: (n % 2 == 0).then(|| "even".to_owned()),
            address: None,
        });
        let sealed = seal(&ChainHash::START, entries);
        let head = sealed.last().map(|last| Head {
            account: account.to_owned(),
            seq: last.entry.seq,
            hash: last.hash,
            at: last.entry.at,
        });
        let lines = sealed.into_iter().map(Line::Entry);
        lines.chain(head.map(Line::Head)).map(Line::write).collect()
    }

    fn export() -> Vec<String> {
        [chain("system-a", 6), chain("cred_b", 9)].concat()
    }

    fn fault(lines: &[String]) -> ChainFault {
        verify(Verifier::default(), lines).unwrap_err()
    }

    #[test]
    fn a_whole_export_is_in_order() {
        let verified = verify(Verifier::default(), export()).unwrap();
        assert_eq!((verified.entries, verified.heads.len()), (15, 2));
        let noted = verified.heads[0].hash;
        assert!(verify(Verifier::expecting(noted), export()).is_ok());
        assert_eq!(
            verify(Verifier::default(), Vec::<String>::new()),
            Ok(Verified::default())
        );
    }

    #[test]
    fn what_was_done_is_told_with_the_first_line_that_does_not_fit() {
        let whole = export();
        let mut changed = whole.clone();
        changed[2] = changed[2].replace("ord_3", "ord_4");
        let expected = LineFault::Changed { seq: 3 };
        assert_eq!(
            fault(&changed),
            ChainFault {
                line: 3,
                fault: expected
            }
        );

        let mut missing = whole.clone();
        missing.remove(2);
        let expected = LineFault::Missing {
            expected: 3,
            found: 4,
        };
        assert_eq!(
            fault(&missing),
            ChainFault {
                line: 3,
                fault: expected
            }
        );

        let mut moved = whole.clone();
        moved.swap(2, 3);
        let expected = LineFault::Moved {
            expected: 3,
            found: 4,
        };
        assert_eq!(
            fault(&moved),
            ChainFault {
                line: 3,
                fault: expected
            }
        );

        let mut inserted = whole.clone();
        inserted.insert(2, whole[2].replace("ord_3", "ord_4"));
        let expected = LineFault::Inserted { seq: 3 };
        assert_eq!(
            fault(&inserted),
            ChainFault {
                line: 3,
                fault: expected
            }
        );

        let mut repeated = whole.clone();
        repeated.insert(3, whole[2].clone());
        let expected = LineFault::Inserted { seq: 3 };
        assert_eq!(
            fault(&repeated),
            ChainFault {
                line: 4,
                fault: expected
            }
        );

        let mut cut = whole.clone();
        cut.truncate(11);
        let expected = LineFault::Cut {
            account: "cred_b".into(),
            seq: 4,
        };
        assert_eq!(
            fault(&cut),
            ChainFault {
                line: 12,
                fault: expected
            }
        );

        let mut shortened = whole.clone();
        shortened.remove(5);
        let expected = LineFault::OtherHead { told: 6, found: 5 };
        assert_eq!(
            fault(&shortened),
            ChainFault {
                line: 6,
                fault: expected
            }
        );

        let twice = [chain("a", 2), chain("a", 2)].concat();
        assert_eq!(fault(&twice).fault, LineFault::Again("a".into()));
        assert_eq!(fault(&["x".to_owned()]).fault, LineFault::Malformed);
    }

    #[test]
    fn a_history_that_was_made_anew_does_not_hold_the_noted_hash() {
        let verified = verify(Verifier::default(), chain("a", 9)).unwrap();
        let noted = verified.heads[0].hash;
        let grown = verify(Verifier::expecting(noted), chain("a", 12));
        assert!(grown.is_ok(), "the noted head is a part of it");
        let cut = verify(Verifier::expecting(noted), chain("a", 8)).unwrap_err();
        assert_eq!(cut.fault, LineFault::NotTheNoted);
    }

    /// What somebody without the chain's arithmetic can do to a file.
    #[derive(Clone, Debug)]
    enum Tampering {
        Letter(usize, char),
        Removed(usize),
        Repeated(usize, usize),
        Swapped(usize, usize),
        CutAfter(usize),
    }

    fn tampering() -> impl Strategy<Value = Tampering> {
        prop_oneof![
            (0_usize..9_999, proptest::char::range(' ', '~'))
                .prop_map(|(at, letter)| Tampering::Letter(at, letter)),
            (0_usize..99).prop_map(Tampering::Removed),
            (0_usize..99, 0_usize..99).prop_map(|(from, to)| Tampering::Repeated(from, to)),
            (0_usize..99, 0_usize..99).prop_map(|(a, b)| Tampering::Swapped(a, b)),
            (0_usize..99).prop_map(Tampering::CutAfter),
        ]
    }

    fn tamper(mut lines: Vec<String>, how: &Tampering) -> Vec<String> {
        let at = |n: usize| n % lines.len();
        match *how {
            Tampering::Letter(n, letter) => {
                let mut text = lines.join("\n");
                let n = n % text.len();
                text.replace_range(n..=n, &letter.to_string());
                return text.split('\n').map(str::to_owned).collect();
            }
            Tampering::Removed(n) => drop(lines.remove(at(n))),
            Tampering::Repeated(from, to) => lines.insert(at(to), lines[at(from)].clone()),
            Tampering::Swapped(a, b) => {
                let (a, b) = (at(a), at(b));
                lines.swap(a, b);
            }
            Tampering::CutAfter(n) => lines.truncate(at(n)),
        }
        lines
    }

    /// What the lines say, whatever their spelling: JSON lets one value be written in several ways.
    fn meaning(lines: &[String]) -> Vec<Option<Line>> {
        lines.iter().map(|line| Line::read(line)).collect()
    }

    proptest! {
        #[test]
        fn random_tampering_is_noticed(how in tampering()) {
            let whole = chain("cred_b", 12);
            let noted = verify(Verifier::default(), &whole).unwrap().heads[0].hash;
            let changed = tamper(whole.clone(), &how);
            let is_same = meaning(&changed) == meaning(&whole);
            let verdict = verify(Verifier::expecting(noted), &changed);
            prop_assert_eq!(verdict.is_ok(), is_same, "{:?} {:?}", how, verdict);
        }

        #[test]
        fn anything_reads_without_panic(lines in proptest::collection::vec(".{0,200}", 0..6)) {
            let _ = verify(Verifier::default(), lines);
        }
    }
}
