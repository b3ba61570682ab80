//! Short messages at the edge of the screen, with a way to undo.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::trouble_text;
use crate::app::{App, Undo, Work};
use crate::browser;
use crate::client::Trouble;
use crate::text::t;

/// How long a message stays; one with a way to undo, or bad news, stays until it is closed.
const STAYS_MS: u32 = 6_000;

#[derive(Clone)]
struct Toast {
    number: u32,
    text: String,
    is_bad: bool,
    undo: Option<Undo>,
}

/// The messages that are shown.
#[derive(Clone, Copy, Default)]
pub(crate) struct Toasts {
    shown: RwSignal<Vec<Toast>>,
    next: RwSignal<u32>,
}

impl Toasts {
    /// Says what was done.
    pub(crate) fn done(self, text: impl Into<String>) {
        let number = self.add(text.into(), false, None);
        spawn_local(async move {
            browser::sleep(STAYS_MS).await;
            self.close(number);
        });
    }

    /// Says what was done and how to take it back.
    pub(crate) fn undoable(self, text: impl Into<String>, undo: Undo) {
        self.add(text.into(), false, Some(undo));
    }

    /// Says why a call of the Worker brought nothing.
    pub(crate) fn trouble(self, trouble: &Trouble) {
        self.failed(trouble_text(trouble));
    }

    /// Says what went wrong.
    pub(crate) fn failed(self, text: impl Into<String>) {
        self.add(text.into(), true, None);
    }

    fn add(self, text: String, is_bad: bool, undo: Option<Undo>) -> u32 {
        let number = self.next.get_untracked().wrapping_add(1);
        self.next.set(number);
        self.shown.update(|all| {
            all.push(Toast {
                number,
                text,
                is_bad,
                undo,
            });
        });
        number
    }

    /// Takes all away: they are about a connection that is not there any more.
    pub(crate) fn clear(self) {
        self.shown.update(Vec::clear);
    }

    fn close(self, number: u32) {
        self.shown
            .update(|all| all.retain(|toast| toast.number != number));
    }
}

/// Shows the messages.
#[component]
pub(crate) fn ToastList(app: App) -> impl IntoView {
    let toasts = app.toasts;
    let one = move |toast: Toast| {
        let number = toast.number;
        let undo = toast.undo.map(|undo| {
            let undo = move |_| {
                toasts.close(number);
                undo.clone().run(app);
            };
            view! { <button class="quiet" on:click=undo>{t("undo")}</button> }
        });
        view! {
            <li class=if toast.is_bad { "toast bad" } else { "toast" }>
                <span>{toast.text}</span>
                {undo}
                <button
                    class="quiet"
                    aria-label=t("dialog_close")
                    on:click=move |_| toasts.close(number)
                >
                    "✕"
                </button>
            </li>
        }
    };
    let running = |work: Work| {
        view! {
            <li class="toast">
                <span>{move || work.text()}</span>
            </li>
        }
    };
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <ul>
                <For each=move || app.works.running() key=|work| work.number() children=running />
                <For each=move || toasts.shown.get() key=|toast| toast.number children=one />
            </ul>
        </div>
    }
}
