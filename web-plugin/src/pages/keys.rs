//! The keys of this browser, and the requests that the Worker stores.

use certwright_api::csrs::{CsrRequest, CsrView};
use certwright_api::endpoint::Endpoint;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{use_app, use_client};
use crate::browser;
use crate::client::Trouble;
use crate::keys::store::{self, StoredKey};
use crate::parts::{
    Confirm, Copyable, Empty, KeyMark, Paged, Pager, Time, TroubleNote, key_marks, paged, show,
};
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
        </section>
        <Requests />
    }
}

#[component]
fn Card(key: StoredKey, keys: crate::parts::KeyMarks) -> impl IntoView {
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
                <a class="button quiet" href=orders>{t("key_order")}</a>
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

/// The requests that the Worker stores, and storing another.
#[component]
fn Requests() -> impl IntoView {
    let list = paged::<CsrView>(Endpoint::ListCsrs, Signal::derive(Filter::default));
    view! {
        <section aria-labelledby="requests">
            <h2 id="requests">{t("csrs_title")}</h2>
            <Store list />
            {show(list.page, |page, _| {
                if page.items.is_empty() {
                    return view! { <Empty text=t("csrs_none") /> }.into_any();
                }
                let rows = page.items.into_iter().map(row).collect_view();
                view! {
                    <div class="table" role="region" aria-label=t("csrs_title") tabindex="0">
                        <table>
                            <thead>
                                <tr>
                                    <th scope="col">{t("csr_label")}</th>
                                    <th scope="col">{t("certificate_key")}</th>
                                    <th scope="col" class="wide">{t("certificate_names")}</th>
                                    <th scope="col" class="wide">{t("csr_created")}</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }
                .into_any()
            })}
            <Pager list />
        </section>
    }
}

fn row(csr: CsrView) -> impl IntoView {
    view! {
        <tr data-row="">
            <td class="main">{csr.label}</td>
            <td>{csr.facts.key}</td>
            <td class="wide">{csr.facts.names.join(", ")}</td>
            <td class="wide"><Time at=csr.created_at /></td>
        </tr>
    }
}

#[component]
fn Store(list: Paged<CsrView>) -> impl IntoView {
    let (app, client) = (use_app(), StoredValue::new(use_client()));
    let text = RwSignal::new(String::new());
    let trouble = RwSignal::new(None::<Trouble>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        spawn_local(async move {
            let request = CsrRequest {
                csr: text.get_untracked(),
                label: None,
            };
            let client = client.get_value();
            match client
                .send::<_, CsrView>(Endpoint::StoreCsr, "", &request)
                .await
            {
                Ok(_) => {
                    text.set(String::new());
                    trouble.set(None);
                    app.toasts.done(t("csr_stored"));
                    list.page.again();
                }
                Err(fault) => trouble.set(Some(fault)),
            }
        });
    };
    view! {
        <details>
            <summary>{t("csr_store")}</summary>
            <form on:submit=submit>
                <div class="field">
                    <label for="csr-new">{t("source_text")}</label>
                    <textarea
                        id="csr-new"
                        rows="6"
                        class="code"
                        spellcheck="false"
                        required
                        bind:value=text
                    ></textarea>
                </div>
                {move || trouble.get().map(|trouble| view! { <TroubleNote trouble /> })}
                <div class="actions"><button>{t("csr_store_do")}</button></div>
            </form>
        </details>
    }
}
