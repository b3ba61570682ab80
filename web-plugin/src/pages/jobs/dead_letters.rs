//! Work that did not succeed and waits for a person.

use certwright_api::dead_letters::{DeadLetterView, DeadLettersMoved};
use certwright_api::endpoint::op;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{use_app, use_client};
use crate::client::Trouble;
use crate::parts::{Pager, Time, paged, show};
use crate::route::{Filter, Route};
use crate::text::{t, t_value, t_with};

/// The list, shown only when there is something in it.
#[component]
pub(super) fn DeadLetters() -> impl IntoView {
    let (app, client) = (use_app(), StoredValue::new(use_client()));
    let list = paged(op::ListDeadLetters, Signal::derive(Filter::default));
    let told = move |answer: Result<DeadLettersMoved, Trouble>, said: &'static str| {
        match answer {
            Ok(moved) => app.toasts.done(t_with(said, &[("n", &moved.moved)])),
            Err(trouble) => app.toasts.trouble(&trouble),
        }
        list.page.again();
    };
    let retry = move |id: String| {
        spawn_local(async move {
            let client = client.get_value();
            told(client.act(op::RetryDeadLetter, &id).await, "dead_retried");
        });
    };
    let discard = move |id: String| {
        spawn_local(async move {
            let client = client.get_value();
            let answer = client.act(op::DiscardDeadLetter, &id).await;
            told(answer, "dead_discarded");
        });
    };
    let retry_all = move |_| {
        spawn_local(async move {
            let client = client.get_value();
            told(client.act(op::RetryDeadLetters, "").await, "dead_retried");
        });
    };
    let row = move |letter: DeadLetterView| {
        let (retried, discarded) = (letter.id.to_string(), letter.id.to_string());
        let order = letter.order_id.map(|id| {
            let name = letter.domain.unwrap_or_else(|| id.to_string());
            view! { " "<a href=Route::Order(id.to_string()).href()>{name}</a> }
        });
        view! {
            <li>
                <p>
                    <b>{t_value("work", &letter.kind)}</b> {order} " "
                    <span class="hint"><Time at=letter.set_aside_at /></span>
                </p>
                {letter.error.map(|text| view! { <p class="error">{text}</p> })}
                <div class="actions">
                    <button
                        class="quiet small"
                        on:click=move |_| retry(retried.clone())
                    >
                        {t("dead_retry")}
                    </button>
                    <button
                        class="quiet small"
                        on:click=move |_| discard(discarded.clone())
                    >
                        {t("dead_discard")}
                    </button>
                </div>
            </li>
        }
    };
    show(list.page, move |page, _| {
        if page.items.is_empty() {
            return ().into_any();
        }
        view! {
            <section aria-labelledby="dead">
                <h2 id="dead">{t("dead_title")}</h2>
                <p>{t("dead_lead")}</p>
                <ul class="cards">{page.items.into_iter().map(row).collect_view()}</ul>
                <div class="actions">
                    <button on:click=retry_all>{t("dead_retry_all")}</button>
                </div>
                <Pager list />
            </section>
        }
        .into_any()
    })
}
