//! Orders that were sent and got no reply, remembered until they get one: sent again with the same key
//! they are placed once, however often, and also after the page was loaded anew.

use certwright_api::endpoint::op;
use certwright_api::orders::{OrderRequest, OrderView};
use certwright_core::time::Timestamp;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use super::form::Form;
use super::{placed, save_key};
use crate::app::{App, use_app, use_client};
use crate::browser::clock;
use crate::browser::storage::{self, Area};
use crate::client::{Client, Trouble};
use crate::keys::{store, webcrypto};
use crate::parts::{Confirm, Time, TroubleNote, may_be_done, trouble_text};
use crate::route::{Filter, Route};
use crate::text::{t, t_names, t_with};

const KEY: &str = "orders-sent";

/// An order that was sent. The request holds no secret: of the key it has the CSR alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sent {
    /// The idempotency key, which the Worker remembers for the sign-in that has sent it.
    pub(super) key: String,
    pub(super) request: OrderRequest,
    /// Where it was sent.
    address: String,
    /// Who was signed in, as the Worker names them.
    actor: String,
    at: Timestamp,
}

impl Sent {
    fn names(&self) -> Vec<String> {
        names(&self.request)
    }
}

fn names(request: &OrderRequest) -> Vec<String> {
    let first = std::iter::once(request.domain.clone());
    first.chain(request.additional_domains.clone()).collect()
}

/// The orders without a reply, as this page knows them.
#[derive(Clone, Copy)]
pub(super) struct Unanswered {
    app: App,
    all: RwSignal<Vec<Sent>>,
}

impl Unanswered {
    /// Those that this browser has sent to this Worker.
    pub(super) fn recall() -> Self {
        let this = Self {
            app: use_app(),
            all: RwSignal::new(Vec::new()),
        };
        spawn_local(this.look());
        this
    }

    async fn look(self) {
        let address = self.app.client().map(|client| client.address().to_owned());
        let mut all = read().await;
        all.retain(|sent| Some(&sent.address) == address.as_ref());
        let _ = self.all.try_set(all);
    }

    /// Whether one of these names was asked for in an order that got no reply.
    pub(super) fn names_any(self, request: &OrderRequest) -> bool {
        let wanted = names(request);
        let asks = |sent: &Sent| sent.names().iter().any(|name| wanted.contains(name));
        self.all.with(|all| all.iter().any(asks))
    }

    /// What is to be sent: remembered before it leaves, with the key of the last time if this very
    /// order was sent before. Nothing, where the browser has no random numbers.
    pub(super) async fn begin(self, client: &Client, request: OrderRequest) -> Option<Sent> {
        let me = self
            .app
            .me
            .with_untracked(|me| Some(me.as_ref()?.actor.clone()));
        let actor = me.unwrap_or_default();
        let mut all = read().await;
        let known = all.iter().find(|sent| {
            sent.request == request && sent.actor == actor && sent.address == client.address()
        });
        if let Some(sent) = known {
            return Some(sent.clone());
        }
        let random: [u8; 16] = webcrypto::random().ok()?;
        let sent = Sent {
            key: random.iter().map(|byte| format!("{byte:02x}")).collect(),
            request,
            address: client.address().to_owned(),
            actor,
            at: clock::now(),
        };
        all.push(sent.clone());
        storage::write(Area::Local, KEY, &all).await;
        Some(sent)
    }

    /// Sends it, and forgets it when the reply is certain.
    pub(super) async fn send(self, client: &Client, sent: &Sent) -> Result<OrderView, Trouble> {
        let answer = client
            .send_once(op::PlaceOrder, &sent.request, &sent.key)
            .await;
        match &answer {
            Err(trouble) if may_be_done(trouble) => self.look().await,
            _ => self.forget(&sent.key).await,
        }
        answer
    }

    async fn forget(self, key: &str) {
        let mut all = read().await;
        all.retain(|sent| sent.key != key);
        storage::write(Area::Local, KEY, &all).await;
        self.look().await;
    }

    fn is_mine(self, sent: &Sent) -> bool {
        let is_same = |me: &certwright_api::tokens::Me| me.actor == sent.actor;
        self.app.me.with(|me| me.as_ref().is_some_and(is_same))
    }
}

async fn read() -> Vec<Sent> {
    storage::read(Area::Local, KEY).await.unwrap_or_default()
}

/// Each order without a reply, and what can be done about it.
#[component]
pub(super) fn UnansweredNotes(unanswered: Unanswered, form: Form) -> impl IntoView {
    let one = move |sent: Sent| view! { <Note unanswered sent form /> };
    view! { <For each=move || unanswered.all.get() key=|sent| sent.key.clone() children=one /> }
}

#[component]
fn Note(unanswered: Unanswered, sent: Sent, form: Form) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let is_busy = RwSignal::new(false);
    let is_discarding = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let text = t_with("unanswered_lead", &[("names", &t_names(&sent.names()))]);
    let at = sent.at;
    let orders = Route::Orders(Filter::by("q", &*sent.request.domain)).href();
    let who = crate::pages::audit::who(&sent.actor);
    let sent = StoredValue::new(sent);
    let again = move |_| {
        is_busy.set(true);
        trouble.set(None);
        let (client, sent) = (client.get_value(), sent.get_value());
        spawn_local(async move {
            match unanswered.send(&client, &sent).await {
                Ok(order) => {
                    let keys = store::all().await.unwrap_or_default();
                    let csr = sent.request.csr.as_ref();
                    let key = keys.iter().find(|key| Some(&key.csr) == csr);
                    key.and_then(save_key);
                    placed(app, form, order).await;
                }
                // This note may be gone when the reply is certain.
                Err(why) if may_be_done(&why) => {
                    let _ = trouble.try_set(Some(why));
                }
                Err(why) => app.toasts.failed(trouble_text(&why)),
            }
            let _ = is_busy.try_set(false);
        });
    };
    let discard = move |()| {
        let key = sent.with_value(|sent| sent.key.clone());
        spawn_local(async move { unanswered.forget(&key).await });
    };
    let is_mine = Memo::new(move |_| sent.with_value(|sent| unanswered.is_mine(sent)));
    view! {
        <section class="note bad" aria-label=t("unanswered_title")>
            <p>{text} " " <Time at /></p>
            {move || {
                if is_mine.get() {
                    view! { <p>{t("unanswered_again")}</p> }.into_any()
                } else {
                    view! { <p>{t_with("unanswered_other", &[("who", &who)])}</p> }.into_any()
                }
            }}
            {move || trouble.get().map(|trouble| view! { <TroubleNote trouble /> })}
            <div class="actions">
                <Show when=move || is_mine.get()>
                    <button disabled=is_busy on:click=again>
                        {move || t(if is_busy.get() { "order_placing" } else { "unanswered_send" })}
                    </button>
                </Show>
                <a class="button quiet" href=orders>{t("unanswered_look")}</a>
                <button class="quiet" on:click=move |_| is_discarding.set(true)>
                    {t("unanswered_discard")}
                </button>
            </div>
        </section>
        <Confirm
            is_open=is_discarding
            title=t("unanswered_discard_title")
            action=t("unanswered_discard")
            on_confirm=discard
        >
            <p>{t("unanswered_discard_lead")}</p>
        </Confirm>
    }
}
