//! An order from the wish to the certificate: what is known about it, and every way in which that
//! may change.
//!
//! [`Order::apply`] is the one door: `(order, event, now)` gives the next order and the work that
//! it asks for, or says why the event does not fit. Storing, calling and waiting are the shell's.

mod admission;
mod approval;
mod cancelling;
mod event;
mod import;
mod observe;
mod placing;
mod revoking;
mod schedule;
mod state;

#[cfg(test)]
mod approval_properties;
#[cfg(test)]
mod properties;
#[cfg(test)]
pub(crate) mod samples;

use serde::{Deserialize, Serialize};

pub use self::{
    admission::{Admission, IssuedFacts},
    approval::{
        Approval, ApprovalRule, Asked, Decider, Decision, DeclineReason, InvalidDeclineReason,
        LAPSES_AFTER, ProposedRule, RuleChange,
    },
    event::{Effect, Event, Transition, TransitionError},
    placing::{ABSENCES_BEFORE_RETRY, CALL_LIMIT, MAX_ATTEMPTS, QUIET_BEFORE_RETRY},
    state::{
        AwaitingApproval, Cancellation, CancellationPhase, Declined, Failed, Fulfilled, Held,
        Lapsed, OrderState, Pending, Placing, PlacingPhase, Revocation, RevocationPhase, Withdrawn,
    },
};
use crate::{
    ca::{Actor, CaOrderNumber, CaRequestNumber, DomainCheck, NewOrder},
    ids::{CredentialId, CsrId, OrderId, OrderReference},
    key::KeyFingerprint,
    time::Timestamp,
};

/// How an order came to be known here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// Placed by Certwright under this reference.
    Placed {
        /// What the CA's order carries as a tag.
        reference: OrderReference,
    },
    /// Found in the CA's order report.
    Imported,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Identity.
    pub id: OrderId,
    /// The account under which it was ordered.
    pub credential_id: CredentialId,
    /// Placed or imported.
    pub origin: Origin,
    /// `productCode` of the account.
    pub product_code: String,
    /// The group that it belongs to, where known.
    pub group_number: Option<String>,
    /// The organization's name, where known.
    pub organization_name: Option<String>,
    /// The first name as the CA writes it; for imported orders it need not be a DNS name.
    pub domain: String,
    /// Further names.
    pub additional_domains: Vec<String>,
    /// The stored request, for orders placed here.
    pub csr_id: Option<CsrId>,
    /// The key that the certificate must have, where the request is known.
    pub key: Option<KeyFingerprint>,
    /// The CA's order number, once there is one.
    pub ca_order_number: Option<CaOrderNumber>,
    /// The CA's request number, where known.
    pub ca_request_number: Option<CaRequestNumber>,
    /// The requestor's e-mail address, which the CA wants with further calls, where known.
    pub requestor_email: Option<String>,
    /// The CA's page for following the order, where known.
    pub tracking_url: Option<String>,
    /// Validation of each name as last seen.
    pub domain_checks: Vec<DomainCheck>,
    /// When the certificate runs out, where known.
    pub expires_at: Option<Timestamp>,
    /// Who approved that it is placed, if it had to wait for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// Where the order stands.
    pub state: OrderState,
    /// When the CA was asked for what is stored here.
    pub observed_at: Option<Timestamp>,
    /// When the CA is to be asked again; `None` when there is nothing to wait for.
    pub next_check_at: Option<Timestamp>,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// When it was last changed here.
    pub updated_at: Timestamp,
    /// When it was deleted here; a deleted order stays as a tombstone that import respects.
    pub deleted_at: Option<Timestamp>,
    /// Counts the changes; a change is stored only over the version that it was made from.
    pub version: u64,
}

impl Order {
    /// An order that is to be placed: the intent, which must be stored before the CA is called.
    #[must_use]
    pub fn intend(
        id: OrderId,
        credential_id: CredentialId,
        csr_id: CsrId,
        key: KeyFingerprint,
        request: NewOrder,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            credential_id,
            origin: Origin::Placed {
                reference: request.reference.clone(),
            },
            product_code: request.product_code.clone(),
            group_number: Some(request.group_number.clone()),
            organization_name: None,
            domain: request.primary.to_string(),
            additional_domains: request.additional.iter().map(ToString::to_string).collect(),
            csr_id: Some(csr_id),
            key: Some(key),
            ca_order_number: None,
            ca_request_number: None,
            requestor_email: Some(request.requestor.email.clone()),
            tracking_url: None,
            domain_checks: Vec::new(),
            expires_at: None,
            approval: None,
            state: OrderState::Placing(Placing {
                request: Box::new(request),
                attempt: 1,
                phase: PlacingPhase::Ready { not_before: now },
            }),
            observed_at: None,
            next_check_at: None,
            ordered_at: now,
            updated_at: now,
            deleted_at: None,
            version: 1,
        }
    }

    /// An order that waits for approval: nothing leads from it to the CA but
    /// [`Event::Approved`] by somebody else than `asked_by`.
    #[must_use]
    pub fn ask(
        id: OrderId,
        credential_id: CredentialId,
        csr_id: CsrId,
        key: KeyFingerprint,
        request: NewOrder,
        asked_by: &Decider,
        now: Timestamp,
    ) -> Self {
        let state = OrderState::AwaitingApproval(AwaitingApproval {
            request: Box::new(request.clone()),
            asked: Asked {
                by: asked_by.actor.clone(),
                person: Some(asked_by.person.clone()),
                at: now,
            },
            in_doubt_since: None,
        });
        Self {
            state,
            ..Self::intend(id, credential_id, csr_id, key, request, now)
        }
    }

    /// The reference under which it was placed here.
    #[must_use]
    pub fn reference(&self) -> Option<&OrderReference> {
        match &self.origin {
            Origin::Placed { reference } => Some(reference),
            Origin::Imported => None,
        }
    }

    /// Applies an event at `now`.
    ///
    /// # Errors
    /// [`TransitionError`] when the event does not fit the order's state; the order is unchanged.
    pub fn apply(&self, event: Event, now: Timestamp) -> Result<Transition, TransitionError> {
        let transition = match event {
            Event::Approved { by } => approval::approved(self, &by, now),
            Event::Declined { by, reason } => approval::declined(self, &by, reason, now),
            Event::Withdrawn { by } => approval::withdrawn(self, &by, now),
            Event::Waited => approval::waited(self, now),
            Event::PlaceStarted => placing::started(self, now),
            Event::PlaceAccepted(booked) => placing::accepted(self, booked, now),
            Event::PlaceRefused(refusal) => placing::refused(self, refusal, now),
            Event::PlaceNotTaken { after } => placing::not_taken(self, after, now),
            Event::PlaceUnanswered { said } => placing::unanswered(self, said, now),
            Event::FoundAtCa(booked) => placing::found(self, booked, now),
            Event::AbsentAtCa => placing::absent(self, now),
            Event::Observed(observation) => observe::observed(self, &observation, now),
            Event::Mismatched { differences } => admission::mismatched(self, differences, now),
            Event::RevokeProposed { by, reason, remark } => {
                revoking::proposed(self, &by, reason, remark, now)
            }
            Event::RevokeDiscarded => revoking::discarded(self, now),
            Event::RevokeRequested { reason, remark } => {
                revoking::requested(self, reason, remark, now)
            }
            Event::RevokeAccepted => revoking::accepted(self, now),
            Event::RevokeRefused(refusal) => revoking::refused(self, &refusal, now),
            Event::CancelRequested { remark } => cancelling::requested(self, remark, now),
            Event::CancelAccepted => cancelling::accepted(self, now),
            Event::CancelRefused(refusal) => cancelling::refused(self, &refusal, now),
            Event::Deleted => self.deleted(now),
            Event::Restored => Ok(self.restored(now)),
        }?;
        Ok(transition)
    }

    /// Whether the order is as it will ever be.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.state.is_final()
    }

    /// Whether the order stands at the CA and does not go on until a person acts.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        match &self.state {
            OrderState::Pending(pending) => pending.stage.actor() != Actor::Ca,
            _ => false,
        }
    }

    /// Whether the order may be at the CA although its number there is not known here: it is being
    /// placed, or waits for approval in a system that was restored.
    #[must_use]
    pub fn may_be_booked(&self) -> bool {
        match &self.state {
            OrderState::Placing(_) => true,
            OrderState::AwaitingApproval(waiting) => waiting.in_doubt_since.is_some(),
            _ => false,
        }
    }

    /// An order that somebody is asked to decide on stays in sight; it is withdrawn first.
    fn deleted(&self, now: Timestamp) -> Result<Transition, TransitionError> {
        if matches!(self.state, OrderState::AwaitingApproval(_)) {
            return Err(TransitionError::AwaitsApproval);
        }
        if self.deleted_at.is_some() {
            return Ok(Transition::unchanged(self));
        }
        let mut order = self.clone();
        order.deleted_at = Some(now);
        Ok(Transition::changed(order, now))
    }

    fn restored(&self, now: Timestamp) -> Transition {
        if self.deleted_at.is_none() {
            return Transition::unchanged(self);
        }
        let mut order = self.clone();
        order.deleted_at = None;
        Transition::changed(order, now)
    }
}
