//! Planning the import of one page of the CA's order report.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    ca::{CaOrderNumber, CaRequestNumber, ReportRow},
    ids::{CredentialId, OrderId, OrderReference},
    order::{Event, Order, Transition},
    time::Timestamp,
};

/// How the CA identifies an order: by order number, drafts by request number only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaIdentity {
    /// `orderNumber`.
    Order(CaOrderNumber),
    /// `requestNumber` of a draft.
    Draft(CaRequestNumber),
}

impl CaIdentity {
    /// The identity of a report row, if it has one.
    #[must_use]
    pub fn of_row(row: &ReportRow) -> Option<Self> {
        match (&row.order_number, &row.request_number) {
            (Some(number), _) => Some(Self::Order(number.clone())),
            (None, Some(number)) => Some(Self::Draft(number.clone())),
            (None, None) => None,
        }
    }

    /// The identity of an order that we know, if the CA has one for it.
    #[must_use]
    pub fn of_order(order: &Order) -> Option<Self> {
        match (&order.ca_order_number, &order.ca_request_number) {
            (Some(number), _) => Some(Self::Order(number.clone())),
            (None, Some(number)) => Some(Self::Draft(number.clone())),
            (None, None) => None,
        }
    }
}

/// How often the report is read from its first page before an import ends without all orders.
pub const MAX_LOOKS: u32 = 4;

/// How many pages more than announced at first a look reads: rows move on while orders arrive.
const PAGES_TO_GROW: u32 = 2;

/// Seconds before the report is read once more: it may be put right in the meantime.
#[must_use]
pub fn pause_before_look(look: u32) -> i64 {
    match look {
        0 => 0,
        1 => 10,
        2 => 60,
        _ => 300,
    }
}

/// How many pages a look reads at most, from what its first page says: `pages` pages and `total`
/// orders, with `rows` rows on it. The CA's number of pages alone is not believed.
#[must_use]
pub fn plausible_pages(pages: u32, total: u32, rows: u32) -> u32 {
    let by_total = match rows {
        0 => 1,
        rows => total.div_ceil(rows),
    };
    pages.min(by_total.saturating_add(PAGES_TO_GROW)).max(1)
}

/// What one page of the report asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportPlan {
    /// Orders that are not known here.
    pub added: Vec<Transition>,
    /// Known orders of which the report says something new.
    pub changed: Vec<Transition>,
    /// How many of the changed orders were not shown before.
    pub changed_fresh: u32,
    /// How many rows say nothing new.
    pub unchanged: u32,
    /// How many rows belong to orders that were deleted here, and were left so.
    pub left_deleted: u32,
    /// How many rows have no number to know them by.
    pub unidentified: u32,
    /// The orders that the page shows, each once, without those that were shown before.
    pub fresh: Vec<CaIdentity>,
}

/// Who imports, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportContext {
    /// The account that is read.
    pub credential_id: CredentialId,
    /// When the CA was asked for the page.
    pub asked_at: Timestamp,
    /// Whether orders that were deleted here come back.
    pub restores_deleted: bool,
}

/// Plans a page. `known` are the orders of the account that the page's rows name, and those that
/// may be booked without a number that is known here; `new_id` gives a fresh id for each order that is added.
///
/// Rows that repeat, as the CA's pages do while new orders arrive (A14), count once: `before` are
/// those that earlier pages showed.
pub fn plan(
    rows: &[ReportRow],
    before: &[CaIdentity],
    known: &[Order],
    context: &ImportContext,
    now: Timestamp,
    mut new_id: impl FnMut() -> OrderId,
) -> ImportPlan {
    let placing: Vec<&Order> = known.iter().filter(|order| order.may_be_booked()).collect();
    let known: BTreeMap<CaIdentity, &Order> = known
        .iter()
        .filter_map(|order| CaIdentity::of_order(order).map(|identity| (identity, order)))
        .collect();
    let mut plan = ImportPlan::default();
    let mut seen = BTreeSet::new();
    for row in rows {
        let Some(identity) = CaIdentity::of_row(row) else {
            plan.unidentified += 1;
            continue;
        };
        if !seen.insert(identity.clone()) {
            continue;
        }
        // What was counted before changes once more, but counts no more.
        let is_fresh = !before.contains(&identity);
        if is_fresh {
            plan.fresh.push(identity.clone());
        }
        let one = u32::from(is_fresh);
        // A draft that was submitted since: known by its request number, now with an order number.
        let former_draft = row
            .request_number
            .as_ref()
            .and_then(|number| known.get(&CaIdentity::Draft(number.clone())));
        match known.get(&identity).or(former_draft) {
            // Its own placing will find it there. Taken for another order here, it could not be
            // adopted any more, since two orders cannot have one number.
            None if placing.iter().any(|order| may_be_booking_of(row, order)) => {
                plan.unchanged += one;
            }
            None => {
                let credential = context.credential_id.clone();
                plan.added
                    .push(Order::imported(new_id(), credential, row, now));
            }
            Some(order) if order.deleted_at.is_some() && !context.restores_deleted => {
                plan.left_deleted += one;
            }
            Some(order) => {
                let transition = seen_again(order, row, context, now);
                if transition.is_change {
                    plan.changed_fresh += one;
                    plan.changed.push(transition);
                } else {
                    plan.unchanged += one;
                }
            }
        }
    }
    plan
}

/// Whether the row may be the booking of an order whose placing is not settled: by its tag, or,
/// should the report carry no tags, by product and name.
fn may_be_booking_of(row: &ReportRow, order: &Order) -> bool {
    let mut tagged = row
        .tags
        .iter()
        .filter_map(|tag| OrderReference::from_tag(tag));
    let is_tagged = tagged.any(|reference| order.reference() == Some(&reference));
    let is_alike = row.tags.is_empty()
        && row.product_code == order.product_code
        && row.domain.eq_ignore_ascii_case(&order.domain);
    is_tagged || is_alike
}

/// A known order that the report shows again; all that follows from it is one change.
fn seen_again(
    order: &Order,
    row: &ReportRow,
    context: &ImportContext,
    now: Timestamp,
) -> Transition {
    let restored = order.apply(Event::Restored, now);
    let mut before = restored.map_or_else(|_| order.clone(), |restored| restored.order);
    let got_number = before.ca_order_number.is_none() && row.order_number.is_some();
    if got_number {
        before.ca_order_number.clone_from(&row.order_number);
    }
    let mut seen = before.seen_in_report(row, context.asked_at, now);
    seen.is_change = seen.is_change || got_number || order.deleted_at.is_some();
    if seen.is_change {
        seen.order.version = order.version.saturating_add(1);
        seen.order.updated_at = now;
    }
    seen
}

#[cfg(test)]
mod tests;
