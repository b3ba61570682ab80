//! What an import makes of the report's rows.

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
    let plan = plan(&rows, &[], &[placing], &context(), now(), ids());
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
        let plan = plan(&rows, &[], &[order], &context(), now(), ids());
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
    let first = plan(&rows, &[], &[], &context(), now(), ids());
    assert_eq!(first.added.len(), 3, "a repeated row counts once");
    assert_eq!(first.added[0].effects, [Effect::FetchCertificate]);
    assert!(first.added[1].effects.is_empty());
    let second = plan(
        &rows[1..3],
        &[],
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
    let first = orders(&plan(&rows, &[], &[], &context(), now(), ids()));
    let deleted = [first[0].apply(Event::Deleted, now()).unwrap().order];
    let again = plan(&rows, &[], &deleted, &context(), now(), ids());
    assert_eq!((again.left_deleted, again.changed.len()), (1, 0));
    let told = ImportContext {
        restores_deleted: true,
        ..context()
    };
    let restored = plan(&rows, &[], &deleted, &told, now(), ids());
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
    let first = orders(&plan(&[draft], &[], &[], &context(), now(), ids()));
    let submitted = row("7", Standing::Issued);
    let again = plan(&[submitted], &[], &first, &context(), now().plus(60), ids());
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
        plan(&[nameless], &[], &[], &context(), now(), ids()).unidentified,
        1
    );
}

#[test]
fn what_an_earlier_page_showed_counts_no_more() {
    let rows = [row("1", Standing::Issued), row("2", Standing::Revoked)];
    let first = plan(&rows, &[], &[], &context(), now(), ids());
    assert_eq!(first.fresh.len(), 2);
    let cancelled = [row("1", Standing::Revoked), row("2", Standing::Revoked)];
    let again = plan(
        &cancelled,
        &first.fresh,
        &orders(&first),
        &context(),
        now().plus(60),
        ids(),
    );
    assert!(again.fresh.is_empty());
    assert_eq!((again.unchanged, again.changed_fresh), (0, 0));
    assert_eq!(again.changed.len(), 1, "it changes all the same");
}

#[test]
fn as_many_pages_are_read_as_the_orders_fill() {
    for (pages, total, rows, expected) in [
        (2, 137, 100, 2),
        (0, 0, 0, 1),
        (1, 3, 3, 1),
        (u32::MAX, 137, 100, 4),
        (u32::MAX, u32::MAX, 100, u32::MAX / 100 + 3),
        (u32::MAX, 0, 0, 3),
        // A CA that gives ten rows a page, whatever was asked for.
        (14, 137, 10, 14),
        // The first page is short of a row.
        (20, 2_000, 99, 20),
    ] {
        assert_eq!(plausible_pages(pages, total, rows), expected);
    }
}
