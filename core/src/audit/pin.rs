//! A pin: the last head that somebody saw, held against what is shown now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ChainHash, Checkpoint, Head, KEPT, Sealed};

/// What a pin and the chain of now say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Judgement {
    /// Nothing was seen of this chain before: it is believed, and watched from now on.
    First,
    /// The chain ends where it ended.
    Unchanged,
    /// What was seen still stands, and more was added.
    Grown,
    /// What was seen is so old that it may have been archived and pruned, and it was: what is kept is in
    /// order, and watched from now on. Only the archive shows what was before.
    Archived,
    /// The entry that was seen last is not there any more.
    Cut,
    /// Another entry stands where the one that was seen last stood.
    Rewritten,
}

impl Judgement {
    /// Whether history is another than the one that was seen.
    #[must_use]
    pub fn is_alarming(self) -> bool {
        matches!(self, Self::Cut | Self::Rewritten)
    }
}

/// Whether the entry at the pin must be asked for before the chain can be judged.
#[must_use]
pub fn needs_entry(pin: Option<&Head>, now: Option<&Head>) -> bool {
    matches!((pin, now), (Some(pin), Some(now)) if now.seq > pin.seq)
}

/// Judges a chain. `now` is its head, if it is there at all; `at_pin` the hash of the entry that now
/// stands at the pin's number, where [`needs_entry`] asks for it.
#[must_use]
pub fn judge(pin: Option<&Head>, now: Option<&Head>, at_pin: Option<&ChainHash>) -> Judgement {
    let Some(pin) = pin else {
        return Judgement::First;
    };
    let Some(now) = now.filter(|now| now.seq >= pin.seq) else {
        return Judgement::Cut;
    };
    let is_last = now.seq == pin.seq;
    let found = if is_last { Some(&now.hash) } else { at_pin };
    match found {
        None => Judgement::Cut,
        Some(hash) if *hash != pin.hash => Judgement::Rewritten,
        Some(_) if is_last => Judgement::Unchanged,
        Some(_) => Judgement::Grown,
    }
}

/// Entries before the head that are computed again at each look, whether or not they were seen: a
/// rewritten one among them is noticed even if its hash was left as it was.
const RECENT: u64 = 90;

/// The number of the first entry that [`recompute`] wants; it also takes the one before, unless the
/// checkpoint is there.
#[must_use]
pub fn first_wanted(pin: Option<&Head>, now: &Head, checkpoint: Option<&Checkpoint>) -> u64 {
    let recent = now.seq.saturating_sub(RECENT).max(1);
    let wanted = pin.map_or(recent, |pin| recent.min(pin.seq));
    let kept = checkpoint.map_or(1, |checkpoint| checkpoint.seq.saturating_add(1));
    wanted.max(kept)
}

/// Whether what was seen may have been pruned by now, in seconds since 1970, and was.
#[must_use]
pub fn is_archived(pin: &Head, checkpoint: Option<&Checkpoint>, now: i64) -> bool {
    checkpoint.is_some_and(|checkpoint| pin.seq < checkpoint.seq)
        && pin.at <= now.saturating_sub(KEPT)
}

/// Judges a chain by what its entries say, not by the hashes that are stored beside them: each hash
/// from [`first_wanted`] on is computed again, up to the head. `entries` are by their numbers, `today` is
/// in seconds since 1970.
#[must_use]
pub fn recompute(
    pin: Option<&Head>,
    now: Option<&Head>,
    checkpoint: Option<&Checkpoint>,
    entries: &BTreeMap<u64, Sealed>,
    today: i64,
) -> Judgement {
    let Some(now) = now else {
        return pin.map_or(Judgement::First, |_| Judgement::Cut);
    };
    if pin.is_some_and(|pin| now.seq < pin.seq) {
        return Judgement::Cut;
    }
    let is_archived = pin.is_some_and(|pin| is_archived(pin, checkpoint, today));
    let pruned = checkpoint.map_or(0, |checkpoint| checkpoint.seq);
    match pin {
        Some(pin) if pin.seq < pruned && !is_archived => return Judgement::Cut,
        Some(pin) if pin.seq == pruned && checkpoint.is_some_and(|one| one.hash != pin.hash) => {
            return Judgement::Rewritten;
        }
        _ => {}
    }
    let first = first_wanted(pin, now, checkpoint);
    let mut previous = checkpoint.map_or(ChainHash::START, |checkpoint| checkpoint.hash);
    if first > pruned.saturating_add(1) {
        let Some(before) = entries.get(&first.saturating_sub(1)) else {
            return Judgement::Cut;
        };
        previous = before.hash;
    }
    for seq in first..=now.seq {
        let Some(Sealed { entry, hash }) = entries.get(&seq) else {
            return Judgement::Cut;
        };
        let is_in_place = entry.account == now.account && entry.seq == seq;
        let is_pinned = pin.is_none_or(|pin| pin.seq != seq || pin.hash == *hash);
        if !is_in_place || !is_pinned || entry.hash(&previous) != *hash {
            return Judgement::Rewritten;
        }
        previous = *hash;
    }
    match pin {
        _ if previous != now.hash => Judgement::Rewritten,
        _ if is_archived => Judgement::Archived,
        None => Judgement::First,
        Some(pin) if pin.seq == now.seq => Judgement::Unchanged,
        Some(_) => Judgement::Grown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(seq: u64, hash: &str) -> Head {
        Head {
            account: "a".into(),
            seq,
            hash: ChainHash::of(hash.as_bytes()),
            at: 0,
        }
    }

    #[test]
    fn history_that_was_seen_must_stand() {
        let pin = head(5, "five");
        let (five, other) = (ChainHash::of(b"five"), ChainHash::of(b"other"));
        let table = [
            (None, Some(head(9, "nine")), None, Judgement::First),
            (None, None, None, Judgement::First),
            (
                Some(&pin),
                Some(head(5, "five")),
                None,
                Judgement::Unchanged,
            ),
            (
                Some(&pin),
                Some(head(9, "nine")),
                Some(&five),
                Judgement::Grown,
            ),
            (
                Some(&pin),
                Some(head(5, "other")),
                None,
                Judgement::Rewritten,
            ),
            (
                Some(&pin),
                Some(head(9, "nine")),
                Some(&other),
                Judgement::Rewritten,
            ),
            (Some(&pin), Some(head(9, "nine")), None, Judgement::Cut),
            (Some(&pin), Some(head(4, "four")), None, Judgement::Cut),
            (Some(&pin), None, None, Judgement::Cut),
        ];
        for (pin, now, at_pin, expected) in table {
            let judged = judge(pin, now.as_ref(), at_pin);
            assert_eq!(judged, expected, "{pin:?} {now:?} {at_pin:?}");
            let was_changed = matches!(expected, Judgement::Cut | Judgement::Rewritten);
            assert_eq!(judged.is_alarming(), was_changed);
        }
        assert!(needs_entry(Some(&pin), Some(&head(9, "nine"))));
        assert!(!needs_entry(Some(&pin), Some(&head(5, "five"))));
    }

    fn chain(length: u64, changed: Option<u64>) -> Vec<Sealed> {
        let entries = (1..=length).map(|seq| crate::audit::Entry {
            account: "a".into(),
            seq,
            id: crate::ids::AuditId::from_random([u8::try_from(seq % 251).unwrap(); 16]),
            at: i64::try_from(seq).unwrap(),
            actor: if changed == Some(seq) {
                "nobody"
            } else {
                "admin"
            }
            .into(),
            role: None,
            action: "order.place".into(),
            subject: "x".into(),
            outcome: "done".into(),
            detail: None,
            address: None,
        });
        crate::audit::seal(&ChainHash::START, entries)
    }

    fn end(chain: &[Sealed]) -> Head {
        let last = chain.last().unwrap();
        Head {
            account: "a".into(),
            seq: last.entry.seq,
            hash: last.hash,
            at: last.entry.at,
        }
    }

    fn found(pin: &Head, chain: &[Sealed]) -> Judgement {
        let entries = chain.iter().map(|one| (one.entry.seq, one.clone()));
        recompute(Some(pin), Some(&end(chain)), None, &entries.collect(), 0)
    }

    #[test]
    fn what_was_rewritten_is_noticed_whatever_hashes_are_stored() {
        let whole = chain(300, None);
        let pin = end(&whole[..200]);
        assert_eq!(found(&pin, &whole), Judgement::Grown);
        assert_eq!(found(&end(&whole), &whole), Judgement::Unchanged);
        for seq in [200, 201, 250, 300] {
            // With every later hash made to fit, and with the hash left as it was.
            if seq == 200 {
                assert_eq!(found(&pin, &chain(300, Some(seq))), Judgement::Rewritten);
            }
            let mut one = whole.clone();
            let at = usize::try_from(seq - 1).unwrap();
            one[at].entry.actor = "nobody".into();
            assert_eq!(found(&pin, &one), Judgement::Rewritten, "{seq}");
            let mut gone = whole.clone();
            gone.remove(at);
            let entries = gone.into_iter().map(|one| (one.entry.seq, one)).collect();
            let judged = recompute(Some(&pin), Some(&end(&whole)), None, &entries, 0);
            assert!(judged.is_alarming(), "{seq}");
        }
        // An old entry, and all hashes after it.
        assert_eq!(found(&pin, &chain(300, Some(3))), Judgement::Rewritten);
        assert_eq!(found(&pin, &whole[..150]), Judgement::Cut);
        assert_eq!(
            recompute(Some(&pin), None, None, &BTreeMap::new(), 0),
            Judgement::Cut
        );
        let mut swapped = whole.clone();
        let (a, b) = (swapped[220].entry.clone(), swapped[221].entry.clone());
        (swapped[220].entry, swapped[221].entry) = (b, a);
        assert!(found(&pin, &swapped).is_alarming());
    }

    #[test]
    fn what_was_pruned_is_an_alarm_unless_it_is_old_enough() {
        let whole = chain(300, None);
        let now = end(&whole);
        let checkpoint = Checkpoint {
            account: "a".into(),
            seq: 250,
            hash: whole[249].hash,
            at: 0,
            by: "admin".into(),
        };
        let kept = whole[250..].iter();
        let kept: BTreeMap<u64, Sealed> = kept.map(|one| (one.entry.seq, one.clone())).collect();
        let judged = |pin: &Head, checkpoint: &Checkpoint, today| {
            recompute(Some(pin), Some(&now), Some(checkpoint), &kept, today)
        };
        let (at, before, after) = (end(&whole[..250]), end(&whole[..200]), end(&whole[..260]));
        assert_eq!(judged(&after, &checkpoint, 300), Judgement::Grown);
        assert_eq!(judged(&at, &checkpoint, 300), Judgement::Grown);
        assert_eq!(judged(&before, &checkpoint, 300), Judgement::Cut);
        let later = before.at + KEPT;
        assert_eq!(judged(&before, &checkpoint, later), Judgement::Archived);
        let other = Checkpoint {
            hash: ChainHash::of(b"other"),
            ..checkpoint
        };
        for pin in [&at, &before, &after] {
            let judged = judged(pin, &other, later);
            assert_eq!(judged, Judgement::Rewritten, "{}", pin.seq);
        }
        let gone = recompute(Some(&after), Some(&now), None, &kept, later);
        assert!(gone.is_alarming(), "no checkpoint");
    }
}
