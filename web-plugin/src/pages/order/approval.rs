//! The approval that an order waits or waited for: who asked, and what the reader may decide.

use certwright_api::endpoint::Endpoint;
use certwright_api::orders::{ApprovalView, DeclineRequest, OrderAction, OrderView};
use certwright_core::order::DeclineReason;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{use_app, use_client};
use crate::browser;
use crate::parts::{Dialog, Fetched, Field, Time};
use crate::text::{t, t_with};

/// Who asked and who decided, and the buttons of those who may decide.
#[component]
pub(super) fn Approval(order: OrderView, fetched: Fetched<OrderView>) -> impl IntoView {
    let (app, client) = (use_app(), StoredValue::new(use_client()));
    let id = StoredValue::new(order.id.to_string());
    let is_busy = RwSignal::new(false);
    let is_declining = RwSignal::new(false);
    let send = move |endpoint: Endpoint, said: &'static str, request: Option<DeclineRequest>| {
        is_busy.set(true);
        spawn_local(async move {
            let (client, id) = (client.get_value(), id.get_value());
            let answer = match &request {
                Some(request) => client.send(endpoint, &id, request).await,
                None => client.act(endpoint, &id).await,
            };
            match answer {
                Ok(order) => {
                    fetched.set(order);
                    app.toasts.done(t(said));
                    browser::refresh_badge().await;
                }
                Err(trouble) => app.toasts.trouble(&trouble),
            }
            let _ = is_busy.try_set(false);
        });
    };
    let decline = Callback::new(move |reason: String| {
        let request = DeclineRequest { reason };
        send(Endpoint::DeclineOrder, "approval_declined", Some(request));
    });
    let may = |action| order.allowed.contains(&action);
    let approve = may(OrderAction::Approve).then(|| {
        let approve = move |_| send(Endpoint::ApproveOrder, "approval_approved", None);
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
        let withdraw = move |_| send(Endpoint::WithdrawOrder, "approval_withdrawn", None);
        view! {
            <button class="quiet" disabled=is_busy on:click=withdraw>
                {t("approval_withdraw")}
            </button>
        }
    });
    view! {
        {told(order.approval)}
        <div class="actions">{approve} {declines} {withdraw}</div>
        <DeclineDialog is_open=is_declining on_confirm=decline />
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

/// Asks for a reason before an order is declined: the requester reads it.
#[component]
fn DeclineDialog(
    is_open: RwSignal<bool>,
    #[prop(into)] on_confirm: Callback<String>,
) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let error = RwSignal::new(None);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let reason = reason.get_untracked();
        if let Err(fault) = DeclineReason::try_from(reason.clone()) {
            return error.set(Some(fault.to_string()));
        }
        error.set(None);
        is_open.set(false);
        on_confirm.run(reason);
    };
    view! {
        <Dialog is_open title=t("approval_decline_title")>
            <form on:submit=submit>
                <p>{t("approval_decline_lead")}</p>
                <Field
                    id="decline-reason"
                    label=t("approval_reason")
                    hint=t("approval_reason_hint")
                    value=reason
                    error
                />
                <div class="actions">
                    <button class="danger">{t("approval_decline")}</button>
                    <button type="button" class="quiet" on:click=move |_| is_open.set(false)>
                        {t("dialog_cancel")}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
