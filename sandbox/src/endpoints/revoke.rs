//! `RevokeOrder` (emSign API reference, A16.1).

use serde::Deserialize;

use super::{Call, require_requestor};
use crate::{
    envelope::Answer,
    ledger::{Revocation, walk::RevocationStage},
    refusal::{self, Refusal},
    text::Text,
};

/// Key compromise, affiliation changed, superseded, cessation of operation, privilege withdrawn.
const REASONS: [&str; 5] = ["1", "3", "4", "5", "9"];

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct RevocationDetails {
    order_number: Text,
    requestor_email: Text,
    revoke_reason_id: Text,
    revoke_remarks: Text,
}

/// Takes a request to revoke; it is processed some time later, and may be refused then.
pub(super) fn request(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request: RevocationDetails = call.section("revocationDetails")?;
    require_requestor(&request.requestor_email)?;
    let (options, now) = (call.options, call.now);
    let order = call.order(&request.order_number)?;
    let reason = request
        .revoke_reason_id
        .filled()
        .ok_or(refusal::REASON_MISSING)?;
    if !REASONS.contains(&reason) {
        return Err(refusal::REASON_INVALID);
    }
    let remarks = request
        .revoke_remarks
        .filled()
        .ok_or(refusal::REVOKE_REMARKS)?;
    // Seen on the second generation (A16.1).
    if remarks.contains(';') {
        return Err(refusal::REVOKE_REMARKS_INVALID);
    }
    match order.revocation_stage(options, now) {
        Some(RevocationStage::Initiated) => return Err(refusal::REVOKE_REQUESTED),
        Some(RevocationStage::Revoked(_)) => return Err(refusal::REVOKED),
        Some(RevocationStage::Refused(_)) | None => {}
    }
    let certificate = order.certificate.as_ref().ok_or(refusal::REVOKE_OTHER)?;
    if certificate.not_after < now {
        return Err(refusal::EXPIRED);
    }
    order.revocation = Some(Revocation {
        reason: reason.to_owned(),
        remarks: remarks.to_owned(),
        requested_at: now,
        refused: order.revocation_refused,
    });
    Ok(Answer::empty())
}
