//! The approval that an order waits or waited for: who asked, and what the reader may decide.

use certwright_api::endpoint::op;
use certwright_api::orders::{
    ApprovalView, DeclineRequest, Finding, OrderAction, OrderReview, OrderView, Severity,
};
use certwright_core::{advice::Advice, order::DeclineReason};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::reason::{Question, ReasonDialog};
use crate::app::{use_app, use_client};
use crate::browser;
use crate::pages::audit::who;
use crate::pages::new_order::finding_row;
use crate::parts::{Asking, Fact, Facts, Fetched, Time, may};
use crate::text::{t, t_count, t_with};

/// Who asked and who decided, and the buttons of those who may decide.
#[component]
pub(super) fn Approval(order: Signal<OrderView>, fetched: Fetched<OrderView>) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let (id, name) = order.with_untracked(|order| (order.id.to_string(), order.domain.clone()));
    let id = StoredValue::new(id);
    let is_busy = RwSignal::new(false);
    let declining = Asking::closed();
    let done = move |order: OrderView, said: &'static str| {
        fetched.set(order);
        app.toasts.done(t(said));
        spawn_local(browser::refresh_badge());
    };
    let decide = move |is_approved: bool| {
        is_busy.set(true);
        let (client, id) = (client.get_value(), id.get_value());
        spawn_local(async move {
            let (answer, said) = if is_approved {
                (client.act(op::ApproveOrder, &id).await, "approval_approved")
            } else {
                (
                    client.act(op::WithdrawOrder, &id).await,
                    "approval_withdrawn",
                )
            };
            match answer {
                Ok(order) => done(order, said),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
            is_busy.set(false);
        });
    };
    let decline = Callback::new(move |reason: String| {
        let (client, id) = (client.get_value(), id.get_value());
        let request = DeclineRequest { reason };
        let answer = async move { client.send(op::DeclineOrder, &id, &request).await };
        declining.send(answer, move |order| done(order, "approval_declined"));
    });
    let button = move |action: OrderAction, class, name: &'static str, run: Callback<()>| {
        let is_shown = Memo::new(move |_| order.with(|order| may(order, action)));
        view! {
            <Show when=move || is_shown.get()>
                <button class=class disabled=is_busy on:click=move |_| run.run(())>
                    {t(name)}
                </button>
            </Show>
        }
    };
    let approve = Callback::new(move |()| decide(true));
    let withdraw = Callback::new(move |()| decide(false));
    let declines = Callback::new(move |()| declining.open());
    let findings = Memo::new(move |_| order.with(|order| order.findings.clone()));
    let approval = Memo::new(move |_| order.with(|order| order.approval.clone()));
    let title = t_with("approval_decline_title", &[("name", &name)]);
    view! {
        {move || told(approval.get())}
        {move || {
            let review = approval.get().and_then(|approval| approval.review);
            review.map(|review| reviewed(review, findings.get()))
        }}
        <div class="actions">
            {button(OrderAction::Approve, "", "approval_approve", approve)}
            {button(OrderAction::Decline, "quiet", "approval_decline", declines)}
            {button(OrderAction::Withdraw, "quiet", "approval_withdraw", withdraw)}
        </div>
        <ReasonDialog question=DECLINE title asking=declining on_confirm=decline />
    }
}

/// Who asked for it and who decided, each with the time.
fn told(approval: Option<ApprovalView>) -> impl IntoView {
    approval.map(|approval| {
        let asked = t_with(
            "approval_asked_by",
            &[("who", &who(&approval.requested_by))],
        );
        let decided = approval.decided_at.map(|at| {
            let by = approval
                .decided_by
                .map(|by| t_with("approval_decided_by", &[("who", &who(&by))]));
            view! { <p>{by.unwrap_or_else(|| t("approval_nobody"))}" · "<Time at /></p> }
        });
        view! {
            <div class="note">
                <p>{asked}" · "<Time at=approval.requested_at /></p>
                {decided}
            </div>
        }
    })
}

/// What is to be decided on, by the names that people know, and what the order check warns of.
fn reviewed(review: OrderReview, findings: Vec<Finding>) -> impl IntoView {
    let price = review.price.unwrap_or_else(|| t("cost_unknown"));
    let requestor = format!("{} · {}", review.requestor_name, review.requestor_email);
    let term = t_count("review_years", u64::from(review.validity_years));
    let gone = || t("review_gone");
    let rows: Vec<Fact> = [
        ("review_requestor", Some(requestor)),
        (
            "order_product",
            Some(review.product_name.unwrap_or_else(gone)),
        ),
        ("review_term", Some(term)),
        ("review_price", Some(price)),
        ("order_group", Some(review.group_name.unwrap_or_else(gone))),
        ("directory_balance", review.balance),
        ("order_organization", review.organization_name),
        ("approval_key", review.key),
        (
            "review_remarks",
            Some(review.remarks).filter(|text| !text.is_empty()),
        ),
    ]
    .into_iter()
    .filter_map(|(label, text)| -> Option<Fact> { Some((label, text?.into_any())) })
    .collect();
    let warns = findings
        .iter()
        .any(|finding| finding.severity != Severity::Info);
    let lead = t(if warns {
        "review_findings"
    } else {
        "review_calm"
    });
    view! {
        <section aria-labelledby="review">
            <h2 id="review">{t("approval_title")}</h2>
            <Facts rows />
            <p>{lead}</p>
            <ul class="readings">{findings.into_iter().map(finding_row).collect_view()}</ul>
        </section>
    }
}

/// What is asked before an order is declined: the requester reads it.
const DECLINE: Question = Question {
    id: "decline-reason",
    lead: "approval_decline_lead",
    label: "approval_reason",
    hint: "approval_reason_hint",
    action: "approval_decline",
    fault: |reason| {
        DeclineReason::try_from(reason)
            .err()
            .map(|fault| fault.told())
    },
};
