//! Counting calls: how many of each operation, and how many at once.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// How many calls are being answered. Shared with the listener, because an answer that is still
/// waiting out its delay is in flight although the sandbox is done with it.
#[derive(Debug, Default)]
pub struct InFlight {
    current: AtomicUsize,
    most: AtomicUsize,
}

impl InFlight {
    /// Counts one call until the visit is dropped.
    #[must_use]
    pub fn enter(self: &Arc<Self>) -> Visit {
        let current = self.current.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(current, Ordering::Relaxed);
        Visit {
            of: Arc::clone(self),
        }
    }

    /// The most calls that were ever in flight at once since the last reset.
    #[must_use]
    pub fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    pub(crate) fn reset(&self) {
        self.most
            .store(self.current.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

/// A call in flight.
#[derive(Debug)]
pub struct Visit {
    of: Arc<InFlight>,
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.of.current.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How often each operation was called since the start or the last reset. Calls whose answer was
/// lost count; calls to unknown paths don't.
pub type CallCounts = BTreeMap<String, u64>;
