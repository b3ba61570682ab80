//! The CA's order report: what it is searched for, its pages and rows.

use super::{CaOrderNumber, CaRequestNumber, Standing, StatusText};
use crate::time::Timestamp;

/// A row of the CA's order report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    /// `orderNumber`; drafts have none.
    pub order_number: Option<CaOrderNumber>,
    /// `requestNumber`.
    pub request_number: Option<CaRequestNumber>,
    /// Where the order stands. `revocation`, `domains` and the rest of an observation are not in
    /// the report.
    pub standing: Standing,
    /// `certificateStatusId` and text.
    pub certificate_status: StatusText,
    /// `orderStatusId` and text.
    pub order_status: StatusText,
    /// `productCode`.
    pub product_code: String,
    /// `groupNumber`, where given.
    pub group_number: Option<String>,
    /// `organizationName`, where given.
    pub organization_name: Option<String>,
    /// `domainName` as it came.
    pub domain: String,
    /// When it was ordered.
    pub ordered_at: Option<Timestamp>,
    /// When the certificate runs out.
    pub expires_at: Option<Timestamp>,
    /// `certificateSerialNumber` as it came: decimal or hex.
    pub serial: Option<String>,
    /// Tags as they came.
    pub tags: Vec<String>,
}

/// One page of the CA's order report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportPage {
    /// The rows.
    pub rows: Vec<ReportRow>,
    /// 1-based number of this page.
    pub page: u32,
    /// How many pages there are.
    pub pages: u32,
    /// How many orders there are.
    pub total: u32,
    /// Rows that could not be read: what is wrong with them, by position.
    pub unreadable: Vec<String>,
}

/// What the order report is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportQuery {
    /// 1-based page.
    pub page: u32,
    /// Only orders with this tag.
    pub tag: Option<String>,
    /// Only orders of this product.
    pub product_code: Option<String>,
    /// Only orders for this name.
    pub domain: Option<String>,
    /// Only orders of this requestor.
    pub requestor_email: Option<String>,
    /// Only orders of these days, both included.
    pub ordered_between: Option<(Timestamp, Timestamp)>,
}
