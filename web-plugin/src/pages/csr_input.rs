//! A CSR from elsewhere: pasted, dropped or picked, read here, and sent only as what was read.

use certwright_core::{advice::Advice, csr::Csr};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::guard;
use crate::text::{t, t_with};

/// What was made of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Nothing is there.
    Empty,
    /// A CSR.
    Good(Box<Csr>),
    /// What is wrong, and what to do.
    Bad(String),
}

/// Reads a CSR. What holds a secret as well is none.
pub(super) fn read(input: &[u8]) -> Reading {
    if input.iter().all(u8::is_ascii_whitespace) {
        return Reading::Empty;
    }
    if let Some(text) = guard::of_request(input) {
        return Reading::Bad(text);
    }
    match Csr::read(input) {
        Ok(csr) => Reading::Good(Box::new(csr)),
        Err(fault) => Reading::Bad(fault.told()),
    }
}

/// The PEM of the CSR in this text, written anew: nothing else of the text leaves the page.
pub(super) fn pem(text: &str) -> Option<String> {
    match read(text.as_bytes()) {
        Reading::Good(csr) => Some(csr.pem()),
        Reading::Empty | Reading::Bad(_) => None,
    }
}

/// The field, its file and what they hold.
#[component]
pub(super) fn CsrInput(
    /// The text field's id, unique in the page; the file's begins with it.
    id: &'static str,
    text: RwSignal<String>,
) -> impl IntoView {
    // Why a file was not taken. It never reaches the text field then.
    let refused = RwSignal::new(None::<String>);
    let is_over = RwSignal::new(false);
    let reading = Memo::new(move |_| read(text.get().as_bytes()));
    let take = move |file: web_sys::File| {
        spawn_local(async move {
            let Some(bytes) = browser::file::bytes(&file, Csr::MAX_INPUT).await else {
                refused.set(Some(t("source_too_long")));
                return;
            };
            match read(&bytes) {
                Reading::Good(csr) => {
                    refused.set(None);
                    text.set(csr.pem());
                }
                Reading::Bad(fault) => {
                    text.set(String::new());
                    refused.set(Some(fault));
                }
                Reading::Empty => refused.set(Some(t("source_empty"))),
            }
        });
    };
    let pick = move |event: leptos::ev::Event| {
        if let Some(file) = browser::file::picked(&event) {
            take(file);
        }
    };
    let drop = move |event: leptos::ev::DragEvent| {
        is_over.set(false);
        let files = event.data_transfer().and_then(|data| data.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            event.prevent_default();
            take(file);
        }
    };
    let says = move || {
        let fault = match (reading.get(), refused.get()) {
            (Reading::Good(csr), _) => {
                let names: Vec<_> = csr.names().iter().map(ToString::to_string).collect();
                let (names, key) = (names.join(", "), csr.key().algorithm().to_string());
                let text = t_with("source_holds", &[("names", &names), ("key", &key)]);
                return view! { <p class="note good" role="status">{text}</p> }.into_any();
            }
            (Reading::Bad(fault), _) | (Reading::Empty, Some(fault)) => fault,
            (Reading::Empty, None) => return ().into_any(),
        };
        view! { <p class="error" role="alert">{fault}</p> }.into_any()
    };
    let file_id = format!("{id}-file");
    view! {
        <div
            class="field drop"
            class:over=is_over
            on:drop=drop
            on:dragover=move |event| {
                event.prevent_default();
                is_over.set(true);
            }
            on:dragleave=move |_| is_over.set(false)
        >
            <label for=id>{t("source_text")}</label>
            <textarea
                id=id
                rows="6"
                class="code"
                spellcheck="false"
                autocomplete="off"
                placeholder="-----BEGIN CERTIFICATE REQUEST-----"
                bind:value=text
            ></textarea>
            {says}
            <label for=file_id.clone()>{t("source_file")}</label>
            <input id=file_id type="file" accept=".csr,.pem,.req,.p10,.der,.txt" on:change=pick />
        </div>
    }
}
