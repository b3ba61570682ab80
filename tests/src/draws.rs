//! Repeatable draws: everything that a history leaves to chance comes from its seed.

/// SplitMix64 (Steele, Lea and Flood 2014): well spread from any seed, neighbouring ones included.
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; zero when there is none.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }

    /// A number of seconds from `low` to `high`, both included.
    pub(crate) fn seconds(&mut self, low: u32, high: u32) -> i64 {
        let span = u64::from(high.saturating_sub(low)).saturating_add(1);
        i64::from(low).saturating_add(i64::try_from(self.next() % span).unwrap_or(0))
    }

    /// Whether something happens that does so in `share` of 1000 cases.
    pub(crate) fn happens(&mut self, share: usize) -> bool {
        self.below(1_000) < share
    }

    /// One of these.
    pub(crate) fn pick<'i, T>(&mut self, items: &'i [T]) -> Option<&'i T> {
        let index = self.below(items.len());
        items.get(index)
    }

    /// One of these, each as likely as its weight says.
    pub(crate) fn weighted<T: Copy>(&mut self, items: &[(usize, T)]) -> Option<T> {
        let total = items.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(total);
        for (weight, item) in items {
            if left < *weight {
                return Some(*item);
            }
            left = left.saturating_sub(*weight);
        }
        None
    }
}
