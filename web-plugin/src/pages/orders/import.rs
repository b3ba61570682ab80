//! Importing the orders that an account already has at the CA.

use certwright_api::credentials::{CredentialView, ImportRequest};
use certwright_api::endpoint::op;
use certwright_api::page::Page;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{go, use_app, use_client};
use crate::parts::{Dialog, Select, fetched};
use crate::route::{Filter, Route};
use crate::text::t;

/// Asks for the account and starts the import, whose progress the job's screen shows.
#[component]
pub(super) fn Import(is_open: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let client = StoredValue::new(use_client());
    let accounts = fetched(move |client| async move {
        let none = Filter::default();
        let answer = client.get(op::ListCredentials, "", &none);
        let page: Page<CredentialView> = answer.await?;
        Ok(page.items)
    });
    let account = RwSignal::new(String::new());
    let restore_deleted = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(first) = accounts.get().and_then(|all| all.into_iter().next()) {
            account.set(first.id.to_string());
        }
    });
    let options = move || {
        let all = accounts.get().unwrap_or_default();
        all.into_iter()
            .map(|one| (one.id.to_string(), one.label))
            .collect::<Vec<_>>()
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        is_open.set(false);
        let request = ImportRequest {
            restore_deleted: restore_deleted.get_untracked(),
        };
        spawn_local(async move {
            let client = client.get_value();
            let account = account.get_untracked();
            let answer = client.send(op::ImportOrders, &account, &request);
            match answer.await {
                Ok(started) => go(&Route::of_jobs(&started)),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    view! {
        <Dialog is_open title=t("orders_import")>
            <form on:submit=submit>
                <p>{t("import_lead")}</p>
                <Select
                    id="import-account"
                    label=t("filter_account")
                    value=account
                    options=Signal::derive(options)
                />
                <label class="check">
                    <input type="checkbox" bind:checked=restore_deleted />
                    <span>{t("import_restore_deleted")}</span>
                </label>
                <div class="actions">
                    <button disabled=move || account.get().is_empty()>{t("import_do")}</button>
                </div>
            </form>
        </Dialog>
    }
}
