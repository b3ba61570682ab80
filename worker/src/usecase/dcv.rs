//! Domain control: what to publish, exactly as the CA gives it, and asking the CA to look.

use certwright_api::orders::{DcvView, OrderView, VerifyDcvRequest};
use certwright_core::{
    advice::advised,
    ca::{CaOrderNumber, DcvChallenge, DcvMethod},
    ids::OrderId,
    order::{Order, OrderState},
};
use certwright_emsign::{GetDcv, VerifyDcv};

use super::{check, credentials, order_view};
use crate::{
    ca::{Connection, Urgency},
    caller::Caller,
    database::Database,
    fault::{Conflict, Fault},
    platform::Platform,
    storage::audit,
};

/// Shows what to publish for a domain of an order.
///
/// # Errors
/// [`Fault::Invalid`] for a domain that is not the order's, a conflict when the order does not
/// wait for validation, [`Fault::Ca`].
pub async fn show<P: Platform>(
    platform: &P,
    id: &OrderId,
    domain: Option<&str>,
    method: DcvMethod,
) -> Result<DcvView, Fault> {
    let order = order_view::find(platform, id).await?;
    let order_number = pending_number(&order)?;
    let domain = domain_of(&order, domain)?;
    let credential = credentials::find(platform, &order.credential_id).await?;
    let connection = Connection::open(platform, &credential, Urgency::Person).await?;
    let call = GetDcv {
        order_number,
        requestor_email: order.requestor_email.unwrap_or(credential.user_email),
        domain: domain.clone(),
        method,
    };
    let challenge = connection.call(&call).await?;
    let instruction = instruction(&domain, &challenge);
    Ok(DcvView {
        domain,
        challenge,
        instruction,
    })
}

/// Asks the CA to look for what was published, then where the order stands.
///
/// # Errors
/// As [`show`].
pub async fn verify<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
    request: &VerifyDcvRequest,
) -> Result<OrderView, Fault> {
    let order = order_view::find(platform, id).await?;
    let order_number = pending_number(&order)?;
    let domain = domain_of(&order, Some(&request.domain))?;
    if request.method == DcvMethod::Email && request.email_address.is_none() {
        let wrong = advised(
            "is missing",
            "Choose one of the addresses that the challenge offers.",
        );
        return Err(Fault::invalid("emailAddress", "missing", wrong));
    }
    let credential = credentials::find(platform, &order.credential_id).await?;
    let connection = Connection::open(platform, &credential, Urgency::Person).await?;
    let call = VerifyDcv {
        order_number,
        requestor_email: order.requestor_email.unwrap_or(credential.user_email),
        domain: domain.clone(),
        method: request.method,
        email_address: request.email_address.clone(),
    };
    let reply = connection.call(&call).await;
    let entry = audit::Entry {
        caller,
        action: "order.dcv-verify",
        subject: id.as_str(),
        outcome: if reply.is_ok() { "done" } else { "refused" },
        detail: Some(domain),
    };
    platform
        .database()
        .batch(vec![audit::insert(platform, &entry)])
        .await?;
    reply?;
    check::one(platform, caller, id).await
}

fn pending_number(order: &Order) -> Result<CaOrderNumber, Fault> {
    match (&order.state, &order.ca_order_number) {
        (OrderState::Pending(_), Some(number)) => Ok(number.clone()),
        _ => Err(Fault::Conflict(Conflict {
            code: "not-awaiting-validation",
            field: None,
            detail: "the order does not wait for domain validation".to_owned(),
            remedy: Some("check the order's status".to_owned()),
        })),
    }
}

/// The domain as the CA lists it: one of the order's, its first when none is named.
fn domain_of(order: &Order, wanted: Option<&str>) -> Result<String, Fault> {
    let Some(wanted) = wanted.map(str::trim) else {
        return Ok(order.domain.clone());
    };
    let listed = order.domain_checks.iter().map(|check| &check.domain);
    let known = listed
        .chain([&order.domain])
        .chain(&order.additional_domains);
    known
        .into_iter()
        .find(|domain| domain.eq_ignore_ascii_case(wanted))
        .cloned()
        .ok_or_else(|| {
            let wrong = advised(
                "must be a domain of this order",
                "Choose one that the order has.",
            );
            Fault::invalid("domain", "not-in-order", wrong)
        })
}

fn instruction(domain: &str, challenge: &DcvChallenge) -> String {
    let host = domain.trim_start_matches("*.");
    match challenge {
        DcvChallenge::DnsTxt { token } => format!(
            "Publish a TXT record with the value {token}. emSign's reply does not name the record's host: its documents name _emsign-validation.{host}, the emSign portal shows the one for your account."
        ),
        DcvChallenge::HttpFile { file_name, .. } => format!(
            "Serve the content at http://{host}/.well-known/pki-validation/{}",
            if file_name.ends_with(".txt") {
                file_name.clone()
            } else {
                format!("{file_name}.txt")
            }
        ),
        DcvChallenge::Email { .. } => {
            "Choose one of the addresses. emSign sends a code there when you verify.".to_owned()
        }
    }
}
