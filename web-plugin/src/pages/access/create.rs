//! Making a token: what it may do, and its text, which is shown once.

use certwright_api::credentials::CredentialView;
use certwright_api::endpoint::op;
use certwright_api::page::Page;
use certwright_api::tokens::{CreateToken, SignIn};
use certwright_core::permission::Role;
use certwright_core::token::{DEFAULT_DAYS, MAX_DAYS};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{use_app, use_client};
use crate::client::Trouble;
use crate::parts::{Copyable, Fetched, Field, Select, TroubleNote};
use crate::text::{t, t_value};

/// The form, and after it the new token's text until the person has taken it.
#[component]
pub(super) fn Create(
    accounts: Fetched<Page<CredentialView>>,
    /// A token was made.
    #[prop(into)]
    on_made: Callback<()>,
) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let label = RwSignal::new(String::new());
    let role = RwSignal::new(Role::Viewer.name().to_owned());
    let account = RwSignal::new(String::new());
    let person = RwSignal::new(String::new());
    let days = RwSignal::new(DEFAULT_DAYS.to_string());
    let days_error = RwSignal::new(None);
    let trouble = RwSignal::new(None::<Trouble>);
    let is_busy = RwSignal::new(false);
    let made = RwSignal::new(None::<String>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        days_error.set(None);
        let typed = days.get_untracked().trim().parse().ok();
        let Some(expires_in_days) = typed.filter(|days| (1..=MAX_DAYS).contains(days)) else {
            return days_error.set(Some(t("access_days_malformed")));
        };
        let chosen = role.get_untracked();
        let Some(role) = Role::ALL.into_iter().find(|role| role.name() == chosen) else {
            return;
        };
        let request = CreateToken {
            label: label.get_untracked().trim().to_owned(),
            role,
            // The empty choice is no id: all accounts.
            credential_id: account.get_untracked().parse().ok(),
            expires_in_days: Some(expires_in_days),
            person: Some(person.get_untracked().trim().to_owned()).filter(|name| !name.is_empty()),
        };
        is_busy.set(true);
        spawn_local(async move {
            let client = client.get_value();
            let answer = client.send(op::CreateToken, "", &request);
            match answer.await {
                Ok(created) => {
                    trouble.set(None);
                    label.set(String::new());
                    person.set(String::new());
                    made.set(Some(created.secret));
                    app.toasts.done(t("access_made"));
                    // Not when the page, and with it this callback, is gone.
                    let _ = on_made.try_run(());
                }
                Err(fault) => trouble.set(Some(fault)),
            }
            let _ = is_busy.try_set(false);
        });
    };
    // Only whoever holds ADMIN_TOKEN says whose a token is.
    let names_people = move || {
        app.me.with(|me| {
            me.as_ref()
                .is_some_and(|me| me.sign_in == SignIn::AdminToken)
        })
    };
    let roles = || {
        let option = |role: Role| (role.name().to_owned(), t_value("role", role.name()));
        Role::ALL.into_iter().map(option).collect::<Vec<_>>()
    };
    let choices = move || {
        let all = (!app.is_scoped()).then(|| (String::new(), t("access_all_accounts")));
        let linked = accounts.get().map(|page| page.items).unwrap_or_default();
        let each = linked
            .into_iter()
            .map(|account| (account.id.to_string(), account.label));
        all.into_iter().chain(each).collect::<Vec<_>>()
    };
    view! {
        <section aria-labelledby="create">
            <h2 id="create">{t("access_create")}</h2>
            {move || made.get().map(|secret| view! { <Once secret made /> })}
            <form on:submit=submit>
                <Field
                    id="token-label"
                    label=t("access_label")
                    hint=t("access_label_hint")
                    value=label
                />
                {move || names_people().then(|| view! {
                    <Field
                        id="token-person"
                        label=t("access_person")
                        hint=t("access_person_hint")
                        value=person
                    />
                })}
                <Select
                    id="token-role"
                    label=t("access_role")
                    hint=t("access_role_hint")
                    value=role
                    options=Signal::derive(roles)
                />
                <Select
                    id="token-account"
                    label=t("access_account")
                    value=account
                    options=Signal::derive(choices)
                />
                <Field
                    id="token-days"
                    label=t("access_days")
                    hint=t("access_days_hint")
                    kind="number"
                    value=days
                    error=days_error
                />
                {move || trouble.get().map(|trouble| view! { <TroubleNote trouble /> })}
                <div class="actions">
                    <button disabled=is_busy>{t("access_create")}</button>
                </div>
            </form>
        </section>
    }
}

/// The text of a new token. It is nowhere else, and gone when the person says so or leaves.
#[component]
fn Once(secret: String, made: RwSignal<Option<String>>) -> impl IntoView {
    view! {
        <div class="note good" role="status">
            <p>{t("access_created")}</p>
            <p><Copyable label=t("access_token") text=secret is_secret=true /></p>
            <div class="actions">
                <button class="quiet" on:click=move |_| made.set(None)>
                    {t("access_done")}
                </button>
            </div>
        </div>
    }
}
