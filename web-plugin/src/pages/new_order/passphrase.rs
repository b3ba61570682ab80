//! The passphrase of the key file: suggested, shown and copied, or one's own with what is to be said
//! about it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::source::Source;
use crate::browser;
use crate::keys::passphrase::{self, Caution, Strength};
use crate::keys::webcrypto;
use crate::text::{t, t_value};

/// A passphrase that nobody guesses; nothing, where the browser has no random bits.
pub(super) fn suggestion() -> Option<String> {
    webcrypto::random().ok().map(passphrase::suggestion)
}

/// The field.
#[component]
pub(super) fn Passphrase(source: Source) -> impl IntoView {
    let is_shown = source.is_passphrase_shown;
    let is_copied = RwSignal::new(false);
    let value = source.passphrase;
    // Precomposed characters, as RFC 7292 and every other reader's keyboard have them: the field
    // shows what the file opens with.
    let input = move |event: leptos::ev::Event| {
        let typed = event_target_value(&event);
        let composed = String::from(js_sys::JsString::from(typed).normalize("NFC"));
        is_copied.set(false);
        value.set(composed);
    };
    let suggest = move |_| {
        if let Some(suggested) = suggestion() {
            is_copied.set(false);
            value.set(suggested);
            is_shown.set(true);
        }
    };
    let copy = move |_| {
        let text = value.get_untracked();
        spawn_local(async move {
            let is_done = browser::copy(&text, true).await;
            let _ = is_copied.try_set(is_done);
        });
    };
    let fault = move || {
        let text = value.get();
        if text.is_empty() {
            return Some(t("key_passphrase_missing"));
        }
        passphrase::check(&text)
            .err()
            .map(|fault| fault.to_string())
    };
    let estimate = move || {
        let text = value.get();
        if passphrase::check(&text).is_err() {
            return ().into_any();
        }
        let strength = Strength::of(&text);
        let level = match strength {
            Strength::Weak => "1",
            Strength::Fair => "2",
            Strength::Strong => "3",
        };
        let caution = passphrase::caution(&text).map(|caution| match caution {
            Caution::NotAscii => t("key_passphrase_not_ascii"),
            Caution::BlankAtEnd => t("key_passphrase_blank"),
        });
        view! {
            <div class="strength">
                <meter min="0" max="3" low="1.5" high="2.5" optimum="3" value=level aria-hidden="true">
                </meter>
                <p id="passphrase-strength">{t_value("strength", strength.name())}</p>
            </div>
            {caution.map(|text| view! { <p class="note" id="passphrase-caution">{text}</p> })}
        }
        .into_any()
    };
    view! {
        <div class="field" hidden=source.is_kept>
            <label for="passphrase">{t("key_passphrase")}</label>
            <div class="joined wrapping">
                <input
                    id="passphrase"
                    class="code"
                    type=move || if is_shown.get() { "text" } else { "password" }
                    autocomplete="new-password"
                    autocapitalize="none"
                    spellcheck="false"
                    aria-describedby="passphrase-hint passphrase-error passphrase-strength"
                    aria-invalid=move || fault().is_some().to_string()
                    prop:value=value
                    on:input=input
                />
                <button
                    type="button"
                    class="quiet"
                    aria-pressed=move || is_shown.get().to_string()
                    on:click=move |_| is_shown.update(|shown| *shown = !*shown)
                >
                    {move || t(if is_shown.get() { "key_hide" } else { "key_show" })}
                </button>
                <button type="button" class="quiet" on:click=copy>
                    {move || t(if is_copied.get() { "copied" } else { "copy" })}
                </button>
                <button type="button" class="quiet" on:click=suggest>{t("key_suggest")}</button>
            </div>
            <p class="error" id="passphrase-error">{fault}</p>
            <div aria-live="polite">{estimate}</div>
            <p class="hint" id="passphrase-hint">{t("key_passphrase_hint")}</p>
            <p class="hint" role="status">{move || is_copied.get().then(|| t("copied_secret"))}</p>
        </div>
    }
}
