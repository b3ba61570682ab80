//! What a person may do with the order now.

use certwright_api::endpoint::{Endpoint, op};
use certwright_api::orders::{CancelRequest, OrderAction, OrderView, RevokeRequest};
use certwright_core::{advice::Advice, revocation::Remark};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::RevokeDialog;
use super::reason::{Question, ReasonDialog};
use crate::app::{Bulk, Target, Undo, go, use_app, use_client};
use crate::parts::{Asking, Confirm, Fetched, may};
use crate::route::{Filter, Route};
use crate::text::{t, t_with};

/// The buttons. Each comes and goes with what may be done; the dialogs stay as they are.
#[component]
pub(super) fn Actions(order: Signal<OrderView>, fetched: Fetched<OrderView>) -> impl IntoView {
    let app = use_app();
    let client = use_client();
    let is_busy = RwSignal::new(false);
    let target = order.with_untracked(|order| Target {
        id: order.id.to_string(),
        name: order.domain.clone(),
    });
    let (id, name) = (target.id.clone(), target.name.clone());
    let act = move |what: Bulk, said: String, undo: Option<Undo>| {
        let (client, id) = (client.get_value(), id.clone());
        is_busy.set(true);
        spawn_local(async move {
            match what.one(&client, &id).await {
                Ok(order) => {
                    fetched.set(order);
                    match undo {
                        Some(undo) => app.toasts.undoable(said, undo),
                        None => app.toasts.done(said),
                    }
                }
                Err(trouble) => app.toasts.trouble(&trouble),
            }
            is_busy.set(false);
        });
    };
    let act = StoredValue::new(act);
    let run = move |what: Bulk, said: &'static str, undo| {
        let said = t_with(
            said,
            &[("name", &order.with_untracked(|order| order.domain.clone()))],
        );
        act.with_value(|act| act(what, said, undo));
    };
    let admit = move |_| {
        let client = client.get_value();
        spawn_local(async move {
            match client.act(op::AdmitHeld, "").await {
                Ok(started) => go(&Route::of_jobs(&started)),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    let (revoking, cancelling) = (Asking::closed(), Asking::closed());
    let revoke = Callback::new({
        let id = target.id.clone();
        move |request: RevokeRequest| {
            let (client, id) = (client.get_value(), id.clone());
            let answer = async move { client.send(op::RevokeOrder, &id, &request).await };
            revoking.send(answer, move |order| fetched.set(order));
        }
    });
    let confirming = RwSignal::new(false);
    // The same wish as the one that waits, by this person.
    let confirm = Callback::new({
        let id = target.id.clone();
        move |()| {
            let asked = order.with_untracked(|order| order.revocation.clone());
            let Some(asked) = asked else { return };
            let (reason, remark) = (asked.reason, String::from(asked.remark));
            let (client, id) = (client.get_value(), id.clone());
            spawn_local(async move {
                let request = RevokeRequest { reason, remark };
                match client.send(op::RevokeOrder, &id, &request).await {
                    Ok(order) => fetched.set(order),
                    Err(trouble) => app.toasts.trouble(&trouble),
                }
            });
        }
    });
    let discard = Callback::new({
        let id = target.id.clone();
        move |()| {
            let (client, id) = (client.get_value(), id.clone());
            spawn_local(async move {
                match client.act(op::DiscardRevocation, &id).await {
                    Ok(order) => {
                        fetched.set(order);
                        app.toasts.done(t("revocation_discarded"));
                    }
                    Err(trouble) => app.toasts.trouble(&trouble),
                }
            });
        }
    });
    let cancel = Callback::new({
        let id = target.id.clone();
        move |remark: String| {
            let (client, id) = (client.get_value(), id.clone());
            let request = CancelRequest { remark };
            let answer = async move { client.send(op::CancelOrder, &id, &request).await };
            cancelling.send(answer, move |order| fetched.set(order));
        }
    });
    let again = Memo::new(move |_| {
        order.with(|order| match order.status.state.as_str() {
            _ if order.certificate_id.is_some() => Some("order_renew"),
            "failed" | "rejected" | "cancelled" | "expired" | "revoked" => Some("order_again"),
            _ => None,
        })
    });
    let may_order = app.may(Endpoint::PlaceOrder);
    let renews = Route::NewOrder(Filter::by("renews", target.id.clone())).href();
    let again = move || {
        let href = renews.clone();
        let name = again.get().filter(|_| may_order.get());
        name.map(|name| view! { <a class="button quiet" href=href>{t(name)}</a> })
    };
    let certificate = Memo::new(move |_| order.with(|order| order.certificate_id.clone()));
    let certificate = move || {
        certificate.get().map(|id| {
            let href = Route::Certificate(id.to_string()).href();
            view! { <a class="button" href=href>{t("order_certificate")}</a> }
        })
    };
    let button = move |action: OrderAction, name: &'static str, run: Callback<()>| {
        let is_shown = Memo::new(move |_| order.with(|order| may(order, action)));
        view! {
            <Show when=move || is_shown.get()>
                <button class="quiet" disabled=is_busy on:click=move |_| run.run(())>
                    {t(name)}
                </button>
            </Show>
        }
    };
    let check = Callback::new(move |()| run(Bulk::Check, "order_checked", None));
    let restore = Callback::new(move |()| run(Bulk::Restore, "order_restored", None));
    let delete = Callback::new(move |()| {
        let undo = Undo::Restore(vec![target.clone()]);
        run(Bulk::Delete, "order_deleted", Some(undo));
    });
    let may_admit = Memo::new(move |_| order.with(|order| may(order, OrderAction::Admit)));
    let title = t_with("cancel_title", &[("name", &name)]);
    view! {
        <div class="actions">
            {certificate} {button(OrderAction::Check, "order_check", check)}
            <Show when=move || may_admit.get()>
                <button on:click=admit>{t("order_admit")}</button>
            </Show>
            {again}
            {button(
                OrderAction::Cancel,
                "order_cancel",
                Callback::new(move |()| cancelling.open()),
            )}
            {button(
                OrderAction::Revoke,
                "order_revoke",
                Callback::new(move |()| revoking.open()),
            )}
            {button(
                OrderAction::ConfirmRevocation,
                "revocation_confirm",
                Callback::new(move |()| confirming.set(true)),
            )}
            {button(OrderAction::DiscardRevocation, "revocation_discard", discard)}
            {button(OrderAction::Delete, "order_delete", delete)}
            {button(OrderAction::Restore, "order_restore", restore)}
        </div>
        <RevokeDialog asking=revoking names=vec![name] on_confirm=revoke />
        <Confirm
            is_open=confirming
            title=t("revocation_confirm_title")
            action=t("revocation_confirm")
            on_confirm=confirm
        >
            <p>{t("revoke_lead")}</p>
        </Confirm>
        <ReasonDialog question=CANCEL title asking=cancelling on_confirm=cancel />
    }
}

/// What is asked before an order is cancelled.
const CANCEL: Question = Question {
    id: "cancel-remark",
    lead: "cancel_lead",
    label: "remark",
    hint: "remark_hint",
    action: "cancel_do",
    fault: |remark| Remark::try_from(remark).err().map(|fault| fault.told()),
};
