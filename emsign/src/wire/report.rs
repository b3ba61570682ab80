//! The search of the order report (emSign API reference, A14).

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReportBody<'a> {
    pub(crate) search_criteria: CriteriaWire<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CriteriaWire<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) product_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) domain_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) requestor_email_id: Option<&'a str>,
    /// The two dates require each other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_date_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) order_date_till: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<[&'a str; 1]>,
    /// `2`: every tag must be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tag_search_criteria: Option<&'static str>,
    pub(crate) page_number: String,
    pub(crate) page_size: String,
}
