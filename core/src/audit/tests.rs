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
