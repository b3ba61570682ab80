//! Work that did not succeed and waits for a person.

use certwright_api::dead_letters::{DeadLetterView, DeadLettersMoved};
use certwright_api::endpoint::Endpoint;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{use_app, use_client};
use crate::parts::{Pager, Time, paged, show};
use crate::route::{Filter, Route};
use crate::text::{t, t_value, t_with};

/// The list, shown only when there is something in it.
#[component]
pub(super) fn DeadLetters() -> impl IntoView {
    let (app, client) = (use_app(), StoredValue::new(use_client()));
    let list = paged::<DeadLetterView>(Endpoint::ListDeadLetters, Signal::derive(Filter::default));
    let act = move |endpoint: Endpoint, id: String, said: &'static str| {
        spawn_local(async move {
            match client
                .get_value()
                .act::<DeadLettersMoved>(endpoint, &id)
                .await
            {
                Ok(moved) => app.toasts.done(t_with(said, &[("n", &moved.moved)])),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
            list.page.again();
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
                        on:click=move |_| {
                            act(Endpoint::RetryDeadLetter, retried.clone(), "dead_retried");
                        }
                    >
                        {t("dead_retry")}
                    </button>
                    <button
                        class="quiet small"
                        on:click=move |_| {
                            act(Endpoint::DiscardDeadLetter, discarded.clone(), "dead_discarded");
                        }
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
                    <button on:click=move |_| {
                        act(Endpoint::RetryDeadLetters, String::new(), "dead_retried");
                    }>{t("dead_retry_all")}</button>
                </div>
                <Pager list />
            </section>
        }
        .into_any()
    })
}
