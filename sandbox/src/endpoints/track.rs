//! `TrackOrder` (emSign API reference, A13).

use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};

use super::Call;
use crate::{
    behaviour::FaultKind,
    draws::token,
    envelope::Answer,
    ledger::{
        Csr, Order, Outcome, Requestor,
        walk::{RevocationStage, Standing},
    },
    options::Options,
    refusal::Refusal,
    status::{certificate, certificate_status_text, order, order_status_text},
    text::Text,
    when::{self, Unix},
};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TrackRequest {
    order_number: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tracked<'a> {
    tracking_url: String,
    order_status_id: String,
    order_status: &'static str,
    certificate_status_id: String,
    certificate_status: &'static str,
    certificate_expiry_date: String,
    requestor_information: &'a Requestor,
    subscriber_agreement: SubscriberAgreement<'a>,
    domain_verification: Option<DomainVerification<'a>>,
    /// A flag, not a CSR.
    csr: &'static str,
    interim_dv_issued: &'static str,
    organization_verification: Option<OrganizationVerification<'a>>,
    revocation_details: Option<RevocationDetails<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SubscriberAgreement<'a> {
    signer_name: &'a str,
    signed_date: String,
    signed_place: &'a str,
    status: &'static str,
    consent_status: &'static str,
    consent_sent_to: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrganizationVerification<'a> {
    organization_name: &'a str,
    status: &'static str,
    consent_status: &'static str,
    consent_sent_to: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RevocationDetails<'a> {
    revoke_request_status_id: &'static str,
    revoke_reason_id: &'a str,
    revoke_processed_date: String,
    revoke_request_status: &'static str,
}

/// One member per domain, and beside them a string called `status`.
struct DomainVerification<'a> {
    domains: Vec<(&'a str, DomainStatus)>,
    status: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DomainStatus {
    dcv_method: &'static str,
    dcv_status: &'static str,
    status: &'static str,
    verified_date: String,
    caa_status: &'static str,
}

impl Serialize for DomainVerification<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        for (name, status) in &self.domains {
            members.serialize_entry(name, status)?;
        }
        members.serialize_entry("status", self.status)?;
        members.end()
    }
}

/// Says where an order stands.
pub(super) fn track(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request: TrackRequest = call.section("orderDetails")?;
    let (options, seed, now) = (call.options, call.seed, call.now);
    let backward = call.strikes.has(FaultKind::BackwardStatus);
    let order = call.order(&request.order_number)?;
    let mut standing = order.standing(options, now);
    if backward {
        standing = behind(standing);
    }
    let tracked = tracked(order, standing, seed, options, now);
    let answer = Answer::of("orderDetails", &tracked)?;
    // The round counts once it has been told.
    let waits_only_for_rounds = order.ready_at().is_some();
    if waits_only_for_rounds && order.pending_rounds != u32::MAX {
        order.pending_rounds = order.pending_rounds.saturating_sub(1);
    }
    Ok(answer)
}

/// A status that an order of this standing has left already.
pub(super) fn behind(standing: Standing) -> Standing {
    match standing.certificate {
        certificate::SETUP_PENDING => standing,
        certificate::PENDING_AUTO_APPROVAL | certificate::PENDING_FOR_APPROVER => Standing {
            order: order::PLACED,
            certificate: certificate::SETUP_PENDING,
        },
        _ => Standing {
            order: order::ACCEPTED,
            certificate: certificate::PENDING_AUTO_APPROVAL,
        },
    }
}

fn tracked<'a>(
    order: &'a Order,
    standing: Standing,
    seed: u64,
    options: &Options,
    now: Unix,
) -> Tracked<'a> {
    let agreement = order.agreement.as_ref();
    Tracked {
        tracking_url: format!(
            "https://sandbox-us-subscriber.emsign.com/PublicLink/trackOrder.jsp?a={}",
            token(seed, "tracking", &order.request_number)
        ),
        order_status_id: standing.order.to_string(),
        order_status: order_status_text(standing.order),
        certificate_status_id: standing.certificate.to_string(),
        certificate_status: certificate_status_text(standing.certificate),
        certificate_expiry_date: order
            .certificate
            .as_ref()
            .map(|certificate| when::data_time(certificate.not_after))
            .unwrap_or_default(),
        requestor_information: &order.requestor,
        subscriber_agreement: SubscriberAgreement {
            signer_name: agreement.map_or("", |agreement| agreement.signer_name.as_str()),
            signed_date: agreement
                .map(|agreement| when::data_time(agreement.signed_at))
                .unwrap_or_default(),
            signed_place: agreement.map_or("", |agreement| agreement.signer_place.as_str()),
            status: bit(agreement.is_some()),
            consent_status: "",
            consent_sent_to: "",
        },
        // Missing for the first seconds.
        domain_verification: order
            .has_challenges(options, now)
            .then(|| domain_verification(order)),
        csr: bit(order.csr != Csr::Pending),
        interim_dv_issued: bit(order.interim.is_some()),
        organization_verification: order.organization.as_ref().map(|organization| {
            OrganizationVerification {
                organization_name: &organization.name,
                status: bit(organization.verified_at.is_some()),
                consent_status: "",
                consent_sent_to: "",
            }
        }),
        revocation_details: revocation_details(order, options, now),
    }
}

fn bit(yes: bool) -> &'static str {
    if yes { "1" } else { "0" }
}

fn domain_verification(order: &Order) -> DomainVerification<'_> {
    let given_up = order.outcome.is_some();
    let domains = order
        .domains
        .iter()
        .map(|domain| {
            let verified_at = order.verified_at(&domain.name);
            let status = DomainStatus {
                // A label here, a number everywhere else.
                dcv_method: match domain.method {
                    Some(1) => "DNS TXT Record",
                    Some(2) => "HTTP/HTTPS File",
                    Some(3) => "Email",
                    _ if verified_at.is_some() => "DNS TXT Record",
                    _ => "",
                },
                dcv_status: match verified_at {
                    Some(_) => "1",
                    None if given_up => "2",
                    None => "0",
                },
                status: "1",
                verified_date: verified_at.map(when::data_time).unwrap_or_default(),
                caa_status: "1",
            };
            (domain.name.as_str(), status)
        })
        .collect();
    let status = match (order.domains_are_pending(), order.outcome) {
        (false, _) => "1",
        (true, Some(Outcome::Rejected)) => "2",
        (true, _) => "0",
    };
    DomainVerification { domains, status }
}

fn revocation_details<'a>(
    order: &'a Order,
    options: &Options,
    now: Unix,
) -> Option<RevocationDetails<'a>> {
    let (id, text, processed_at) = match order.revocation_stage(options, now)? {
        RevocationStage::Initiated => ("1", "Revocation Initiated", None),
        RevocationStage::Revoked(at) => ("2", "Certificate Revoked", Some(at)),
        RevocationStage::Refused(at) => ("3", "Revocation Rejected", Some(at)),
    };
    Some(RevocationDetails {
        revoke_request_status_id: id,
        revoke_reason_id: order
            .revocation
            .as_ref()
            .map_or("", |request| request.reason.as_str()),
        revoke_processed_date: processed_at.map(when::data_time).unwrap_or_default(),
        revoke_request_status: text,
    })
}
