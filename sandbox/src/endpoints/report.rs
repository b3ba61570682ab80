//! `GetOrderReport` (emSign API reference, A14).

use serde::Serialize;

use super::{Call, products::COST_CENTER, report_criteria::Criteria, track::behind};
use crate::{
    behaviour::{FaultKind, Strikes},
    draws::Draws,
    envelope::Answer,
    issuer::ISSUER_NAME,
    ledger::{Order, order::CustomField, walk::Standing},
    products,
    refusal::{self, Refusal},
    status::{certificate_status_text, order_status_text},
    when::{self, DAY, Unix},
};

/// Numbers and strings are mixed as the CA mixes them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    no_of_pages: usize,
    total_no_of_results: usize,
    page_size: usize,
    current_page: String,
    orders_array: Vec<Row<'a>>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    order_number: &'a str,
    request_number: &'a str,
    certificate_status_id: String,
    certificate_status: &'static str,
    order_status_id: String,
    order_status: &'static str,
    domain_name: &'a str,
    organization_name: &'a str,
    group_number: &'a str,
    product_code: &'a str,
    certificate_serial_number: &'a str,
    certificate_expiry_date: String,
    #[serde(rename = "issuerCA")]
    issuer_ca: &'static str,
    certificate_trust_type: &'static str,
    certificate_chain: &'static str,
    order_date: String,
    expires_within: String,
    tags: &'a [String],
    custom_fields: Vec<FieldRow<'a>>,
    country_name: &'a str,
}

/// A custom field as the vendor documents it in a report: with the name that an order leaves out.
#[derive(Clone, Serialize)]
struct FieldRow<'a> {
    #[serde(rename = "fieldID")]
    id: &'a str,
    #[serde(rename = "fieldName")]
    name: &'static str,
    #[serde(rename = "fieldValue")]
    value: &'a str,
}

fn field(field: &CustomField) -> FieldRow<'_> {
    let is_known = field.field_id == COST_CENTER.0;
    FieldRow {
        id: &field.field_id,
        name: if is_known { COST_CENTER.1 } else { "" },
        value: &field.field_value,
    }
}

/// Lists the account's orders and drafts that meet the criteria, newest first.
pub(super) fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let criteria = Criteria::read(call)?;
    let (options, seed, now) = (call.options, call.seed, call.now);
    for order in call.account.orders.iter_mut() {
        order.settle(seed, options, now);
    }
    let strikes = &*call.strikes;
    let found: Vec<(&Order, Standing)> = call
        .account
        .orders
        .iter()
        .rev()
        .filter_map(|order| {
            let standing = order.standing(options, now);
            criteria
                .admits(order, standing)
                .then_some((order, standing))
        })
        .collect();
    let (page, size) = (criteria.page, criteria.page_size);
    // As if one order more had arrived before each page was read.
    let shift = if strikes.has(FaultKind::ShiftingPage) {
        page.saturating_sub(1)
    } else {
        0
    };
    let total = found.len().saturating_add(shift);
    let pages = total.div_ceil(size);
    if page > pages.max(1) {
        return Err(refusal::PAGE_NUMBER);
    }
    let start = page
        .saturating_sub(1)
        .saturating_mul(size)
        .saturating_sub(shift);
    let rows = found
        .into_iter()
        .skip(start)
        .take(size)
        .map(|(order, standing)| {
            let backward = strikes.has(FaultKind::BackwardStatus);
            row(
                order,
                if backward { behind(standing) } else { standing },
                now,
            )
        })
        .collect();
    let report = Report {
        no_of_pages: pages,
        total_no_of_results: total,
        page_size: size,
        current_page: page.to_string(),
        orders_array: tampered(rows, strikes, seed, page),
    };
    Answer::of("orderDetails", &report)
}

/// Plays rows that are listed twice, and rows that are not listed.
fn tampered<'a>(rows: Vec<Row<'a>>, strikes: &Strikes, seed: u64, page: usize) -> Vec<Row<'a>> {
    let twice = strikes.has(FaultKind::DuplicateRows);
    let missing = strikes.has(FaultKind::MissingRows);
    if !twice && !missing {
        return rows;
    }
    let mut draws = Draws::new(seed, "report rows", &page.to_string());
    let mut tampered = Vec::with_capacity(rows.len());
    for (position, row) in rows.into_iter().enumerate() {
        // The first row is always struck, so that short lists are too.
        let struck = position == 0 || draws.below(8) == 0;
        if struck && missing {
            continue;
        }
        if struck && twice {
            tampered.push(row.clone());
        }
        tampered.push(row);
    }
    tampered
}

fn row(order: &Order, standing: Standing, now: Unix) -> Row<'_> {
    let certificate = order.certificate.as_ref();
    let country = order
        .organization
        .as_ref()
        .filter(|organization| organization.verified_at.is_some())
        .map_or("", |organization| organization.country.as_str());
    Row {
        order_number: order.order_number.as_deref().unwrap_or_default(),
        request_number: &order.request_number,
        certificate_status_id: standing.certificate.to_string(),
        certificate_status: certificate_status_text(standing.certificate),
        order_status_id: standing.order.to_string(),
        order_status: order_status_text(standing.order),
        domain_name: &order.domain_name,
        organization_name: order.organization_name(),
        group_number: &order.group_number,
        product_code: &order.product_code,
        certificate_serial_number: certificate
            .map_or("", |certificate| certificate.serial.as_str()),
        certificate_expiry_date: certificate
            .map(|certificate| when::data_time(certificate.not_after))
            .unwrap_or_default(),
        issuer_ca: if certificate.is_some() {
            ISSUER_NAME
        } else {
            ""
        },
        certificate_trust_type: if order.product_type_id == products::PRIVATE_PKI {
            "Private"
        } else {
            "Public"
        },
        certificate_chain: "",
        order_date: when::data_time(order.placed_at),
        expires_within: certificate
            .filter(|certificate| certificate.not_after > now)
            .map(|certificate| ((certificate.not_after - now) / DAY).to_string())
            .unwrap_or_default(),
        tags: &order.tags,
        custom_fields: order.custom_fields.iter().map(field).collect(),
        country_name: country,
    }
}
