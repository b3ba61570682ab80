//! Whether the trail is the one that this browser has seen before, and whether it verifies.

use certwright_api::endpoint::op;
use certwright_core::time::Timestamp;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::use_client;
use crate::parts::{Confirm, Fetched, Time, fetched, show, trouble_text};
use crate::pins::{self, Watch};
use crate::route::{Filter, Route};
use crate::text::{t, t_with};

/// What the check of the whole trail has come to.
#[derive(Clone)]
enum Check {
    NotYet,
    Running,
    Good(u64),
    Bad(String),
}

/// The state of history.
#[component]
pub(super) fn History() -> impl IntoView {
    let watch = fetched(|client| async move { pins::look(&client).await });
    view! {
        {show(
            watch,
            |found, watch| {
                (move || {
                let found = found.get();
                if found.lost.is_empty() {
                    view! { <Unbroken /> }.into_any()
                } else {
                    view! { <Rewritten found watch /> }.into_any()
                }
                }).into_any()
            },
        )}
    }
}

/// The alarm on the first screen; nothing while all is well, or for whoever may not see the trail.
#[component]
pub(crate) fn HistoryWarning() -> impl IntoView {
    let client = use_client().get_value();
    let is_rewritten = RwSignal::new(false);
    spawn_local(async move {
        let none = Filter::default();
        let me = client.get(op::GetMe, "", &none);
        if me.await.is_ok_and(|me| me.credential_id.is_none()) {
            let found = pins::look(&client).await;
            let _ = is_rewritten.try_set(found.is_ok_and(|watch| !watch.lost.is_empty()));
        }
    });
    move || {
        is_rewritten.get().then(|| {
            let href = Route::Audit(Filter::default()).href();
            view! {
                <div class="note bad" role="alert">
                    <p><b>{t("audit_rewritten")}</b>" "<a href=href>{t("audit_see")}</a></p>
                </div>
            }
        })
    }
}

/// The alarm: what was seen is gone.
#[component]
fn Rewritten(found: Watch, watch: Fetched<Watch>) -> impl IntoView {
    let is_open = RwSignal::new(false);
    let lost = found
        .lost
        .iter()
        .map(|head| {
            let text = t_with(
                "audit_lost",
                &[("n", &head.seq), ("account", &head.account)],
            );
            let at = Timestamp::from_unix(head.at);
            view! { <li>{text}" "<Time at />" "<code>{head.hash.to_string()}</code></li> }
        })
        .collect_view();
    let client = use_client().get_value();
    let accept = move |()| {
        let (client, found) = (client.clone(), found.clone());
        spawn_local(async move {
            pins::accept(&client, &found).await;
            watch.again();
        });
    };
    view! {
        <div class="note bad" role="alert">
            <p><b>{t("audit_rewritten")}</b></p>
            <ul>{lost}</ul>
            <p>{t("audit_rewritten_remedy")}</p>
            <button on:click=move |_| is_open.set(true)>{t("audit_accept")}</button>
        </div>
        <Confirm
            is_open
            title=t("audit_accept_title")
            action=t("audit_accept")
            on_confirm=accept
        >
            <p>{t("audit_accept_text")}</p>
        </Confirm>
    }
}

/// History as it was seen, with a check of everything at hand.
#[component]
fn Unbroken() -> impl IntoView {
    let state = RwSignal::new(Check::NotYet);
    let client = use_client().get_value();
    let check = move |_| {
        let client = client.clone();
        state.set(Check::Running);
        spawn_local(async move {
            let outcome = match pins::verify(&client).await {
                Ok(Ok(verified)) => Check::Good(verified.entries),
                Ok(Err(fault)) => Check::Bad(t_with("audit_check_bad", &[("fault", &fault)])),
                Err(trouble) => Check::Bad(trouble_text(&trouble)),
            };
            let _ = state.try_set(outcome);
        });
    };
    let outcome = move || match state.get() {
        Check::NotYet => ().into_any(),
        Check::Running => view! { <p class="loading">{t("audit_checking")}</p> }.into_any(),
        Check::Good(entries) => {
            let text = t_with("audit_check_good", &[("n", &entries)]);
            view! { <p class="note good">{text}</p> }.into_any()
        }
        Check::Bad(text) => view! { <p class="note bad" role="alert">{text}</p> }.into_any(),
    };
    view! {
        <p class="hint">
            {t("audit_unbroken")} " "
            <button
                class="quiet"
                disabled=move || matches!(state.get(), Check::Running)
                on:click=check
            >
                {t("audit_check")}
            </button>
        </p>
        <div role="status">{outcome}</div>
    }
}
