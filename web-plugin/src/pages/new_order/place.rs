//! The last look before money is spent, and sending the order exactly once.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::choices::Offer;
use super::form::Form;
use super::rehearsal::{Rehearsal, cost};
use super::source::{Kind, Source};
use super::unanswered::Unanswered;
use super::{placed, save_key};
use crate::app::{use_app, use_client};
use crate::client::Trouble;
use crate::keys::create::KeyMode;
use crate::parts::{Copyable, Dialog, Fact, Facts, Fetched, TroubleNote, may_be_done};
use crate::text::t;

/// Shows the whole order and places it.
#[component]
pub(super) fn Review(
    is_open: RwSignal<bool>,
    form: Form,
    source: Source,
    rehearsal: Rehearsal,
    offer: Fetched<Option<Offer>>,
    unanswered: Unanswered,
) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let is_busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let fault = RwSignal::new(None::<String>);
    let csr = move || source.csr();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(request) = untrack(|| form.request(csr())) else {
            return;
        };
        is_busy.set(true);
        trouble.set(None);
        fault.set(None);
        // The person may go elsewhere while the CA is asked; nothing of the form is read after that.
        let is_made = source.kind.get_untracked() == Kind::Make;
        let made = source.made.get_untracked().filter(|_| is_made);
        let passphrase = source.passphrase.get_untracked();
        let client = client.get_value();
        spawn_local(async move {
            // The file opens with what the form shows now; it is stored before anything is ordered.
            let stored = match &made {
                None => None,
                Some(made) => match made.key.store(&passphrase).await {
                    Ok(stored) => Some(stored),
                    Err(reason) => {
                        let _ = fault.try_set(Some(reason.to_string()));
                        let _ = is_busy.try_set(false);
                        return;
                    }
                },
            };
            let Some(sent) = unanswered.begin(&client, request).await else {
                let _ = fault.try_set(Some(t("order_no_random")));
                let _ = is_busy.try_set(false);
                return;
            };
            match unanswered.send(&client, &sent).await {
                Ok(order) => {
                    stored.as_ref().and_then(save_key);
                    let _ = is_open.try_set(false);
                    placed(app, form, order).await;
                }
                Err(fault) => {
                    let _ = trouble.try_set(Some(fault));
                }
            }
            let _ = is_busy.try_set(false);
        });
    };
    let content = move || {
        let request = form.request(csr())?;
        let names = std::iter::once(request.domain).chain(request.additional_domains);
        let names = names
            .map(|name| view! { <li><code>{name}</code></li> })
            .collect_view();
        let key = match source
            .made
            .get()
            .filter(|_| source.kind.get() == Kind::Make)
        {
            Some(made) if made.key.mode() == KeyMode::Server => t("review_key_server"),
            Some(_) => t("review_key_kept"),
            None => t("review_key_elsewhere"),
        };
        let offer = offer.get().flatten();
        let product = offer.as_ref().and_then(|offer| {
            offer
                .products
                .iter()
                .find(|one| one.code == request.product_code)
        });
        let product = product.map(|product| product.name.clone());
        let group = offer.as_ref().and_then(|offer| {
            offer
                .groups
                .iter()
                .find(|one| one.number == request.group_number)
        });
        let group = group.map(|group| group.name.clone());
        let mut facts: Vec<Fact> = vec![
            (
                "compare_names",
                view! { <ul class="plain">{names}</ul> }.into_any(),
            ),
            (
                "order_product",
                product.unwrap_or(request.product_code).into_any(),
            ),
            (
                "order_group",
                group.unwrap_or(request.group_number).into_any(),
            ),
            ("order_place", request.agreement.signer_place.into_any()),
            ("review_key", key.into_any()),
        ];
        if source.has_file() {
            let passphrase = source.passphrase;
            let shown = Signal::derive(move || {
                if source.is_passphrase_shown.get() {
                    passphrase.get()
                } else {
                    "••••••••••••".to_owned()
                }
            });
            let row = view! {
                <Copyable label=t("key_passphrase") text=passphrase shown is_secret=true />
                <p class="hint">{t("review_passphrase")}</p>
            };
            facts.push(("key_passphrase", row.into_any()));
        }
        Some(view! { <Facts rows=facts /> {rehearsal.validation().map(cost)} })
    };
    let says = move || {
        t(if is_busy.get() {
            "order_placing"
        } else if rehearsal.needs_approval() {
            "order_ask_now"
        } else {
            "order_place_now"
        })
    };
    view! {
        <Dialog is_open title=t("review_title")>
            <form on:submit=submit>
                {content}
                {move || {
                    rehearsal.needs_approval().then(|| view! { <p class="note">{t("order_will_wait")}</p> })
                }}
                {move || {
                    let trouble = trouble.get()?;
                    let lead = may_be_done(&trouble).then(|| t("order_no_reply"));
                    Some(view! { <TroubleNote trouble lead /> })
                }}
                <p class="error" role="alert">{move || fault.get()}</p>
                <div class="actions">
                    <button disabled=is_busy>{says}</button>
                    <button type="button" class="quiet" on:click=move |_| is_open.set(false)>
                        {t("review_back")}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
