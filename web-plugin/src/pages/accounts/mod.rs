//! Linked accounts and what the CA says about them, in tabs.

mod approval;
mod directory;
mod link;
mod linked;
mod new_domains;

use leptos::prelude::*;

use crate::parts::Tabs;
use crate::route::{Filter, Route};
use crate::text::{t, t_value};

const TABS: [&str; 5] = ["accounts", "groups", "organizations", "domains", "products"];

/// The tab that an address asks for.
fn tab_of(filter: &Filter) -> &'static str {
    let wanted = filter.get("tab");
    let known = TABS.into_iter().find(|name| *name == wanted);
    known.unwrap_or("accounts")
}

/// What the tab is called in the window's title; nothing for the first, which is the screen.
pub(crate) fn tab_title(filter: &Filter) -> String {
    match tab_of(filter) {
        "accounts" => String::new(),
        tab => t_value("part", tab),
    }
}

/// The screen.
#[component]
pub(crate) fn Accounts(filter: Signal<Filter>) -> impl IntoView {
    let tab = Memo::new(move |_| filter.with(tab_of));
    let tabs = Signal::derive(move || {
        let entry = |name: &&'static str| {
            let href = Route::Accounts(Filter::by("tab", *name)).href();
            (href, t_value("part", name), *name == tab.get())
        };
        TABS.iter().map(entry).collect::<Vec<_>>()
    });
    view! {
        <header class="page-head"><h1>{t("accounts_title")}</h1></header>
        <Tabs label=t("accounts_title") tabs />
        {move || match tab.get() {
            "groups" => view! { <directory::Groups /> }.into_any(),
            "organizations" => view! { <directory::Organizations /> }.into_any(),
            "domains" => view! { <directory::Domains filter /> }.into_any(),
            "products" => view! { <directory::Products /> }.into_any(),
            _ => view! { <linked::Linked filter /> }.into_any(),
        }}
    }
}
