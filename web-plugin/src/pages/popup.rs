//! The extension's popup: what needs a person now, search, and the site at hand.

use certwright_api::certificates::CertificateView;
use certwright_api::endpoint::{Endpoint, op};
use certwright_api::page::Page;
use certwright_api::system::Summary;
use certwright_core::names::CertificateName;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::overview::{EXPIRING_DAYS, counted};
use crate::app::Connected;
use crate::browser;
use crate::parts::{Expiry, May, SearchField, fetched, show};
use crate::route::{Filter, Route};
use crate::text::{t, t_count};

/// The popup.
#[component]
pub(crate) fn Popup() -> impl IntoView {
    view! {
        <main class="popup">
            <Connected
                connected=|| view! { <Look /> }.into_any()
                otherwise=|| {
                    view! {
                        <h1>"Certwright"</h1>
                        <p>{t("popup_connect")}</p>
                        <Open route=Route::Overview text=t("welcome_connect") />
                    }
                    .into_any()
                }
            />
        </main>
    }
}

/// Opens a screen of the application in its tab.
#[component]
fn Open(route: Route, text: String) -> impl IntoView {
    let open = move |_| {
        let href = route.href();
        spawn_local(async move { browser::open_application(&href).await });
    };
    view! { <button class="quiet" on:click=open>{text}</button> }
}

#[component]
fn Look() -> impl IntoView {
    let summary =
        fetched(
            move |client| async move { client.get(op::GetSummary, "", &Filter::default()).await },
        );
    let search = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let typed = search.get_untracked();
        let href = Route::Certificates(Filter::by("q", typed.trim())).href();
        spawn_local(async move { browser::open_application(&href).await });
    };
    view! {
        <header class="popup-head">
            <h1>"Certwright"</h1>
            <Open route=Route::Overview text=t("popup_open") />
        </header>
        {show(summary, |summary, _| (move || attention(summary.get())).into_any())}
        <form class="joined" role="search" on:submit=submit>
            <SearchField id="popup-search" label=t("popup_search") value=search />
            <button class="quiet">{t("filter_search")}</button>
        </form>
        <Site />
    }
}

fn attention(summary: Summary) -> AnyView {
    let orders = |state: &str| Route::Orders(Filter::by("state", state));
    let rows = [
        (
            summary.expiring,
            "overview_expiring",
            Route::Certificates(Filter::by("within", EXPIRING_DAYS)),
        ),
        (
            summary.awaiting_approval,
            "overview_approval",
            orders("awaitingApproval"),
        ),
        (
            summary.stuck,
            "overview_stuck",
            Route::Orders(Filter::by("stuck", "true")),
        ),
        (summary.held, "overview_held", orders("held")),
        (summary.failed, "overview_failed", orders("failed")),
        (summary.dead_letters, "overview_dead", Route::Jobs),
    ];
    let rows: Vec<_> = rows.into_iter().filter(|(count, ..)| *count > 0).collect();
    if rows.is_empty() {
        return view! { <p class="note good">{t("overview_calm")}</p> }.into_any();
    }
    let rows = rows.into_iter().map(|(count, label, route)| {
        let text = format!("{} {}", counted(count), t_count(label, count));
        view! { <li><Open route text /></li> }
    });
    view! { <ul class="plain attention">{rows.collect_view()}</ul> }.into_any()
}

/// The site in the current tab against the inventory.
#[component]
fn Site() -> impl IntoView {
    let host = RwSignal::new(None::<String>);
    spawn_local(async move {
        // An IP address, or a name within one machine, is none that the CA certifies.
        let current = browser::current_host().await;
        let _ = host.try_set(current.filter(|name| CertificateName::parse(name).is_ok()));
    });
    move || {
        let name = host.get()?;
        let asked = name.clone();
        let found = fetched(move |client| {
            // The name itself, or a wildcard that stands for it; the last to expire come first.
            let filter = Filter::by("covers", &asked).with("limit", "5");
            async move { client.get(op::ListCertificates, "", &filter).await }
        });
        let order = Route::NewOrder(Filter::by("host", &name));
        Some(view! {
            <section aria-labelledby="site">
                <h2 id="site">{name}</h2>
                {show(found, |page: Signal<Page<CertificateView>>, _| {
                    (move || {
                    let page = page.get();
                    if page.items.is_empty() {
                        return view! { <p>{t("popup_not_found")}</p> }.into_any();
                    }
                    let rows = page.items.into_iter().map(|one| {
                        let route = Route::Certificate(one.id.to_string());
                        let text = one.matched_name.unwrap_or(one.subject);
                        view! { <li><Open route text />" "<Expiry at=one.not_after /></li> }
                    });
                    view! { <ul class="plain">{rows.collect_view()}</ul> }.into_any()
                    }).into_any()
                })}
                <May to=Endpoint::PlaceOrder>
                    <Open route=order.clone() text=t("popup_order") />
                </May>
                <Served />
            </section>
        })
    }
}

/// What the site has sent itself, where the browser tells, against the inventory.
#[component]
fn Served() -> impl IntoView {
    let served = RwSignal::new(None::<browser::Served>);
    let look = move || {
        spawn_local(async move {
            let now = browser::served().await;
            let _ = served.try_set(Some(now));
        });
    };
    look();
    let ask = move |_| {
        let asked = browser::ask_to_see_served();
        spawn_local(async move {
            asked.await;
            look();
        });
    };
    move || {
        Some(match served.get()? {
            browser::Served::Untold => {
                view! { <p class="hint">{t("popup_not_told")}</p> }.into_any()
            }
            browser::Served::Ask => view! {
                <p class="hint">{t("popup_served_ask")}</p>
                <button class="quiet" on:click=ask>{t("popup_served_allow")}</button>
            }
            .into_any(),
            browser::Served::Unseen => {
                view! { <p class="hint">{t("popup_served_unseen")}</p> }.into_any()
            }
            browser::Served::Seen(print) => view! { <Compared print /> }.into_any(),
        })
    }
}

/// Whether the certificate that the site has sent is one of ours.
#[component]
fn Compared(print: String) -> impl IntoView {
    let asked = print.clone();
    let found = fetched(move |client| {
        let filter = Filter::by("fingerprint", &asked).with("limit", "1");
        async move { client.get(op::ListCertificates, "", &filter).await }
    });
    view! {
        <p>{t("popup_served")}<br /><code>{print}</code></p>
        {show(found, |page: Signal<Page<CertificateView>>, _| (move || match page.get().items.into_iter().next() {
            None => view! { <p class="note bad">{t("popup_served_foreign")}</p> }.into_any(),
            Some(one) => {
                let route = Route::Certificate(one.id.to_string());
                let text = one.names.first().cloned().unwrap_or(one.subject);
                view! {
                    <p class="note good">{t("popup_served_ours")}</p>
                    <p><Open route text />" "<Expiry at=one.not_after /></p>
                }
                .into_any()
            }
        }).into_any())}
    }
}
