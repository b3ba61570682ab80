//! Placing exactly once: a call whose outcome is unknown is never repeated before the CA's own
//! list has shown, twice and after a pause, that there is no such order.

use super::{
    Effect, Failed, Order, OrderState, Pending, Placing, PlacingPhase, Transition, TransitionError,
};
use crate::{
    ca::{Booked, Stage, StatusText},
    fault::{CaRefusal, RefusalKind},
    time::{MINUTE, Timestamp},
};

/// Seconds after which a call that was begun and not concluded counts as unanswered. Longer than
/// any call is allowed to take.
pub const CALL_LIMIT: i64 = 3 * MINUTE;
/// How often the CA's list must be seen complete without the order.
pub const ABSENCES_BEFORE_RETRY: u32 = 2;
/// Seconds that must have passed since the call, so that a booking which is slow to be listed is
/// found.
pub const QUIET_BEFORE_RETRY: i64 = 10 * MINUTE;
/// How many calls are made in all.
pub const MAX_ATTEMPTS: u32 = 3;
/// Seconds between two looks at the CA's list.
const LOOK_INTERVAL: i64 = 2 * MINUTE;
/// Seconds before the first look: a booking shows up a moment after the call.
const FIRST_LOOK: i64 = 10;
/// Seconds to wait when the CA wants fewer calls and does not say for how long.
const RATE_LIMIT_PAUSE: i64 = 30;

fn placing(order: &Order) -> Result<&Placing, TransitionError> {
    match &order.state {
        OrderState::Placing(placing) => Ok(placing),
        _ => Err(TransitionError::NotPlacing),
    }
}

fn with_phase(order: &Order, placing: &Placing, phase: PlacingPhase, now: Timestamp) -> Transition {
    let mut next = order.clone();
    next.state = OrderState::Placing(Placing {
        phase,
        ..placing.clone()
    });
    Transition::changed(next, now)
}

/// The call is about to be made; this must be stored first.
pub(super) fn started(order: &Order, now: Timestamp) -> Result<Transition, TransitionError> {
    let placing = placing(order)?;
    match placing.phase {
        PlacingPhase::Ready { .. } => {
            let phase = PlacingPhase::Calling { since: now };
            // Should nobody come back with an answer, this work takes the call for unanswered.
            let watch = Effect::Place {
                not_before: now.plus(CALL_LIMIT),
            };
            Ok(with_phase(order, placing, phase, now).with(watch))
        }
        _ => Err(TransitionError::AlreadyCalling),
    }
}

pub(super) fn accepted(
    order: &Order,
    booked: Booked,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    placing(order)?;
    Ok(book(order, booked, now))
}

/// The order was found at the CA: it is adopted, whatever phase we thought it was in.
pub(super) fn found(
    order: &Order,
    booked: Booked,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    placing(order)?;
    Ok(book(order, booked, now))
}

fn book(order: &Order, booked: Booked, now: Timestamp) -> Transition {
    let mut next = order.clone();
    next.ca_order_number = Some(booked.order_number);
    next.ca_request_number = booked.request_number;
    next.tracking_url = booked.tracking_url.or(next.tracking_url);
    next.state = OrderState::Pending(Pending {
        stage: Stage::Processing,
        certificate_status: StatusText::default(),
        order_status: StatusText::default(),
        cancellation: None,
    });
    Transition::changed(next, now)
}

pub(super) fn refused(
    order: &Order,
    refusal: CaRefusal,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    let placing = placing(order)?;
    if !matches!(placing.phase, PlacingPhase::Calling { .. }) {
        return Err(TransitionError::NotInDoubt);
    }
    let mut next = order.clone();
    next.state = OrderState::Failed(Failed { refusal, at: now });
    Ok(Transition::changed(next, now))
}

pub(super) fn not_taken(
    order: &Order,
    after: Option<i64>,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    let placing = placing(order)?;
    if !matches!(placing.phase, PlacingPhase::Calling { .. }) {
        return Err(TransitionError::NotInDoubt);
    }
    let pause = after.unwrap_or(RATE_LIMIT_PAUSE).clamp(1, 60 * MINUTE);
    let not_before = now.plus(pause);
    let phase = PlacingPhase::Ready { not_before };
    Ok(with_phase(order, placing, phase, now).with(Effect::Place { not_before }))
}

pub(super) fn unanswered(
    order: &Order,
    said: Option<CaRefusal>,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    let placing = placing(order)?;
    let PlacingPhase::Calling { since } = placing.phase else {
        return Err(TransitionError::NotInDoubt);
    };
    let phase = PlacingPhase::Unknown {
        called_at: since,
        absences: 0,
        said: said.map(Box::new),
    };
    let look = Effect::Place {
        not_before: now.plus(FIRST_LOOK),
    };
    Ok(with_phase(order, placing, phase, now).with(look))
}

impl Order {
    /// The order as a restored dump shows it. What became of an order that was being placed when
    /// the dump was made is unknown: it may have been booked since, so the CA's list is searched
    /// before it is placed again. The same goes for one that waited for approval, once it is given.
    #[must_use]
    pub fn restored_from(mut self, dumped_at: Timestamp) -> Self {
        match &mut self.state {
            OrderState::Placing(placing)
                if matches!(
                    placing.phase,
                    PlacingPhase::Ready { .. } | PlacingPhase::Calling { .. }
                ) =>
            {
                placing.phase = PlacingPhase::Unknown {
                    called_at: dumped_at,
                    absences: 0,
                    said: None,
                };
            }
            OrderState::AwaitingApproval(waiting) => {
                waiting.in_doubt_since.get_or_insert(dumped_at);
            }
            _ => {}
        }
        self
    }
}

/// The CA's list, complete, does not have the order.
pub(super) fn absent(order: &Order, now: Timestamp) -> Result<Transition, TransitionError> {
    let placing = placing(order)?;
    let PlacingPhase::Unknown {
        called_at,
        absences,
        ref said,
    } = placing.phase
    else {
        return Err(TransitionError::NotInDoubt);
    };
    let absences = absences.saturating_add(1);
    let is_certain =
        absences >= ABSENCES_BEFORE_RETRY && now.seconds_since(called_at) >= QUIET_BEFORE_RETRY;
    if !is_certain {
        let phase = PlacingPhase::Unknown {
            called_at,
            absences,
            said: said.clone(),
        };
        let look = Effect::Place {
            not_before: now.plus(LOOK_INTERVAL),
        };
        return Ok(with_phase(order, placing, phase, now).with(look));
    }
    let mut next = order.clone();
    // Trouble passes; what the CA refused it would refuse again.
    let is_refused = said
        .as_ref()
        .is_some_and(|said| said.kind != RefusalKind::CaTrouble);
    if is_refused || placing.attempt >= MAX_ATTEMPTS {
        next.state = OrderState::Failed(Failed {
            refusal: said.as_deref().cloned().unwrap_or_else(gave_up),
            at: now,
        });
        return Ok(Transition::changed(next, now));
    }
    next.state = OrderState::Placing(Placing {
        request: placing.request.clone(),
        attempt: placing.attempt.saturating_add(1),
        phase: PlacingPhase::Ready { not_before: now },
    });
    Ok(Transition::changed(next, now).with(Effect::Place { not_before: now }))
}

fn gave_up() -> CaRefusal {
    CaRefusal {
        code: None,
        message: "The CA gave no answer to repeated calls, and its order list shows no such order."
            .to_owned(),
        field: None,
        remedy: "Nothing was ordered. Place the order again when the CA can be reached.".to_owned(),
        kind: RefusalKind::CaTrouble,
    }
}
