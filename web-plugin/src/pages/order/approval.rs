//! The approval that an order waits or waited for: who asked, and what the reader may decide.

use certwright_api::endpoint::op;
use certwright_api::orders::{ApprovalView, DeclineRequest, OrderAction, OrderView};
use certwright_core::order::DeclineReason;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::reason::{Question, ReasonDialog};
use crate::app::{use_app, use_client};
use crate::browser;
use crate::client::Trouble;
use crate::parts::{Fetched, Time};
use crate::text::{t, t_with};

/// Who asked and who decided, and the buttons of those who may decide.
#[component]
pub(super) fn Approval(order: OrderView, fetched: Fetched<OrderView>) -> impl IntoView {
    let (app, client) = (use_app(), StoredValue::new(use_client()));
    let id = StoredValue::new(order.id.to_string());
    let is_busy = RwSignal::new(false);
    let is_declining = RwSignal::new(false);
    let done = async move |answer: Result<OrderView, Trouble>, said: &'static str| {
        match answer {
            Ok(order) => {
                fetched.set(order);
                app.toasts.done(t(said));
                browser::refresh_badge().await;
            }
            Err(trouble) => app.toasts.trouble(&trouble),
        }
        let _ = is_busy.try_set(false);
    };
    let decline = Callback::new(move |reason: String| {
        is_busy.set(true);
        spawn_local(async move {
            let (client, id) = (client.get_value(), id.get_value());
            let request = DeclineRequest { reason };
            let answer = client.send(op::DeclineOrder, &id, &request).await;
            done(answer, "approval_declined").await;
        });
    });
    let approve = move |_| {
        is_busy.set(true);
        spawn_local(async move {
            let client = client.get_value();
            let answer = client.act(op::ApproveOrder, &id.get_value()).await;
            done(answer, "approval_approved").await;
        });
    };
    let withdraw = move |_| {
        is_busy.set(true);
        spawn_local(async move {
            let client = client.get_value();
            let answer = client.act(op::WithdrawOrder, &id.get_value()).await;
            done(answer, "approval_withdrawn").await;
        });
    };
    let may = |action| order.allowed.contains(&action);
    let approve = may(OrderAction::Approve).then(|| {
        view! { <button disabled=is_busy on:click=approve>{t("approval_approve")}</button> }
    });
    let declines = may(OrderAction::Decline).then(|| {
        view! {
            <button class="quiet" disabled=is_busy on:click=move |_| is_declining.set(true)>
                {t("approval_decline")}
            </button>
        }
    });
    let withdraw = may(OrderAction::Withdraw).then(|| {
        view! {
            <button class="quiet" disabled=is_busy on:click=withdraw>
                {t("approval_withdraw")}
            </button>
        }
    });
    view! {
        {told(order.approval)}
        <div class="actions">{approve} {declines} {withdraw}</div>
        <ReasonDialog question=DECLINE is_open=is_declining on_confirm=decline />
    }
}

/// Who asked for it and who decided, each with the time.
fn told(approval: Option<ApprovalView>) -> impl IntoView {
    approval.map(|approval| {
        let asked = t_with("approval_asked_by", &[("who", &approval.requested_by)]);
        let decided = approval.decided_at.map(|at| {
            let by = approval
                .decided_by
                .map(|who| t_with("approval_decided_by", &[("who", &who)]));
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

/// What is asked before an order is declined: the requester reads it.
const DECLINE: Question = Question {
    id: "decline-reason",
    title: "approval_decline_title",
    lead: "approval_decline_lead",
    label: "approval_reason",
    hint: "approval_reason_hint",
    action: "approval_decline",
    fault: |reason| {
        DeclineReason::try_from(reason)
            .err()
            .map(|fault| fault.to_string())
    },
};
