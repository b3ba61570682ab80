//! The inventory: find a certificate by host, expiry, issuer or key.

use certwright_api::certificates::CertificateView;
use certwright_api::endpoint::op;
use certwright_api::page::Page;
use certwright_core::time::DAY;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::orders::csv;
use crate::app::{go, use_app, use_client};
use crate::browser::{self, clock};
use crate::parts::{
    Empty, Expiry, HostName, KeyMark, KeyMarks, Pager, SearchField, Select, Status, Tone, items,
    key_marks, linked, paged, rows, show,
};
use crate::route::{Filter, Route};
use crate::text::{t, t_count};

const KEYS: [&str; 5] = ["P-256", "P-384", "RSA 2048", "RSA 3072", "RSA 4096"];
/// Choices for "expires within", in days.
const WITHIN: [u64; 4] = [7, 30, 60, 90];

/// How often the list is read again, in milliseconds.
const FOLLOW_MS: u32 = 30_000;

/// What is asked of the Worker for a filter of the address, which says "within so many days" and so
/// stays true when it is opened another day.
fn asked_for(filter: &Filter) -> Filter {
    let days = filter.get("within").parse::<i64>();
    let days = days.ok().filter(|days| (1..=MOST_DAYS).contains(days));
    let wanted = filter.clone().with("within", "");
    match days {
        None => wanted,
        Some(days) => {
            let now = clock::now();
            wanted
                .with("expiresAfter", now.to_string())
                .with("expiresBefore", now.plus(days * DAY).to_string())
        }
    }
}

/// No certificate is valid for longer, by far.
const MOST_DAYS: i64 = 10_000;

/// The screen.
#[component]
pub(crate) fn Certificates(filter: Signal<Filter>) -> impl IntoView {
    let wanted = Memo::new(move |_| asked_for(&filter.get()));
    let list = paged(op::ListCertificates, wanted.into());
    list.page.follow(FOLLOW_MS, |_| false);
    let keys = key_marks();
    view! {
        <header class="page-head">
            <h1>{t("certificates_title")}</h1>
            <Export filter=wanted.into() />
        </header>
        <Search filter />
        {show(list.page, move |page, _| table(page, filter, keys))}
        <Pager list />
    }
}

#[component]
fn Search(filter: Signal<Filter>) -> impl IntoView {
    let text = linked(filter, "q");
    let issuer = linked(filter, "issuer");
    let key = linked(filter, "key");
    let within = linked(filter, "within");
    let wanted = move || {
        Filter::default()
            .with("q", text.get().trim())
            .with("issuer", issuer.get().trim())
            .with("key", key.get())
            .with("within", within.get())
    };
    Effect::new(move |was: Option<()>| {
        key.track();
        within.track();
        if was.is_some() {
            let wanted = untrack(wanted);
            if wanted != filter.get_untracked() {
                go(&Route::Certificates(wanted));
            }
        }
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        go(&Route::Certificates(untrack(wanted)));
    };
    let keys = move || {
        let all = KEYS
            .iter()
            .map(|name| ((*name).to_owned(), (*name).to_owned()));
        std::iter::once((String::new(), t("filter_any")))
            .chain(all)
            .collect::<Vec<_>>()
    };
    let withins = move || {
        // An address that somebody wrote may ask for another number of days.
        let other = within.get().parse::<u64>().ok();
        let other = other.filter(|days| !WITHIN.contains(days));
        let days = WITHIN.into_iter().chain(other);
        let days = days.map(|days| (days.to_string(), t_count("filter_within_days", days)));
        std::iter::once((String::new(), t("filter_any")))
            .chain(days)
            .collect::<Vec<_>>()
    };
    let is_open = filter.with_untracked(|filter| !filter.get("issuer").is_empty());
    view! {
        <form class="filters" role="search" on:submit=submit>
            <SearchField id="host" label=t("search_certificates") value=text />
            <Select
                id="within"
                label=t("filter_within")
                value=within
                options=Signal::derive(withins)
            />
            <Select id="key" label=t("filter_key") value=key options=Signal::derive(keys) />
            <button class="quiet">{t("filter_search")}</button>
            <details open=is_open>
                <summary>{t("filter_more")}</summary>
                <div class="fields">
                    <SearchField id="issuer" label=t("filter_issuer") value=issuer />
                </div>
            </details>
        </form>
    }
}

#[component]
fn Export(filter: Signal<Filter>) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let export = move |_| {
        let (client, filter) = (client.get_value(), filter.get_untracked());
        spawn_local(async move {
            match csv(&client, op::ExportCertificates, filter).await {
                Ok(text) => browser::save("certificates.csv", "text/csv", text.as_bytes()),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    view! { <button class="quiet" on:click=export>{t("export_csv")}</button> }
}

fn table(page: Signal<Page<CertificateView>>, filter: Signal<Filter>, keys: KeyMarks) -> AnyView {
    let items = items(page);
    let is_empty = Memo::new(move |_| items.with(Vec::is_empty));
    let none = move || {
        let is_all = filter.with(Filter::is_empty);
        let has_more = page.with(|page| page.next_cursor.is_some());
        let is_named = filter.with(|filter| !filter.get("q").is_empty());
        let text = t(if has_more {
            "none_found_yet"
        } else if is_all {
            "certificates_none"
        } else if is_named {
            "certificates_none_named"
        } else {
            "certificates_none_found"
        });
        let all = Route::Certificates(Filter::default()).href();
        let clear = (!is_all).then(|| view! { <p><a href=all>{t("filter_clear")}</a></p> });
        view! { <Empty text>{clear}</Empty> }
    };
    view! {
        {move || is_empty.get().then(none)}
        <div class="table" hidden=is_empty role="group" aria-label=t("certificates_title") tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t("certificate_names")}</th>
                        <th scope="col">{t("certificate_expires")}</th>
                        <th scope="col">{t("certificate_issuer")}</th>
                        <th scope="col">{t("certificate_key")}</th>
                        <th scope="col">{t("certificate_your_key")}</th>
                    </tr>
                </thead>
                <tbody>{rows(items, |one| one.id.as_str(), move |one| row(one, keys))}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(latest: Signal<CertificateView>, keys: KeyMarks) -> impl IntoView {
    let one = latest.get_untracked();
    let is_revoked = Memo::new(move |_| latest.with(|one| one.revoked_at.is_some()));
    let first = one
        .matched_name
        .or_else(|| one.names.first().cloned())
        .unwrap_or_default();
    let more = match one.names.len() {
        0 | 1 => String::new(),
        count => format!(" +{}", count - 1),
    };
    let href = Route::Certificate(one.id.to_string()).href();
    let expiry = move || match is_revoked.get() {
        true => view! { <Status tone=Tone::Past text=t("certificate_revoked") /> }.into_any(),
        false => view! { <Expiry at=one.not_after /> }.into_any(),
    };
    view! {
        <tr data-row="">
            <td class="main">
                <a data-row-link="" href=href><HostName name=first /></a>
                <small>{more}</small>
            </td>
            <td>{expiry}</td>
            <td data-label=t("certificate_issuer")>{one.issuer}</td>
            <td class="nowrap" data-label=t("certificate_key")>{one.key}</td>
            <td data-label=t("certificate_your_key")><KeyMark keys print=one.key_fingerprint /></td>
        </tr>
    }
}
