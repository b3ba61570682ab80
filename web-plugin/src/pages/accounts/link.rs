//! Linking an account.

use certwright_api::credentials::LinkCredential;
use certwright_api::endpoint::op;
use certwright_core::credential::{Environment, Generation};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{go, use_client};
use crate::client::Trouble;
use crate::parts::{Dialog, Field, Select, TroubleNote};
use crate::route::Route;
use crate::text::{t, t_value};

const ENVIRONMENTS: [(&str, Environment); 5] = [
    ("productionGlobal", Environment::ProductionGlobal),
    ("productionUs", Environment::ProductionUs),
    ("productionHub", Environment::ProductionHub),
    ("caSandbox", Environment::CaSandbox),
    ("development", Environment::Development),
];

/// Asks for an account number and access key; a live call checks them before they are stored.
#[component]
pub(super) fn LinkDialog(is_open: RwSignal<bool>) -> impl IntoView {
    let client = StoredValue::new(use_client());
    let label = RwSignal::new(String::new());
    let environment = RwSignal::new("productionGlobal".to_owned());
    let number = RwSignal::new(String::new());
    let key = RwSignal::new(String::new());
    let trouble = RwSignal::new(None::<Trouble>);
    let is_busy = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let chosen = environment.get_untracked();
        let Some((_, environment)) = ENVIRONMENTS.into_iter().find(|(name, _)| *name == chosen)
        else {
            return;
        };
        let request = LinkCredential {
            label: label.get_untracked().trim().to_owned(),
            environment,
            generation: Generation::V1,
            account_number: number.get_untracked().trim().to_owned(),
            access_key: key.get_untracked().trim().to_owned(),
        };
        is_busy.set(true);
        spawn_local(async move {
            let client = client.get_value();
            let answer = client.send(op::LinkCredential, "", &request);
            match answer.await {
                Ok(linked) => {
                    is_open.set(false);
                    go(&Route::Job(linked.sync_job_id.to_string()));
                }
                Err(fault) => trouble.set(Some(fault)),
            }
            let _ = is_busy.try_set(false);
        });
    };
    let options = || {
        let option =
            |(name, _): &(&str, Environment)| ((*name).to_owned(), t_value("environment", name));
        ENVIRONMENTS.iter().map(option).collect::<Vec<_>>()
    };
    let says = move || {
        t(if is_busy.get() {
            "account_linking"
        } else {
            "account_link_do"
        })
    };
    view! {
        <Dialog is_open title=t("account_link")>
            <form on:submit=submit>
                <p>{t("account_link_lead")}</p>
                <Field
                    id="link-label"
                    label=t("account_label")
                    hint=t("account_label_hint")
                    value=label
                />
                <Select
                    id="link-environment"
                    label=t("account_environment")
                    value=environment
                    options=Signal::derive(options)
                />
                <Field
                    id="link-number"
                    label=t("account_number")
                    hint=t("account_number_hint")
                    value=number
                />
                <Field
                    id="link-key"
                    label=t("account_access_key")
                    hint=t("account_access_key_hint")
                    kind="password"
                    value=key
                />
                {move || trouble.get().map(|trouble| view! { <TroubleNote trouble /> })}
                <div class="actions"><button disabled=is_busy>{says}</button></div>
            </form>
        </Dialog>
    }
}
