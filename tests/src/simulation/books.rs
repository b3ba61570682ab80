//! The Worker's orders held against the CA's books.

use std::collections::BTreeMap;

use certwright_core::order::{Order, OrderState};
use emsign_sandbox::BookEntry;

use super::{history::History, inspect::Stored};

const DOWNLOADED: u16 = 9;
const GENERATED: u16 = 20;
const REVOKED: u16 = 22;
const CANCELLED: u16 = 13;
const REJECTED: u16 = 5;

fn entries(history: &History) -> Vec<BookEntry> {
    let now = history.stage.now();
    history.stage.sandbox.borrow_mut().books(now).orders
}

fn reference(entry: &BookEntry) -> Option<&str> {
    entry
        .tags
        .iter()
        .find_map(|tag| tag.strip_prefix("Certwright:"))
}

/// Nothing ordered twice, and every order shown as the CA has it.
pub(super) fn all(history: &mut History, orders: &[Order], stored: &[Stored]) {
    let entries = entries(history);
    placed_once(history, &entries, orders);
    let by_number: BTreeMap<&str, &BookEntry> = entries
        .iter()
        .map(|entry| (entry.order_number.as_str(), entry))
        .collect();
    let by_order: BTreeMap<&str, &Stored> = stored
        .iter()
        .map(|stored| (stored.order_id.as_str(), stored))
        .collect();
    for order in orders {
        let Some(number) = &order.ca_order_number else {
            continue;
        };
        match by_number.get(number.as_str()) {
            None => history.violation(format!("{} is no order of the CA's", order.id)),
            Some(entry) => {
                told_truly(history, order, entry);
                // A deleted order is not followed any further.
                if order.deleted_at.is_none() {
                    followed(history, order, entry);
                }
                if let Some(stored) = by_order.get(order.id.as_str()) {
                    same_certificate(history, stored, entry);
                }
            }
        }
    }
}

fn placed_once(history: &mut History, entries: &[BookEntry], orders: &[Order]) {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in entries {
        if entry.times_placed > 1 {
            let number = &entry.order_number;
            history.violation(format!(
                "order {number} is at the CA {} times",
                entry.times_placed
            ));
        }
        let Some(reference) = reference(entry) else {
            continue;
        };
        let count = times.entry(reference).or_default();
        *count = count.saturating_add(1);
        let ours = orders.iter().find(|order| {
            order
                .reference()
                .is_some_and(|own| own.as_str() == reference)
        });
        match ours {
            None => history.violation(format!("{reference} is at the CA and not known here")),
            Some(order) => {
                let number = order.ca_order_number.as_ref().map(|number| number.as_str());
                if number != Some(&entry.order_number) {
                    let state = order.state.name();
                    history.violation(format!(
                        "{reference} is {} at the CA; here it is {state} with {number:?}",
                        entry.order_number
                    ));
                }
            }
        }
        let known = orders.iter().filter(|order| {
            let number = order.ca_order_number.as_ref().map(|number| number.as_str());
            number == Some(&entry.order_number)
        });
        let known = known.count();
        if known > 1 {
            history.violation(format!("{reference} is {known} orders here"));
        }
    }
    for (reference, times) in times {
        if times > 1 {
            history.violation(format!("{reference} was ordered {times} times"));
        }
    }
}

/// Nothing is shown that is not so.
fn told_truly(history: &mut History, order: &Order, entry: &BookEntry) {
    let status = entry.certificate_status_id;
    let is_true = match &order.state {
        OrderState::Revoked { .. } => status == REVOKED,
        OrderState::Cancelled => status == CANCELLED,
        OrderState::Rejected { .. } => status == REJECTED,
        OrderState::Fulfilled(_) | OrderState::Held(_) => {
            !entry.certificate_serial_number.is_empty()
        }
        _ => true,
    };
    if !is_true {
        history.violation(format!(
            "{} is shown as {} and is {}/{status} at the CA",
            order.id,
            order.state.name(),
            entry.order_status_id
        ));
    }
}

/// Everything that the CA has decided has come here.
fn followed(history: &mut History, order: &Order, entry: &BookEntry) {
    let is_in_vain = entry.domain_name.starts_with("wrong-key.");
    let has_come = match (entry.certificate_status_id, &order.state) {
        (GENERATED | DOWNLOADED, OrderState::Held(_) | OrderState::Fulfilled(_)) => true,
        (GENERATED | DOWNLOADED, OrderState::Pending(_)) => is_in_vain,
        (GENERATED | DOWNLOADED, _) => false,
        // What is revoked at our request is shown so; of what others revoke, an import tells.
        (REVOKED, state) => state.revocation().is_none(),
        (CANCELLED, state) => matches!(state, OrderState::Cancelled),
        (REJECTED, state) => matches!(state, OrderState::Rejected { .. }),
        _ => true,
    };
    if !has_come {
        history.violation(format!(
            "{} ({}) is {} and is {}/{} at the CA",
            order.id,
            entry.domain_name,
            order.state.name(),
            entry.order_status_id,
            entry.certificate_status_id
        ));
    }
}

fn same_certificate(history: &mut History, stored: &Stored, entry: &BookEntry) {
    let here = u128::from_str_radix(&stored.serial, 16).ok();
    let there = entry.certificate_serial_number.parse().ok();
    if here.is_none() || here != there {
        history.violation(format!("certificate {} is not the CA's", stored.id));
    }
}

/// Every order of the CA's is known here.
pub(super) fn complete(history: &mut History, orders: &[Order]) {
    for entry in entries(history) {
        let is_known = orders.iter().any(|order| {
            let number = order.ca_order_number.as_ref().map(|number| number.as_str());
            number == Some(&entry.order_number)
        });
        if !is_known {
            let number = &entry.order_number;
            history.violation(format!(
                "order {number} of the CA's is not known after an import"
            ));
        }
    }
}
