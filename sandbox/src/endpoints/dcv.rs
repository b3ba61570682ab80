//! `GetDcv` and `VerifyDcv` (emSign API reference, A12.4, A12.5).

use serde::{Deserialize, Serialize};

use super::{Call, require_requestor};
use crate::{
    draws::token,
    envelope::Answer,
    ledger::Order,
    names,
    options::DcvMode,
    refusal::{self, Refusal},
    text::Text,
};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DcvRequest {
    requestor_email: Text,
    order_number: Text,
    domain_name: Text,
    dcv_method: Text,
    dcv_email: Text,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct DcvDetails {
    token: String,
    file_name: String,
    file_content: String,
    dcv_emails: Vec<String>,
}

/// The request, under either name: the vendor's field table says `dcvDetails`, its sample
/// `orderDetails`.
fn read(call: &Call<'_>) -> Result<DcvRequest, Refusal> {
    let wrapper = if call.body.get("dcvDetails").is_some() {
        "dcvDetails"
    } else {
        "orderDetails"
    };
    let request: DcvRequest = call.section(wrapper)?;
    require_requestor(&request.requestor_email)?;
    Ok(request)
}

fn method(request: &DcvRequest) -> Result<u8, Refusal> {
    match request.dcv_method.as_str() {
        "1" => Ok(1),
        "2" => Ok(2),
        "3" => Ok(3),
        "" => Err(refusal::DCV_METHOD_MISSING),
        _ => Err(refusal::DCV_METHOD),
    }
}

/// Where the CA sends its messages for a domain.
fn emails(name: &str) -> Vec<String> {
    [
        "admin",
        "administrator",
        "webmaster",
        "hostmaster",
        "postmaster",
    ]
    .iter()
    .map(|mailbox| format!("{mailbox}@{}", names::base(name)))
    .collect()
}

fn require_open(order: &Order) -> Result<(), Refusal> {
    let closed = order.outcome.is_some() || order.certificate.is_some();
    if closed {
        Err(refusal::NOT_POSSIBLE)
    } else {
        Ok(())
    }
}

/// Hands out the challenge of a domain.
pub(super) fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request = read(call)?;
    let name = request
        .domain_name
        .filled()
        .ok_or(refusal::DOMAIN_MISSING)?;
    let method = method(&request)?;
    let (options, seed, now) = (call.options, call.seed, call.now);
    let order = call.order(&request.order_number)?;
    require_open(order)?;
    // The challenge appears a few seconds after the order.
    if !order.has_challenges(options, now) {
        return Err(refusal::NOT_POSSIBLE);
    }
    let key = format!("{} {name}", order.key());
    // With `www.` added by the CA, the file would not be looked for there (A11.1).
    if method == 2 && order.domains.iter().any(|domain| domain.follows.is_some()) {
        return Err(refusal::DCV_FILE_WITH_WWW);
    }
    let verified = order.verified_at(&name.to_ascii_lowercase()).is_some();
    let domain = order.domain_mut(name).ok_or(refusal::CSR_NAME_LATER)?;
    if verified {
        return Err(refusal::DCV_VERIFIED);
    }
    domain.method = Some(method);
    let details = match method {
        1 => DcvDetails {
            token: token(seed, "dcv token", &key),
            ..DcvDetails::default()
        },
        2 => DcvDetails {
            file_name: token(seed, "dcv file", &key),
            file_content: token(seed, "dcv token", &key),
            ..DcvDetails::default()
        },
        _ => DcvDetails {
            dcv_emails: emails(name),
            ..DcvDetails::default()
        },
    };
    Answer::of("dcvDetails", &details)
}

/// Looks whether the challenge was met.
pub(super) fn verify(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request = read(call)?;
    let name = request
        .domain_name
        .filled()
        .ok_or(refusal::DOMAIN_MISSING)?;
    let method = method(&request)?;
    if method == 3 {
        let email = request
            .dcv_email
            .filled()
            .ok_or(refusal::DCV_EMAIL_MISSING)?;
        if !emails(name)
            .iter()
            .any(|offered| offered.eq_ignore_ascii_case(email))
        {
            return Err(refusal::DCV_EMAIL_INVALID);
        }
    }
    let (mode, now) = (call.options.dcv, call.now);
    let order = call.order(&request.order_number)?;
    require_open(order)?;
    let verified = order.verified_at(&name.to_ascii_lowercase()).is_some();
    let domain = order.domain_mut(name).ok_or(refusal::CSR_NAME_LATER)?;
    if verified {
        return Err(refusal::DCV_VERIFIED);
    }
    // An address or a URL among the domains can never be validated (A11.2).
    let possible = names::check(&domain.name).is_ok();
    let asked_for = domain.method == Some(method);
    let met = domain.published || (mode == DcvMode::Auto && asked_for);
    if !(possible && met) {
        return Err(refusal::DCV_FAILED);
    }
    domain.verified_at = Some(now);
    Ok(Answer::empty())
}
