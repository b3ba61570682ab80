//! The list of orders: find, choose, act on several at once.

mod actions;
mod filters;
mod import;

use certwright_api::endpoint::op;
use certwright_api::orders::OrderView;
use certwright_api::page::Page;
use leptos::prelude::*;

use crate::parts::{
    Empty, OrderState, Paged, Pager, RowSelect, SelectAll, Selection, Time, paged, show,
};
use crate::route::{Filter, Route};
use crate::text::{t, t_value};
pub(crate) use actions::csv;

/// The screen.
#[component]
pub(crate) fn Orders(filter: Signal<Filter>) -> impl IntoView {
    let list = paged(op::ListOrders, filter);
    // Orders that are on their way change without anybody's doing.
    list.page.follow(10_000, |page| {
        page.items
            .iter()
            .any(|order| matches!(order.status.state.as_str(), "placing" | "pending"))
    });
    let selection = Selection::default();
    Effect::new(move |_| {
        filter.track();
        selection.update(std::collections::BTreeSet::clear);
    });
    let is_import_open = RwSignal::new(false);
    view! {
        <header class="page-head">
            <h1>{t("orders_title")}</h1>
            <div class="actions">
                <button class="quiet" on:click=move |_| is_import_open.set(true)>
                    {t("orders_import")}
                </button>
                <a class="button" href=Route::NewOrder(Filter::default()).href()>
                    {t("order_new")} <kbd aria-hidden="true">"n"</kbd>
                </a>
            </div>
        </header>
        <filters::Filters filter />
        <actions::Actions list selection filter />
        {show(list.page, move |page, _| table(page, list, selection, filter))}
        <Pager list />
        <import::Import is_open=is_import_open />
    }
}

fn table(
    page: Page<OrderView>,
    list: Paged<OrderView>,
    selection: Selection,
    filter: Signal<Filter>,
) -> AnyView {
    if page.items.is_empty() {
        return empty(&filter.get_untracked());
    }
    let ids = move || {
        let page = list.page.get();
        page.map(|page| {
            page.items
                .iter()
                .map(|order| order.id.to_string())
                .collect()
        })
        .unwrap_or_default()
    };
    view! {
        <div class="table" role="group" aria-label=t("orders_title") tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th class="narrow">
                            <SelectAll selection ids=Signal::derive(ids) />
                        </th>
                        <th scope="col">{t("order_domain")}</th>
                        <th scope="col">{t("order_state")}</th>
                        <th scope="col" class="wide">{t("order_who")}</th>
                        <th scope="col" class="wide">{t("order_number")}</th>
                        <th scope="col" class="wide">{t("order_ordered")}</th>
                    </tr>
                </thead>
                <tbody>
                    {page.items.into_iter().map(|order| row(order, selection)).collect_view()}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(order: OrderView, selection: Selection) -> impl IntoView {
    let id = order.id.to_string();
    let more = match order.additional_domains.len() {
        0 => String::new(),
        count => format!(" +{count}"),
    };
    let actor = order.status.actor.and_then(|actor| {
        let name = serde_json::to_value(actor).ok()?;
        Some(t_value("actor", name.as_str()?))
    });
    let number = order.ca_order_number.map(|number| number.to_string());
    view! {
        <tr data-row="">
            <td class="narrow">
                <RowSelect selection id=id.clone() label=order.domain.clone() />
            </td>
            <td class="main">
                <a data-row-link="" href=Route::Order(id).href()>{order.domain}</a>
                <small>{more}</small>
            </td>
            <td>
                <OrderState status=order.status />
            </td>
            <td class="wide">{actor}</td>
            <td class="wide"><code>{number}</code></td>
            <td class="wide">
                <Time at=order.ordered_at />
            </td>
        </tr>
    }
}

fn empty(filter: &Filter) -> AnyView {
    if filter.is_empty() {
        return view! {
            <Empty text=t("orders_none")>
                <p>
                    <a class="button" href=Route::NewOrder(Filter::default()).href()>
                        {t("order_new")}
                    </a>
                </p>
            </Empty>
        }
        .into_any();
    }
    view! {
        <Empty text=t("orders_none_found")>
            <p>
                <a href=Route::Orders(Filter::default()).href()>{t("filter_clear")}</a>
            </p>
        </Empty>
    }
    .into_any()
}
