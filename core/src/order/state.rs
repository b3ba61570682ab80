//! The states of an order, each with exactly what is known in it.

use serde::{Deserialize, Serialize};

use super::approval::{Asked, DeclineReason};
use crate::{
    ca::{NewOrder, Stage, StatusText},
    fault::CaRefusal,
    ids::CertificateId,
    revocation::{Remark, RevocationReason},
    time::Timestamp,
};

/// Where an order stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OrderState {
    /// Committed here, and kept from the CA until a second person approves.
    AwaitingApproval(AwaitingApproval),
    /// On its way to the CA.
    Placing(Placing),
    /// The CA did not take it; nothing exists there.
    Failed(Failed),
    /// At the CA, without a certificate yet.
    Pending(Pending),
    /// Issued and whole at the CA; no seat is free to store the certificate.
    Held(Held),
    /// Issued and stored.
    Fulfilled(Fulfilled),
    /// Somebody who might have approved it did not; it was never sent to the CA.
    Declined(Declined),
    /// Taken back while it waited for approval; it was never sent to the CA.
    Withdrawn(Withdrawn),
    /// Nobody decided in time; it was never sent to the CA.
    Lapsed(Lapsed),
    /// Refused by the CA.
    Rejected {
        /// The CA's words.
        text: String,
    },
    /// Cancelled before issue.
    Cancelled,
    /// Ran out before it came here.
    Expired,
    /// The certificate is revoked.
    #[serde(rename_all = "camelCase")]
    Revoked {
        /// The certificate in the inventory, if it was ever stored.
        certificate_id: Option<CertificateId>,
        /// Why, as the CA says, or as it was asked for here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<RevocationReason>,
        /// When, as the CA says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        processed_at: Option<Timestamp>,
    },
}

impl OrderState {
    /// Every name of a state, as [`Self::name`] gives them.
    pub const NAMES: [&'static str; 13] = [
        "awaitingApproval",
        "placing",
        "failed",
        "pending",
        "held",
        "fulfilled",
        "declined",
        "withdrawn",
        "lapsed",
        "rejected",
        "cancelled",
        "expired",
        "revoked",
    ];

    /// The name of the state, for filters and storage.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::AwaitingApproval(_) => "awaitingApproval",
            Self::Placing(_) => "placing",
            Self::Failed(_) => "failed",
            Self::Pending(_) => "pending",
            Self::Held(_) => "held",
            Self::Fulfilled(_) => "fulfilled",
            Self::Declined(_) => "declined",
            Self::Withdrawn(_) => "withdrawn",
            Self::Lapsed(_) => "lapsed",
            Self::Rejected { .. } => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Revoked { .. } => "revoked",
        }
    }

    /// Whether nothing may change it any more.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            Self::AwaitingApproval(_)
            | Self::Placing(_)
            | Self::Pending(_)
            | Self::Held(_)
            | Self::Fulfilled(_) => false,
            Self::Failed(_)
            | Self::Declined(_)
            | Self::Withdrawn(_)
            | Self::Lapsed(_)
            | Self::Rejected { .. }
            | Self::Cancelled
            | Self::Expired
            | Self::Revoked { .. } => true,
        }
    }

    /// The certificate in the inventory that came of the order.
    #[must_use]
    pub fn certificate_id(&self) -> Option<&CertificateId> {
        match self {
            Self::Fulfilled(fulfilled) => Some(&fulfilled.certificate_id),
            Self::Revoked { certificate_id, .. } => certificate_id.as_ref(),
            _ => None,
        }
    }

    /// The cancellation that was asked for, while it is not carried out.
    #[must_use]
    pub fn cancellation(&self) -> Option<&Cancellation> {
        match self {
            Self::Pending(pending) => pending.cancellation.as_ref(),
            _ => None,
        }
    }

    /// Since when the CA is to hear of a revocation or cancellation that it was not heard to take.
    #[must_use]
    pub fn sending_since(&self) -> Option<Timestamp> {
        let revocation = self
            .revocation()
            .filter(|asked| asked.phase == RevocationPhase::Sending)
            .map(|asked| asked.requested_at);
        let cancellation = self
            .cancellation()
            .filter(|asked| asked.phase == CancellationPhase::Sending)
            .map(|asked| asked.requested_at);
        revocation.or(cancellation)
    }

    /// The revocation that was asked for, while it is not carried out.
    #[must_use]
    pub fn revocation(&self) -> Option<&Revocation> {
        match self {
            Self::Held(held) => held.revocation.as_ref(),
            Self::Fulfilled(fulfilled) => fulfilled.revocation.as_ref(),
            _ => None,
        }
    }
}

/// Kept from the CA until a second person approves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AwaitingApproval {
    /// What is to be ordered, exactly as the approver sees it.
    pub request: Box<NewOrder>,
    /// Who asked for it.
    pub asked: Asked,
    /// When the dump was made that the order was restored from. It may have been approved and
    /// booked since, by the system that made the dump, so approved here it is looked for first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_doubt_since: Option<Timestamp>,
}

/// Declined instead of approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Declined {
    /// Who had asked for it.
    pub asked: Asked,
    /// Who declined.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: DeclineReason,
}

/// Taken back while it waited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Withdrawn {
    /// Who had asked for it.
    pub asked: Asked,
    /// Who took it back.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Not decided on in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lapsed {
    /// Who had asked for it.
    pub asked: Asked,
    /// When it was given up.
    pub at: Timestamp,
}

/// On its way to the CA.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Placing {
    /// What is ordered.
    pub request: Box<NewOrder>,
    /// 1 for the first call, counted up each time the CA's list proved that there is no order.
    pub attempt: u32,
    /// How far it is.
    pub phase: PlacingPhase,
}

/// How far the placing of an order is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PlacingPhase {
    /// Committed here; no call of this attempt has been begun.
    #[serde(rename_all = "camelCase")]
    Ready {
        /// Not earlier than this.
        not_before: Timestamp,
    },
    /// A call was begun and its end is not stored.
    Calling {
        /// When.
        since: Timestamp,
    },
    /// The call ended without a clear answer: the order may exist at the CA.
    #[serde(rename_all = "camelCase")]
    Unknown {
        /// When the call was begun.
        called_at: Timestamp,
        /// How often the CA's list was read to its end without finding the order.
        absences: u32,
        /// What the CA answered, where that settled nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<Box<CaRefusal>>,
    },
}

/// The CA did not take the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failed {
    /// The CA's refusal.
    pub refusal: CaRefusal,
    /// When.
    pub at: Timestamp,
}

/// At the CA, without a certificate yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pending {
    /// What it waits for.
    pub stage: Stage,
    /// `certificateStatusId` and text, as last seen.
    pub certificate_status: StatusText,
    /// `orderStatusId` and text, as last seen.
    pub order_status: StatusText,
    /// A cancellation that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation: Option<Cancellation>,
}

/// A cancellation that was asked for and is not carried out. The CA decides at once: what it takes
/// is cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cancellation {
    /// The remark for the CA.
    pub remark: Remark,
    /// When a person asked for it.
    pub requested_at: Timestamp,
    /// How far it is.
    pub phase: CancellationPhase,
}

/// How far a cancellation is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CancellationPhase {
    /// The CA has not been heard to take the request.
    Sending,
    /// The CA refused.
    Refused {
        /// The CA's words.
        text: String,
    },
}

/// Issued, but not stored for want of a seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// Since when.
    pub since: Timestamp,
    /// A revocation that was asked for.
    pub revocation: Option<Revocation>,
}

/// Issued and stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fulfilled {
    /// The certificate in the inventory.
    pub certificate_id: CertificateId,
    /// Since when.
    pub since: Timestamp,
    /// A revocation that was asked for.
    pub revocation: Option<Revocation>,
}

/// A revocation that was asked for and is not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revocation {
    /// Why.
    pub reason: RevocationReason,
    /// The remark for the CA.
    pub remark: Remark,
    /// When a person asked for it.
    pub requested_at: Timestamp,
    /// How far it is.
    pub phase: RevocationPhase,
}

/// How far a revocation is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RevocationPhase {
    /// A second person has to confirm it before the CA hears of it.
    AwaitingApproval {
        /// Who asked for it.
        asked: Asked,
    },
    /// The CA has not been heard to take the request.
    Sending,
    /// The CA took the request and has not decided.
    Requested,
    /// The CA refused.
    Refused {
        /// The CA's words.
        text: String,
    },
}
