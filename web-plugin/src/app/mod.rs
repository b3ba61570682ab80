//! The application around the screens: connection, navigation, keyboard, messages.

#![allow(
    unreachable_pub,
    reason = "the macro for components makes their properties public"
)]

mod appearance;
mod keyboard;
mod navigation;
mod shell;
mod work;

use certwright_api::endpoint::{Endpoint, op};
use certwright_api::tokens::Me;
use certwright_core::permission::{Place, Standing, Verdict, judge};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::client::{Client, Trouble};
use crate::connection::Connection;
use crate::pages;
use crate::parts::Toasts;
use crate::route::Filter;
pub(crate) use appearance::Appearance;
pub(crate) use keyboard::{SHORTCUTS, TURNED_OFF};
pub(crate) use navigation::go;
pub(crate) use work::{Bulk, Target, Undo, Work, Works, names};

/// How often times such as "3 min ago" are told anew, in milliseconds.
const TICK_MS: u32 = 30_000;
/// How long to wait before it is asked again who is signed in, in milliseconds.
const RETRY_MS: u32 = 5_000;

/// What every screen can reach. All of it outlives the screens: what goes on after a screen is left,
/// such as work, messages and what they offer, reads nothing but this and its own values.
#[derive(Clone, Copy)]
pub(crate) struct App {
    /// The connection; none before the first run is done, and after signing out.
    client: RwSignal<Option<Client>>,
    /// Who is signed in, once the Worker has said so.
    pub(crate) me: RwSignal<Option<Me>>,
    /// Why it is not known who is signed in.
    pub(crate) me_trouble: RwSignal<Option<Trouble>>,
    /// Messages at the edge of the screen.
    pub(crate) toasts: Toasts,
    /// What is being done besides.
    pub(crate) works: Works,
    /// What the screen shows one of, such as an order, is called.
    pub(crate) heading: RwSignal<Heading>,
    /// Counts what was done behind the screens' backs.
    changes: RwSignal<u32>,
    /// Counts the moments at which times are told anew.
    ticks: RwSignal<u32>,
}

/// What one thing is called that a screen shows.
#[derive(Clone, Default)]
pub(crate) struct Heading {
    /// The thing's id: another one's screen has another heading.
    pub(crate) of: String,
    pub(crate) text: String,
}

impl App {
    /// Names the thing with this id in the window's title.
    pub(crate) fn set_heading(self, of: impl Into<String>, text: impl Into<String>) {
        self.heading.set(Heading {
            of: of.into(),
            text: text.into(),
        });
    }

    /// Uses this connection from now on and remembers it.
    pub(crate) async fn connect(self, connection: Connection) {
        connection.remember().await;
        browser::refresh_badge().await;
        self.client.set(Some(Client::new(connection)));
    }

    /// The connection, if there is one.
    pub(crate) fn client(self) -> Option<Client> {
        self.client.get_untracked()
    }

    /// Lets every screen read again what it shows: something was done that it does not know of.
    pub(crate) fn changed(self) {
        self.changes.update(|count| *count = count.wrapping_add(1));
    }

    /// Follows [`App::changed`].
    pub(crate) fn changes(self) -> u32 {
        self.changes.get()
    }

    /// Follows the passing of time.
    pub(crate) fn tick(self) {
        self.ticks.track();
    }

    /// Whether the person may call this endpoint, by their role and the account that they are
    /// bounded to: the same table as the Worker's. Nothing is allowed before it is known who they
    /// are; what they may do with one thing, the thing itself says.
    pub(crate) fn allows(self, endpoint: Endpoint) -> bool {
        self.me.with(|me| {
            me.as_ref().is_some_and(|me| {
                let caller = Standing {
                    role: me.role,
                    is_scoped: me.credential_id.is_some(),
                };
                let (action, reach) = (endpoint.action(), endpoint.reach());
                judge(action, reach, Some(caller), Place::Inside) == Verdict::Allowed
            })
        })
    }

    /// [`App::allows`], as a signal.
    pub(crate) fn may(self, endpoint: Endpoint) -> Memo<bool> {
        Memo::new(move |_| self.allows(endpoint))
    }

    /// Whether the person is bounded to one account, as far as is known.
    pub(crate) fn is_scoped(self) -> bool {
        self.me
            .with(|me| me.as_ref().is_some_and(|me| me.credential_id.is_some()))
    }

    /// Forgets the connection.
    pub(crate) async fn disconnect(self) {
        Connection::forget().await;
        browser::refresh_badge().await;
        self.toasts.clear();
        self.client.set(None);
    }
}

/// The application of the screen that calls.
pub(crate) fn use_app() -> App {
    expect_context()
}

/// The connection of the screen that calls: every screen but the first is shown only with one. It is
/// kept by the application, so that it is there for what goes on after the screen is gone.
pub(crate) fn use_client() -> StoredValue<Client> {
    expect_context()
}

/// Asks who is signed in until there is an answer, and lets times be told anew.
fn look_around(app: App) {
    Effect::new(move |_| {
        let client = app.client.get();
        app.me.set(None);
        app.me_trouble.set(None);
        spawn_local(async move {
            let Some(client) = client else { return };
            while app.client().as_ref() == Some(&client) {
                let none = Filter::default();
                match client.get(op::GetMe, "", &none).await {
                    Ok(me) if app.client().as_ref() == Some(&client) => {
                        app.me_trouble.set(None);
                        return app.me.set(Some(me));
                    }
                    Ok(_) => return,
                    Err(trouble) => {
                        let is_over = trouble.is_sign_in();
                        app.me_trouble.set(Some(trouble));
                        if is_over {
                            return;
                        }
                    }
                }
                browser::sleep(RETRY_MS).await;
            }
        });
    });
    spawn_local(async move {
        loop {
            browser::sleep(browser::poll_interval(TICK_MS)).await;
            app.ticks.update(|count| *count = count.wrapping_add(1));
        }
    });
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
        me_trouble: RwSignal::new(None),
        toasts: Toasts::default(),
        works: Works::default(),
        heading: RwSignal::new(Heading::default()),
        changes: RwSignal::new(0),
        ticks: RwSignal::new(0),
    };
    provide_context(app);
    look_around(app);
    let owner = Owner::current();
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
                let kept = || StoredValue::new(client);
                let client = match &owner {
                    Some(owner) => owner.with(kept),
                    None => kept(),
                };
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
