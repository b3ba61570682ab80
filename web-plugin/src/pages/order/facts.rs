//! An order's details: its numbers at the CA, and when it was asked about.

use certwright_api::orders::OrderView;
use certwright_core::time::Timestamp;
use leptos::prelude::*;

use crate::parts::{Copyable, Time};
use crate::text::{t, t_value};

/// The details. Each keeps its place while its value changes.
#[component]
pub(super) fn OrderFacts(order: Signal<OrderView>) -> impl IntoView {
    let copied = move |label, read: fn(&OrderView) -> Option<String>| {
        detail(order, label, read, move |text| {
            view! { <Copyable label=t(label) text /> }.into_any()
        })
    };
    let said = move |label, read: fn(&OrderView) -> Option<String>| {
        detail(order, label, read, |text| (move || text.get()).into_any())
    };
    let time = move |label, read: fn(&OrderView) -> Option<Timestamp>| {
        detail(order, label, read, |at| view! { <Time at /> }.into_any())
    };
    view! {
        <section aria-labelledby="facts">
            <h2 id="facts">{t("order_facts")}</h2>
            <dl class="facts">
                {copied("order_number", |order| Some(order.ca_order_number.as_ref()?.to_string()))}
                {copied("order_request_number", |order| {
                    Some(order.ca_request_number.as_ref()?.to_string())
                })}
                {copied("order_reference", |order| {
                    Some(order.reference.as_ref()?.as_str().to_owned())
                })}
                {said("order_product", |order| {
                    Some(named(order.product_name.as_ref(), &order.product_code))
                })}
                {said("order_group", |order| {
                    Some(named(order.group_name.as_ref(), order.group_number.as_ref()?))
                })}
                {said("order_organization", |order| order.organization_name.clone())}
                {said("order_ca_status", |order| {
                    let status = order.status.ca_certificate_status.as_ref()?;
                    Some(format!("{} {}", status.id, status.text))
                })}
                {said("order_ca_code", |order| order.status.ca_code.clone())}
                {said("order_revoked_reason", revoked_reason)}
                {time("order_revoked_at", |order| order.revoked.as_ref()?.at)}
                {time("order_ordered", |order| Some(order.ordered_at))}
                {time("order_observed", |order| order.observed_at)}
                {time("order_next_check", |order| order.next_check_at)}
                {detail(order, "order_tracking", tracking, |url| {
                    view! {
                        <a href=move || url.get() target="_blank" rel="noreferrer">
                            {t("order_open_ca")}
                        </a>
                    }
                    .into_any()
                })}
            </dl>
        </section>
    }
}

/// The name, with the CA's number for it; the number alone where the account has no such thing any more.
fn named(name: Option<&String>, number: &str) -> String {
    name.map_or_else(|| number.to_owned(), |name| format!("{name} ({number})"))
}

/// Why the CA revoked the certificate.
fn revoked_reason(order: &OrderView) -> Option<String> {
    let reason = order.revoked.as_ref()?.reason?;
    let name = serde_json::to_value(reason).ok()?;
    Some(t_value("reason", name.as_str()?))
}

fn tracking(order: &OrderView) -> Option<String> {
    let url = order.tracking_url.clone()?;
    url.starts_with("https://").then_some(url)
}

/// A name with its value, in sight while there is one.
fn detail<T>(
    order: Signal<OrderView>,
    label: &'static str,
    read: fn(&OrderView) -> Option<T>,
    show: impl Fn(Signal<T>) -> AnyView + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let value = Memo::new(move |_| order.with(read));
    let is_there = Memo::new(move |_| value.with(Option::is_some));
    move || {
        is_there.get().then(|| {
            let first = value.get_untracked()?;
            let now = Memo::new(move |_| value.get().unwrap_or_else(|| first.clone()));
            Some(view! { <div><dt>{t(label)}</dt><dd>{show(now.into())}</dd></div> })
        })
    }
}
