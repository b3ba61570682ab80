//! One order: where it stands, who must act, and what can be done.

mod actions;
mod approval;
mod compare;
mod facts;
mod reason;
mod revoke;
mod timeline;
mod validation;

use certwright_api::endpoint::{Endpoint, op};
use certwright_api::orders::{OrderAction, OrderView};
use leptos::prelude::*;

use crate::app::use_app;
use crate::parts::{Fetched, HostName, May, OrderState, fetched, is_moving, may, show};
use crate::route::{Filter, Route};
use crate::text::{t, t_value, t_with};
pub(super) use revoke::RevokeDialog;

/// How often an order that is on its way is read again, in milliseconds.
const FOLLOW_MS: u32 = 5_000;

/// The screen.
#[component]
pub(crate) fn OrderPage(id: String) -> impl IntoView {
    let order = fetched(move |client| {
        let id = id.clone();
        async move { client.get(op::GetOrder, &id, &Filter::default()).await }
    });
    order.follow(FOLLOW_MS, is_moving);
    show(order, content)
}

fn content(order: Signal<OrderView>, fetched: Fetched<OrderView>) -> AnyView {
    let domain = order.with_untracked(|order| order.domain.clone());
    let id = order.with_untracked(|order| order.id.to_string());
    use_app().set_heading(&id, &domain);
    let needs_validation =
        Memo::new(move |_| order.with(|order| may(order, OrderAction::Validate)));
    let has_approval = Memo::new(move |_| order.with(|order| order.approval.is_some()));
    let guidance = Memo::new(move |_| order.with(|order| order.status.guidance.clone()));
    let actor = Memo::new(move |_| {
        order.with(|order| {
            let name = json_name(&order.status.actor?);
            Some(t_with(
                "order_must_act",
                &[("who", &t_value("actor", &name))],
            ))
        })
    });
    let is_deleted = Memo::new(move |_| order.with(|order| order.deleted_at.is_some()));
    let version = Memo::new(move |_| order.with(|order| order.version));
    view! {
        <header class="page-head">
            <div>
                <p class="crumbs">
                    <a href=Route::Orders(Filter::default()).href()>{t("orders_title")}</a>
                </p>
                <h1><HostName name=domain /></h1>
            </div>
            <OrderState order />
        </header>
        <div class="note" role="status">
            {move || actor.get().map(|text| view! { <p class="who">{text}</p> })}
            <p>{guidance}</p>
            {move || is_deleted.get().then(|| view! { <p>{t("order_is_deleted")}</p> })}
        </div>
        <Show when=move || has_approval.get()>
            <approval::Approval order fetched />
        </Show>
        <actions::Actions order fetched />
        <Show when=move || needs_validation.get()>
            <validation::Validation order fetched />
        </Show>
        <compare::Compare order />
        <facts::OrderFacts order />
        // The trail is the whole system's: whoever is bounded to one account does not see it.
        <May to=Endpoint::ListAudit>
            <timeline::TimeLine order=id.clone() version />
        </May>
    }
    .into_any()
}

/// The name that a value of the core has in JSON.
fn json_name<T: serde::Serialize>(value: &T) -> String {
    let name = serde_json::to_value(value).ok();
    name.and_then(|name| name.as_str().map(str::to_owned))
        .unwrap_or_default()
}
