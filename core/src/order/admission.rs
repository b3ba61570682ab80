//! A certificate has come: it is stored if a seat is free, else the order is held.
//!
//! Both outcomes are computed here; which of them is stored is decided by the storage's one
//! guarded statement, because only there two admissions cannot both take the last seat.

use super::{Fulfilled, Held, Order, OrderState, Pending, Transition, TransitionError};
use crate::{ca::Stage, ids::CertificateId, time::Timestamp};

/// What the order keeps of an issued certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedFacts {
    /// The id under which it is stored, if it is.
    pub certificate_id: CertificateId,
    /// When it runs out.
    pub expires_at: Timestamp,
}

/// The two ways in which an admission can end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The order when the certificate was stored.
    pub fulfilled: Order,
    /// The order when no seat was free. The same as before for an order that was held already.
    pub held: Order,
}

impl Order {
    /// Whether the order waits for its certificate to be fetched or admitted. A deleted one waits
    /// for nothing; restored, it is checked again.
    #[must_use]
    pub fn awaits_certificate(&self) -> bool {
        self.ca_order_number.is_some()
            && self.deleted_at.is_none()
            && matches!(self.state, OrderState::Pending(_) | OrderState::Held(_))
    }

    /// Both ways in which the admission of an issued certificate can end. The certificate must
    /// have been compared with the order before.
    ///
    /// # Errors
    /// [`TransitionError::NotAwaitingCertificate`] when the order is in another state.
    pub fn admit(&self, facts: &IssuedFacts, now: Timestamp) -> Result<Admission, TransitionError> {
        if !self.awaits_certificate() {
            return Err(TransitionError::NotAwaitingCertificate);
        }
        let revocation = self.state.revocation().cloned();
        let since = match &self.state {
            OrderState::Held(held) => held.since,
            _ => now,
        };
        let with = |state: OrderState| {
            let mut order = self.clone();
            order.expires_at = Some(facts.expires_at);
            order.state = state;
            order
        };
        let fulfilled = with(OrderState::Fulfilled(Fulfilled {
            certificate_id: facts.certificate_id.clone(),
            since: now,
            revocation: revocation.clone(),
        }));
        let held = with(OrderState::Held(Held { since, revocation }));
        Ok(Admission {
            fulfilled: Transition::changed(fulfilled, now).order,
            held: Transition::changed(held, now).order,
        })
    }
}

/// The CA gave a certificate that is not the one asked for; it is not stored.
pub(super) fn mismatched(
    order: &Order,
    differences: Vec<String>,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    let OrderState::Pending(pending) = &order.state else {
        return Err(TransitionError::NotAwaitingCertificate);
    };
    let mut next = order.clone();
    next.state = OrderState::Pending(Pending {
        stage: Stage::CertificateMismatch { differences },
        ..pending.clone()
    });
    if next.state == order.state {
        return Ok(Transition::unchanged(order));
    }
    Ok(Transition::changed(next, now))
}
