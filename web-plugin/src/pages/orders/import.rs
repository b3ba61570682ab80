//! Importing the orders that an account already has at the CA.

use certwright_api::credentials::{CredentialView, DEFAULT_MAX_ORDERS, ImportRequest};
use certwright_api::endpoint::op;
use certwright_api::page::Page;
use leptos::prelude::*;

use crate::app::{go, use_client};
use crate::parts::{Asking, Dialog, Select, fetched};
use crate::route::{Filter, Route};
use crate::text::t;

/// Asks for the account and starts the import, whose progress the job's screen shows.
#[component]
pub(super) fn Import(asking: Asking) -> impl IntoView {
    let client = use_client();
    let accounts = fetched(move |client| async move {
        let none = Filter::default();
        let answer = client.get(op::ListCredentials, "", &none);
        let page: Page<CredentialView> = answer.await?;
        Ok(page.items)
    });
    let account = RwSignal::new(String::new());
    let restore_deleted = RwSignal::new(false);
    let max_orders = RwSignal::new(DEFAULT_MAX_ORDERS.to_string());
    Effect::new(move |_| {
        let Some(all) = accounts.get() else { return };
        let chosen = account.get_untracked();
        let is_there = all.iter().any(|one| one.id.as_str() == chosen);
        // A choice that was made stays while the accounts are read again.
        if let (false, Some(first)) = (is_there, all.first()) {
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
        let request = ImportRequest {
            restore_deleted: restore_deleted.get_untracked(),
            max_orders: max_orders
                .get_untracked()
                .trim()
                .parse()
                .unwrap_or(DEFAULT_MAX_ORDERS),
        };
        let (client, account) = (client.get_value(), account.get_untracked());
        let answer = async move { client.send(op::ImportOrders, &account, &request).await };
        asking.send(answer, |started| go(&Route::of_jobs(&started)));
    };
    view! {
        <Dialog is_open=asking.is_open title=t("orders_import")>
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
                <label>
                    <span>{t("import_max_orders")}</span>
                    <input type="number" min="1" max="4000000" required bind:value=max_orders />
                </label>
                <p class="hint">{t("import_max_orders_hint")}</p>
                {asking.note()}
                <div class="actions">
                    <button disabled=move || asking.is_busy.get() || account.get().is_empty()>{t("import_do")}</button>
                </div>
            </form>
        </Dialog>
    }
}
