//! What the list shows: kept in the address, so that it can be bookmarked and gone back to.

use certwright_api::credentials::CredentialView;
use certwright_api::endpoint::op;
use certwright_api::page::Page;
use certwright_core::order::OrderState;
use leptos::prelude::*;

use crate::app::go;
use crate::parts::{SearchField, Select, fetched, linked};
use crate::route::{Filter, Route};
use crate::text::{t, t_value};

/// The search field and the choices over the list.
#[component]
pub(super) fn Filters(filter: Signal<Filter>) -> impl IntoView {
    let accounts = fetched(move |client| async move {
        let none = Filter::default();
        let answer = client.get(op::ListCredentials, "", &none);
        let page: Page<CredentialView> = answer.await?;
        Ok(page.items)
    });
    let text = linked(filter, "q");
    let state = linked(filter, "state");
    let account = linked(filter, "credentialId");
    let order = linked(filter, "sort");
    let deleted = linked(filter, "deleted");
    let stuck = linked(filter, "stuck");
    let wanted = move || {
        Filter::default()
            .with("q", text.get().trim())
            .with("state", state.get())
            .with("credentialId", account.get())
            .with("sort", order.get())
            .with("deleted", deleted.get())
            .with("stuck", stuck.get())
    };
    // The search field acts on Enter, the choices at once.
    Effect::new(move |before: Option<()>| {
        state.track();
        account.track();
        order.track();
        deleted.track();
        stuck.track();
        if before.is_some() {
            let wanted = untrack(wanted);
            if wanted != filter.get_untracked() {
                go(&Route::Orders(wanted));
            }
        }
    });
    let search = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        go(&Route::Orders(untrack(wanted)));
    };
    let states = || {
        let names = OrderState::NAMES.iter();
        let all = names.map(|name| ((*name).to_owned(), t_value("state", name)));
        std::iter::once((String::new(), t("filter_any")))
            .chain(all)
            .collect::<Vec<_>>()
    };
    let account_options = move || {
        let all = accounts.get().unwrap_or_default();
        let all = all
            .into_iter()
            .map(|account| (account.id.to_string(), account.label));
        std::iter::once((String::new(), t("filter_any")))
            .chain(all)
            .collect::<Vec<_>>()
    };
    let sorts = || {
        vec![
            (String::new(), t("sort_newest")),
            ("oldest".to_owned(), t("sort_oldest")),
        ]
    };
    let choice = move |field: RwSignal<String>, label: &'static str| {
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || field.get() == "true"
                    on:change=move |event| {
                        field.set(if event_target_checked(&event) { "true" } else { "" }.into());
                    }
                />
                <span>{t(label)}</span>
            </label>
        }
    };
    view! {
        <form class="filters" role="search" on:submit=search>
            <SearchField id="host" label=t("search_orders") value=text />
            <Select id="state" label=t("filter_state") value=state options=Signal::derive(states) />
            <Select
                id="account"
                label=t("filter_account")
                value=account
                options=Signal::derive(account_options)
            />
            <Select id="sort" label=t("sort") value=order options=Signal::derive(sorts) />
            {choice(stuck, "filter_stuck")}
            {choice(deleted, "filter_deleted")}
            <button class="quiet">{t("filter_search")}</button>
        </form>
    }
}
