//! The linked accounts and what can be done with each.

use certwright_api::credentials::{CredentialView, RotateCredential, SyncAllRequest, SyncRequest};
use certwright_api::endpoint::{Endpoint, op};
use certwright_api::page::Page;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::approval::{ApprovalDialog, rule_text};
use super::link::LinkDialog;
use super::new_domains::{NewDomainsDialog, new_domains_text};
use crate::app::{go, use_app, use_client};
use crate::parts::{
    Asking, Dialog, Empty, Fact, Facts, Fetched, Field, May, NotAllowed, Status, Time, Tone,
    fetched, items, rows, show,
};
use crate::route::{Filter, Route};
use crate::text::{t, t_value};

/// How often the accounts are read again, in milliseconds.
const FOLLOW_MS: u32 = 15_000;

type Accounts = Fetched<Page<CredentialView>>;

/// The tab.
#[component]
pub(super) fn Linked(filter: Signal<Filter>) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let accounts: Accounts = fetched(move |client| async move {
        client
            .get(op::ListCredentials, "", &Filter::default())
            .await
    });
    accounts.follow(FOLLOW_MS, |_| false);
    let linking = Asking::closed();
    let is_wanted = filter.with_untracked(|filter| filter.get("link") == "true");
    linking.is_open.set(is_wanted);
    let sync_all = move |_| {
        let client = client.get_value();
        spawn_local(async move {
            let request = SyncAllRequest::default();
            let answer = client.send(op::SyncAll, "", &request).await;
            match answer {
                Ok(started) => go(&Route::of_jobs(&started)),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    view! {
        <div class="actions">
            <May to=Endpoint::LinkCredential>
                <button on:click=move |_| linking.open()>{t("account_link")}</button>
            </May>
            <May to=Endpoint::SyncAll>
                <button class="quiet" on:click=sync_all>
                    {t("sync_all")}
                </button>
            </May>
        </div>
        {show(accounts, move |page, accounts| {
            let items = items(page);
            let is_empty = Memo::new(move |_| items.with(Vec::is_empty));
            let card = move |account| view! { <Card account accounts /> };
            view! {
                <Show when=move || is_empty.get()>
                    <None />
                </Show>
                <ul class="cards" hidden=is_empty>
                    {rows(items, |account| account.id.as_str(), card)}
                </ul>
            }
            .into_any()
        })}
        <May to=Endpoint::LinkCredential>
            <LinkDialog asking=linking />
        </May>
    }
}

/// No account yet: what comes first, for whoever may do it.
#[component]
fn None() -> impl IntoView {
    let may_link = use_app().may(Endpoint::LinkCredential);
    view! {
        <Empty text=t("accounts_none")>
            <Show when=move || !may_link.get()>
                <NotAllowed />
            </Show>
        </Empty>
    }
}

#[component]
fn Card(account: Signal<CredentialView>, accounts: Accounts) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let latest = account;
    let account = account.get_untracked();
    let id = StoredValue::new(account.id.to_string());
    let environment = serde_json::to_value(account.environment).ok();
    let environment = environment.and_then(|name| Some(t_value("environment", name.as_str()?)));
    let rule = Memo::new(move |_| latest.with(|one| one.approval));
    let proposed = Memo::new(move |_| latest.with(|one| one.proposed_approval.clone()));
    let new_domains = Memo::new(move |_| latest.with(|one| one.new_domains));
    let needs_key = Memo::new(move |_| latest.with(|one| one.needs_key));
    let paused = Memo::new(move |_| latest.with(|one| one.paused_until));
    let facts: Vec<Fact> = vec![
        ("account_number", account.account_number.into_any()),
        ("account_environment", environment.into_any()),
        ("account_user", account.user_email.into_any()),
        (
            "account_verified",
            view! { <Time at=Signal::derive(move || latest.with(|one| one.verified_at)) /> }
                .into_any(),
        ),
        ("approval_rule", (move || rule_text(rule.get())).into_any()),
        (
            "new_domains",
            (move || new_domains_text(new_domains.get())).into_any(),
        ),
    ];
    let (rotating, ruling) = (Asking::closed(), Asking::closed());
    let new_domains_asking = Asking::closed();
    let verify = move |_| {
        let (client, id) = (client.get_value(), id.get_value());
        spawn_local(async move {
            let answer = client.act(op::VerifyCredential, &id);
            match answer.await {
                Ok(_) => app.toasts.done(t("account_key_works")),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
            accounts.again();
        });
    };
    let sync = move |_| {
        let (client, id) = (client.get_value(), id.get_value());
        spawn_local(async move {
            let request = SyncRequest::default();
            match client.send(op::SyncCredential, &id, &request).await {
                Ok(started) => go(&Route::of_jobs(&started)),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
        });
    };
    let needs_key = move || {
        let needs_key = needs_key.get();
        needs_key.then(|| view! { <p><Status tone=Tone::Bad text=t("account_needs_key") /></p> })
    };
    let paused = move || {
        paused.get().map(|at| {
            view! {
                <p><Status tone=Tone::Waiting text=t("account_paused") />" "<Time at /></p>
                <p class="hint">{t("account_paused_hint")}</p>
            }
        })
    };
    view! {
        <li>
            <h2>{account.label}</h2>
            {needs_key} {paused}
            <Facts rows=facts />
            <div class="actions">
                <May to=Endpoint::SyncCredential>
                    <button class="quiet" on:click=sync>
                        {t("sync_account")}
                    </button>
                </May>
                <May to=Endpoint::VerifyCredential>
                    <button class="quiet" on:click=verify>
                        {t("account_verify")}
                    </button>
                </May>
                <May to=Endpoint::RotateCredential>
                    <button class="quiet" on:click=move |_| rotating.open()>
                        {t("account_rotate")}
                    </button>
                </May>
                <May to=Endpoint::SetApproval>
                    <button class="quiet" on:click=move |_| ruling.open()>
                        {t("approval_rule")}
                    </button>
                </May>
                <May to=Endpoint::SetNewDomains>
                    <button class="quiet" on:click=move |_| new_domains_asking.open()>
                        {t("new_domains")}
                    </button>
                </May>
            </div>
            <ApprovalDialog
                asking=ruling
                id=id.get_value()
                rule=rule.get_untracked()
                proposed
                on_done=move |()| accounts.again()
            />
            <NewDomainsDialog
                asking=new_domains_asking
                id=id.get_value()
                setting=new_domains.get_untracked()
                on_done=move |()| accounts.again()
            />
            <Rotate asking=rotating id=id.get_value() accounts />
        </li>
    }
}

/// Replacing the access key.
#[component]
fn Rotate(asking: Asking, id: String, accounts: Accounts) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let key = RwSignal::new(String::new());
    let field = format!("rotate-{id}");
    let id = StoredValue::new(id);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let request = RotateCredential {
            access_key: key.get_untracked().trim().to_owned(),
        };
        let (client, id) = (client.get_value(), id.get_value());
        let answer = async move { client.send(op::RotateCredential, &id, &request).await };
        asking.send(answer, move |_| {
            key.set(String::new());
            app.toasts.done(t("account_key_works"));
            accounts.again();
        });
    };
    view! {
        <Dialog is_open=asking.is_open title=t("account_rotate")>
            <form on:submit=submit>
                <Field
                    id=field
                    label=t("account_access_key")
                    hint=t("account_access_key_hint")
                    kind="password"
                    value=key
                />
                {asking.note()}
                <div class="actions"><button disabled=asking.is_busy>{t("account_rotate_do")}</button></div>
            </form>
        </Dialog>
    }
}
