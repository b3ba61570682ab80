//! The linked accounts and what can be done with each.

use certwright_api::credentials::{CredentialView, RotateCredential, SyncAllRequest, SyncRequest};
use certwright_api::endpoint::op;
use certwright_api::page::Page;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::approval::{ApprovalDialog, rule_text};
use super::link::LinkDialog;
use crate::app::{go, use_app, use_client};
use crate::client::Trouble;
use crate::parts::{
    Dialog, Empty, Fact, Facts, Fetched, Field, Status, Time, Tone, TroubleNote, fetched, show,
};
use crate::route::{Filter, Route};
use crate::text::{t, t_value};

type Accounts = Fetched<Page<CredentialView>>;

/// The tab.
#[component]
pub(super) fn Linked(filter: Signal<Filter>) -> impl IntoView {
    let (app, client) = (use_app(), StoredValue::new(use_client()));
    let accounts: Accounts = fetched(move |client| async move {
        client
            .get(op::ListCredentials, "", &Filter::default())
            .await
    });
    let is_linking = RwSignal::new(filter.with_untracked(|filter| filter.get("link") == "true"));
    let sync_all = move |_| {
        spawn_local(async move {
            let request = SyncAllRequest::default();
            let answer = client.get_value();
            let answer = answer.send(op::SyncAll, "", &request).await;
            match answer {
                Ok(_) => go(&Route::Jobs),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    view! {
        <div class="actions">
            <button on:click=move |_| is_linking.set(true)>{t("account_link")}</button>
            <button class="quiet" on:click=sync_all>{t("sync_all")}</button>
        </div>
        {show(accounts, move |page: Page<CredentialView>, accounts| {
            if page.items.is_empty() {
                return view! { <Empty text=t("accounts_none") /> }.into_any();
            }
            let cards = page.items.into_iter().map(|account| view! { <Card account accounts /> });
            view! { <ul class="cards">{cards.collect_view()}</ul> }.into_any()
        })}
        <LinkDialog is_open=is_linking />
    }
}

#[component]
fn Card(account: CredentialView, accounts: Accounts) -> impl IntoView {
    let (app, client) = (use_app(), StoredValue::new(use_client()));
    let id = StoredValue::new(account.id.to_string());
    let is_rotating = RwSignal::new(false);
    let environment = serde_json::to_value(account.environment).ok();
    let environment = environment.and_then(|name| Some(t_value("environment", name.as_str()?)));
    let rows: Vec<Fact> = vec![
        ("account_number", account.account_number.into_any()),
        ("account_environment", environment.into_any()),
        ("account_user", account.user_email.into_any()),
        (
            "account_verified",
            view! { <Time at=account.verified_at /> }.into_any(),
        ),
        ("approval_rule", rule_text(account.approval).into_any()),
    ];
    let is_ruling = RwSignal::new(false);
    let verify = move |_| {
        spawn_local(async move {
            let (client, id) = (client.get_value(), id.get_value());
            let answer = client.act(op::VerifyCredential, &id);
            match answer.await {
                Ok(_) => app.toasts.done(t("account_key_works")),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
            accounts.again();
        });
    };
    let sync = move |_| {
        spawn_local(async move {
            let (client, request) = (client.get_value(), SyncRequest::default());
            let id = id.get_value();
            match client.send(op::SyncCredential, &id, &request).await {
                Ok(started) => go(&Route::of_jobs(&started)),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    let needs_key = account.needs_key.then(|| {
        view! { <p><Status tone=Tone::Bad text=t("account_needs_key") /></p> }
    });
    let paused = account.paused_until.map(|at| {
        view! {
            <p><Status tone=Tone::Waiting text=t("account_paused") />" "<Time at /></p>
            <p class="hint">{t("account_paused_hint")}</p>
        }
    });
    view! {
        <li>
            <h2>{account.label}</h2>
            {needs_key} {paused}
            <Facts rows />
            <div class="actions">
                <button class="quiet" on:click=sync>{t("sync_account")}</button>
                <button class="quiet" on:click=verify>{t("account_verify")}</button>
                <button class="quiet" on:click=move |_| is_rotating.set(true)>
                    {t("account_rotate")}
                </button>
                <button class="quiet" on:click=move |_| is_ruling.set(true)>
                    {t("approval_rule")}
                </button>
            </div>
            <ApprovalDialog
                is_open=is_ruling
                id=id.get_value()
                rule=account.approval
                on_done=move |()| accounts.again()
            />
            <Rotate is_open=is_rotating id=id.get_value() accounts />
        </li>
    }
}

/// Replacing the access key.
#[component]
fn Rotate(is_open: RwSignal<bool>, id: String, accounts: Accounts) -> impl IntoView {
    let (app, client) = (use_app(), StoredValue::new(use_client()));
    let key = RwSignal::new(String::new());
    let trouble = RwSignal::new(None::<Trouble>);
    let is_busy = RwSignal::new(false);
    let field = format!("rotate-{id}");
    let id = StoredValue::new(id);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        is_busy.set(true);
        spawn_local(async move {
            let request = RotateCredential {
                access_key: key.get_untracked().trim().to_owned(),
            };
            let (client, id) = (client.get_value(), id.get_value());
            let answer = client.send(op::RotateCredential, &id, &request);
            match answer.await {
                Ok(_) => {
                    is_open.set(false);
                    key.set(String::new());
                    trouble.set(None);
                    app.toasts.done(t("account_key_works"));
                    accounts.again();
                }
                Err(fault) => trouble.set(Some(fault)),
            }
            let _ = is_busy.try_set(false);
        });
    };
    view! {
        <Dialog is_open title=t("account_rotate")>
            <form on:submit=submit>
                <Field
                    id=field
                    label=t("account_access_key")
                    hint=t("account_access_key_hint")
                    kind="password"
                    value=key
                />
                {move || trouble.get().map(|trouble| view! { <TroubleNote trouble /> })}
                <div class="actions"><button disabled=is_busy>{t("account_rotate_do")}</button></div>
            </form>
        </Dialog>
    }
}
