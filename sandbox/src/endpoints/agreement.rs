//! `AgreementAcceptance` (emSign API reference, A12.2).

use super::{Call, order_people::signed, order_request::AgreementDetails, require_requestor};
use crate::{
    envelope::Answer,
    refusal::{self, Refusal},
};

/// Signs the subscriber agreement.
pub(super) fn accept(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request: AgreementDetails = call.section("agreementDetails")?;
    require_requestor(&request.requestor_email)?;
    let now = call.now;
    let order = call.order(&request.order_number)?;
    if order.outcome.is_some() {
        return Err(refusal::NOT_POSSIBLE);
    }
    if order.agreement.is_some() {
        return Err(refusal::AGREEMENT_SIGNED);
    }
    if request.accept_agreement.is_blank() {
        return Err(refusal::ACCEPT_MISSING);
    }
    if request.accept_agreement.as_str() != "1" {
        return Err(refusal::ACCEPT_INVALID);
    }
    let agreement = signed(&request, now)?;
    order.agreement = Some(agreement);
    Ok(Answer::empty())
}
