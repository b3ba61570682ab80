//! Text to be copied.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::text::{t, t_with};

/// How long the button says that it has copied.
const SAYS_SO_MS: u32 = 2_000;

/// A value and a button that copies it.
#[component]
pub(crate) fn Copyable(
    /// What it is, for the button's name.
    label: String,
    /// What is copied.
    #[prop(into)]
    text: Signal<String>,
    /// What is shown in its place, where that is something else.
    #[prop(into, optional)]
    shown: Option<Signal<String>>,
    /// Whether it is to leave the clipboard again after a minute.
    #[prop(default = false)]
    is_secret: bool,
) -> impl IntoView {
    let is_done = RwSignal::new(false);
    let was_copied = RwSignal::new(false);
    let copy = move |_| {
        let text = text.get_untracked();
        spawn_local(async move {
            if browser::copy(&text, is_secret).await {
                is_done.set(true);
                was_copied.set(true);
                browser::sleep(SAYS_SO_MS).await;
                let _ = is_done.try_set(false);
            }
        });
    };
    let says = move || t(if is_done.get() { "copied" } else { "copy" });
    view! {
        <span class="copyable">
            <code>{shown.unwrap_or(text)}</code>
            <button type="button" class="quiet small" aria-label=t_with("copy_what", &[("what", &label)]) on:click=copy>
                {says}
            </button>
            <span class="sr-only" role="status">{move || is_done.get().then(|| t("copied"))}</span>
            // What becomes of a secret on the clipboard stays in sight.
            <small role="status">
                {move || (is_secret && was_copied.get()).then(|| t("copied_secret"))}
            </small>
        </span>
    }
}
