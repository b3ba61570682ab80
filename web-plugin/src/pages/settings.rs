//! Connection, appearance, keyboard.

use certwright_api::tokens::Me;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{Appearance, TURNED_OFF, use_app, use_client};
use crate::browser;
use crate::browser::storage::{self, Area};
use crate::parts::{Fact, Facts, Time};
use crate::text::{t, t_value};

/// The screen.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let (app, client) = (use_app(), use_client().get_value());
    let kept = t(if client.is_kept() {
        "settings_kept"
    } else {
        "settings_session"
    });
    let rows: Vec<Fact> = vec![
        ("settings_address", client.address().to_owned().into_any()),
        (
            "settings_token",
            view! { "••••••••"<br /><small>{kept}</small> }.into_any(),
        ),
        ("settings_version", env!("CARGO_PKG_VERSION").into_any()),
    ];
    let disconnect = move |_| spawn_local(app.disconnect());
    view! {
        <header class="page-head"><h1>{t("settings_title")}</h1></header>
        <section aria-labelledby="connection">
            <h2 id="connection">{t("settings_connection")}</h2>
            <Facts rows />
            {move || app.me.get().map(who)}
            <button class="quiet" on:click=disconnect>{t("settings_disconnect")}</button>
        </section>
        <Look />
        <Letters />
        {(!browser::is_extension())
            .then(|| view! { <p class="note">{t("welcome_console_note")}</p> })}
    }
}

/// Who the person is to the Worker, and what they may do there.
fn who(me: Me) -> impl IntoView {
    let mut rows: Vec<Fact> = vec![
        ("settings_who", me.actor.into_any()),
        ("access_role", t_value("role", me.role.name()).into_any()),
    ];
    let account = match me.credential_id {
        Some(id) => view! { <code>{id.to_string()}</code> }.into_any(),
        None => t("access_all_accounts").into_any(),
    };
    rows.push(("access_account", account));
    if let Some(at) = me.expires_at {
        rows.push(("access_expires", view! { <Time at /> }.into_any()));
    }
    view! { <Facts rows /> }
}

/// Light or dark.
#[component]
fn Look() -> impl IntoView {
    let chosen = RwSignal::new(Appearance::System);
    spawn_local(async move {
        let recalled = Appearance::recall().await;
        let _ = chosen.try_set(recalled);
    });
    let choice = move |one: Appearance| {
        let choose = move |_| {
            chosen.set(one);
            spawn_local(one.choose());
        };
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="appearance"
                    prop:checked=move || chosen.get() == one
                    on:change=choose
                />
                <span>{t_value("appearance", one.name())}</span>
            </label>
        }
    };
    view! {
        <fieldset>
            <legend>{t("settings_appearance")}</legend>
            {Appearance::ALL.into_iter().map(choice).collect_view()}
        </fieldset>
    }
}

/// Whether single letters act (WCAG 2.2, success criterion 2.1.4).
#[component]
fn Letters() -> impl IntoView {
    let is_off = RwSignal::new(false);
    spawn_local(async move {
        let off = storage::read(Area::Local, TURNED_OFF)
            .await
            .unwrap_or(false);
        let _ = is_off.try_set(off);
    });
    let choose = move |event| {
        let off = !event_target_checked(&event);
        is_off.set(off);
        spawn_local(async move {
            storage::write(Area::Local, TURNED_OFF, &off).await;
        });
    };
    view! {
        <fieldset>
            <legend>{t("settings_keyboard")}</legend>
            <label class="check">
                <input type="checkbox" prop:checked=move || !is_off.get() on:change=choose />
                <span>{t("settings_letters")}<small>{t("settings_letters_hint")}</small></span>
            </label>
        </fieldset>
    }
}
