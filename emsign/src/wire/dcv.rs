//! Requests about domain control (emSign API reference, A12.4, A12.5).

use certwright_core::ca::DcvMethod;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DcvBody<'a> {
    pub(crate) dcv_details: DcvWire<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DcvWire<'a> {
    pub(crate) requestor_email: &'a str,
    pub(crate) order_number: &'a str,
    pub(crate) domain_name: &'a str,
    pub(crate) dcv_method: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dcv_email: Option<&'a str>,
}

pub(crate) fn method_number(method: DcvMethod) -> &'static str {
    match method {
        DcvMethod::DnsTxt => "1",
        DcvMethod::HttpFile => "2",
        DcvMethod::Email => "3",
    }
}
