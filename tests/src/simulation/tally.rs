//! What histories consisted of, so that it can be seen that nothing of the trouble is idle.

use std::{collections::BTreeMap, fmt};

/// Counts of what happened in one history or in many.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Histories.
    pub histories: u64,
    /// Operations of the platform that were gone through one by one.
    pub operations: u64,
    /// Orders at the end.
    pub orders: u64,
    /// Events by kind: how often they happened, and in how many histories.
    pub events: BTreeMap<String, (u64, u64)>,
}

impl Tally {
    /// Counts an event of one history.
    pub(super) fn event(&mut self, kind: &str) {
        match self.events.get_mut(kind) {
            Some((times, _)) => *times = times.saturating_add(1),
            None => {
                self.events.insert(kind.to_owned(), (1, 1));
            }
        }
    }

    /// Adds other histories.
    pub fn add(&mut self, other: &Self) {
        self.histories = self.histories.saturating_add(other.histories);
        self.operations = self.operations.saturating_add(other.operations);
        self.orders = self.orders.saturating_add(other.orders);
        for (kind, (times, histories)) in &other.events {
            let sum = self.events.entry(kind.clone()).or_default();
            sum.0 = sum.0.saturating_add(*times);
            sum.1 = sum.1.saturating_add(*histories);
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            histories,
            operations,
            orders,
            ..
        } = self;
        writeln!(
            f,
            "{histories} histories, {orders} orders, {operations} operations; events (and in how \
             many histories):"
        )?;
        for (kind, (times, histories)) in &self.events {
            writeln!(f, "  {kind:<44} {times:>9} ({histories})")?;
        }
        Ok(())
    }
}
