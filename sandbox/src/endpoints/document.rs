//! `SubmitDocument` (emSign API reference, A12.3).

use serde::Deserialize;

use super::{Call, order_request::DocumentAttached, require_requestor};
use crate::{
    envelope::Answer,
    refusal::{self, Refusal},
    text::Text,
};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DocumentDetails {
    requestor_email: Text,
    order_number: Text,
    number_of_documents: Text,
    documents_attached: Vec<DocumentAttached>,
}

/// Takes documents for an organization that is being vetted.
pub(super) fn submit(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request: DocumentDetails = call.section("documentDetails")?;
    require_requestor(&request.requestor_email)?;
    let now = call.now;
    let order = call.order(&request.order_number)?;
    let documents = &request.documents_attached;
    if documents.is_empty() || request.number_of_documents.as_str() != documents.len().to_string() {
        return Err(refusal::DOCUMENTS_COUNT);
    }
    if !documents.iter().all(DocumentAttached::is_valid) {
        return Err(refusal::DOCUMENTS_INVALID);
    }
    let open = order.outcome.is_none() && order.certificate.is_none();
    match &mut order.organization {
        Some(organization) if open && organization.verified_at.is_none() => {
            organization.documents_at.get_or_insert(now);
            Ok(Answer::empty())
        }
        _ => Err(refusal::NOT_POSSIBLE),
    }
}
