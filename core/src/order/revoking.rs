//! Revocation: asked for here, decided by the CA. Nothing but the CA's word makes it *revoked*.

use super::{Order, OrderState, Revocation, RevocationPhase, Transition, TransitionError};
use crate::{
    fault::{CaRefusal, RefusalKind},
    revocation::{Remark, RevocationReason},
    time::Timestamp,
};

/// A person asks for it. Asking again for the same reason while one is under way changes nothing.
/// Another reason can't be sent: the CA takes one request at a time (`EMS-972`). After a refusal it
/// begins anew.
pub(super) fn requested(
    order: &Order,
    reason: RevocationReason,
    remark: Remark,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    let mut next = order.clone();
    let slot = slot(&mut next)?;
    let under_way = slot
        .as_ref()
        .filter(|asked| !matches!(asked.phase, RevocationPhase::Refused { .. }));
    if let Some(asked) = under_way {
        return if asked.reason == reason {
            Ok(Transition::unchanged(order))
        } else {
            Err(TransitionError::RevocationUnderWay)
        };
    }
    *slot = Some(Revocation {
        reason,
        remark,
        requested_at: now,
        phase: RevocationPhase::Sending,
    });
    Ok(Transition::changed(next, now))
}

/// The CA took the request.
pub(super) fn accepted(order: &Order, now: Timestamp) -> Result<Transition, TransitionError> {
    let mut next = order.clone();
    let revocation = slot(&mut next)?
        .as_mut()
        .ok_or(TransitionError::NoRevocationRequested)?;
    if revocation.phase != RevocationPhase::Sending {
        return Ok(Transition::unchanged(order));
    }
    revocation.phase = RevocationPhase::Requested;
    Ok(Transition::changed(next, now))
}

/// The CA refused the request. "Already requested" and "already revoked" are not refusals: a
/// status check will tell which.
pub(super) fn refused(
    order: &Order,
    refusal: &CaRefusal,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    if refusal.kind == RefusalKind::AlreadyDone {
        return accepted(order, now);
    }
    let mut next = order.clone();
    let revocation = slot(&mut next)?
        .as_mut()
        .ok_or(TransitionError::NoRevocationRequested)?;
    revocation.phase = RevocationPhase::Refused {
        text: refusal.to_string(),
    };
    Ok(Transition::changed(next, now))
}

fn slot(order: &mut Order) -> Result<&mut Option<Revocation>, TransitionError> {
    match &mut order.state {
        OrderState::Held(held) => Ok(&mut held.revocation),
        OrderState::Fulfilled(fulfilled) => Ok(&mut fulfilled.revocation),
        OrderState::Revoked { .. } => Err(TransitionError::AlreadyRevoked),
        _ => Err(TransitionError::NothingToRevoke),
    }
}
