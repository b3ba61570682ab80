//! What callers who are not signed in may cost: audit entries in proportion to time, never to requests.
//!
//! Time is cut into windows that all invocations share. In each, the first few networks that are
//! refused get an entry; all further refusals are only counted, and the first entry of a later window
//! tells how many there were. The database holds the same bound again
//! (`worker/src/storage/audit.rs`), since several instances count apart from each other.

use std::collections::BTreeSet;

use crate::time::{MINUTE, Timestamp};

/// The seconds of a window.
pub const WINDOW: i64 = 10 * MINUTE;
/// Entries about callers of whom nothing is known, in one window, for the whole system.
pub const UNKNOWN_PER_WINDOW: u32 = 5;
/// Entries about everybody who could not sign in, in one window, for the whole system: the above,
/// expired and revoked tokens, and people without a role.
pub const REFUSED_PER_WINDOW: u32 = 25;
/// Entries about one caller who is known by name, in one window.
pub const CALLER_PER_WINDOW: u32 = 20;

/// When the window of this time began.
#[must_use]
pub fn window(now: Timestamp) -> Timestamp {
    Timestamp::from_unix(now.unix() - now.unix().rem_euclid(WINDOW))
}

/// Refusals of an earlier window that got no entry of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uncounted {
    /// How many, as far as this instance knows.
    pub refused: u64,
    /// When their window began.
    pub since: Timestamp,
}

/// What was refused in the present window.
#[derive(Debug, Default)]
pub struct Tally {
    began: i64,
    noted: BTreeSet<String>,
    unrecorded: u64,
    earlier: Option<(u64, i64)>,
}

impl Tally {
    /// No counts; usable in a `static`.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            began: 0,
            noted: BTreeSet::new(),
            unrecorded: 0,
            earlier: None,
        }
    }

    /// Counts a refusal. `Some` when it gets an entry, with what the entry tells of an earlier window.
    pub fn note(&mut self, network: &str, now: Timestamp) -> Option<Option<Uncounted>> {
        let began = window(now).unix();
        if began != self.began {
            if self.unrecorded > 0 {
                self.earlier = Some((self.unrecorded, self.began));
            }
            self.began = began;
            self.noted.clear();
            self.unrecorded = 0;
        }
        let is_full = self.noted.len() >= UNKNOWN_PER_WINDOW as usize;
        if is_full || !self.noted.insert(network.to_owned()) {
            self.unrecorded = self.unrecorded.saturating_add(1);
            return None;
        }
        Some(self.earlier.take().map(|(refused, since)| Uncounted {
            refused,
            since: Timestamp::from_unix(since),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_grow_with_time_and_not_with_requests() {
        let mut tally = Tally::new();
        let mut entries = 0;
        let start = Timestamp::from_unix(1_000_000_200);
        for n in 0..6_000_i64 {
            let now = start.plus(n / 10);
            entries += u32::from(tally.note(&format!("address {n}"), now).is_some());
        }
        // 600 seconds touch two windows.
        assert!(entries <= 2 * UNKNOWN_PER_WINDOW, "{entries}");
        let later = start.plus(2 * WINDOW);
        let told = tally.note("address new", later).flatten().unwrap();
        assert!(told.refused > 1_000, "{told:?}");
        assert_eq!(tally.note("address new", later), None);
        assert_eq!(tally.note("address other", later), Some(None));
    }
}
