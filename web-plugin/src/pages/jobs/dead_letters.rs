//! Work that did not succeed and waits for a person.

use certwright_api::dead_letters::DeadLetterView;
use certwright_api::endpoint::{Endpoint, op};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{use_app, use_client};
use crate::parts::{Pager, Time, items, paged, rows, show};
use crate::route::{Filter, Route};
use crate::text::{t, t_count, t_value};

/// How often it is read again, in milliseconds.
const FOLLOW_MS: u32 = 10_000;

/// What is done with failed tasks.
enum Act {
    Retry(String),
    Discard(String),
    RetryAll,
}

/// The list, shown only when there is something in it.
#[component]
pub(super) fn DeadLetters() -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let list = paged(op::ListDeadLetters, Signal::derive(Filter::default));
    let act = move |what: Act| {
        let client = client.get_value();
        spawn_local(async move {
            let (answer, said) = match what {
                Act::Retry(id) => (client.act(op::RetryDeadLetter, &id).await, "dead_retried"),
                Act::Discard(id) => (
                    client.act(op::DiscardDeadLetter, &id).await,
                    "dead_discarded",
                ),
                Act::RetryAll => (client.act(op::RetryDeadLetters, "").await, "dead_retried"),
            };
            match answer {
                Ok(moved) => app.toasts.done(t_count(said, moved.moved.into())),
                Err(trouble) => app.toasts.trouble(&trouble),
            }
            list.page.again();
        });
    };
    let row = move |letter: Signal<DeadLetterView>| {
        let letter = letter.get_untracked();
        let (retried, discarded) = (letter.id.to_string(), letter.id.to_string());
        let what = t_value("work", &letter.kind);
        let named = letter.domain.clone().unwrap_or_default();
        let label = move |key| format!("{}: {what} {named}", t(key)).trim_end().to_owned();
        let (retry, discard) = (label("dead_retry"), label("dead_discard"));
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
                <div class="actions" hidden=move || !app.allows(Endpoint::RetryDeadLetter)>
                    <button
                        class="quiet small"
                        aria-label=retry
                        on:click=move |_| {
                            act(Act::Retry(retried.clone()));
                        }
                    >
                        {t("dead_retry")}
                    </button>
                    <button
                        class="quiet small"
                        aria-label=discard
                        on:click=move |_| {
                            act(Act::Discard(discarded.clone()));
                        }
                    >
                        {t("dead_discard")}
                    </button>
                </div>
            </li>
        }
    };
    list.page.follow(FOLLOW_MS, |_| false);
    show(list.page, move |page, _| {
        let items = items(page);
        let is_empty = Memo::new(move |_| items.with(Vec::is_empty));
        view! {
            <section aria-labelledby="dead" hidden=is_empty>
                <h2 id="dead">{t("dead_title")}</h2>
                <p>{t("dead_lead")}</p>
                <ul class="cards">{rows(items, |letter| letter.id.as_str(), row)}</ul>
                <div class="actions" hidden=move || !app.allows(Endpoint::RetryDeadLetters)>
                    <button on:click=move |_| {
                        act(Act::RetryAll);
                    }>{t("dead_retry_all")}</button>
                </div>
                <Pager list />
            </section>
        }
        .into_any()
    })
}
