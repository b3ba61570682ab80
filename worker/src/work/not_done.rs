//! What becomes of pieces of work that were not done.

use std::collections::BTreeMap;

use certwright_core::{
    fault::CaFault,
    time::{DAY, HOUR, Timestamp},
};

use super::{MAX_ATTEMPTS, Message, Task};
use crate::{
    database::Database,
    fault::Fault,
    platform::Platform,
    random,
    storage::{
        dead_letters, jobs, orders,
        work::{self, PutBack, Taken},
    },
};

/// Seconds after which the placing of an order is looked at again that needs a person's help first.
const PLACE_PAUSE: i64 = HOUR;
/// Seconds for which the schedule leaves an order alone whose check does not work.
const CHECK_PAUSE: i64 = DAY;

/// Why a piece was not done, and what that means for the next attempt.
pub(super) enum NotDone {
    /// The CA asks for fewer calls, or the account is paused for that: no attempt at all.
    Paused {
        /// Seconds to wait, where known.
        after: Option<i64>,
    },
    /// It is tried again later, up to [`MAX_ATTEMPTS`] times.
    Later {
        /// Seconds to wait, where known.
        after: Option<i64>,
        /// Why.
        error: String,
    },
    /// It will never work.
    Never {
        /// Why, for people.
        error: String,
    },
}

impl From<&CaFault> for NotDone {
    fn from(fault: &CaFault) -> Self {
        match fault {
            CaFault::RateLimited { after } => Self::Paused { after: *after },
            CaFault::Unanswered(_) => Self::Later {
                after: None,
                error: fault.to_string(),
            },
            CaFault::Refused(_) | CaFault::CredentialRefused(_) => Self::Never {
                error: fault.to_string(),
            },
        }
    }
}

/// Writes what becomes of pieces that were not done, in one batch however many they are. Those that
/// have a job end there as failed when they never will work; all others that are given up are
/// set aside.
pub(super) async fn give_up<P: Platform>(
    platform: &P,
    pieces: Vec<(&Taken, NotDone)>,
) -> Result<(), Fault> {
    if pieces.is_empty() {
        return Ok(());
    }
    let now = platform.now();
    let mut put_back = Vec::new();
    let mut set_aside = Vec::new();
    let mut failed = Vec::new();
    for (piece, not_done) in pieces {
        // An order that may cost money is never let out of sight.
        let is_place = matches!(piece.task, Task::Place { .. });
        let tries_on = piece.attempts < MAX_ATTEMPTS || is_place;
        match not_done {
            NotDone::Paused { after } => {
                let seconds = spread(platform, after.unwrap_or(5).max(1));
                let error = "waiting, since the CA asks for fewer calls".to_owned();
                put_back.push(PutBack::unspent(piece, now.plus(seconds), error));
            }
            NotDone::Later { after, error } if tries_on => {
                let seconds = after.unwrap_or_else(|| spread(platform, pause(piece.attempts)));
                put_back.push(PutBack::spent(piece, now.plus(seconds), error));
            }
            NotDone::Never { error } if is_place => {
                put_back.push(PutBack::spent(piece, now.plus(PLACE_PAUSE), error));
            }
            NotDone::Never { error } if piece.job_id.is_some() => {
                failed.push((piece, error));
            }
            NotDone::Later { error, .. } | NotDone::Never { error } => {
                set_aside.push((piece, error));
            }
        }
    }
    let problems: BTreeMap<&str, &str> = failed
        .iter()
        .filter_map(|(piece, error)| Some((piece.job_id.as_ref()?.as_str(), error.as_str())))
        .collect();
    let mut statements = Vec::new();
    if !problems.is_empty() {
        statements.push(jobs::note_problems(&problems, now)?);
    }
    let failed: Vec<&Taken> = failed.iter().map(|(piece, _)| *piece).collect();
    let late: Vec<&str> = set_aside
        .iter()
        .filter_map(|(piece, _)| match &piece.task {
            Task::Check { order_id } => Some(order_id.as_str()),
            _ => None,
        })
        .collect();
    if !late.is_empty() {
        statements.push(orders::postpone_check(&late, now.plus(CHECK_PAUSE))?);
    }
    statements.extend(work::put_back(&put_back)?);
    statements.extend(dead_letters::set_aside(&set_aside, now)?);
    statements.extend(work::fail(&failed)?);
    platform.database().batch(statements).await?;
    send_again(platform, &put_back, now).await;
    Ok(())
}

/// One message for all of them, which arrives when the last is due.
async fn send_again<P: Platform>(platform: &P, pieces: &[PutBack], now: Timestamp) {
    let Some(due) = pieces.iter().map(|piece| piece.due).max() else {
        return;
    };
    let message = Message {
        work: pieces.iter().map(|piece| piece.id.clone()).collect(),
    };
    let delay = u32::try_from(due.seconds_since(now)).unwrap_or(0);
    platform.enqueue(vec![message], delay).await;
}

/// Seconds before the next attempt, doubling from ten.
fn pause(attempts: u32) -> i64 {
    10_i64.saturating_mul(1 << attempts.min(8))
}

/// At least these seconds and up to half as many more, so that pieces which failed together do not
/// come back together.
fn spread<P: Platform>(platform: &P, seconds: i64) -> i64 {
    let extra = i64::from(random::number(platform)) % (seconds / 2 + 1);
    seconds.saturating_add(extra)
}
