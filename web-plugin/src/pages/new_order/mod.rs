//! Ordering a certificate: names, choices, request, a dry run on the side, a review, and off it goes.

mod choices;
mod form;
mod names;
mod passphrase;
mod place;
mod rehearsal;
mod source;
mod unanswered;

use certwright_api::endpoint::op;
use certwright_api::orders::OrderView;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{App, go, use_app, use_client};
use crate::browser;
use crate::client::Client;
use crate::keys::{StoredKey, store};
use crate::parts::Field;
use crate::route::{Filter, Route};
use crate::text::t;
use form::{Draft, Form};
use place::Review;
pub(super) use rehearsal::finding_row;
use rehearsal::{Findings, rehearse};
use source::{Kind, Source, SourceFields};
use unanswered::{Unanswered, UnansweredNotes};

/// The screen. `start` fills in a host, an order to renew, or a key to order with.
#[component]
pub(crate) fn NewOrder(start: Filter) -> impl IntoView {
    let form = Form::new(start.to_query());
    let source = Source::new();
    form.keep();
    let (app, client) = (use_app(), use_client().get_value());
    spawn_local(async move {
        let mut draft = form.recall().await;
        if let Err(trouble) = prefill(&mut draft, source, &client, &start).await {
            app.toasts.trouble(&trouble);
        }
        form.fill(draft);
    });
    let (accounts, offer) = choices::offer(form);
    let rehearsal = rehearse(form, source);
    let error = Callback::new(move |(field,): (&'static str,)| rehearsal.error(source, field));
    let takes_more = Signal::derive(move || {
        let code = form.product.get();
        let product = offer.get().flatten().and_then(|offer| {
            offer
                .products
                .into_iter()
                .find(|product| product.code == code)
        });
        product.is_some_and(|product| product.product_type.takes_additional_names())
    });
    let is_reviewing = RwSignal::new(false);
    let fault = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let review = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        fault.set(None);
        if source.kind.get_untracked() != Kind::Make {
            return is_reviewing.set(true);
        }
        let Some(names) = untrack(|| form.good_names()) else {
            return fault.set(Some(t("order_names_first")));
        };
        if let Some(reason) = untrack(|| source.passphrase_fault()) {
            browser::focus("passphrase");
            return fault.set(Some(reason.to_string()));
        }
        is_busy.set(true);
        spawn_local(async move {
            match source.make(names).await {
                Ok(()) => is_reviewing.set(true),
                Err(reason) => fault.set(Some(reason.to_string())),
            }
            let _ = is_busy.try_set(false);
        });
    };
    let unanswered = Unanswered::recall();
    // A second order for the same names may be bought twice; the first is sent again or discarded.
    let is_asked = Memo::new(move |_| {
        let request = form.request(None);
        request.is_some_and(|request| unanswered.names_any(&request))
    });
    let may_review = move || {
        !is_busy.get() && form.accepted.get() && rehearsal.is_good(source) && !is_asked.get()
    };
    let says = move || {
        t(if is_busy.get() {
            "order_making_key"
        } else {
            "order_review"
        })
    };
    let place_error = Signal::derive(move || rehearsal.error(source, "agreement/signerPlace"));
    view! {
        <header class="page-head"><h1>{t("order_new")}</h1></header>
        <UnansweredNotes unanswered form />
        <div class="beside">
            <form on:submit=review>
                <names::Names form takes_more />
                <choices::Choices form accounts offer error />
                <SourceFields source />
                <Field
                    id="order-place"
                    label=t("order_place")
                    hint=t("order_place_hint")
                    value=form.place
                    error=place_error
                    autocomplete="address-level2"
                />
                <details>
                    <summary>{t("order_remarks")}</summary>
                    <Field
                        id="order-remarks"
                        label=t("order_remarks")
                        hint=t("order_remarks_hint")
                        value=form.remarks
                        required=false
                    />
                </details>
                <label class="check">
                    <input type="checkbox" id="order-accepted" bind:checked=form.accepted />
                    <span>{t("order_agreement")}</span>
                </label>
                <p class="error" role="alert">{move || fault.get()}</p>
                <p class="error" role="alert">
                    {move || is_asked.get().then(|| t("unanswered_first"))}
                </p>
                <div class="actions">
                    <button disabled=move || !may_review()>{says}</button>
                </div>
            </form>
            <Findings rehearsal source />
        </div>
        <Review is_open=is_reviewing form source rehearsal offer unanswered />
    }
}

/// Fills in what the address asks for, over what was filled in last time.
async fn prefill(
    draft: &mut Draft,
    source: Source,
    client: &Client,
    start: &Filter,
) -> Result<(), crate::client::Trouble> {
    if !start.get("host").is_empty() {
        start.get("host").clone_into(&mut draft.domain);
        draft.additional.clear();
    }
    if !start.get("key").is_empty() {
        let keys = store::all().await.unwrap_or_default();
        if let Some(key) = keys
            .into_iter()
            .find(|key| key.fingerprint == start.get("key"))
        {
            let names = certwright_core::csr::Csr::read(key.csr.as_bytes()).map(|csr| csr.names());
            let mut names = names
                .unwrap_or_default()
                .into_iter()
                .map(|name| name.to_string());
            draft.domain = names.next().unwrap_or_default();
            draft.additional = names.collect::<Vec<_>>().join("\n");
            source.kind.set(Kind::Given);
            source.text.set(key.csr);
        }
    }
    if !start.get("renews").is_empty() {
        let none = Filter::default();
        let order: OrderView = client.get(op::GetOrder, start.get("renews"), &none).await?;
        draft.account = order.credential_id.to_string();
        draft.product = order.product_code;
        draft.group = order.group_number.unwrap_or_default();
        draft.organization = order.organization_name.unwrap_or_default();
        draft.domain = order.domain;
        draft.additional = order.additional_domains.join("\n");
    }
    Ok(())
}

/// What follows when an order is placed. The page may be gone.
async fn placed(app: App, form: Form, order: OrderView) {
    let waits = order.status.state == "awaitingApproval";
    let said = if waits { "order_waits" } else { "order_placed" };
    app.toasts.done(t(said));
    // The next order starts from the same choices.
    form.clear(&order.domain);
    browser::refresh_badge().await;
    // The draft is written with a pause; it must not outlive the order.
    browser::sleep(400).await;
    go(&Route::Order(order.id.to_string()));
}

/// Saves the encrypted key; one that stays in this browser has no file.
fn save_key(key: &StoredKey) -> Option<()> {
    let name = format!("{}.key", key.label.replace('*', "wildcard"));
    let file = key.encrypted.as_ref()?;
    browser::save(&name, "application/pkcs8", file.as_bytes());
    Some(())
}
