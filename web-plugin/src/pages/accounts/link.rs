//! Linking an account.

use certwright_api::credentials::LinkCredential;
use certwright_api::endpoint::op;
use certwright_core::credential::{Environment, Generation};
use leptos::prelude::*;

use crate::app::{go, use_client};
use crate::parts::{Asking, Dialog, Field, Select};
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
pub(super) fn LinkDialog(asking: Asking) -> impl IntoView {
    let client = use_client();
    let label = RwSignal::new(String::new());
    let environment = RwSignal::new("productionGlobal".to_owned());
    let number = RwSignal::new(String::new());
    let key = RwSignal::new(String::new());
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
        let client = client.get_value();
        let answer = async move { client.send(op::LinkCredential, "", &request).await };
        asking.send(answer, |linked| {
            go(&Route::Job(linked.sync_job_id.to_string()));
        });
    };
    let options = || {
        let option =
            |(name, _): &(&str, Environment)| ((*name).to_owned(), t_value("environment", name));
        ENVIRONMENTS.iter().map(option).collect::<Vec<_>>()
    };
    let says = move || {
        t(if asking.is_busy.get() {
            "account_linking"
        } else {
            "account_link_do"
        })
    };
    view! {
        <Dialog is_open=asking.is_open title=t("account_link")>
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
                {asking.note()}
                <div class="actions"><button disabled=asking.is_busy>{says}</button></div>
            </form>
        </Dialog>
    }
}
