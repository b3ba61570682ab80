//! License, seats, and orders that wait for one.

use certwright_api::endpoint::{Endpoint, op};
use certwright_api::license::{LicenseSource, LicenseView, SetLicense};
use certwright_api::orders::OrderView;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{go, use_app, use_client};
use crate::client::Trouble;
use crate::parts::{
    Confirm, Empty, Fact, Facts, Fetched, May, Pager, Time, TroubleNote, fetched, items, paged,
    rows, show,
};
use crate::route::{Filter, Route};
use crate::text::{t, t_with};

/// How often it is read again while somebody looks, in milliseconds.
const FOLLOW_MS: u32 = 15_000;

/// The screen.
#[component]
pub(crate) fn License() -> impl IntoView {
    let license =
        fetched(
            move |client| async move { client.get(op::GetLicense, "", &Filter::default()).await },
        );
    license.follow(FOLLOW_MS, |_| false);
    view! {
        <header class="page-head"><h1>{t("license_title")}</h1></header>
        {show(license, |license, _| (move || seats(license.get())).into_any())}
        <Held license />
        <May to=Endpoint::SetLicense>
            <Change license />
        </May>
    }
}

fn seats(license: LicenseView) -> AnyView {
    let source = t(match license.source {
        LicenseSource::Community => "license_community",
        LicenseSource::Licensed => "license_licensed",
        LicenseSource::Lapsed => "license_lapsed",
    });
    let label = t_with(
        "overview_seats",
        &[("used", &license.used), ("seats", &license.seats)],
    );
    let expires = license
        .expires
        .map(|at| -> Fact { ("license_expires", view! { <Time at /> }.into_any()) });
    let licensee = license
        .licensee
        .map(|name| -> Fact { ("license_licensee", name.into_any()) });
    let rows: Vec<Fact> = [licensee, expires].into_iter().flatten().collect();
    view! {
        <section aria-labelledby="seats">
            <h2 id="seats">{source}</h2>
            <p>{label.clone()}</p>
            <meter
                aria-label=label
                min="0"
                max=license.seats.to_string()
                high=license.seats.saturating_sub(license.seats / 10).to_string()
                optimum="0"
                value=license.used.to_string()
            ></meter>
            <Facts rows />
        </section>
    }
    .into_any()
}

/// The orders that wait for a seat.
#[component]
fn Held(license: Fetched<LicenseView>) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let filter = Signal::derive(|| Filter::by("state", "held"));
    let list = paged(op::ListOrders, filter);
    let admit = move |_| {
        let client = client.get_value();
        spawn_local(async move {
            match client.act(op::AdmitHeld, "").await {
                Ok(started) => go(&Route::of_jobs(&started)),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    let is_full = move || {
        license
            .get()
            .is_some_and(|license| license.used >= license.seats)
    };
    list.page.follow(FOLLOW_MS, |_| false);
    let row = |order: Signal<OrderView>| {
        let order = order.get_untracked();
        view! {
            <li data-row="">
                <a data-row-link="" href=Route::Order(order.id.to_string()).href()>{order.domain}</a>
                " "<span class="hint"><Time at=order.ordered_at /></span>
            </li>
        }
    };
    view! {
        <section aria-labelledby="held">
            <h2 id="held">{t("license_held")}</h2>
            {show(list.page, move |page, _| {
                let items = items(page);
                let is_empty = Memo::new(move |_| items.with(Vec::is_empty));
                view! {
                    <Show when=move || is_empty.get()>
                        <Empty text=t("license_none_held") />
                    </Show>
                    <div class="stack" hidden=is_empty>
                        <p>{t("license_held_lead")}</p>
                        <May to=Endpoint::AdmitHeld>
                            <div class="actions">
                                <button
                                    disabled=is_full
                                    aria-describedby="admit-hint"
                                    on:click=admit
                                >
                                    {t("license_admit")}
                                </button>
                            </div>
                        </May>
                        <p class="hint" id="admit-hint" hidden=move || !is_full()>
                            {t("license_full")}
                        </p>
                        <ul class="plain">{rows(items, |order| order.id.as_str(), row)}</ul>
                    </div>
                }
                .into_any()
            })}
            <Pager list />
        </section>
    }
}

/// Setting another license, or none.
#[component]
fn Change(license: Fetched<LicenseView>) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let text = RwSignal::new(String::new());
    let trouble = RwSignal::new(None::<Trouble>);
    let is_removing = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let request = SetLicense {
            license: text.get_untracked().trim().to_owned(),
        };
        let client = client.get_value();
        spawn_local(async move {
            let answer = client.send(op::SetLicense, "", &request).await;
            match answer {
                Ok(view) => {
                    trouble.set(None);
                    text.set(String::new());
                    license.set(view);
                    app.toasts.done(t("license_set"));
                }
                Err(fault) => trouble.set(Some(fault)),
            }
        });
    };
    let remove = move |()| {
        let client = client.get_value();
        spawn_local(async move {
            match client.act(op::RemoveLicense, "").await {
                Ok(view) => {
                    license.set(view);
                    app.toasts.done(t("license_removed"));
                }
                Err(fault) => trouble.set(Some(fault)),
            }
        });
    };
    let is_set = move || {
        license
            .get()
            .is_some_and(|license| license.source != LicenseSource::Community)
    };
    view! {
        <section aria-labelledby="change">
            <h2 id="change">{t("license_change")}</h2>
            <form on:submit=submit>
                <div class="field">
                    <label for="license">{t("license_text")}</label>
                    <textarea id="license" rows="4" spellcheck="false" required bind:value=text>
                    </textarea>
                    <p class="hint">{t("license_hint")}</p>
                </div>
                {move || trouble.get().map(|trouble| view! { <TroubleNote trouble /> })}
                <div class="actions">
                    <button>{t("license_do")}</button>
                    <button
                        type="button"
                        class="quiet"
                        hidden=move || !is_set()
                        on:click=move |_| is_removing.set(true)
                    >
                        {t("license_remove")}
                    </button>
                </div>
            </form>
            <Confirm
                is_open=is_removing
                title=t("license_remove")
                action=t("license_remove")
                on_confirm=remove
            >
                <p>{t("license_remove_lead")}</p>
            </Confirm>
        </section>
    }
}
