//! The inventory: find a certificate by host, expiry, issuer or key.

use certwright_api::certificates::CertificateView;
use certwright_api::endpoint::op;
use certwright_api::page::Page;
use certwright_core::time::{DAY, Timestamp};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::orders::csv;
use crate::app::{go, use_app, use_client};
use crate::browser::{self, clock};
use crate::parts::{
    Empty, Expiry, HostName, KeyMark, KeyMarks, Pager, SearchField, Select, Status, Tone,
    key_marks, linked, paged, show,
};
use crate::route::{Filter, Route};
use crate::text::{t, t_with};

const KEYS: [&str; 5] = ["P-256", "P-384", "RSA 2048", "RSA 3072", "RSA 4096"];
/// Choices for "expires within", in days.
const WITHIN: [i64; 4] = [7, 30, 60, 90];

/// The screen.
#[component]
pub(crate) fn Certificates(filter: Signal<Filter>) -> impl IntoView {
    let list = paged(op::ListCertificates, filter);
    let keys = key_marks();
    view! {
        <header class="page-head">
            <h1>{t("certificates_title")}</h1>
            <Export filter />
        </header>
        <Search filter />
        {show(list.page, move |page, _| table(page, &filter.get_untracked(), keys))}
        <Pager list />
    }
}

#[component]
fn Search(filter: Signal<Filter>) -> impl IntoView {
    let host = linked(filter, "host");
    let issuer = linked(filter, "issuer");
    let key = linked(filter, "key");
    let serial = linked(filter, "serial");
    let before = linked(filter, "expiresBefore");
    let after = linked(filter, "expiresAfter");
    let wanted = move || {
        Filter::default()
            .with("host", crate::idn::to_ascii(&host.get()))
            .with("issuer", issuer.get().trim())
            .with(
                "serial",
                serial.get().trim().replace(':', "").to_uppercase(),
            )
            .with("key", key.get())
            .with("expiresBefore", before.get())
            .with("expiresAfter", after.get())
    };
    Effect::new(move |was: Option<()>| {
        key.track();
        before.track();
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
    let is_open = filter.with_untracked(|filter| {
        !filter.get("issuer").is_empty() || !filter.get("serial").is_empty()
    });
    view! {
        <form class="filters" role="search" on:submit=submit>
            <SearchField id="host" label=t("filter_host") value=host />
            <Within before after />
            <Select id="key" label=t("filter_key") value=key options=Signal::derive(keys) />
            <button class="quiet">{t("filter_search")}</button>
            <details open=is_open>
                <summary>{t("filter_more")}</summary>
                <div class="fields">
                    <SearchField id="issuer" label=t("filter_issuer") value=issuer />
                    <SearchField id="serial" label=t("filter_serial") value=serial />
                </div>
            </details>
        </form>
    }
}

/// The choice of how soon a certificate expires, as the two times that the list is filtered by.
#[component]
fn Within(before: RwSignal<String>, after: RwSignal<String>) -> impl IntoView {
    let chosen = RwSignal::new(String::new());
    Effect::new(move |_| {
        let end = Timestamp::parse_rfc3339(&before.get()).ok();
        let days = end.map(|end| clock::days_until(end) + 1);
        let known = days
            .filter(|days| WITHIN.contains(days))
            .map(|days| days.to_string());
        let known = known.unwrap_or_default();
        if chosen.get_untracked() != known {
            chosen.set(known);
        }
    });
    Effect::new(move |was: Option<()>| {
        let days = chosen.get().parse::<i64>().ok();
        if was.is_some() {
            let now = clock::now();
            after.set(days.map(|_| now.to_string()).unwrap_or_default());
            before.set(
                days.map(|days| now.plus(days * DAY).to_string())
                    .unwrap_or_default(),
            );
        }
    });
    let options = || {
        let days = WITHIN.iter().map(|days| {
            (
                days.to_string(),
                t_with("filter_within_days", &[("n", days)]),
            )
        });
        std::iter::once((String::new(), t("filter_any")))
            .chain(days)
            .collect::<Vec<_>>()
    };
    view! {
        <Select
            id="within"
            label=t("filter_within")
            value=chosen
            options=Signal::derive(options)
        />
    }
}

#[component]
fn Export(filter: Signal<Filter>) -> impl IntoView {
    let (app, client) = (use_app(), StoredValue::new(use_client()));
    let export = move |_| {
        spawn_local(async move {
            let filter = filter.get_untracked();
            match csv(&client.get_value(), op::ExportCertificates, filter).await {
                Ok(text) => browser::save("certificates.csv", "text/csv", text.as_bytes()),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    view! { <button class="quiet" on:click=export>{t("export_csv")}</button> }
}

fn table(page: Page<CertificateView>, filter: &Filter, keys: KeyMarks) -> AnyView {
    if page.items.is_empty() {
        let is_all = filter.is_empty();
        let text = t(if is_all {
            "certificates_none"
        } else {
            "certificates_none_found"
        });
        let all = Route::Certificates(Filter::default()).href();
        let clear = (!is_all).then(|| view! { <p><a href=all>{t("filter_clear")}</a></p> });
        return view! { <Empty text>{clear}</Empty> }.into_any();
    }
    view! {
        <div class="table" role="group" aria-label=t("certificates_title") tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t("certificate_names")}</th>
                        <th scope="col">{t("certificate_expires")}</th>
                        <th scope="col" class="wide">{t("certificate_issuer")}</th>
                        <th scope="col" class="wide">{t("certificate_key")}</th>
                        <th scope="col" class="wide">{t("certificate_your_key")}</th>
                    </tr>
                </thead>
                <tbody>
                    {page.items.into_iter().map(|one| row(one, keys)).collect_view()}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(one: CertificateView, keys: KeyMarks) -> impl IntoView {
    let first = one
        .matched_name
        .or_else(|| one.names.first().cloned())
        .unwrap_or_default();
    let more = match one.names.len() {
        0 | 1 => String::new(),
        count => format!(" +{}", count - 1),
    };
    let href = Route::Certificate(one.id.to_string()).href();
    let expiry = match one.revoked_at {
        Some(_) => view! { <Status tone=Tone::Past text=t("certificate_revoked") /> }.into_any(),
        None => view! { <Expiry at=one.not_after /> }.into_any(),
    };
    view! {
        <tr data-row="">
            <td class="main">
                <a data-row-link="" href=href><HostName name=first /></a>
                <small>{more}</small>
            </td>
            <td>{expiry}</td>
            <td class="wide">{one.issuer}</td>
            <td class="wide nowrap">{one.key}</td>
            <td class="wide"><KeyMark keys print=one.key_fingerprint /></td>
        </tr>
    }
}
