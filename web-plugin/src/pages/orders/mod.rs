//! The list of orders: find, choose, act on several at once.

mod actions;
mod filters;
mod import;

use certwright_api::endpoint::{Endpoint, op};
use certwright_api::orders::OrderView;
use certwright_api::page::Page;
use leptos::prelude::*;

use crate::parts::{
    Asking, Empty, May, OrderState, Pager, RowSelect, SelectAll, Selection, Time, is_moving, items,
    paged, rows, selection, show,
};
use crate::route::{Filter, Route};
use crate::text::{t, t_value};
pub(crate) use actions::csv;

/// How often a list with orders on their way is read again, in milliseconds.
const FOLLOW_MS: u32 = 10_000;

/// The screen.
#[component]
pub(crate) fn Orders(filter: Signal<Filter>) -> impl IntoView {
    let list = paged(op::ListOrders, filter);
    // Orders that are on their way change without anybody's doing.
    list.page
        .follow(FOLLOW_MS, |page| page.items.iter().any(is_moving));
    let selection = selection(list, id);
    let importing = Asking::closed();
    view! {
        <header class="page-head">
            <h1>{t("orders_title")}</h1>
            <div class="actions">
                <May to=Endpoint::ImportOrders>
                    <button class="quiet" on:click=move |_| importing.open()>
                        {t("orders_import")}
                    </button>
                </May>
                <May to=Endpoint::PlaceOrder>
                    <a class="button" href=Route::NewOrder(Filter::default()).href()>
                        {t("order_new")}
                        " "
                        <kbd aria-hidden="true">"n"</kbd>
                    </a>
                </May>
            </div>
        </header>
        <filters::Filters filter />
        <actions::Actions list selection filter />
        {show(list.page, move |page, _| table(page, selection, filter))}
        <Pager list />
        <import::Import asking=importing />
    }
}

fn id(order: &OrderView) -> &str {
    order.id.as_str()
}

fn table(page: Signal<Page<OrderView>>, selection: Selection, filter: Signal<Filter>) -> AnyView {
    let items = items(page);
    let ids = move || items.with(|all| all.iter().map(|order| order.id.to_string()).collect());
    let is_empty = Memo::new(move |_| items.with(Vec::is_empty));
    let has_more = Memo::new(move |_| page.with(|page| page.next_cursor.is_some()));
    view! {
        {move || is_empty.get().then(|| empty(&filter.get(), has_more.get()))}
        <div class="table" hidden=is_empty role="group" aria-label=t("orders_title") tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th class="narrow" data-label=t("select_page")>
                            <SelectAll selection ids=Signal::derive(ids) />
                        </th>
                        <th scope="col">{t("order_domain")}</th>
                        <th scope="col">{t("order_state")}</th>
                        <th scope="col">{t("order_who")}</th>
                        <th scope="col">{t("order_number")}</th>
                        <th scope="col">{t("order_ordered")}</th>
                    </tr>
                </thead>
                <tbody>{rows(items, id, move |order| row(order, selection))}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(order: Signal<OrderView>, selection: Selection) -> impl IntoView {
    // What an order is for never changes; where it stands does.
    let first = order.get_untracked();
    let id = first.id.to_string();
    let more = match first.additional_domains.len() {
        0 => String::new(),
        count => format!(" +{count}"),
    };
    let actor = move || {
        let name = serde_json::to_value(order.with(|order| order.status.actor)?).ok()?;
        Some(t_value("actor", name.as_str()?))
    };
    let number = move || {
        let number = order.with(|order| order.ca_order_number.as_ref().map(ToString::to_string));
        number.map(|number| view! { <code>{number}</code> })
    };
    view! {
        <tr data-row="">
            <td class="narrow">
                <RowSelect selection id=id.clone() label=first.domain.clone() />
            </td>
            <td class="main">
                <a data-row-link="" href=Route::Order(id).href()>{first.domain}</a>
                <small>{more}</small>
            </td>
            <td>
                <OrderState order />
            </td>
            <td data-label=t("order_who")>{actor}</td>
            <td data-label=t("order_number")>{number}</td>
            <td data-label=t("order_ordered")>
                <Time at=first.ordered_at />
            </td>
        </tr>
    }
}

fn empty(filter: &Filter, has_more: bool) -> AnyView {
    if filter.is_empty() {
        return view! {
            <Empty text=t("orders_none")>
                <May to=Endpoint::PlaceOrder>
                    <p>
                        <a class="button" href=Route::NewOrder(Filter::default()).href()>
                            {t("order_new")}
                        </a>
                    </p>
                </May>
            </Empty>
        }
        .into_any();
    }
    let is_named = !filter.get("q").is_empty();
    let text = t(match (has_more, is_named) {
        (true, _) => "none_found_yet",
        (false, true) => "orders_none_named",
        (false, false) => "orders_none_found",
    });
    let deleted = Route::Orders(filter.clone().with("deleted", "true")).href();
    let look_there = is_named && filter.get("deleted").is_empty();
    view! {
        <Empty text=text>
            {look_there
                .then(|| view! { <p><a href=deleted>{t("orders_search_deleted")}</a></p> })}
            <p>
                <a href=Route::Orders(Filter::default()).href()>{t("filter_clear")}</a>
            </p>
        </Empty>
    }
    .into_any()
}
