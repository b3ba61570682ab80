//! `SubmitCSR` (emSign API reference, A12.1).

use serde::Deserialize;

use super::{Call, order_check::check_csr, require_requestor};
use crate::{
    envelope::Answer,
    ledger::Csr,
    refusal::{self, Refusal},
    text::Text,
};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SubmitCsr {
    order_number: Text,
    requestor_email: Text,
    csr: Text,
}

/// Attaches a CSR to an order that has none.
pub(super) fn submit(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request: SubmitCsr = call.section("orderDetails")?;
    require_requestor(&request.requestor_email)?;
    let now = call.now;
    let order = call.order(&request.order_number)?;
    if order.outcome.is_some() {
        return Err(refusal::NOT_POSSIBLE);
    }
    if order.csr != Csr::Pending {
        return Err(refusal::CSR_SUBMITTED);
    }
    let pem = request.csr.filled().ok_or(refusal::CSR_EMPTY)?;
    order.csr = check_csr(pem, &order.domain_name, now, refusal::CSR_NAME_LATER)?;
    Ok(Answer::empty())
}
