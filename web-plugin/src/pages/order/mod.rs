//! One order: where it stands, who must act, and what can be done.

mod actions;
mod approval;
mod compare;
mod reason;
mod revoke;
mod timeline;
mod validation;

use certwright_api::endpoint::op;
use certwright_api::orders::{OrderAction, OrderView};
use certwright_core::order::{CancellationPhase, RevocationPhase};
use leptos::prelude::*;

use crate::parts::{Copyable, Fact, Facts, Fetched, HostName, OrderState, Time, fetched, show};
use crate::route::{Filter, Route};
use crate::text::{t, t_value, t_with};
pub(super) use revoke::RevokeDialog;

/// The screen.
#[component]
pub(crate) fn OrderPage(id: String) -> impl IntoView {
    let order = fetched(move |client| {
        let id = id.clone();
        async move { client.get(op::GetOrder, &id, &Filter::default()).await }
    });
    // An order on its way changes by itself.
    order.follow(5_000, |order| {
        matches!(order.status.state.as_str(), "placing" | "pending")
    });
    show(order, content)
}

fn content(order: OrderView, fetched: Fetched<OrderView>) -> AnyView {
    let needs_validation = order.allowed.contains(&OrderAction::Validate);
    let actor = order.status.actor.map(|actor| {
        let who = t_value("actor", &json_name(&actor));
        view! { <p class="who">{t_with("order_must_act", &[("who", &who)])}</p> }
    });
    view! {
        <header class="page-head">
            <div>
                <p class="crumbs">
                    <a href=Route::Orders(Filter::default()).href()>{t("orders_title")}</a>
                </p>
                <h1><HostName name=order.domain.clone() /></h1>
            </div>
            <OrderState status=order.status.clone() />
        </header>
        <div class="note">
            {actor} <p>{order.status.guidance.clone()}</p> {asked(&order)}
        </div>
        {order
            .approval
            .is_some()
            .then(|| view! { <approval::Approval order=order.clone() fetched /> })}
        <actions::Actions order=order.clone() fetched />
        {needs_validation
            .then(|| view! { <validation::Validation order=order.clone() fetched /> })}
        <compare::Compare order=order.clone() />
        {facts(&order)}
        <timeline::TimeLine order=order.id.to_string() version=order.version />
    }
    .into_any()
}

/// How far a revocation or a cancellation is that was asked for.
fn asked(order: &OrderView) -> AnyView {
    let revocation = order
        .revocation
        .as_ref()
        .map(|revocation| match &revocation.phase {
            RevocationPhase::Sending => t("revocation_sending"),
            RevocationPhase::Requested => t("revocation_requested"),
            RevocationPhase::Refused { text } => t_with("revocation_refused", &[("text", text)]),
        });
    let cancellation = order.cancellation.as_ref().map(|asked| match &asked.phase {
        CancellationPhase::Sending => t("cancellation_sending"),
        CancellationPhase::Refused { text } => t_with("cancellation_refused", &[("text", text)]),
    });
    let deleted = order.deleted_at.map(|_| t("order_is_deleted"));
    [revocation, cancellation, deleted]
        .into_iter()
        .flatten()
        .map(|text| view! { <p>{text}</p> })
        .collect_view()
        .into_any()
}

fn facts(order: &OrderView) -> AnyView {
    let copied = |label: &'static str, value: Option<String>| {
        value.map(|text| (label, view! { <Copyable label=t(label) text /> }.into_any()))
    };
    let said =
        |label: &'static str, value: Option<String>| value.map(|text| (label, text.into_any()));
    let time = |label: &'static str, at: Option<certwright_core::time::Timestamp>| {
        at.map(|at| (label, view! { <Time at /> }.into_any()))
    };
    let tracking = order
        .tracking_url
        .clone()
        .filter(|url| url.starts_with("https://"));
    let status = order.status.ca_certificate_status.as_ref();
    let rows = [
        copied(
            "order_number",
            order.ca_order_number.as_ref().map(ToString::to_string),
        ),
        copied(
            "order_request_number",
            order.ca_request_number.as_ref().map(ToString::to_string),
        ),
        copied(
            "order_reference",
            order
                .reference
                .as_ref()
                .map(|text| text.as_str().to_owned()),
        ),
        said("order_product", Some(order.product_code.clone())),
        said("order_group", order.group_number.clone()),
        said("order_organization", order.organization_name.clone()),
        said(
            "order_ca_status",
            status.map(|status| format!("{} {}", status.id, status.text)),
        ),
        said("order_ca_code", order.status.ca_code.clone()),
        time("order_ordered", Some(order.ordered_at)),
        time("order_observed", order.observed_at),
        time("order_next_check", order.next_check_at),
        tracking.map(|url| {
            let link =
                view! { <a href=url target="_blank" rel="noreferrer">{t("order_open_ca")}</a> };
            ("order_tracking", link.into_any())
        }),
    ];
    let rows: Vec<Fact> = rows.into_iter().flatten().collect();
    view! {
        <section aria-labelledby="facts">
            <h2 id="facts">{t("order_facts")}</h2>
            <Facts rows />
        </section>
    }
    .into_any()
}

/// The name that a value of the core has in JSON.
fn json_name<T: serde::Serialize>(value: &T) -> String {
    let name = serde_json::to_value(value).ok();
    name.and_then(|name| name.as_str().map(str::to_owned))
        .unwrap_or_default()
}
