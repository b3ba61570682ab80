//! Cancellation of an order that has no certificate: asked for here, decided by the CA.

use super::{Cancellation, CancellationPhase, Order, OrderState, Transition, TransitionError};
use crate::{
    fault::{CaRefusal, RefusalKind},
    revocation::Remark,
    time::Timestamp,
};

/// A person asks for it. Asking again while the CA is being asked changes nothing; after a refusal
/// it begins anew.
pub(super) fn requested(
    order: &Order,
    remark: Remark,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    if order.state == OrderState::Cancelled || order.state.sending_since().is_some() {
        return Ok(Transition::unchanged(order));
    }
    if matches!(order.state, OrderState::AwaitingApproval(_)) {
        return Err(TransitionError::AwaitsApproval);
    }
    let mut next = order.clone();
    let OrderState::Pending(pending) = &mut next.state else {
        return Err(TransitionError::NotCancellable);
    };
    if order.ca_order_number.is_none() {
        return Err(TransitionError::NotCancellable);
    }
    pending.cancellation = Some(Cancellation {
        remark,
        requested_at: now,
        phase: CancellationPhase::Sending,
    });
    Ok(Transition::changed(next, now))
}

/// The CA cancelled the order at our request.
pub(super) fn accepted(order: &Order, now: Timestamp) -> Result<Transition, TransitionError> {
    match order.state {
        OrderState::Cancelled => Ok(Transition::unchanged(order)),
        OrderState::Pending(_) => {
            let mut next = order.clone();
            next.state = OrderState::Cancelled;
            Ok(Transition::changed(next, now))
        }
        _ => Err(TransitionError::NotCancellable),
    }
}

/// The CA refused. "Already cancelled" is no refusal: an earlier request of ours, whose answer was
/// lost, or somebody at the portal has done it.
pub(super) fn refused(
    order: &Order,
    refusal: &CaRefusal,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    if refusal.kind == RefusalKind::AlreadyDone {
        return accepted(order, now);
    }
    let mut next = order.clone();
    let OrderState::Pending(pending) = &mut next.state else {
        return Err(TransitionError::NoCancellationRequested);
    };
    let asked = pending
        .cancellation
        .as_mut()
        .ok_or(TransitionError::NoCancellationRequested)?;
    asked.phase = CancellationPhase::Refused {
        text: refusal.to_string(),
    };
    Ok(Transition::changed(next, now))
}
