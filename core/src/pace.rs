//! How many requests one caller may send: fixed windows, counted in memory.
//!
//! Fixed windows let through up to twice the limit around their border, which is enough for what
//! this is for: that nobody exhausts the plan's requests or fills the audit trail.

use std::collections::BTreeMap;

use crate::time::Timestamp;

/// The seconds of a window.
pub const WINDOW_SECONDS: i64 = 60;
/// The keys that are counted apart; the rest share one count, so that memory is bounded and nobody
/// escapes by coming under ever new names.
pub const MOST_KEYS: usize = 4096;

/// Too many requests in this window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many requests; the next one may be sent in {seconds} seconds")]
pub struct TooMany {
    /// Until the next window.
    pub seconds: i64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    began: i64,
    count: u32,
}

impl Window {
    fn is_over(&self, now: i64) -> bool {
        // A clock that was set back begins anew.
        !(self.began..self.began.saturating_add(WINDOW_SECONDS)).contains(&now)
    }

    fn take(&mut self, limit: u32, now: i64) -> Result<(), TooMany> {
        if self.is_over(now) {
            *self = Self {
                began: now,
                count: 0,
            };
        }
        if self.count >= limit {
            let seconds = self.began.saturating_add(WINDOW_SECONDS) - now;
            return Err(TooMany { seconds });
        }
        self.count = self.count.saturating_add(1);
        Ok(())
    }
}

/// The counts of many callers.
#[derive(Debug, Default)]
pub struct Windows {
    by_key: BTreeMap<String, Window>,
    shared: Window,
}

impl Windows {
    /// No counts; usable in a `static`.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            by_key: BTreeMap::new(),
            shared: Window { began: 0, count: 0 },
        }
    }

    /// Counts a request under a key, if fewer than `limit` were counted in its window.
    ///
    /// # Errors
    /// [`TooMany`]; the request is not counted.
    pub fn take(&mut self, key: &str, limit: u32, now: Timestamp) -> Result<(), TooMany> {
        let now = now.unix();
        if let Some(window) = self.by_key.get_mut(key) {
            return window.take(limit, now);
        }
        if self.by_key.len() >= MOST_KEYS {
            self.by_key.retain(|_, window| !window.is_over(now));
        }
        if self.by_key.len() >= MOST_KEYS {
            return self.shared.take(limit, now);
        }
        self.by_key
            .entry(key.to_owned())
            .or_default()
            .take(limit, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_795_000_000 + seconds)
    }

    #[test]
    fn a_window_takes_so_many_and_the_next_one_as_many_again() {
        let mut windows = Windows::new();
        for _ in 0..3 {
            assert_eq!(windows.take("a", 3, at(0)), Ok(()));
        }
        assert_eq!(windows.take("a", 3, at(20)), Err(TooMany { seconds: 40 }));
        assert_eq!(windows.take("b", 3, at(20)), Ok(()));
        assert_eq!(windows.take("a", 3, at(59)), Err(TooMany { seconds: 1 }));
        assert_eq!(windows.take("a", 3, at(60)), Ok(()));
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let mut windows = Windows::new();
        assert_eq!(windows.take("a", 1, at(1_000_000)), Ok(()));
        assert_eq!(windows.take("a", 1, at(0)), Ok(()));
    }

    #[test]
    fn new_names_are_no_way_around_and_memory_is_bounded() {
        let mut windows = Windows::new();
        let taken = (0..2 * MOST_KEYS)
            .filter(|n| windows.take(&n.to_string(), 5, at(0)).is_ok())
            .count();
        assert_eq!(taken, MOST_KEYS + 5);
        assert_eq!(windows.by_key.len(), MOST_KEYS);
        assert_eq!(windows.take("new", 5, at(61)), Ok(()));
        assert_eq!(windows.by_key.len(), 1);
    }

    #[test]
    fn a_limit_of_nothing_takes_nothing() {
        assert_eq!(
            Windows::new().take("a", 0, at(0)),
            Err(TooMany { seconds: 60 })
        );
    }
}
