//! What may happen to an order, and what follows.

use super::{Decider, DeclineReason, Order, schedule};
use crate::{
    advice::Advice,
    ca::{Booked, Observation},
    fault::CaRefusal,
    revocation::{Remark, RevocationReason},
    time::Timestamp,
};
use std::borrow::Cow;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A second person approves that the order is placed.
    Approved {
        /// Who.
        by: Decider,
    },
    /// Somebody who may approve declines.
    Declined {
        /// Who.
        by: Decider,
        /// Why.
        reason: DeclineReason,
    },
    /// Somebody takes back an order that waits for approval.
    Withdrawn {
        /// Who.
        by: Decider,
    },
    /// An order waits for approval, and time has passed.
    Waited,
    /// The call that books the order is about to be made.
    PlaceStarted,
    /// The CA booked the order.
    PlaceAccepted(Booked),
    /// The CA said a clear no.
    PlaceRefused(CaRefusal),
    /// The CA turned the call away before acting on it.
    PlaceNotTaken {
        /// Seconds that the CA wants us to wait, where it says so.
        after: Option<i64>,
    },
    /// The call ended without a clear answer: the order may exist.
    PlaceUnanswered {
        /// What the CA did say, where it said something that settles nothing.
        said: Option<CaRefusal>,
    },
    /// The order was found in the CA's list.
    FoundAtCa(Booked),
    /// The CA's list was read to its end without finding the order.
    AbsentAtCa,
    /// The CA said where the order stands.
    Observed(Box<Observation>),
    /// The CA gave a certificate that is not the one asked for.
    Mismatched {
        /// What differs, in words.
        differences: Vec<String>,
    },
    /// A person wants the certificate revoked, which another has to confirm.
    RevokeProposed {
        /// Who.
        by: Decider,
        /// Why.
        reason: RevocationReason,
        /// The remark that the CA wants.
        remark: Remark,
    },
    /// A wish for revocation that waits for another person is taken back.
    RevokeDiscarded,
    /// A person wants the certificate revoked.
    RevokeRequested {
        /// Why.
        reason: RevocationReason,
        /// The remark that the CA wants.
        remark: Remark,
    },
    /// The CA took the revocation request.
    RevokeAccepted,
    /// The CA refused the revocation request.
    RevokeRefused(CaRefusal),
    /// A person wants the order cancelled at the CA.
    CancelRequested {
        /// The remark that the CA wants.
        remark: Remark,
    },
    /// The CA cancelled the order at our request.
    CancelAccepted,
    /// The CA refused to cancel the order.
    CancelRefused(CaRefusal),
    /// A person deleted the order here.
    Deleted,
    /// A person took the deletion back.
    Restored,
}

/// Work that a change asks for; it is stored in the same batch as the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Move the placing on: call, or look for the order at the CA.
    Place {
        /// Not earlier than this.
        not_before: Timestamp,
    },
    /// Get the certificate and admit it.
    FetchCertificate,
}

/// The result of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The order afterwards.
    pub order: Order,
    /// Work to be done.
    pub effects: Vec<Effect>,
    /// Whether there is anything to store.
    pub is_change: bool,
}

impl Transition {
    /// A change: counts the version up and sets when to look again.
    pub(super) fn changed(mut order: Order, now: Timestamp) -> Self {
        order.version = order.version.saturating_add(1);
        order.updated_at = now;
        order.next_check_at = schedule::next_check(&order, now);
        Self {
            order,
            effects: Vec::new(),
            is_change: true,
        }
    }

    pub(super) fn unchanged(order: &Order) -> Self {
        Self {
            order: order.clone(),
            effects: Vec::new(),
            is_change: false,
        }
    }

    pub(super) fn with(mut self, effect: Effect) -> Self {
        self.effects.push(effect);
        self
    }
}

/// The event does not fit the order's state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// The order does not wait for approval.
    #[error("the order does not wait for approval, or no longer")]
    NotAwaitingApproval,
    /// The order waits for approval, and nothing else can be done with it.
    #[error("the order waits for approval, and nothing of it is at the CA")]
    AwaitsApproval,
    /// Who asked for the order can't approve it.
    #[error("whoever asked for an order can't approve it")]
    OwnOrder,
    /// The role does not allow to decide on orders.
    #[error("only operators decide on the orders of others")]
    NotADecider,
    /// The order was asked for by somebody else.
    #[error("only whoever asked for the order, or an operator, can withdraw it")]
    NotTheRequester,
    /// Nobody decided in time.
    #[error("the order has waited for more than 30 days and can't be approved any more")]
    ApprovalLapsed,
    /// The order is not being placed.
    #[error("the order is not being placed")]
    NotPlacing,
    /// A call to place the order is under way, or its outcome is not known yet.
    #[error("a call to place this order is already under way")]
    AlreadyCalling,
    /// The outcome of the last call is known already.
    #[error("the outcome of placing this order is not in doubt")]
    NotInDoubt,
    /// There is no issued certificate.
    #[error("the order has no issued certificate")]
    NothingToRevoke,
    /// The certificate is revoked already.
    #[error("the certificate is revoked already")]
    AlreadyRevoked,
    /// A revocation for another reason is under way.
    #[error("a revocation for another reason is under way, and emSign takes one at a time")]
    RevocationUnderWay,
    /// Another person asked for the revocation, for another reason.
    #[error("a revocation for another reason waits for a second person")]
    RevocationReasonDiffers,
    /// No revocation was asked for.
    #[error("no revocation was asked for")]
    NoRevocationRequested,
    /// No cancellation was asked for.
    #[error("no cancellation was asked for")]
    NoCancellationRequested,
    /// The order is not one that can still be cancelled.
    #[error("only an order without an issued certificate can be cancelled")]
    NotCancellable,
    /// The order does not wait for a certificate.
    #[error("the order does not wait for a certificate")]
    NotAwaitingCertificate,
}

impl Advice for TransitionError {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::NotAwaitingApproval
            | Self::NotPlacing
            | Self::NotInDoubt
            | Self::AlreadyRevoked
            | Self::NoRevocationRequested
            | Self::NoCancellationRequested
            | Self::NotAwaitingCertificate => "Reload the order: it has changed meanwhile.",
            Self::AwaitsApproval => "Withdraw it instead, or have it decided.",
            Self::OwnOrder => "Ask another operator to approve it, or withdraw it.",
            Self::NotADecider => "Ask an operator to decide.",
            Self::NotTheRequester => "Ask them, or an operator.",
            Self::ApprovalLapsed => "Place the order again.",
            Self::AlreadyCalling => "Wait until it has ended.",
            Self::NothingToRevoke => "Cancel it instead of revoking.",
            Self::RevocationUnderWay => {
                "Wait until emSign has decided, or ask emSign's support to change the reason."
            }
            Self::RevocationReasonDiffers => {
                "Confirm it with the reason that it was asked for, or discard it first."
            }
            Self::NotCancellable => "Revoke the certificate instead.",
        }
        .into()
    }
}
