//! How an account's calls are held back after the CA asked for fewer.
//!
//! The CA marks its rate limit badly and names no time to wait (emSign API reference, A11.6), so
//! the time doubles with each refusal, is spread at random so that invocations which were refused
//! together do not come back together, and shrinks again with success. Background work keeps to
//! it; a person's own call goes through, since the pause is what makes room for it.

use crate::{
    fault::CaFault,
    time::{HOUR, MINUTE, Timestamp},
};

/// The first pause, in seconds.
const FIRST_PAUSE: i64 = 4;
/// The longest pause that we choose ourselves, in seconds.
const LONGEST_PAUSE: i64 = 10 * MINUTE;
/// The longest pause that the CA may ask for, in seconds.
const LONGEST_ASKED: i64 = HOUR;
/// Refusals after which one more changes nothing.
const MOST_STRIKES: u32 = 10;

/// What is remembered of an account between invocations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    /// How many pauses were needed lately; success takes them back one by one.
    pub strikes: u32,
    /// Until when background work does not call.
    pub paused_until: Timestamp,
}

impl Backoff {
    /// Until when the account is left alone, if it is.
    #[must_use]
    pub fn pause(&self, now: Timestamp) -> Option<Timestamp> {
        (self.paused_until > now).then_some(self.paused_until)
    }

    /// How many of `most` calls background work keeps in flight: fewer after each refusal, so that
    /// it stays below the limit that it has met and leaves room for people.
    #[must_use]
    pub fn width(&self, most: usize) -> usize {
        (most >> self.strikes.min(16)).max(1)
    }

    /// After a call, which ended with `fault` or well. `spread` is a random number. `None` when
    /// there is nothing new to remember.
    #[must_use]
    pub fn after(&self, fault: Option<&CaFault>, now: Timestamp, spread: u32) -> Option<Self> {
        match fault {
            Some(CaFault::RateLimited { after }) => self.refused(*after, now, spread),
            // Any other answer shows that the CA listens again.
            None | Some(CaFault::Refused(_)) => self.relaxed(now),
            Some(CaFault::Unanswered(_) | CaFault::CredentialRefused(_)) => None,
        }
    }

    fn refused(&self, asked: Option<i64>, now: Timestamp, spread: u32) -> Option<Self> {
        // Calls that were in flight when the first was refused are no further reason; only a longer
        // time that the CA asks for is news.
        if self.pause(now).is_some() {
            let until = now.plus(asked?.clamp(0, LONGEST_ASKED));
            return (until > self.paused_until).then_some(Self {
                paused_until: until,
                ..*self
            });
        }
        let whole = FIRST_PAUSE
            .saturating_mul(1 << self.strikes.min(MOST_STRIKES))
            .min(LONGEST_PAUSE);
        let half = whole / 2;
        let chosen = half.saturating_add(i64::from(spread) % (whole.saturating_sub(half) + 1));
        let pause = asked.unwrap_or(0).clamp(0, LONGEST_ASKED).max(chosen);
        Some(Self {
            strikes: self.strikes.saturating_add(1).min(MOST_STRIKES),
            paused_until: now.plus(pause).max(self.paused_until),
        })
    }

    fn relaxed(&self, now: Timestamp) -> Option<Self> {
        // During a pause a lucky reply does not count: it was somebody's who went through.
        (self.strikes > 0 && self.pause(now).is_none()).then(|| Self {
            strikes: self.strikes.saturating_sub(1),
            ..*self
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: i64 = 1_780_000_000;
    const LIMITED: Option<&CaFault> = Some(&CaFault::RateLimited { after: None });

    fn now() -> Timestamp {
        Timestamp::from_unix(NOW)
    }

    #[test]
    fn calls_refused_together_pause_once() {
        let first = Backoff::default().after(LIMITED, now(), 0).unwrap();
        assert_eq!(first.strikes, 1);
        assert_eq!(first.after(LIMITED, now(), 0), None);
    }

    #[test]
    fn the_ca_is_taken_at_its_word_within_reason() {
        let limited = CaFault::RateLimited { after: Some(90) };
        let after = Backoff::default().after(Some(&limited), now(), 0).unwrap();
        assert_eq!(after.paused_until, now().plus(90));
        assert_eq!(after.after(Some(&limited), now(), 0), None);
        let longer = CaFault::RateLimited { after: Some(120) };
        let longer = after.after(Some(&longer), now(), 0).unwrap();
        assert_eq!((longer.strikes, longer.paused_until), (1, now().plus(120)));
        let absurd = CaFault::RateLimited {
            after: Some(i64::MAX),
        };
        let after = Backoff::default().after(Some(&absurd), now(), 0).unwrap();
        assert_eq!(after.paused_until, now().plus(HOUR));
    }

    #[test]
    fn trouble_that_is_no_rate_limit_changes_nothing() {
        let trouble = CaFault::Unanswered(crate::fault::Unanswered::Connection);
        let tense = Backoff {
            strikes: 3,
            ..Backoff::default()
        };
        assert_eq!(tense.after(Some(&trouble), now(), 0), None);
    }

    #[test]
    fn refusals_narrow_and_success_widens() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.width(6), 6);
        backoff = backoff.after(LIMITED, now(), 0).unwrap();
        assert_eq!(backoff.width(6), 3);
        backoff = backoff.after(LIMITED, now().plus(MINUTE), 0).unwrap();
        assert_eq!(backoff.width(6), 1);
        let later = now().plus(HOUR);
        backoff = backoff.after(None, later, 0).unwrap();
        backoff = backoff.after(None, later, 0).unwrap();
        assert_eq!(backoff.width(6), 6);
        assert_eq!(backoff.after(None, later, 0), None);
    }

    proptest! {
        #[test]
        fn pauses_are_bounded_and_never_shrink_by_a_refusal(
            strikes in 0_u32..40,
            paused in -10_i64..4_000,
            asked in proptest::option::of(any::<i64>()),
            spread: u32,
        ) {
            let before = Backoff { strikes, paused_until: now().plus(paused) };
            let refused = CaFault::RateLimited { after: asked };
            if let Some(after) = before.after(Some(&refused), now(), spread) {
                prop_assert!(after.paused_until > now());
                prop_assert!(after.paused_until >= before.paused_until);
                prop_assert!(after.paused_until <= now().plus(HOUR).max(before.paused_until));
            }
            prop_assert!((1..=6).contains(&before.width(6)));
        }
    }
}
