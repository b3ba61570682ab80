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

/// What one page of the report asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportPlan {
    /// Orders that are not known here.
    pub added: Vec<Transition>,
    /// Known orders of which the report says something new.
    pub changed: Vec<Transition>,
    /// How many rows say nothing new.
    pub unchanged: u32,
    /// How many rows belong to orders that were deleted here, and were left so.
    pub left_deleted: u32,
    /// How many rows have no number to know them by.
    pub unidentified: u32,
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
/// Rows that repeat, as the CA's pages do while new orders arrive (A14), count once.
pub fn plan(
    rows: &[ReportRow],
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
        // A draft that was submitted since: known by its request number, now with an order number.
        let former_draft = row
            .request_number
            .as_ref()
            .and_then(|number| known.get(&CaIdentity::Draft(number.clone())));
        match known.get(&identity).or(former_draft) {
            // Its own placing will find it there. Taken for another order here, it could not be
            // adopted any more, since two orders cannot have one number.
            None if placing.iter().any(|order| may_be_booking_of(row, order)) => {
                plan.unchanged += 1;
            }
            None => {
                let credential = context.credential_id.clone();
                plan.added
                    .push(Order::imported(new_id(), credential, row, now));
            }
            Some(order) if order.deleted_at.is_some() && !context.restores_deleted => {
                plan.left_deleted += 1;
            }
            Some(order) => {
                let transition = seen_again(order, row, context, now);
                if transition.is_change {
                    plan.changed.push(transition);
                } else {
                    plan.unchanged += 1;
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
mod tests {
    use super::*;
    use crate::{
        ca::{Stage, Standing, StatusText},
        order::{Effect, OrderState},
    };

    fn row(number: &str, standing: Standing) -> ReportRow {
        ReportRow {
            order_number: CaOrderNumber::try_from(number.to_owned()).ok(),
            request_number: CaRequestNumber::try_from(format!("9{number}")).ok(),
            standing,
            certificate_status: StatusText::default(),
            order_status: StatusText::default(),
            product_code: "842".into(),
            group_number: None,
            organization_name: None,
            domain: "app.corp.example".into(),
            ordered_at: None,
            expires_at: None,
            serial: None,
            tags: Vec::new(),
        }
    }

    fn context() -> ImportContext {
        ImportContext {
            credential_id: CredentialId::from_random([1; 16]),
            asked_at: now(),
            restores_deleted: false,
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_unix(1_800_000_000)
    }

    fn ids() -> impl FnMut() -> OrderId {
        let mut next = 0;
        move || {
            next += 1;
            OrderId::from_random([next; 16])
        }
    }

    fn orders(plan: &ImportPlan) -> Vec<Order> {
        plan.added
            .iter()
            .map(|transition| transition.order.clone())
            .collect()
    }

    #[test]
    fn the_booking_of_an_order_that_is_being_placed_is_left_to_its_placing() {
        let placing = crate::order::samples::order();
        let reference = placing.reference().unwrap().clone();
        let alike = ReportRow {
            product_code: placing.product_code.clone(),
            domain: placing.domain.to_uppercase(),
            ..row("1", Standing::Issued)
        };
        let tagged = ReportRow {
            tags: vec![reference.tag()],
            ..row("2", Standing::Issued)
        };
        let other = ReportRow {
            tags: vec!["Certwright:ABCDEFGHJK".into()],
            domain: placing.domain.clone(),
            ..row("3", Standing::Issued)
        };
        let rows = [alike, tagged, other];
        let plan = plan(&rows, &[placing], &context(), now(), ids());
        assert_eq!((plan.added.len(), plan.unchanged), (1, 2));
    }

    #[test]
    fn an_order_that_waits_for_approval_claims_a_row_only_after_a_restore() {
        let waiting = crate::order::samples::waiting();
        let tagged = ReportRow {
            tags: vec![waiting.reference().unwrap().tag()],
            ..row("2", Standing::Issued)
        };
        let rows = [tagged];
        let restored = waiting.clone().restored_from(now());
        for (order, added) in [(waiting, 1), (restored, 0)] {
            let plan = plan(&rows, &[order], &context(), now(), ids());
            assert_eq!((plan.added.len(), plan.changed.len()), (added, 0));
        }
    }

    #[test]
    fn a_page_is_added_once_and_a_second_reading_changes_nothing() {
        let pending = Standing::Pending {
            stage: Stage::DomainValidation,
        };
        let rows = [
            row("1", Standing::Issued),
            row("2", pending),
            row("3", Standing::Revoked),
            row("2", Standing::Cancelled),
        ];
        let first = plan(&rows, &[], &context(), now(), ids());
        assert_eq!(first.added.len(), 3, "a repeated row counts once");
        assert_eq!(first.added[0].effects, [Effect::FetchCertificate]);
        assert!(first.added[1].effects.is_empty());
        let second = plan(
            &rows[1..3],
            &orders(&first),
            &context(),
            now().plus(60),
            ids(),
        );
        assert_eq!(
            (second.added.len(), second.changed.len(), second.unchanged),
            (0, 0, 2)
        );
    }

    #[test]
    fn a_deleted_order_stays_deleted_unless_told_otherwise() {
        let rows = [row("1", Standing::Cancelled)];
        let first = orders(&plan(&rows, &[], &context(), now(), ids()));
        let deleted = [first[0].apply(Event::Deleted, now()).unwrap().order];
        let again = plan(&rows, &deleted, &context(), now(), ids());
        assert_eq!((again.left_deleted, again.changed.len()), (1, 0));
        let told = ImportContext {
            restores_deleted: true,
            ..context()
        };
        let restored = plan(&rows, &deleted, &told, now(), ids());
        assert_eq!(restored.changed.len(), 1);
        assert_eq!(restored.changed[0].order.deleted_at, None);
        assert_eq!(restored.changed[0].order.version, deleted[0].version + 1);
    }

    #[test]
    fn a_submitted_draft_is_recognised_by_its_request_number() {
        let mut draft = row(
            "7",
            Standing::Pending {
                stage: Stage::OnHold,
            },
        );
        draft.order_number = None;
        let first = orders(&plan(&[draft], &[], &context(), now(), ids()));
        let submitted = row("7", Standing::Issued);
        let again = plan(&[submitted], &first, &context(), now().plus(60), ids());
        assert!(again.added.is_empty());
        let order = &again.changed[0].order;
        assert_eq!(order.ca_order_number.as_ref().unwrap().as_str(), "7");
        assert!(matches!(order.state, OrderState::Pending(_)));
        assert_eq!(again.changed[0].effects, [Effect::FetchCertificate]);
    }

    #[test]
    fn a_row_without_numbers_is_counted_and_skipped() {
        let mut nameless = row("1", Standing::Issued);
        nameless.order_number = None;
        nameless.request_number = None;
        assert_eq!(
            plan(&[nameless], &[], &context(), now(), ids()).unidentified,
            1
        );
    }
}
