//! Something read from the Worker, and how it is shown while it is read and when it can't be.
//!
//! What is shown is mounted once and is given a signal of the latest value. A refresh changes what
//! the signal holds, and with it texts and rows; it never builds a form, a dialog or a row anew, so
//! that whatever a person has open, chosen, typed or focused stays as it is.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::TroubleNote;
use crate::app::{use_app, use_client};
use crate::browser;
use crate::client::{Client, Trouble};
use crate::text::t;

/// How often is read anew, in milliseconds, what does not change by itself: others act on it too.
const AT_REST_MS: u32 = 60_000;

/// What was read last. It stays in sight while it is read again; while something else is read in its
/// place it is dimmed and can't be used, so that nobody acts on rows of another question.
pub(crate) struct Fetched<T: Send + Sync + 'static> {
    value: RwSignal<Option<T>>,
    trouble: RwSignal<Option<Trouble>>,
    is_busy: RwSignal<bool>,
    is_of_another: RwSignal<bool>,
    turn: RwSignal<u32>,
    /// Counts the questions and what was put in, so that an answer which was overtaken is dropped.
    latest: StoredValue<u32>,
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
    T: PartialEq + Send + Sync + 'static,
    F: Fn(Client) -> A + 'static,
    A: Future<Output = Result<T, Trouble>> + 'static,
{
    let this = Fetched {
        value: RwSignal::new(None),
        trouble: RwSignal::new(None),
        is_busy: RwSignal::new(true),
        is_of_another: RwSignal::new(false),
        turn: RwSignal::new(0),
        latest: StoredValue::new(0),
    };
    let (app, client) = (use_app(), use_client().get_value());
    Effect::new(move |before: Option<(u32, u32)>| {
        let turn = (this.turn.get(), app.changes());
        if before == Some(turn) {
            this.is_of_another.set(true);
        }
        let number = this.next();
        this.is_busy.set(true);
        let answer = ask(client.clone());
        spawn_local(async move {
            let answer = answer.await;
            // The screen may be gone, or have asked for something else meanwhile.
            if this.latest.try_get_value() == Some(number) {
                this.take(answer);
            }
        });
        turn
    });
    this
}

impl<T: PartialEq + Send + Sync + 'static> Fetched<T> {
    fn take(self, answer: Result<T, Trouble>) {
        match answer {
            Ok(value) => {
                self.trouble.set(None);
                self.put(value);
            }
            Err(trouble) => {
                // What is there answers another question: nobody may take it for this one's answer.
                if self.is_of_another.get_untracked() {
                    self.value.set(None);
                }
                self.trouble.set(Some(trouble));
            }
        }
        self.is_busy.set(false);
        self.is_of_another.set(false);
    }

    /// Tells only what is new: nothing moves on the screen when the same was read again.
    fn put(self, value: T) {
        self.value.maybe_update(|held| {
            let is_new = held.as_ref() != Some(&value);
            if is_new {
                *held = Some(value);
            }
            is_new
        });
    }

    /// Puts in what an action has answered, which is newer than what was read or is being read.
    pub(crate) fn set(self, value: T) {
        // The page may be gone.
        if self.latest.try_get_value().is_some() {
            self.next();
            self.take(Ok(value));
        }
    }
}

impl<T: Send + Sync + 'static> Fetched<T> {
    fn next(self) -> u32 {
        let number = self.latest.get_value().wrapping_add(1);
        self.latest.set_value(number);
        number
    }

    /// Reads it again.
    pub(crate) fn again(self) {
        self.turn.update(|turn| *turn = turn.wrapping_add(1));
    }

    /// Reads it again every so often: after `milliseconds` while `is_moving` says that it changes by
    /// itself, else now and then. Nothing is read while nobody looks at the page.
    pub(crate) fn follow(self, milliseconds: u32, is_moving: fn(&T) -> bool) {
        spawn_local(async move {
            let mut waited = 0_u32;
            loop {
                let pause = browser::poll_interval(milliseconds);
                browser::sleep(pause).await;
                waited = waited.saturating_add(pause);
                let Some(is_moving) = self
                    .value
                    .try_with_untracked(|value| value.as_ref().is_some_and(is_moving))
                else {
                    return;
                };
                let is_due = is_moving || waited >= browser::poll_interval(AT_REST_MS);
                let is_shut_out = self
                    .trouble
                    .with_untracked(|trouble| trouble.as_ref().is_some_and(Trouble::is_sign_in));
                if is_due && !is_shut_out && !self.is_busy.get_untracked() && !browser::is_hidden()
                {
                    waited = 0;
                    self.again();
                }
            }
        });
    }
}

impl<T: Clone + Send + Sync + 'static> Fetched<T> {
    /// What was read, if anything yet.
    pub(crate) fn get(self) -> Option<T> {
        self.value.get()
    }
}

/// Shows what was read by `view`, which is called once and is given the latest value as a signal;
/// before that, that it is being read; and what went wrong.
pub(crate) fn show<T, F>(fetched: Fetched<T>, view: F) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    F: Fn(Signal<T>, Fetched<T>) -> AnyView + Send + Sync + 'static,
{
    let has_value = Memo::new(move |_| fetched.value.with(Option::is_some));
    // Equal trouble after each look is told once.
    let trouble = Memo::new(move |_| fetched.trouble.get());
    let trouble = move || {
        trouble.get().map(|trouble| {
            let lead = has_value.get().then(|| t("may_be_old"));
            view! { <TroubleNote trouble lead again=move || fetched.again() /> }
        })
    };
    let content = move || {
        if !has_value.get() {
            return if fetched.is_busy.get() {
                view! { <p class="loading" role="status">{t("loading")}</p> }.into_any()
            } else {
                ().into_any()
            };
        }
        let Some(first) = fetched.value.get_untracked() else {
            return ().into_any();
        };
        // When the value goes, this goes; until then it shows what was there.
        let latest = Memo::new(move |before: Option<&T>| {
            let now = fetched.value.get().or_else(|| before.cloned());
            now.unwrap_or_else(|| first.clone())
        });
        view(latest.into(), fetched)
    };
    let is_busy = move || fetched.is_of_another.get().to_string();
    view! {
        {trouble}
        <div class="fetched" aria-busy=is_busy inert=fetched.is_of_another>{content}</div>
    }
}
