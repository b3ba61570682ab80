//! `GetCertificate` (emSign API reference, A15).

use serde::{Deserialize, Serialize};

use super::{Call, require_requestor};
use crate::{
    behaviour::FaultKind,
    envelope::Answer,
    issuer::Chain,
    ledger::{Csr, Order, Outcome},
    names::{self, Magic},
    refusal::{self, Refusal},
    text::Text,
    when::{self, Unix},
};

/// What stands beside `EMS-913`, recorded four times: five of the seven members, all empty.
const NOTHING_FOR_STRANGERS: &str = concat!(
    "\"certificateDetails\":{\"rootCertificate\":\"\",\"caCertificate\":\"\",",
    "\"endEntityCertificate\":\"\",\"expiryDate\":\"\",\"ceritficateSerialNumber\":\"\"}"
);

/// What stands beside any other failure (A4, A15): the whole object, all members empty.
const NOTHING: &str = concat!(
    "\"certificateDetails\":{\"rootCertificate\":\"\",\"caCertificate\":\"\",",
    "\"subCACertificate\":\"\",\"endEntityCertificate\":\"\",",
    "\"ceritficateSerialNumber\":\"\",\"expiryDate\":\"\",\"interimDv\":\"\"}"
);

/// What a failure carries beside its meta.
pub(super) fn beside_failure(refusal: &Refusal) -> &'static str {
    if refusal.code == refusal::ACCOUNT_NUMBER.code {
        NOTHING_FOR_STRANGERS
    } else {
        NOTHING
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CertificateRequest {
    order_number: Text,
    requestor_email: Text,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct CertificateDetails {
    root_certificate: String,
    ca_certificate: String,
    #[serde(rename = "subCACertificate")]
    sub_ca_certificate: &'static str,
    end_entity_certificate: String,
    // The live spelling. The right one is not sent: a client that only reads that must fail here.
    #[serde(rename = "ceritficateSerialNumber")]
    serial_number: String,
    expiry_date: String,
    interim_dv: &'static str,
}

/// Hands out the certificate and its chain; the first time, the order becomes "downloaded".
pub(super) fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    Answer::of("certificateDetails", &details(call)?)
}

fn details(call: &mut Call<'_>) -> Result<CertificateDetails, Refusal> {
    let request: CertificateRequest = call.section("orderDetails")?;
    require_requestor(&request.requestor_email)?;
    let (options, issuer, now) = (call.options, call.issuer, call.now);
    let wrong_key = call.strikes.has(FaultKind::WrongKeyCertificate);
    let missing = call.strikes.has(FaultKind::CertificateMissing);
    let order = call.order(&request.order_number)?;
    let Some(certificate) = order.certificate.as_ref().or(order.interim.as_ref()) else {
        return Err(why_not(order));
    };
    if missing {
        return Err(refusal::STILL_PROCESSING);
    }
    // The file lags the status: for a moment there is success with nothing in it (A13.3).
    if certificate.issued_at + Unix::from(options.certificate_lag) > now {
        return Ok(CertificateDetails::default());
    }
    let wrong_key = wrong_key || names::magic(&order.domain_name) == Some(Magic::WrongKey);
    let Chain {
        leaf,
        intermediate,
        root,
    } = issuer
        .chain(order, certificate, wrong_key)
        .ok_or(refusal::SOMETHING_WRONG)?;
    let interim = order.certificate.is_none();
    let details = CertificateDetails {
        root_certificate: root,
        ca_certificate: intermediate,
        sub_ca_certificate: "",
        end_entity_certificate: leaf,
        serial_number: certificate.serial.clone(),
        expiry_date: when::data_time(certificate.not_after),
        interim_dv: if interim { "1" } else { "0" },
    };
    if !interim && order.downloaded_at.is_none() {
        order.downloaded_at = Some(now);
    }
    Ok(details)
}

fn why_not(order: &Order) -> Refusal {
    match order.outcome {
        Some(Outcome::Cancelled) => refusal::ALREADY_CANCELLED,
        Some(Outcome::Rejected) => refusal::ORDER_REJECTED,
        None if order.csr == Csr::Pending => refusal::CSR_PENDING,
        None if order.domains_are_pending() => refusal::DOMAIN_PENDING,
        None => refusal::STILL_PROCESSING,
    }
}
