//! Who can sign in: tokens, made and revoked by administrators.

mod create;

use certwright_api::credentials::CredentialView;
use certwright_api::endpoint::op;
use certwright_api::page::Page;
use certwright_api::tokens::{RevokeTokens, TokenView};
use certwright_core::permission::Role;
use certwright_core::token::{TokenEnd, TokenState};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{use_app, use_client};
use crate::parts::{
    Confirm, Empty, Fetched, Paged, Pager, Status, Time, Tone, fetched, paged, show,
};
use crate::route::Filter;
use crate::text::{t, t_value, t_with};
use create::Create;

/// The screen.
#[component]
pub(crate) fn Access() -> impl IntoView {
    let app = use_app();
    let is_admin = Memo::new(move |_| {
        app.me
            .with(|me| me.as_ref().map(|me| me.role == Role::Admin))
    });
    view! {
        <header class="page-head"><h1>{t("access_title")}</h1></header>
        <p>{t("access_lead")}</p>
        {move || match is_admin.get() {
            // Until it is known who this is nothing is offered that would be refused.
            None => ().into_any(),
            Some(false) => view! { <p class="note">{t("access_admins_only")}</p> }.into_any(),
            Some(true) => view! { <Tokens /> }.into_any(),
        }}
    }
}

/// The tokens, and the form for another.
#[component]
fn Tokens() -> impl IntoView {
    let list = paged(op::ListTokens, Signal::derive(Filter::default));
    let accounts = fetched(move |client| async move {
        client
            .get(op::ListCredentials, "", &Filter::default())
            .await
    });
    let chosen = RwSignal::new(None::<TokenView>);
    view! {
        <Create accounts on_made=move |()| list.page.again() />
        <section aria-labelledby="tokens">
            <h2 id="tokens">{t("access_list")}</h2>
            {show(list.page, move |page, _| (move || table(page.get(), accounts, chosen)).into_any())}
            <Pager list />
        </section>
        <Revoke chosen list />
    }
}

/// What people call an account; its id while that is not known.
fn account_name(accounts: Fetched<Page<CredentialView>>, id: &str) -> String {
    let known = accounts.get().and_then(|page| {
        let mut all = page.items.into_iter();
        all.find(|account| account.id.as_str() == id)
    });
    known.map_or_else(|| id.to_owned(), |account| account.label)
}

/// The person at the root of a token, as people read it.
fn person_text(person: &str) -> String {
    match person.split_once(':') {
        Some((_, name)) => name.to_owned(),
        None if person == "admin" => t("access_person_admin"),
        None => person.to_owned(),
    }
}

/// Why a token ends when it does, where its maker did not choose it, or with what it was revoked.
fn end_text(token: &TokenView) -> Option<String> {
    if token.revoked_with.is_some() {
        return Some(t("access_revoked_with"));
    }
    match token.end {
        TokenEnd::Chosen => None,
        TokenEnd::Maker => Some(t("access_end_maker")),
        TokenEnd::Person => Some(t("access_end_person")),
    }
}

fn state(token: &TokenView) -> (Tone, &'static str) {
    match token.state {
        TokenState::Active => (Tone::Good, "active"),
        TokenState::Expired => (Tone::Past, "expired"),
        TokenState::Revoked => (Tone::Past, "revoked"),
        TokenState::Altered => (Tone::Bad, "altered"),
    }
}

fn table(
    page: Page<TokenView>,
    accounts: Fetched<Page<CredentialView>>,
    chosen: RwSignal<Option<TokenView>>,
) -> AnyView {
    if page.items.is_empty() {
        return view! { <Empty text=t("access_none") /> }.into_any();
    }
    let row = move |token: TokenView| {
        let (tone, name) = state(&token);
        let end = end_text(&token);
        let account = token.credential_id.clone();
        let account = move || match &account {
            Some(id) => account_name(accounts, id.as_str()),
            None => t("access_all_accounts"),
        };
        let last = match token.last_used_at {
            Some(at) => view! { <Time at /> }.into_any(),
            None => t("access_never").into_any(),
        };
        let revoke = (token.state == TokenState::Active).then(|| {
            let name = format!("{} {}", t("access_revoke"), token.label);
            let token = token.clone();
            view! {
                <button
                    class="quiet small"
                    aria-label=name
                    on:click=move |_| chosen.set(Some(token.clone()))
                >
                    {t("access_revoke")}
                </button>
            }
        });
        view! {
            <tr data-row="">
                <td class="main">
                    {token.label}
                    <small>" "{t_value("role", token.role.name())}" · "{person_text(&token.person)}</small>
                </td>
                <td><Status tone text=t_value("token_state", name) /></td>
                <td data-label=t("access_account")>{account}</td>
                <td data-label=t("access_expires")><Time at=token.expires_at />{end.map(|end| view! { <small>" "{end}</small> })}</td>
                <td data-label=t("access_last_used")>{last}</td>
                <td>{revoke}</td>
            </tr>
        }
    };
    view! {
        <div class="table" role="group" aria-label=t("access_list") tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t("access_label")}</th>
                        <th scope="col">{t("access_state")}</th>
                        <th scope="col">{t("access_account")}</th>
                        <th scope="col">{t("access_expires")}</th>
                        <th scope="col">{t("access_last_used")}</th>
                        <th scope="col"><span class="sr-only">{t("access_revoke")}</span></th>
                    </tr>
                </thead>
                <tbody>{page.items.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Asks before the chosen token is revoked.
#[component]
fn Revoke(chosen: RwSignal<Option<TokenView>>, list: Paged<TokenView>) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let is_open = RwSignal::new(false);
    // The dialog closes before it does what was confirmed, so the token is remembered apart.
    let wanted = StoredValue::new(None::<TokenView>);
    // Also the other tokens of the person.
    let all = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(token) = chosen.get() {
            wanted.set_value(Some(token));
            all.set(false);
            is_open.set(true);
        }
    });
    Effect::new(move |_| {
        if !is_open.get() {
            chosen.set(None);
        }
    });
    let whose = move || {
        let person = chosen.get().map(|token| person_text(&token.person));
        t_with(
            "access_revoke_all",
            &[("person", &person.unwrap_or_default())],
        )
    };
    let lead = move || {
        let token = chosen.get()?;
        Some(t_with("access_revoke_lead", &[("label", &token.label)]))
    };
    let revoke = move |()| {
        spawn_local(async move {
            let Some(token) = wanted.get_value() else {
                return;
            };
            let client = client.get_value();
            let outcome = if all.get_untracked() {
                let person = token.person;
                let request = RevokeTokens { person };
                client
                    .send(op::RevokeTokens, "", &request)
                    .await
                    .map(|_| ())
            } else {
                let revoked = client.act(op::RevokeToken, token.id.as_str());
                revoked.await.map(|_| ())
            };
            match outcome {
                Ok(()) => app.toasts.done(t("access_revoked")),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
            list.page.again();
        });
    };
    view! {
        <Confirm
            is_open
            title=t("access_revoke_title")
            action=t("access_revoke")
            on_confirm=revoke
        >
            <p>{lead}</p>
            {move || (!app.is_scoped()).then(|| view! {
                <label class="check">
                    <input type="checkbox" bind:checked=all />
                    <span>{whose}</span>
                </label>
            })}
        </Confirm>
    }
}
