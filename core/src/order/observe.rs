//! What the CA says about an order, folded into what we know.

use super::{Effect, Order, OrderState, Pending, RevocationPhase, Transition, TransitionError};
use crate::{
    ca::{Observation, RevocationStanding, Stage, Standing, StatusText},
    ids::CertificateId,
    revocation::RevocationReason,
    time::Timestamp,
};

/// An observation older than the stored one is dropped; a final state stays; an order with a
/// certificate never goes back to pending.
pub(super) fn observed(
    order: &Order,
    observation: &Observation,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    let is_stale = order.observed_at.is_some_and(|seen| observation.at < seen);
    if is_stale || order.is_final() {
        return Ok(Transition::unchanged(order));
    }
    if matches!(
        order.state,
        OrderState::AwaitingApproval(_) | OrderState::Placing(_)
    ) {
        // A status needs an order number, which an order that is not booked yet does not have.
        return Err(TransitionError::NotInDoubt);
    }
    let mut next = order.clone();
    next.observed_at = Some(observation.at);
    next.tracking_url = observation.tracking_url.clone().or(next.tracking_url);
    next.requestor_email = observation.requestor_email.clone().or(next.requestor_email);
    if !observation.domains.is_empty() {
        next.domain_checks.clone_from(&observation.domains);
    }
    match &order.state {
        OrderState::Pending(pending) => next.state = pending_next(pending, observation),
        OrderState::Held(_) | OrderState::Fulfilled(_) => with_certificate(&mut next, observation),
        _ => return Ok(Transition::unchanged(order)),
    }
    // After a mismatch too: the CA may have put it right since, and its status does not tell.
    let fetch =
        observation.standing == Standing::Issued && matches!(next.state, OrderState::Pending(_));
    let transition = if is_same_but_time(order, &next) && !fetch {
        rescheduled(order, next, now)
    } else {
        Transition::changed(next, now)
    };
    Ok(if fetch {
        transition.with(Effect::FetchCertificate)
    } else {
        transition
    })
}

/// Nothing new but the time of the look; the version still counts up, because the time is stored.
fn rescheduled(order: &Order, next: Order, now: Timestamp) -> Transition {
    let is_new_look = next.observed_at != order.observed_at;
    if is_new_look {
        Transition::changed(next, now)
    } else {
        Transition::unchanged(order)
    }
}

fn is_same_but_time(before: &Order, after: &Order) -> bool {
    before.state == after.state
        && before.domain_checks == after.domain_checks
        && before.tracking_url == after.tracking_url
        && before.requestor_email == after.requestor_email
}

fn is_mismatch(stage: &Stage) -> bool {
    matches!(stage, Stage::CertificateMismatch { .. })
}

fn pending_next(pending: &Pending, observation: &Observation) -> OrderState {
    match &observation.standing {
        Standing::Pending { stage } => OrderState::Pending(Pending {
            stage: stage.clone(),
            certificate_status: observation.certificate_status.clone(),
            order_status: observation.order_status.clone(),
            cancellation: pending.cancellation.clone(),
        }),
        // Issued is decided by the certificate itself; until it is here the CA is at work. A
        // mismatch stays visible until the CA says something else than "issued".
        Standing::Issued => OrderState::Pending(Pending {
            stage: if is_mismatch(&pending.stage) {
                pending.stage.clone()
            } else {
                Stage::Processing
            },
            certificate_status: observation.certificate_status.clone(),
            order_status: observation.order_status.clone(),
            cancellation: pending.cancellation.clone(),
        }),
        Standing::Rejected { text } => OrderState::Rejected { text: text.clone() },
        Standing::Cancelled => OrderState::Cancelled,
        Standing::Expired => OrderState::Expired,
        Standing::Revoked => revoked(None, None, observation),
    }
}

fn with_certificate(order: &mut Order, observation: &Observation) {
    let is_revoked = observation.standing == Standing::Revoked
        || matches!(
            observation.revocation,
            Some(RevocationStanding::Revoked { .. })
        );
    if is_revoked {
        let certificate_id = order.state.certificate_id().cloned();
        let asked = order.state.revocation().map(|asked| asked.reason);
        order.state = revoked(certificate_id, asked, observation);
        return;
    }
    if observation.standing == Standing::Expired && matches!(order.state, OrderState::Held(_)) {
        order.state = OrderState::Expired;
        return;
    }
    let revocation = match &mut order.state {
        OrderState::Held(held) => held.revocation.as_mut(),
        OrderState::Fulfilled(fulfilled) => fulfilled.revocation.as_mut(),
        _ => None,
    };
    let Some(revocation) = revocation else { return };
    match &observation.revocation {
        Some(RevocationStanding::Requested) => revocation.phase = RevocationPhase::Requested,
        Some(RevocationStanding::Refused { text }) => {
            revocation.phase = RevocationPhase::Refused { text: text.clone() };
        }
        Some(RevocationStanding::Unknown { status }) => unknown_revocation(revocation, status),
        Some(RevocationStanding::Revoked { .. }) | None => {}
    }
}

/// Revoked, for the reason and at the time that the CA gives; failing that, for the reason that was
/// asked for.
fn revoked(
    certificate_id: Option<CertificateId>,
    asked: Option<RevocationReason>,
    observation: &Observation,
) -> OrderState {
    let (reason, processed_at) = match &observation.revocation {
        Some(RevocationStanding::Revoked {
            reason,
            processed_at,
        }) => (*reason, *processed_at),
        _ => (None, None),
    };
    OrderState::Revoked {
        certificate_id,
        reason: reason.or(asked),
        processed_at,
    }
}

/// A status that we do not know proves at least that the CA has the request.
fn unknown_revocation(revocation: &mut super::Revocation, _status: &StatusText) {
    if revocation.phase == RevocationPhase::Sending {
        revocation.phase = RevocationPhase::Requested;
    }
}
