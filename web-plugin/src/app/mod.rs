//! The application around the screens: connection, navigation, keyboard, messages.

#![allow(
    unreachable_pub,
    reason = "the macro for components makes their properties public"
)]

mod appearance;
mod keyboard;
mod navigation;
mod shell;

use certwright_api::endpoint::op;
use certwright_api::tokens::Me;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::Client;
use crate::connection::Connection;
use crate::pages;
use crate::parts::Toasts;
use crate::route::Filter;
pub(crate) use appearance::Appearance;
pub(crate) use keyboard::{SHORTCUTS, TURNED_OFF};
pub(crate) use navigation::go;

/// What every screen can reach.
#[derive(Clone, Copy)]
pub(crate) struct App {
    /// The connection; none before the first run is done, and after signing out.
    client: RwSignal<Option<Client>>,
    /// Who is signed in, once the Worker has said so.
    pub(crate) me: RwSignal<Option<Me>>,
    /// Messages at the edge of the screen.
    pub(crate) toasts: Toasts,
}

impl App {
    /// Uses this connection from now on and remembers it.
    pub(crate) async fn connect(self, connection: Connection) {
        connection.remember().await;
        crate::browser::refresh_badge().await;
        self.client.set(Some(Client::new(connection)));
    }

    /// Whether the person is bounded to one account, as far as is known.
    pub(crate) fn is_scoped(self) -> bool {
        self.me
            .with(|me| me.as_ref().is_some_and(|me| me.credential_id.is_some()))
    }

    /// Forgets the connection.
    pub(crate) async fn disconnect(self) {
        Connection::forget().await;
        crate::browser::refresh_badge().await;
        self.client.set(None);
    }
}

/// The application of the screen that calls.
pub(crate) fn use_app() -> App {
    expect_context()
}

/// The connection of the screen that calls: every screen but the first is shown only with one.
pub(crate) fn use_client() -> Client {
    expect_context()
}

/// Provides what screens reach, and shows `connected` once there is a connection.
#[component]
pub(crate) fn Connected(
    /// What is shown with a connection.
    connected: fn() -> AnyView,
    /// What is shown without one.
    otherwise: fn() -> AnyView,
) -> impl IntoView {
    let app = App {
        client: RwSignal::new(None),
        me: RwSignal::new(None),
        toasts: Toasts::default(),
    };
    provide_context(app);
    Effect::new(move |_| {
        let client = app.client.get();
        app.me.set(None);
        spawn_local(async move {
            let Some(client) = client else { return };
            let none = Filter::default();
            // Without an answer nothing is known of who this is, and the screens say what is wrong.
            let me = client.get(op::GetMe, "", &none).await.ok();
            let _ = app.me.try_set(me);
        });
    });
    let is_recalled = RwSignal::new(false);
    spawn_local(async move {
        Appearance::recall().await.apply();
        app.client.set(Connection::recall().await.map(Client::new));
        is_recalled.set(true);
    });
    move || {
        if !is_recalled.get() {
            return ().into_any();
        }
        match app.client.get() {
            None => otherwise(),
            Some(client) => {
                provide_context(client);
                connected()
            }
        }
    }
}

/// The application: the first run, or the shell with a screen in it.
#[component]
pub(crate) fn Application() -> impl IntoView {
    view! {
        <Connected
            connected=|| view! { <shell::Shell /> }.into_any()
            otherwise=|| view! { <pages::Welcome /> }.into_any()
        />
    }
}
