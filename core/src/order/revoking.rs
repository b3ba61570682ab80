//! Revocation: asked for here, decided by the CA. Nothing but the CA's word makes it *revoked*.

use super::{
    ApprovalRule, Asked, Decider, Event, LAPSES_AFTER, Order, OrderState, Revocation,
    RevocationPhase, Transition, TransitionError,
};
use crate::{
    fault::{CaRefusal, RefusalKind},
    revocation::{Remark, RevocationReason},
    time::Timestamp,
};

impl Order {
    /// What somebody's wish to revoke comes to under the account's rule: the CA is asked at once, or
    /// the wish waits for another person, or it is that other person's consent.
    ///
    /// # Errors
    /// [`TransitionError::RevocationReasonDiffers`] when another person asked for it with another
    /// reason: what is confirmed must be what was asked for.
    pub fn revocation_wish(
        &self,
        rule: ApprovalRule,
        by: Decider,
        reason: RevocationReason,
        remark: Remark,
        now: Timestamp,
    ) -> Result<Event, TransitionError> {
        if !rule.applies_to_revocations() {
            return Ok(Event::RevokeRequested { reason, remark });
        }
        let waiting = self.state.revocation().and_then(|revocation| {
            let asked = revocation.awaits()?;
            (now.seconds_since(asked.at) < LAPSES_AFTER).then_some((revocation, asked))
        });
        match waiting {
            Some((revocation, asked)) if !asked.is_by(&by) => {
                if revocation.reason != reason {
                    return Err(TransitionError::RevocationReasonDiffers);
                }
                // The words for the CA are those of the person who asked.
                let remark = revocation.remark.clone();
                Ok(Event::RevokeRequested { reason, remark })
            }
            _ => Ok(Event::RevokeProposed { by, reason, remark }),
        }
    }
}

impl Revocation {
    /// Who asked for it, while it waits for a second person.
    #[must_use]
    pub fn awaits(&self) -> Option<&Asked> {
        match &self.phase {
            RevocationPhase::AwaitingApproval { asked } => Some(asked),
            _ => None,
        }
    }
}

/// A person asks for it, and another has to confirm it. Asking again for the same reason changes
/// nothing; for another reason, the wish is that from now on.
pub(super) fn proposed(
    order: &Order,
    by: &Decider,
    reason: RevocationReason,
    remark: Remark,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    let mut next = order.clone();
    let slot = slot(&mut next)?;
    match slot.as_ref() {
        Some(present) if present.awaits().is_some_and(|asked| asked.is_by(by)) => {
            let is_fresh = now.seconds_since(present.requested_at) < LAPSES_AFTER;
            if present.reason == reason && is_fresh {
                return Ok(Transition::unchanged(order));
            }
        }
        Some(present) if is_under_way(present) => {
            return if present.reason == reason {
                Ok(Transition::unchanged(order))
            } else {
                Err(TransitionError::RevocationUnderWay)
            };
        }
        _ => {}
    }
    *slot = Some(Revocation {
        reason,
        remark,
        requested_at: now,
        phase: RevocationPhase::AwaitingApproval {
            asked: Asked {
                by: by.actor.clone(),
                person: Some(by.person.clone()),
                at: now,
            },
        },
    });
    Ok(Transition::changed(next, now))
}

/// The wish for it is taken back, by whoever asked or by the second person.
pub(super) fn discarded(order: &Order, now: Timestamp) -> Result<Transition, TransitionError> {
    let mut next = order.clone();
    let slot = slot(&mut next)?;
    if slot.as_ref().and_then(Revocation::awaits).is_none() {
        return Err(TransitionError::NoRevocationRequested);
    }
    *slot = None;
    Ok(Transition::changed(next, now))
}

/// Whether the CA has it, or is to have it.
fn is_under_way(revocation: &Revocation) -> bool {
    match revocation.phase {
        RevocationPhase::Sending | RevocationPhase::Requested => true,
        RevocationPhase::AwaitingApproval { .. } | RevocationPhase::Refused { .. } => false,
    }
}

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
    if let Some(asked) = slot.as_ref().filter(|asked| is_under_way(asked)) {
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
