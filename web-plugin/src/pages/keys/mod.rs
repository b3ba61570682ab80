//! The keys of this browser, and the requests that the Worker stores.

mod backup;
mod requests;

use certwright_api::endpoint::Endpoint;
use certwright_core::csr::Csr;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::use_app;
use crate::browser;
use crate::keys::{StoredKey, store, webcrypto};
use crate::parts::{Confirm, Copyable, Empty, KeyMark, KeyMarks, May, Time, key_marks};
use crate::route::{Filter, Route};
use crate::text::{t, t_with};

/// The screen.
#[component]
pub(crate) fn Keys() -> impl IntoView {
    let keys = key_marks();
    let content = move || match keys.get() {
        None => ().into_any(),
        Some(all) if all.is_empty() => view! {
            <Empty text=t("keys_none")>
                <p>
                    <a class="button" href=Route::NewOrder(Filter::default()).href()>
                        {t("order_new")}
                    </a>
                </p>
            </Empty>
        }
        .into_any(),
        Some(all) => {
            let cards = all
                .into_iter()
                .map(|key| view! { <Card key keys /> })
                .collect_view();
            view! { <ul class="cards">{cards}</ul> }.into_any()
        }
    };
    view! {
        <header class="page-head"><h1>{t("keys_title")}</h1></header>
        <section aria-labelledby="keys">
            <h2 id="keys">{t("keys_here")}</h2>
            <p class="hint">{t("keys_here_hint")}</p>
            {content}
            <backup::Backup keys />
        </section>
        <requests::Requests />
    }
}

#[component]
fn Card(key: StoredKey, keys: KeyMarks) -> impl IntoView {
    let app = use_app();
    let is_forgetting = RwSignal::new(false);
    let print = key.fingerprint.clone();
    let orders = Route::NewOrder(Filter::by("key", &key.fingerprint)).href();
    let found = Route::Certificates(Filter::by("keyFingerprint", &key.fingerprint)).href();
    let forgotten = StoredValue::new(key.fingerprint.clone());
    let forget = move |()| {
        spawn_local(async move {
            if store::forget(&forgotten.get_value()).await.is_ok() {
                app.toasts.done(t("key_forgotten"));
            }
            keys.set(store::all().await.ok());
        });
    };
    let name = format!("{}.key", key.label.replace('*', "wildcard"));
    let save = key.encrypted.clone().map(|text| {
        let save = move |_| browser::save(&name, "application/pkcs8", text.as_bytes());
        view! { <button class="quiet" on:click=save>{t("key_save")}</button> }
    });
    let checked = StoredValue::new(key.clone());
    let check = move |_| {
        spawn_local(async move {
            if works(&checked.get_value()).await {
                app.toasts.done(t("key_works"));
            } else {
                app.toasts.failed(t("key_does_not_work"));
            }
        });
    };
    let csr = key.csr.clone();
    let csr_name = format!("{}.csr", key.label.replace('*', "wildcard"));
    let save_csr = move |_| browser::save(&csr_name, "application/pkcs10", csr.as_bytes());
    view! {
        <li>
            <h3>{key.label.clone()}</h3>
            <p>
                {key.kind.algorithm().to_string()} " · " <KeyMark keys print=print /> " · "
                <Time at=key.created_at />
            </p>
            <p><Copyable label=t("certificate_key_fingerprint") text=key.fingerprint.clone() /></p>
            <div class="actions">
                {save} <button class="quiet" on:click=save_csr>{t("csr_save")}</button>
                <button class="quiet" on:click=check>{t("key_check")}</button>
                <May to=Endpoint::PlaceOrder>
                    <a class="button quiet" href=orders.clone()>
                        {t("key_order")}
                    </a>
                </May>
                <a class="button quiet" href=found>{t("key_certificates")}</a>
                <button class="quiet" on:click=move |_| is_forgetting.set(true)>
                    {t("key_forget")}
                </button>
            </div>
            <Confirm
                is_open=is_forgetting
                title=t_with("key_forget_title", &[("name", &key.label)])
                action=t("key_forget")
                on_confirm=forget
            >
                <p>{t("key_forget_lead")}</p>
            </Confirm>
        </li>
    }
}

/// Whether the handle in this browser signs for the key of the request.
async fn works(key: &StoredKey) -> bool {
    let (Some(handle), Ok(csr)) = (
        store::handle(&key.fingerprint).await,
        Csr::read(key.csr.as_bytes()),
    ) else {
        return false;
    };
    webcrypto::is_pair(key.kind, &handle, csr.key().spki_der()).await == Ok(true)
}
