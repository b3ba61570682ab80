//! The search criteria of `GetOrderReport` (emSign API reference, A14).

use serde::Deserialize;

use super::Call;
use crate::{
    issuer::ISSUER_NAME,
    ledger::{Order, walk::Standing},
    products,
    refusal::{self, Refusal},
    text::{Text, Texts, split_at_commas},
    when::{self, Unix},
};

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct SearchCriteria {
    group_number: Text,
    product_code: Text,
    order_date_from: Text,
    order_date_till: Text,
    domain_name: Text,
    organization_name: Text,
    order_number: Text,
    request_number: Text,
    order_status_id: Text,
    requestor_email_id: Text,
    #[serde(rename = "issuerCA")]
    issuer_ca: Text,
    cert_expiry_date_from: Text,
    cert_expiry_date_till: Text,
    certificate_trust_type: Text,
    tags: Texts,
    tag_search_criteria: Text,
    page_number: Text,
    page_size: Text,
}

/// Criteria that have been checked.
pub(super) struct Criteria {
    search: SearchCriteria,
    ordered: Option<(Unix, Unix)>,
    expires: Option<(Unix, Unix)>,
    all_tags: bool,
    private: Option<bool>,
    /// Counted from 1.
    pub(super) page: usize,
    pub(super) page_size: usize,
}

impl Criteria {
    pub(super) fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        // Every member is optional; so is the object.
        let search: SearchCriteria = match call.body.get("searchCriteria") {
            None | Some(serde_json::Value::Null) => SearchCriteria::default(),
            Some(_) => call.section("searchCriteria")?,
        };
        if let Some(number) = search.group_number.filled() {
            call.account.group(number).ok_or(refusal::GROUP_UNKNOWN)?;
        }
        if split_at_commas(search.order_status_id.as_str()).any(|id| id.parse::<u16>().is_err()) {
            return Err(refusal::ORDER_STATUS);
        }
        let private = match search.certificate_trust_type.as_str() {
            "" => None,
            "1" => Some(false),
            "2" => Some(true),
            _ => return Err(refusal::TRUST_TYPE),
        };
        let all_tags = match search.tag_search_criteria.as_str() {
            "" | "1" => false,
            "2" => true,
            _ => return Err(refusal::TAG_CRITERIA),
        };
        Ok(Self {
            ordered: dates(
                &search.order_date_from,
                &search.order_date_till,
                &DateRefusals {
                    from_missing: refusal::ORDERED_FROM_MISSING,
                    till_missing: refusal::ORDERED_TILL_MISSING,
                    from: refusal::ORDERED_FROM,
                    till: refusal::ORDERED_TILL,
                    backward: refusal::ORDERED_BACKWARD,
                },
            )?,
            expires: dates(
                &search.cert_expiry_date_from,
                &search.cert_expiry_date_till,
                &DateRefusals {
                    from_missing: refusal::EXPIRES_FROM_MISSING,
                    till_missing: refusal::EXPIRES_TILL_MISSING,
                    from: refusal::EXPIRES_FROM,
                    till: refusal::EXPIRES_TILL,
                    backward: refusal::EXPIRES_BACKWARD,
                },
            )?,
            page: within(&search.page_number, 1, usize::MAX, 1).ok_or(refusal::PAGE_NUMBER)?,
            // "Only 100" by the documentation, up to 500 in the field.
            page_size: within(&search.page_size, 1, 500, 100).ok_or(refusal::PAGE_SIZE)?,
            search,
            all_tags,
            private,
        })
    }

    pub(super) fn admits(&self, order: &Order, standing: Standing) -> bool {
        let search = &self.search;
        let within = |range: Option<(Unix, Unix)>, at: Option<Unix>| {
            range.is_none_or(|(from, till)| at.is_some_and(|at| (from..=till).contains(&at)))
        };
        let expiry = order
            .certificate
            .as_ref()
            .map(|certificate| certificate.not_after);
        any(&search.group_number, &order.group_number)
            && any(&search.product_code, &order.product_code)
            && any(&search.domain_name, &order.domain_name)
            && any(&search.organization_name, order.organization_name())
            && any(
                &search.order_number,
                order.order_number.as_deref().unwrap_or_default(),
            )
            && any(&search.request_number, &order.request_number)
            && any(&search.order_status_id, &standing.order.to_string())
            && any(&search.requestor_email_id, &order.requestor.requestor_email)
            && any(
                &search.issuer_ca,
                if expiry.is_some() { ISSUER_NAME } else { "" },
            )
            && self
                .private
                .is_none_or(|private| private == (order.product_type_id == products::PRIVATE_PKI))
            && within(self.ordered, Some(order.placed_at))
            && within(self.expires, expiry)
            && self.admits_tags(&order.tags)
    }

    fn admits_tags(&self, tags: &[String]) -> bool {
        let mut wanted = self
            .search
            .tags
            .0
            .iter()
            .filter_map(Text::filled)
            .peekable();
        if wanted.peek().is_none() {
            return true;
        }
        let mut has = |wanted: &str| tags.iter().any(|tag| tag.eq_ignore_ascii_case(wanted));
        if self.all_tags {
            wanted.all(&mut has)
        } else {
            wanted.any(&mut has)
        }
    }
}

/// Whether a comma-separated criterion is empty or has this value among its own.
fn any(criterion: &Text, value: &str) -> bool {
    let mut wanted = split_at_commas(criterion.as_str()).peekable();
    wanted.peek().is_none() || wanted.any(|wanted| wanted.eq_ignore_ascii_case(value))
}

/// What is refused of a pair of dates.
struct DateRefusals {
    from_missing: Refusal,
    till_missing: Refusal,
    from: Refusal,
    till: Refusal,
    backward: Refusal,
}

/// A pair of dates, which require each other.
fn dates(
    from: &Text,
    till: &Text,
    refusals: &DateRefusals,
) -> Result<Option<(Unix, Unix)>, Refusal> {
    match (from.filled(), till.filled()) {
        (None, None) => Ok(None),
        (Some(from), Some(till)) => {
            let from = when::criterion(from, false).ok_or_else(|| refusals.from.clone())?;
            let till = when::criterion(till, true).ok_or_else(|| refusals.till.clone())?;
            if from > till {
                Err(refusals.backward.clone())
            } else {
                Ok(Some((from, till)))
            }
        }
        (None, Some(_)) => Err(refusals.from_missing.clone()),
        (Some(_), None) => Err(refusals.till_missing.clone()),
    }
}

fn within(text: &Text, least: usize, most: usize, default: usize) -> Option<usize> {
    match text.filled() {
        None => Some(default),
        Some(number) => number
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number)),
    }
}
