//! Where an order stands.

use certwright_core::{
    ca::{
        CaOrderNumber, DomainCheck, DomainCheckState, Observation, RevocationStanding, StatusText,
    },
    fault::Unanswered,
    revocation::RevocationReason,
    time::Timestamp,
};
use serde::Serialize;

use crate::{
    codec::Data,
    exchange::Call,
    hosts::is_ca_page,
    status::{self, Progress},
    wire::{OrderDetails, order::TrackWire},
};

/// `TrackOrder`: the status of one order (emSign API reference, A13).
#[derive(Clone, Debug)]
pub struct TrackOrder {
    /// The order.
    pub order_number: CaOrderNumber,
}

impl Call for TrackOrder {
    const OPERATION: &'static str = "TrackOrder";
    const CHANGES: bool = false;
    type Reply = Observation;

    fn body(&self) -> impl Serialize {
        OrderDetails {
            order_details: TrackWire {
                order_number: self.order_number.as_str(),
            },
        }
    }

    fn read(&self, data: &Data<'_>, asked_at: Timestamp) -> Result<Observation, Unanswered> {
        let order = data.required_object("orderDetails")?;
        let certificate_status = status::text(&order, "certificateStatus");
        let order_status = status::text(&order, "orderStatus");
        if certificate_status == StatusText::default() && order_status == StatusText::default() {
            // Not a status that we do not know, but none at all.
            return Err(order.missing("certificateStatusId"));
        }
        let verification = order.object("domainVerification");
        let domains = verification.as_ref().map(domain_checks).unwrap_or_default();
        let progress = Progress {
            lacks_csr: order.text("csr").as_deref() == Some("0"),
            lacks_agreement: is_open(order.object("subscriberAgreement").as_ref()),
            lacks_organization: is_open(order.object("organizationVerification").as_ref()),
            lacks_domains: is_open(verification.as_ref())
                || domains.iter().any(|domain| {
                    matches!(
                        domain.state,
                        DomainCheckState::Pending | DomainCheckState::Rejected
                    )
                }),
        };
        Ok(Observation {
            at: asked_at,
            standing: status::standing(&certificate_status, &order_status, progress),
            certificate_status,
            order_status,
            revocation: order
                .object("revocationDetails")
                .and_then(|block| revocation(&block)),
            domains,
            tracking_url: order.text("trackingUrl").filter(|url| is_ca_page(url)),
            requestor_email: order
                .object("requestorInformation")
                .and_then(|requestor| requestor.text("requestorEmail")),
        })
    }
}

/// Whether a verification block says that something is still to be done: pending or refused.
/// Silence is not taken for either.
fn is_open(block: Option<&Data<'_>>) -> bool {
    let status = block.and_then(|block| block.text("status"));
    matches!(status.as_deref(), Some("0" | "2"))
}

/// One member per name, beside the block's own `status`, which is not an object (A13).
fn domain_checks(block: &Data<'_>) -> Vec<DomainCheck> {
    let checks = block.objects().map(|(domain, check)| DomainCheck {
        domain: domain.to_owned(),
        state: domain_state(&check),
        method: check.text("dcvMethod"),
        caa_forbids: check.text("caaStatus").as_deref() == Some("2"),
    });
    checks.collect()
}

fn domain_state(check: &Data<'_>) -> DomainCheckState {
    let (state, standing) = (check.text("dcvStatus"), check.text("status"));
    match (state.as_deref(), standing.as_deref()) {
        // A validation that ran out (`status` 3) has to be done again.
        (Some("1"), Some("3")) | (Some("0"), _) => DomainCheckState::Pending,
        (Some("1"), _) => DomainCheckState::Validated,
        (Some("2"), _) => DomainCheckState::Rejected,
        _ => DomainCheckState::Unknown,
    }
}

/// `revokeRequestStatusId` (A13). A block of empty members stands for no request.
fn revocation(block: &Data<'_>) -> Option<RevocationStanding> {
    if block.is_blank() {
        return None;
    }
    let status = status::text(block, "revokeRequestStatus");
    Some(match status.id.as_str() {
        "1" | "4" => RevocationStanding::Requested,
        "2" | "5" => RevocationStanding::Revoked {
            reason: block
                .text("revokeReasonId")
                .and_then(|number| number.parse().ok())
                .and_then(RevocationReason::from_number),
            processed_at: block.instant("revokeProcessedDate"),
        },
        "3" | "6" => RevocationStanding::Refused { text: status.text },
        _ => RevocationStanding::Unknown { status },
    })
}
