//! What a person may do with the order now.

use certwright_api::endpoint::op;
use certwright_api::orders::{CancelRequest, OrderAction, OrderView, RevokeRequest};
use certwright_core::revocation::Remark;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::RevokeDialog;
use super::reason::{Question, ReasonDialog};
use crate::app::{go, use_app, use_client};
use crate::client::Trouble;
use crate::parts::Fetched;
use crate::route::{Filter, Route};
use crate::text::t;

/// The buttons.
#[component]
pub(super) fn Actions(order: OrderView, fetched: Fetched<OrderView>) -> impl IntoView {
    let app = use_app();
    let client = StoredValue::new(use_client());
    let id = StoredValue::new(order.id.to_string());
    let is_busy = RwSignal::new(false);
    let may = move |action| order.allowed.contains(&action);
    let told = move |answer: Result<OrderView, Trouble>,
                     said: &'static str,
                     undo: Option<Callback<()>>| {
        match answer {
            Ok(order) => {
                fetched.set(order);
                match undo {
                    Some(undo) => app.toasts.undoable(t(said), undo),
                    None => app.toasts.done(t(said)),
                }
            }
            Err(trouble) => app.toasts.trouble(&trouble),
        }
        let _ = is_busy.try_set(false);
    };
    let restore = move |()| {
        is_busy.set(true);
        spawn_local(async move {
            let client = client.get_value();
            let answer = client.act(op::RestoreOrder, &id.get_value()).await;
            told(answer, "order_restored", None);
        });
    };
    let admit = move |_| {
        spawn_local(async move {
            match client.get_value().act(op::AdmitHeld, "").await {
                Ok(started) => go(&Route::of_jobs(&started)),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    let is_revoke_open = RwSignal::new(false);
    let revoke = Callback::new(move |request: RevokeRequest| {
        spawn_local(async move {
            let client = client.get_value();
            let answer = client
                .send(op::RevokeOrder, &id.get_value(), &request)
                .await;
            match answer {
                Ok(order) => fetched.set(order),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    });
    let is_cancel_open = RwSignal::new(false);
    let cancel = Callback::new(move |remark: String| {
        spawn_local(async move {
            let (client, request) = (client.get_value(), CancelRequest { remark });
            let answer = client
                .send(op::CancelOrder, &id.get_value(), &request)
                .await;
            match answer {
                Ok(order) => fetched.set(order),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    });
    let again = match order.status.state.as_str() {
        _ if order.certificate_id.is_some() => Some("order_renew"),
        "failed" | "rejected" | "cancelled" | "expired" | "revoked" => Some("order_again"),
        _ => None,
    };
    let again = again.map(|name| {
        let href = Route::NewOrder(Filter::by("renews", id.get_value())).href();
        view! { <a class="button quiet" href=href>{t(name)}</a> }
    });
    let button = move |shown: bool, name: &'static str, run: Callback<()>| {
        shown.then(|| {
            view! {
                <button class="quiet" disabled=is_busy on:click=move |_| run.run(())>
                    {t(name)}
                </button>
            }
        })
    };
    let check = Callback::new(move |()| {
        is_busy.set(true);
        spawn_local(async move {
            let client = client.get_value();
            let answer = client.act(op::CheckOrder, &id.get_value()).await;
            told(answer, "order_checked", None);
        });
    });
    let delete = Callback::new(move |()| {
        is_busy.set(true);
        spawn_local(async move {
            let client = client.get_value();
            let answer = client.act(op::DeleteOrder, &id.get_value()).await;
            told(answer, "order_deleted", Some(Callback::new(restore)));
        });
    });
    let certificate = order.certificate_id.as_ref().map(|id| {
        let href = Route::Certificate(id.to_string()).href();
        view! { <a class="button" href=href>{t("order_certificate")}</a> }
    });
    view! {
        <div class="actions">
            {certificate} {button(may(OrderAction::Check), "order_check", check)}
            {may(OrderAction::Admit)
                .then(|| view! { <button on:click=admit>{t("order_admit")}</button> })}
            {again}
            {button(
                may(OrderAction::Cancel),
                "order_cancel",
                Callback::new(move |()| is_cancel_open.set(true)),
            )}
            {button(
                may(OrderAction::Revoke),
                "order_revoke",
                Callback::new(move |()| is_revoke_open.set(true)),
            )} {button(may(OrderAction::Delete), "order_delete", delete)}
            {button(may(OrderAction::Restore), "order_restore", Callback::new(restore))}
        </div>
        <RevokeDialog is_open=is_revoke_open on_confirm=revoke />
        <ReasonDialog question=CANCEL is_open=is_cancel_open on_confirm=cancel />
    }
}

/// What is asked before an order is cancelled.
const CANCEL: Question = Question {
    id: "cancel-remark",
    title: "cancel_title",
    lead: "cancel_lead",
    label: "remark",
    hint: "remark_hint",
    action: "cancel_do",
    fault: |remark| {
        Remark::try_from(remark)
            .err()
            .map(|fault| fault.to_string())
    },
};
