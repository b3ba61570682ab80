//! What verifying an export notices.

use proptest::prelude::*;

use super::*;
use crate::ids::AuditId;

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

/// The chain of "a", pruned after entry `seq`; its entry 9 tells so.
fn pruned(length: u8, seq: u8) -> (Vec<String>, Vec<String>) {
    let checkpoint = |hash| Checkpoint {
        account: "a".into(),
        seq: seq.into(),
        hash,
        at: 1_795_000_009,
        by: "admin".into(),
    };
    let mut entries: Vec<Entry> = chain("a", length)
        .iter()
        .filter_map(|line| match Line::read(line)? {
            Line::Entry(sealed) => Some(sealed.entry),
            _ => None,
        })
        .collect();
    let hash = seal(&ChainHash::START, entries.clone())[usize::from(seq) - 1].hash;
    entries[8].action = PRUNE.to_owned();
    entries[8].detail = Some(checkpoint(hash).detail());
    let sealed = seal(&ChainHash::START, entries);
    let head = sealed.last().map(|last| Head {
        account: "a".into(),
        seq: last.entry.seq,
        hash: last.hash,
        at: last.entry.at,
    });
    let lines = sealed
        .into_iter()
        .map(Line::Entry)
        .chain(head.map(Line::Head));
    let whole: Vec<String> = lines.map(Line::write).collect();
    let begin = Line::Checkpoint(checkpoint(hash)).write();
    let kept = whole[usize::from(seq)..].iter().cloned();
    let kept = std::iter::once(begin).chain(kept).collect();
    (whole, kept)
}

fn after(archive: &[String], later: &[String]) -> Result<Verified, ChainFault> {
    let first = verify(Verifier::default().after(Archive::default()), archive)?;
    let archive = first.archive.unwrap_or_default();
    verify(Verifier::default().after(archive), later)
}

#[test]
fn a_pruned_chain_begins_at_its_checkpoint_and_goes_on_from_its_archive() {
    let (whole, kept) = pruned(12, 6);
    let alone = verify(Verifier::default(), &kept).unwrap();
    assert_eq!((alone.entries, alone.checkpoints.len()), (6, 1));
    let noted = alone.checkpoints[0].hash;
    assert!(verify(Verifier::expecting(noted), &kept).is_ok());
    // Archives are taken before what tells of their pruning.
    for archived in [6, 7, 12] {
        let archive = &chain_of(&whole, archived);
        let both = after(archive, &kept).unwrap();
        assert_eq!(both.checkpoints, [], "what was before is in the archive");
        assert_eq!(after(archive, &whole).unwrap().entries, 12);
    }
    let gap = after(&chain_of(&whole, 5), &kept).unwrap_err();
    let expected = LineFault::Gap {
        pruned: 6,
        archived: 5,
    };
    assert_eq!((gap.line, gap.fault), (1, expected));
    let shorter = after(&whole, &chain_of(&whole, 9)).unwrap_err().fault;
    let expected = LineFault::Shorter {
        found: 9,
        archived: 12,
    };
    assert_eq!(shorter, expected);
    let absent = after(&whole, &chain("b", 3)).unwrap_err().fault;
    assert_eq!(absent, LineFault::Absent("a".to_owned()));
    // Another history, which verifies by itself.
    let other = after(&chain("a", 9), &kept).unwrap_err().fault;
    assert_eq!(other, LineFault::NotArchived { seq: 9 });
}

/// The first entries of a chain, with the head that they had then.
fn chain_of(whole: &[String], length: usize) -> Vec<String> {
    let mut lines = whole[..length].to_vec();
    if let Some(Line::Entry(last)) = Line::read(&lines[length - 1]) {
        let head = Head {
            account: last.entry.account,
            seq: last.entry.seq,
            hash: last.hash,
            at: last.entry.at,
        };
        lines.push(Line::Head(head).write());
    }
    lines
}

#[test]
fn a_beginning_that_is_missing_is_an_alarm() {
    let (_, kept) = pruned(12, 6);
    let missing = LineFault::Missing {
        expected: 1,
        found: 7,
    };
    assert_eq!(fault(&kept[1..]).fault, missing, "no checkpoint");
    let mut further = kept.clone();
    further.remove(1);
    let missing = LineFault::Missing {
        expected: 7,
        found: 8,
    };
    assert_eq!(
        fault(&further).fault,
        missing,
        "more is gone than was pruned"
    );
    let mut other = kept.clone();
    other[0] = other[0].replacen("\"hash\":\"", "\"hash\":\"0", 1);
    assert_eq!(fault(&other).fault, LineFault::Malformed);
    let mut by = kept.clone();
    by[0] = by[0].replace("\"by\":\"admin\"", "\"by\":\"nobody\"");
    let untold = LineFault::Untold {
        account: "a".to_owned(),
        seq: 6,
    };
    assert_eq!(fault(&by).fault, untold, "the chain names another person");
    let mut early = kept.clone();
    early.insert(2, kept[0].clone());
    assert!(matches!(fault(&early).fault, LineFault::Cut { .. }));
    let mut changed = kept.clone();
    changed[3] = changed[3].replace("ord_9", "ord_8");
    assert_eq!(fault(&changed).fault, LineFault::Changed { seq: 9 });
}
