//! Reading a dump line by line, in as many parts as one likes.

use super::{Chain, FORMAT, Header, Kind, MAX_LINE, Record, Trailer, VERSION};
use crate::{
    advice::Advice,
    audit::{self, Checkpoint, Head, Sealed},
};
use std::{borrow::Cow, collections::BTreeMap};

/// How far a dump has been read. Reading can be stopped after any line and resumed elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The chain over the lines read.
    pub chain: Chain,
    /// The kind of the last record.
    pub kind: Option<Kind>,
    /// Where the audit chain stands whose entries were read last. Chains stand one after the other,
    /// in the order of their accounts, so that no more than this is needed to check all of them.
    pub audit: Option<Head>,
    /// Where chains begin that were pruned, as long as none of their entries has been read.
    pub checkpoints: BTreeMap<String, Head>,
}

/// A line of a dump.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// The first.
    Header(Header),
    /// One between.
    Record(Record),
    /// The last; everything before it is as it was written.
    Trailer,
}

/// What is wrong with a dump, and in which line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} {fault}")]
pub struct DumpFault {
    /// The line, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub fault: LineFault,
}

impl Advice for DumpFault {
    fn remedy(&self) -> Cow<'static, str> {
        self.fault.remedy()
    }
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Longer than [`MAX_LINE`].
    #[error("is longer than any record")]
    TooLong,
    /// The first line is not a header.
    #[error("is not the header of a dump")]
    NoHeader,
    /// A version that is not known here.
    #[error("says version {0}, which is not known here")]
    Version(u32),
    /// Not a record.
    #[error("is not a record ({0})")]
    Malformed(String),
    /// A record stands before one that it may need.
    #[error("stands in the wrong place")]
    OutOfOrder,
    /// The trailer does not fit what stands before it.
    #[error("is a trailer that does not fit the lines before it")]
    DoesNotFit,
    /// A chain of the audit trail has a checkpoint, and no entry that follows it.
    #[error("comes too early: the audit chain of {0} has a checkpoint and no entry")]
    EmptyChain(String),
    /// An entry of the audit trail does not follow the one before it in its chain.
    #[error("is entry {seq} of the audit chain of {account}, and {fault}")]
    BrokenChain {
        /// Whose chain.
        account: String,
        /// The entry's number in it.
        seq: u64,
        /// What is wrong with the entry.
        fault: audit::LineFault,
    },
}

impl Advice for LineFault {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::TooLong => {
                "Choose a file that Certwright has written, with its line breaks as they were."
                    .into()
            }
            Self::NoHeader => "Choose a file that Certwright has written.".into(),
            Self::Version(..) => "Restore with the Certwright that wrote it.".into(),
            Self::Malformed(..) => "The file was changed or cut: take another copy.".into(),
            Self::OutOfOrder => "The file was put together from parts: take another copy.".into(),
            Self::DoesNotFit => "The file was changed: take another copy.".into(),
            Self::BrokenChain { .. } | Self::EmptyChain(_) => {
                "The file was changed after it was written: take another copy.".into()
            }
        }
    }
}

impl Position {
    /// Reads the next line, given without its line feed.
    ///
    /// # Errors
    /// [`DumpFault`]; the position stays before the line.
    pub fn read(&mut self, line: &str) -> Result<Entry, DumpFault> {
        let at = self.chain.lines.saturating_add(1);
        let broken = |fault| DumpFault { line: at, fault };
        let entry = self.entry(line).map_err(broken)?;
        match &entry {
            Entry::Record(Record::Audit(sealed)) => {
                self.audit = Some(self.follow(sealed).map_err(broken)?);
                self.checkpoints.remove(&sealed.entry.account);
            }
            Entry::Record(Record::AuditCheckpoint(checkpoint)) => {
                self.begin_at(checkpoint).map_err(broken)?;
            }
            Entry::Trailer => {
                if let Some(account) = self.checkpoints.keys().next() {
                    return Err(broken(LineFault::EmptyChain(account.clone())));
                }
            }
            Entry::Header(_) | Entry::Record(_) => {}
        }
        self.chain.add(line);
        if let Entry::Record(record) = &entry {
            self.kind = Some(record.kind());
        }
        Ok(entry)
    }

    fn entry(&self, line: &str) -> Result<Entry, LineFault> {
        if line.len() > MAX_LINE {
            return Err(LineFault::TooLong);
        }
        if self.chain.lines == 0 {
            return header(line);
        }
        if let Ok(trailer) = serde_json::from_str::<Trailer>(line) {
            return if trailer == self.chain.trailer() {
                Ok(Entry::Trailer)
            } else {
                Err(LineFault::DoesNotFit)
            };
        }
        let record: Record = serde_json::from_str(line).map_err(|error| malformed(&error))?;
        if self.kind.is_some_and(|before| record.kind() < before) {
            return Err(LineFault::OutOfOrder);
        }
        Ok(Entry::Record(record))
    }

    fn begin_at(&mut self, checkpoint: &Checkpoint) -> Result<(), LineFault> {
        let account = &checkpoint.account;
        let is_new = |(last, _): (&String, &Head)| last < account;
        if !self.checkpoints.last_key_value().is_none_or(is_new) {
            return Err(LineFault::OutOfOrder);
        }
        self.checkpoints.insert(account.clone(), checkpoint.head());
        Ok(())
    }

    /// Where the audit chain of an entry stands after it. The checksum over the lines can be made
    /// anew by whoever changes one; that an entry fits its hash, and its hash the one before, is
    /// what the chain is for.
    fn follow(&self, sealed: &Sealed) -> Result<Head, LineFault> {
        let account = &sealed.entry.account;
        let next = match &self.audit {
            Some(head) if head.account == *account => head.followed_by(sealed),
            Some(head) if head.account > *account => Err(audit::LineFault::Again(account.clone())),
            _ => match self.checkpoints.get(account) {
                Some(checkpoint) => checkpoint.followed_by(sealed),
                None => Head::start(account).followed_by(sealed),
            },
        };
        next.map_err(|fault| LineFault::BrokenChain {
            account: account.clone(),
            seq: sealed.entry.seq,
            fault,
        })
    }
}

fn header(line: &str) -> Result<Entry, LineFault> {
    let header: Header = serde_json::from_str(line).map_err(|_| LineFault::NoHeader)?;
    if header.format != FORMAT {
        return Err(LineFault::NoHeader);
    }
    if header.version != VERSION {
        return Err(LineFault::Version(header.version));
    }
    Ok(Entry::Header(header))
}

/// Where it breaks, without what stands there.
fn malformed(error: &serde_json::Error) -> LineFault {
    let kind = if error.is_data() {
        "a field has a wrong value"
    } else {
        "it is not JSON"
    };
    LineFault::Malformed(format!("{kind} at column {}", error.column()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(records: &[&str]) -> Vec<String> {
        let mut lines =
            vec![r#"{"format":"certwright-dump","version":2,"createdAt":1795000000}"#.to_owned()];
        lines.extend(records.iter().map(|record| (*record).to_owned()));
        let mut chain = Chain::default();
        for line in &lines {
            chain.add(line);
        }
        lines.push(serde_json::to_string(&chain.trailer()).unwrap());
        lines
    }

    const CHAINS: [&str; 2] = [
        r#"{"chain":{"id":"aa","pem":"x","rootPem":null}}"#,
        r#"{"chain":{"id":"bb","pem":"y","rootPem":"z"}}"#,
    ];

    fn read(lines: &[String]) -> Result<usize, DumpFault> {
        let mut position = Position::default();
        for line in lines {
            position.read(line)?;
        }
        Ok(lines.len())
    }

    #[test]
    fn a_dump_reads_back_in_parts() {
        let lines = written(&CHAINS);
        let mut position = Position::default();
        for line in &lines {
            let chain = Chain::resume(&position.chain.hex(), position.chain.lines).unwrap();
            position.chain = chain;
            position.read(line).unwrap();
        }
    }

    #[test]
    fn lines_changed_lost_moved_or_of_another_version_are_noticed() {
        let whole = written(&CHAINS);
        let mut changed = whole.clone();
        changed[1] = changed[1].replace("\"x\"", "\"X\"");
        assert_eq!(read(&changed).unwrap_err().fault, LineFault::DoesNotFit);
        let mut lost = whole.clone();
        lost.remove(1);
        assert_eq!(read(&lost).unwrap_err().line, 3);
        let mut moved = whole.clone();
        moved.swap(1, 2);
        assert_eq!(read(&moved).unwrap_err().fault, LineFault::DoesNotFit);
        let mut other = whole.clone();
        other[0] = other[0].replace("\"version\":2", "\"version\":3");
        assert_eq!(read(&other).unwrap_err().fault, LineFault::Version(3));
        let foreign = [r#"{"format":"other","version":1,"createdAt":0}"#.to_owned()];
        assert_eq!(read(&foreign).unwrap_err().fault, LineFault::NoHeader);
    }

    #[test]
    fn kinds_stand_in_order_and_fields_are_known() {
        let license = r#"{"license":{"token":"t","setAt":1}}"#;
        let lines = written(&[CHAINS[0], license]);
        assert_eq!(read(&lines).unwrap_err().fault, LineFault::OutOfOrder);
        let lines = written(&[r#"{"license":{"token":"t","setAt":1,"key":"secret"}}"#]);
        let fault = read(&lines).unwrap_err();
        assert_eq!(fault.line, 2);
        assert!(!fault.to_string().contains("secret"), "{fault}");
    }

    proptest! {
        #[test]
        fn anything_reads_without_panic(lines in proptest::collection::vec(".{0,200}", 0..6)) {
            let _ = read(&lines);
        }

        #[test]
        fn any_byte_changed_is_noticed(at in 0_usize..10_000, letter in "[a-z0-9{}:,\"]") {
            let whole = written(&CHAINS).join("\n");
            let at = at % whole.len();
            let mut changed = whole.clone();
            changed.replace_range(at..=at, &letter);
            prop_assume!(changed != whole);
            let lines: Vec<String> = changed.split('\n').map(str::to_owned).collect();
            let mut position = Position::default();
            let mut is_whole = false;
            for line in &lines {
                match position.read(line) {
                    Ok(entry) => is_whole = entry == Entry::Trailer,
                    Err(_) => { is_whole = false; break; }
                }
            }
            // The header's time is the reader's business as much as any other byte of a line.
            prop_assert!(!is_whole);
        }
    }
}
