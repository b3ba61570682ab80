//! Something read from the Worker, and how it is shown while it is read and when it can't be.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::TroubleNote;
use crate::app::use_client;
use crate::browser;
use crate::client::{Client, Trouble};
use crate::text::t;

/// What was read last. It stays in sight while it is read again; while something else is read in its
/// place it is dimmed and can't be used, so that nobody acts on rows of another question.
pub(crate) struct Fetched<T: Send + Sync + 'static> {
    value: RwSignal<Option<T>>,
    trouble: RwSignal<Option<Trouble>>,
    is_busy: RwSignal<bool>,
    is_of_another: RwSignal<bool>,
    turn: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Fetched<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Fetched<T> {}

/// Reads something, and again whenever a signal changes that `ask` reads before its first await.
pub(crate) fn fetched<T, F, A>(ask: F) -> Fetched<T>
where
    T: Send + Sync + 'static,
    F: Fn(Client) -> A + 'static,
    A: Future<Output = Result<T, Trouble>> + 'static,
{
    let this = Fetched {
        value: RwSignal::new(None),
        trouble: RwSignal::new(None),
        is_busy: RwSignal::new(true),
        is_of_another: RwSignal::new(false),
        turn: RwSignal::new(0),
    };
    let client = use_client();
    let latest = StoredValue::new(0_u32);
    Effect::new(move |before: Option<u32>| {
        let turn = this.turn.get();
        if before == Some(turn) {
            this.is_of_another.set(true);
        }
        let number = latest.get_value().wrapping_add(1);
        latest.set_value(number);
        this.is_busy.set(true);
        let answer = ask(client.clone());
        spawn_local(async move {
            let answer = answer.await;
            // The screen may be gone, or have asked for something else meanwhile.
            if latest.try_get_value() == Some(number) {
                this.is_busy.set(false);
                this.is_of_another.set(false);
                match answer {
                    Ok(value) => {
                        let focused = browser::focused();
                        this.trouble.set(None);
                        this.value.set(Some(value));
                        // What was focused may have been built anew.
                        if let Some(focused) = focused {
                            browser::sleep(0).await;
                            browser::refocus(&focused);
                        }
                    }
                    Err(trouble) => this.trouble.set(Some(trouble)),
                }
            }
        });
        turn
    });
    this
}

impl<T: Clone + Send + Sync + 'static> Fetched<T> {
    /// What was read, if anything yet.
    pub(crate) fn get(self) -> Option<T> {
        self.value.get()
    }

    /// Puts in what an action has answered, which is newer than what was read.
    pub(crate) fn set(self, value: T) {
        self.value.set(Some(value));
    }

    /// Reads it again.
    pub(crate) fn again(self) {
        self.turn.update(|turn| *turn = turn.wrapping_add(1));
    }

    /// Reads it again every so often while `is_moving` says that it changes by itself.
    pub(crate) fn follow(self, milliseconds: u32, is_moving: fn(&T) -> bool) {
        spawn_local(async move {
            loop {
                browser::sleep(milliseconds).await;
                let Some(is_due) = self
                    .value
                    .try_with_untracked(|value| value.as_ref().is_some_and(is_moving))
                else {
                    return;
                };
                if is_due && !self.is_busy.get_untracked() {
                    self.again();
                }
            }
        });
    }
}

/// Shows what was read by `view`; before that, that it is being read; and what went wrong.
pub(crate) fn show<T, F>(fetched: Fetched<T>, view: F) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(T, Fetched<T>) -> AnyView + Send + Sync + 'static,
{
    let trouble = move || {
        fetched.trouble.get().map(|trouble| {
            view! { <TroubleNote trouble again=move || fetched.again() /> }
        })
    };
    let content = move || match fetched.value.get() {
        Some(value) => view(value, fetched),
        None if fetched.is_busy.get() => {
            view! { <p class="loading" role="status">{t("loading")}</p> }.into_any()
        }
        None => ().into_any(),
    };
    let is_busy = move || fetched.is_of_another.get().to_string();
    view! {
        {trouble}
        <div class="fetched" aria-busy=is_busy inert=fetched.is_of_another>{content}</div>
    }
}
