//! The order report: every order of the account, page by page.

use certwright_core::{
    ca::{CaOrderNumber, CaRequestNumber, ReportPage, ReportQuery, ReportRow},
    fault::Unanswered,
    time::{HOUR, MINUTE, Timestamp},
};
use serde::Serialize;

use crate::{
    codec::Data,
    exchange::Call,
    status,
    wire::report::{CriteriaWire, ReportBody},
};

/// The one page size that the vendor documents (emSign API reference, A14).
const PAGE_SIZE: u32 = 100;

/// The CA counts days by Indian time (A3), which is ahead of UTC.
const INDIA_AHEAD: i64 = 5 * HOUR + 30 * MINUTE;

/// `GetOrderReport`: one page of the orders that match (emSign API reference, A14).
///
/// The report knows dates only, and whether it takes them for Indian or for UTC days is not
/// certain. The days that are asked for include both instants of `ordered_between` either way, and
/// therefore more.
#[derive(Clone, Debug)]
pub struct GetOrderReport(pub ReportQuery);

impl Call for GetOrderReport {
    const OPERATION: &'static str = "GetOrderReport";
    const CHANGES: bool = false;
    type Reply = ReportPage;

    fn body(&self) -> impl Serialize {
        let query = &self.0;
        let between = query.ordered_between;
        ReportBody {
            search_criteria: CriteriaWire {
                product_code: query.product_code.as_deref(),
                domain_name: query.domain.as_deref(),
                requestor_email_id: query.requestor_email.as_deref(),
                order_date_from: between.map(|(from, _)| day(from)),
                order_date_till: between.map(|(_, till)| day(till.plus(INDIA_AHEAD))),
                tags: query.tag.as_deref().map(|tag| [tag]),
                tag_search_criteria: query.tag.as_ref().map(|_| "2"),
                page_number: query.page.max(1).to_string(),
                page_size: PAGE_SIZE.to_string(),
            },
        }
    }

    fn read(&self, data: &Data<'_>, _asked_at: Timestamp) -> Result<ReportPage, Unanswered> {
        let report = data.required_object("orderDetails")?;
        let elements = report
            .elements("ordersArray")
            .ok_or_else(|| report.missing("ordersArray"))?;
        let asked = self.0.page.max(1);
        let mut page = ReportPage {
            rows: Vec::new(),
            page: report
                .number("currentPage")
                .filter(|page| *page > 0)
                .unwrap_or(asked),
            // An empty report may leave its counts out; one with rows that does not say how far it
            // goes cannot be read to its end.
            pages: count(&report, "noOfPages", elements.is_empty())?,
            total: count(&report, "totalNoOfResults", elements.is_empty())?,
            unreadable: Vec::new(),
        };
        for (position, element) in (1..).zip(elements) {
            match element
                .object()
                .map_err(|_| "not an object")
                .and_then(|row| read_row(&row))
            {
                Ok(row) => page.rows.push(row),
                Err(what) => page.unreadable.push(format!("row {position}: {what}")),
            }
        }
        Ok(page)
    }
}

fn day(at: Timestamp) -> String {
    at.to_string().chars().take("YYYY-MM-DD".len()).collect()
}

fn count(report: &Data<'_>, name: &str, is_empty: bool) -> Result<u32, Unanswered> {
    if is_empty && report.text(name).is_none() {
        Ok(0)
    } else {
        report.required_number(name)
    }
}

fn read_row(row: &Data<'_>) -> Result<ReportRow, &'static str> {
    let order_number = row.text("orderNumber").map(CaOrderNumber::try_from);
    let order_number = order_number
        .transpose()
        .map_err(|_| "orderNumber is unreadable")?;
    let request_number = row.text("requestNumber").map(CaRequestNumber::try_from);
    let request_number = request_number
        .transpose()
        .map_err(|_| "requestNumber is unreadable")?;
    if order_number.is_none() && request_number.is_none() {
        return Err("neither orderNumber nor requestNumber");
    }
    let certificate_status = status::text(row, "certificateStatus");
    let order_status = status::text(row, "orderStatus");
    Ok(ReportRow {
        order_number,
        request_number,
        standing: status::standing(
            &certificate_status,
            &order_status,
            status::Progress::default(),
        ),
        certificate_status,
        order_status,
        product_code: row.text("productCode").unwrap_or_default(),
        group_number: row.text("groupNumber"),
        organization_name: row.text("organizationName"),
        domain: row.text("domainName").unwrap_or_default(),
        ordered_at: row.instant("orderDate"),
        expires_at: row.instant("certificateExpiryDate"),
        serial: row.text("certificateSerialNumber"),
        tags: row.texts("tags"),
    })
}
