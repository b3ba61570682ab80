//! What is looked for in the trail: who, what, whose, on what, and on which days.

use std::collections::BTreeSet;

use certwright_api::endpoint::op;
use certwright_api::system::AuditView;
use leptos::prelude::*;

use super::{action_text, who};
use crate::app::go;
use crate::browser::clock;
use crate::parts::{Field, Paged, SearchField, Select, fetched, linked};
use crate::route::{Filter, Route};
use crate::text::t;

/// Actions that are written to the trail.
const ACTIONS: [&str; 37] = [
    "access",
    "audit.export",
    "audit.prune",
    "certificate.fetch",
    "certificates.admit-held",
    "credential.approval",
    "credential.link",
    "credential.new-domains",
    "credential.reseal",
    "credential.rotate",
    "credential.verify",
    "csr.store",
    "dead-letter.discard",
    "dead-letter.retry",
    "directory.sync",
    "job.stop",
    "license.remove",
    "license.set",
    "order.approve",
    "order.cancel",
    "order.check",
    "order.dcv-verify",
    "order.decline",
    "order.delete",
    "order.intend",
    "order.lapse",
    "order.place",
    "order.request",
    "order.restore",
    "order.revoke",
    "order.withdraw",
    "orders.check-due",
    "orders.import",
    "system.dump",
    "system.restore",
    "token.create",
    "token.revoke",
];

/// What the API is asked for: days of this place become instants.
pub(super) fn asked(filter: &Filter) -> Filter {
    let instant = |name: &str, days: i64| {
        clock::start_of_day(filter.get(name), days).map_or_else(String::new, |at| at.to_string())
    };
    filter
        .clone()
        .with("from", instant("from", 0))
        .with("to", "")
        .with("before", instant("to", 1))
}

/// The form. Each choice is part of the address, so that a question can be kept and shared.
#[component]
pub(super) fn Filters(filter: Signal<Filter>, list: Paged<AuditView>) -> impl IntoView {
    let field = move |name| linked(filter, name);
    let (subject, actor, action) = (field("subject"), field("actor"), field("action"));
    let (account, from, to) = (field("account"), field("from"), field("to"));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = |field: RwSignal<String>| field.get_untracked().trim().to_owned();
        go(&Route::Audit(
            Filter::default()
                .with("subject", text(subject))
                .with("actor", text(actor))
                .with("action", text(action))
                .with("account", text(account))
                .with("from", text(from))
                .with("to", text(to)),
        ));
    };
    let accounts = fetched(|client| async move {
        client
            .get(op::ListCredentials, "", &Filter::default())
            .await
    });
    let any = || (String::new(), t("filter_any"));
    let persons = move || {
        let page = list.page.get();
        let seen = page.into_iter().flat_map(|page| page.items);
        let mut all: BTreeSet<String> = seen.map(|entry| entry.actor).collect();
        all.extend([actor.get(), "admin".to_owned(), "system".to_owned()]);
        all.remove("");
        let named = all.into_iter().map(|actor| {
            let name = who(&actor);
            (actor, name)
        });
        std::iter::once(any()).chain(named).collect::<Vec<_>>()
    };
    let actions = move || {
        let all = ACTIONS.iter();
        let all = all.map(|name| ((*name).to_owned(), action_text(name)));
        std::iter::once(any()).chain(all).collect::<Vec<_>>()
    };
    let owners = move || {
        let all = accounts.get().map(|page| page.items).unwrap_or_default();
        let all = all.into_iter();
        let all = all.map(|one| (one.id.to_string(), one.label));
        std::iter::once(any()).chain(all).collect::<Vec<_>>()
    };
    view! {
        <form class="filters" role="search" on:submit=submit>
            <SearchField id="subject" label=t("audit_subject") value=subject />
            <Select id="actor" label=t("audit_who") value=actor options=Signal::derive(persons) />
            <Select id="action" label=t("audit_what") value=action options=Signal::derive(actions) />
            <Select
                id="account"
                label=t("filter_account")
                value=account
                options=Signal::derive(owners)
            />
            <Field id="from" label=t("audit_from") value=from kind="date" required=false />
            <Field id="to" label=t("audit_to") value=to kind="date" required=false />
            <button class="quiet">{t("filter_search")}</button>
        </form>
    }
}
