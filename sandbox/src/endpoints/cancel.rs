//! `RejectOrder` and `RejectRequest`: the customer cancels (emSign API reference, A16.2, A16.3).

use serde::Deserialize;

use super::Call;
use crate::{
    envelope::Answer,
    ledger::Outcome,
    refusal::{self, Refusal},
    text::Text,
};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RejectDetails {
    order_number: Text,
    request_number: Text,
    reject_remarks: Text,
}

/// Cancels an order that has no certificate yet.
pub(super) fn order(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request: RejectDetails = call.section("orderDetails")?;
    let order = call.order(&request.order_number)?;
    if request.reject_remarks.is_blank() {
        return Err(refusal::REMARKS_MISSING);
    }
    if order.certificate.is_some() {
        return Err(refusal::ISSUED_USE_REVOKE);
    }
    cancel(&mut order.outcome)
}

/// Discards a draft.
pub(super) fn request(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request: RejectDetails = call.section("orderDetails")?;
    let number = request
        .request_number
        .filled()
        .ok_or(refusal::REQUEST_MISSING)?;
    let draft = call
        .account
        .orders
        .by_request_number_mut(number)
        .ok_or(refusal::REQUEST_INVALID)?;
    if !draft.is_draft() {
        return Err(refusal::NOT_A_DRAFT);
    }
    if request.reject_remarks.is_blank() {
        return Err(refusal::CANCEL_REMARKS_MISSING);
    }
    cancel(&mut draft.outcome)
}

fn cancel(outcome: &mut Option<Outcome>) -> Result<Answer, Refusal> {
    match outcome {
        Some(Outcome::Cancelled) => Err(refusal::ALREADY_CANCELLED),
        Some(Outcome::Rejected) => Err(refusal::ORDER_REJECTED),
        None => {
            *outcome = Some(Outcome::Cancelled);
            Ok(Answer::empty())
        }
    }
}
