//! Seeded pseudo-random draws. Never a source of secrets.
//!
//! Every draw is keyed by the seed and by what it is for, not by how many draws came before: the
//! certificate of an order is the same whichever order is asked for first.

use sha2::{Digest, Sha256};

/// A stream of numbers for one purpose.
#[derive(Clone, Debug)]
pub(crate) struct Draws {
    state: u64,
}

impl Draws {
    /// The stream for `purpose` and `key` under `seed`.
    pub(crate) fn new(seed: u64, purpose: &str, key: &str) -> Self {
        let bytes = digest(seed, purpose, key);
        let (first, _) = bytes.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
        Self {
            state: u64::from_be_bytes(*first),
        }
    }

    /// The next number (splitmix64).
    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0..bound`; 0 when there is none.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or(0)
    }

    /// True in `share` of the cases, 0.0 to 1.0.
    pub(crate) fn happens(&mut self, share: f64) -> bool {
        // 53 bits are what an f64 holds exactly.
        ((self.next() >> 11) as f64) < share * (1_u64 << 53) as f64
    }

    /// One of `choices`.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let index = usize::try_from(self.below(choices.len() as u64)).ok()?;
        choices.get(index)
    }
}

/// 32 octets for `purpose` and `key` under `seed`.
pub(crate) fn digest(seed: u64, purpose: &str, key: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    hash.update(purpose.as_bytes());
    hash.update([0]);
    hash.update(key.as_bytes());
    hash.finalize().into()
}

/// A token of 32 hexadecimal digits, as the CA's tokens look.
pub(crate) fn token(seed: u64, purpose: &str, key: &str) -> String {
    let mut text = data_encoding::HEXLOWER.encode(&digest(seed, purpose, key));
    text.truncate(32);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_seed_purpose_and_key_only() {
        let first = |seed, purpose, key| Draws::new(seed, purpose, key).next();
        assert_eq!(first(1, "a", "b"), first(1, "a", "b"));
        assert_ne!(first(1, "a", "b"), first(2, "a", "b"));
        assert_ne!(first(1, "a", "b"), first(1, "ab", ""));
        assert_eq!(Draws::new(1, "", "").below(0), 0);
    }

    #[test]
    fn shares_are_kept() {
        let mut draws = Draws::new(1, "share", "");
        let hits = (0..10_000).filter(|_| draws.happens(0.25)).count();
        assert!((2_300..2_700).contains(&hits), "{hits}");
        assert!(!draws.happens(0.0));
        assert!(draws.happens(1.0));
    }
}
