//! Reading the books: every order and what became of it.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::ControlError;
use crate::{
    behaviour::FaultKind,
    flight::CallCounts,
    ledger::{Account, Csr, Order},
    sandbox::Sandbox,
    when,
};

/// Every order of every account, in the sequence they were placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Books {
    /// The sandbox's time, Unix seconds.
    pub now: i64,
    /// How many orders are in which state, by `orderStatusId/certificateStatusId`; `orders` and
    /// `drafts` are totals.
    pub counts: BTreeMap<String, usize>,
    /// The orders.
    pub orders: Vec<BookEntry>,
}

/// One order or draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BookEntry {
    /// Whose it is.
    pub account_number: String,
    /// Empty for a draft.
    pub order_number: String,
    /// Every order and draft has one.
    pub request_number: String,
    /// Its group.
    pub group_number: String,
    /// Its product.
    pub product_code: String,
    /// The organization it relies on; empty when there is none, or one vetted with the order.
    pub organization_number: String,
    /// The name it is for.
    pub domain_name: String,
    /// Every name that is certified, the first included.
    pub domains: Vec<String>,
    /// As given.
    pub tags: Vec<String>,
    /// As given.
    pub remarks: String,
    /// When it was placed, `YYYY-MM-DD HH:MM:SS` in UTC.
    pub order_date: String,
    /// Status of the order.
    pub order_status_id: u16,
    /// Status of the certificate.
    pub certificate_status_id: u16,
    /// Decimal; empty while there is no certificate.
    pub certificate_serial_number: String,
    /// When the certificate expires; empty while there is none.
    pub certificate_expiry_date: String,
    /// The revocation's reason id and remark, once requested.
    pub revoke_reason_id: String,
    /// Whether it was in the account's history from the start.
    pub seeded: bool,
    /// How many orders of the account are the same purchase: same product, names, tags and CSR.
    /// More than 1 means that somebody ordered twice.
    pub times_placed: usize,
}

/// What makes two orders the same purchase.
type Purchase<'a> = (&'a str, Vec<&'a str>, &'a [String], &'a Csr);

impl Sandbox {
    /// Every order, as of `now`.
    pub fn books(&mut self, now: i64) -> Books {
        let now = self.ledger.time(now);
        let mut orders = Vec::new();
        for account in &mut self.ledger.accounts {
            for order in account.orders.iter_mut() {
                order.settle(self.ledger.seed, &self.options, now);
            }
            let mut placed: HashMap<Purchase<'_>, usize> = HashMap::new();
            for order in account.orders.iter().filter(|order| !order.is_draft()) {
                *placed.entry(purchase(order)).or_default() += 1;
            }
            for order in account.orders.iter() {
                // The keys of seeded orders all differ, whatever else is the same.
                let times = match order.csr {
                    Csr::Seeded => 1,
                    _ => placed.get(&purchase(order)).copied().unwrap_or(0),
                };
                orders.push(entry(account, order, times, &self.options, now));
            }
        }
        let mut counts = BTreeMap::new();
        for order in &orders {
            let status = format!("{}/{}", order.order_status_id, order.certificate_status_id);
            let total = if order.order_number.is_empty() {
                "drafts"
            } else {
                "orders"
            };
            for key in [status, total.to_owned()] {
                *counts.entry(key).or_default() += 1;
            }
        }
        Books {
            now,
            counts,
            orders,
        }
    }

    /// The order of this order or request number.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn book_entry(&mut self, number: &str, now: i64) -> Result<BookEntry, ControlError> {
        let now = self.ledger.time(now);
        let (seed, options) = (self.ledger.seed, &self.options);
        for account in &mut self.ledger.accounts {
            let Some(order) = account.orders.by_any_number_mut(number) else {
                continue;
            };
            order.settle(seed, options, now);
            let order = order.clone();
            let times = account
                .orders
                .iter()
                .filter(|other| !other.is_draft() && purchase(other) == purchase(&order))
                .count();
            let times = if order.csr == Csr::Seeded { 1 } else { times };
            return Ok(entry(account, &order, times, options, now));
        }
        Err(ControlError::NotFound(format!("no order {number}")))
    }

    /// How often each operation was called.
    #[must_use]
    pub fn calls(&self) -> &CallCounts {
        &self.calls
    }

    /// How often calls of an operation were struck by a fault of a kind.
    #[must_use]
    pub fn struck(&self) -> &BTreeMap<(&'static str, FaultKind), u64> {
        &self.struck
    }

    /// Starts counting calls, and calls in flight, anew.
    pub fn reset_calls(&mut self) {
        self.calls.clear();
        self.in_flight().reset();
    }

    /// The root certificate, PEM.
    #[must_use]
    pub fn root_pem(&self) -> &str {
        self.issuer.root_pem()
    }

    /// The intermediate certificate, PEM.
    #[must_use]
    pub fn intermediate_pem(&self) -> String {
        self.issuer.intermediate_pem()
    }
}

fn purchase(order: &Order) -> Purchase<'_> {
    (
        &order.product_code,
        order.names().collect(),
        &order.tags,
        &order.csr,
    )
}

fn entry(
    account: &Account,
    order: &Order,
    times_placed: usize,
    options: &crate::Options,
    now: i64,
) -> BookEntry {
    let standing = order.standing(options, now);
    let certificate = order.certificate.as_ref();
    BookEntry {
        account_number: account.number.clone(),
        order_number: order.order_number.clone().unwrap_or_default(),
        request_number: order.request_number.clone(),
        group_number: order.group_number.clone(),
        product_code: order.product_code.clone(),
        organization_number: order
            .organization
            .as_ref()
            .and_then(|organization| organization.number.clone())
            .unwrap_or_default(),
        domain_name: order.domain_name.clone(),
        domains: order.names().map(str::to_owned).collect(),
        tags: order.tags.clone(),
        remarks: order.remarks.clone(),
        order_date: when::data_time(order.placed_at),
        order_status_id: standing.order,
        certificate_status_id: standing.certificate,
        certificate_serial_number: certificate
            .map(|certificate| certificate.serial.clone())
            .unwrap_or_default(),
        certificate_expiry_date: certificate
            .map(|certificate| when::data_time(certificate.not_after))
            .unwrap_or_default(),
        revoke_reason_id: order
            .revocation
            .as_ref()
            .map(|revocation| revocation.reason.clone())
            .unwrap_or_default(),
        seeded: order.remarks == crate::seed::REMARKS,
        times_placed,
    }
}
