//! The first screen: where the Worker is, and the token for it.

use certwright_api::endpoint::op;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::use_app;
use crate::browser;
use crate::client::{Client, Trouble};
use crate::connection::{AddressFault, Connection, origin};
use crate::parts::{Field, trouble_text};
use crate::route::Filter;
use crate::text::t;

/// Asks for the Worker's address and a sign-in token, and connects.
#[component]
pub(crate) fn Welcome() -> impl IntoView {
    let app = use_app();
    let served_from = browser::own_origin();
    let is_console = served_from.is_some();
    let address = RwSignal::new(served_from.unwrap_or_default());
    if !is_console {
        spawn_local(async move {
            if let Some(known) = Connection::last_address().await {
                let _ = address.try_update(|address| {
                    if address.is_empty() {
                        *address = known;
                    }
                });
            }
        });
    }
    let token = RwSignal::new(String::new());
    let is_kept = RwSignal::new(false);
    let is_busy = RwSignal::new(false);
    let address_error = RwSignal::new(None);
    let token_error = RwSignal::new(None);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        address_error.set(None);
        token_error.set(None);
        let address = match origin(&address.get_untracked()) {
            Ok(address) => address,
            Err(AddressFault::NotAnAddress) => {
                return address_error.set(Some(t("welcome_address_malformed")));
            }
            Err(AddressFault::NotEncrypted) => {
                return address_error.set(Some(t("welcome_address_clear")));
            }
        };
        let connection = Connection {
            address,
            token: token.get_untracked().trim().to_owned(),
            is_kept: is_kept.get_untracked(),
        };
        is_busy.set(true);
        let leave = browser::request_origin(&connection.address);
        spawn_local(async move {
            match connect(&connection, leave).await {
                Ok(()) => app.connect(connection).await,
                Err(Refusal::Permission) => address_error.set(Some(t("welcome_no_permission"))),
                Err(Refusal::Trouble(trouble)) if trouble.is_sign_in() => {
                    token_error.set(Some(t("welcome_token_refused")));
                }
                Err(Refusal::Trouble(trouble)) => address_error.set(Some(trouble_text(&trouble))),
            }
            let _ = is_busy.try_set(false);
        });
    };
    let says = move || {
        t(if is_busy.get() {
            "welcome_connecting"
        } else {
            "welcome_connect"
        })
    };
    view! {
        <main class="welcome">
            <p class="brand">"Certwright"</p>
            <h1>{t("welcome_title")}</h1>
            <p>{t("welcome_lead")}</p>
            <form on:submit=submit>
                <Field
                    id="address"
                    label=t("welcome_address")
                    hint=t("welcome_address_hint")
                    value=address
                    error=address_error
                />
                <Field
                    id="token"
                    label=t("welcome_token")
                    hint=t(if is_console { "welcome_token_hint_console" } else { "welcome_token_hint" })
                    kind="password"
                    required=!is_console
                    value=token
                    error=token_error
                />
                <label class="check">
                    <input type="checkbox" bind:checked=is_kept />
                    <span>{t("welcome_keep")}<small>{t("welcome_keep_hint")}</small></span>
                </label>
                <div class="actions">
                    <button disabled=is_busy>{says}</button>
                </div>
            </form>
            <p class="note" hidden=!is_console>{t("welcome_console_note")}</p>
        </main>
    }
}

enum Refusal {
    Permission,
    Trouble(Trouble),
}

/// Waits for leave to call the address, where the browser wants that, then asks for something that
/// only a valid token is answered.
async fn connect(
    connection: &Connection,
    leave: impl Future<Output = bool>,
) -> Result<(), Refusal> {
    if !leave.await {
        return Err(Refusal::Permission);
    }
    let client = Client::new(connection.clone());
    let none = Filter::default();
    let answer = client.get(op::GetMe, "", &none);
    answer.await.map(|_| ()).map_err(Refusal::Trouble)
}
