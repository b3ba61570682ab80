//! Requests about organizations and products (emSign API reference, A8, A10).

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrganizationBody<'a> {
    pub(crate) organization_details: OrganizationWire<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrganizationWire<'a> {
    pub(crate) organization_number: &'a str,
    pub(crate) group_number: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductBody<'a> {
    pub(crate) product_details: ProductWire<'a>,
}

/// An empty object is accepted when there is no group.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProductWire<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group_number: Option<&'a str>,
}
