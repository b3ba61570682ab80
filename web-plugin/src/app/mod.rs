//! The application around the screens: connection, navigation, keyboard, messages.

#![allow(
    unreachable_pub,
    reason = "the macro for components makes their properties public"
)]

mod appearance;
mod keyboard;
mod navigation;
mod shell;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::client::Client;
use crate::connection::Connection;
use crate::pages;
use crate::parts::Toasts;
pub(crate) use appearance::Appearance;
pub(crate) use keyboard::{SHORTCUTS, TURNED_OFF};
pub(crate) use navigation::go;

/// What every screen can reach.
#[derive(Clone, Copy)]
pub(crate) struct App {
    /// The connection; none before the first run is done, and after signing out.
    client: RwSignal<Option<Client>>,
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
        toasts: Toasts::default(),
    };
    provide_context(app);
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
