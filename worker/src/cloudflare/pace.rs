//! Counting what callers send: by the platform's rate limiting binding, which counts for a whole
//! location; else in this isolate's memory.

use std::cell::RefCell;

use certwright_core::{
    pace::{TooMany, WINDOW_SECONDS, Windows},
    strangers::{Tally, Uncounted},
    time::Timestamp,
};
use worker::{Env, console_error};

use crate::platform::{Meter, Settings};

thread_local! {
    static WINDOWS: RefCell<Windows> = const { RefCell::new(Windows::new()) };
    static STRANGERS: RefCell<Tally> = const { RefCell::new(Tally::new()) };
}

/// Counts one. A number that the deployment sets itself is counted here; the binding has its number
/// in `wrangler.toml`.
pub(super) async fn count(
    env: &Env,
    settings: &Settings,
    now: Timestamp,
    meter: Meter,
    key: &str,
) -> Result<(), TooMany> {
    let (binding, own_number) = match meter {
        Meter::Addresses => ("ADDRESSES", settings.requests_per_minute),
        Meter::Requests => ("REQUESTS", settings.requests_per_minute),
        Meter::FailedSignIns => ("FAILED_SIGN_INS", settings.failed_sign_ins_per_minute),
    };
    if own_number.is_none()
        && let Ok(limiter) = env.rate_limiter(binding)
    {
        match limiter.limit(key.to_owned()).await {
            Ok(outcome) if outcome.success => return Ok(()),
            // The binding does not tell when its window ends.
            Ok(_) => {
                let seconds = WINDOW_SECONDS;
                return Err(TooMany { seconds });
            }
            Err(error) => console_error!("the rate limiter {binding} did not answer: {error}"),
        }
    }
    let key = format!("{} {key}", meter.name());
    let limit = meter.per_minute(settings);
    WINDOWS.with_borrow_mut(|windows| windows.take(&key, limit, now))
}

/// Counts a refusal of a stranger, in this isolate.
pub(super) fn note_stranger(network: &str, now: Timestamp) -> Option<Option<Uncounted>> {
    STRANGERS.with_borrow_mut(|tally| tally.note(network, now))
}
