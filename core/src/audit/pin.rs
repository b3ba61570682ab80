//! A pin: the last head that somebody saw, held against what is shown now.

use serde::{Deserialize, Serialize};

use super::{ChainHash, Head};

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
}
