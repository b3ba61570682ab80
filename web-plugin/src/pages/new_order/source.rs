//! Where the request comes from: made here, given as text or file, or stored before.

use certwright_api::endpoint::op;
use certwright_core::csr::Csr;
use certwright_core::names::CertificateName;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::use_app;
use crate::browser;
use crate::keys::StoredKey;
use crate::keys::create::{self, CreateFault, KeyMode};
use crate::keys::{KeyKind, Subject, webcrypto};
use crate::parts::{Field, Select, fetched, key_marks};
use crate::route::Filter;
use crate::text::{t, t_with};

/// The longest text that is read as a request, in bytes.
const MAX_TEXT: usize = 65_536;

/// Which source is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A key and a request are made here.
    Make,
    /// Text or a file.
    Given,
    /// One from the list.
    Stored,
}

/// A key that was made for the form as it stands.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Made {
    wish: (Vec<CertificateName>, String, bool, String),
    /// What is stored of it.
    pub(super) key: StoredKey,
}

/// The choice and its fields.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub(super) kind: RwSignal<Kind>,
    algorithm: RwSignal<String>,
    is_kept: RwSignal<bool>,
    passphrase: RwSignal<String>,
    organization: RwSignal<String>,
    locality: RwSignal<String>,
    state: RwSignal<String>,
    country: RwSignal<String>,
    pub(super) text: RwSignal<String>,
    stored: RwSignal<String>,
    pub(super) made: RwSignal<Option<Made>>,
}

impl Source {
    pub(super) fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            kind: RwSignal::new(Kind::Make),
            algorithm: RwSignal::new(KeyKind::P256.algorithm().to_string()),
            is_kept: RwSignal::new(false),
            passphrase: empty(),
            organization: empty(),
            locality: empty(),
            state: empty(),
            country: empty(),
            text: empty(),
            stored: empty(),
            made: RwSignal::new(None),
        }
    }

    /// The request as PEM, where there is one already.
    pub(super) fn given(self) -> Option<String> {
        let text = match self.kind.get() {
            Kind::Make => return None,
            Kind::Given => self.text.get(),
            Kind::Stored => self.stored.get(),
        };
        Some(text).filter(|text| !text.trim().is_empty())
    }

    /// Makes the key and the request for these names, unless that was done just so before.
    pub(super) async fn make(self, names: Vec<CertificateName>) -> Result<Made, CreateFault> {
        let name = self.algorithm.get_untracked();
        let kind = KeyKind::from_name(&name).unwrap_or(KeyKind::P256);
        let passphrase = self.passphrase.get_untracked();
        let is_kept = self.is_kept.get_untracked();
        let subject = Subject {
            common_name: names.first().cloned(),
            organization: self.organization.get_untracked().trim().to_owned(),
            locality: self.locality.get_untracked().trim().to_owned(),
            state: self.state.get_untracked().trim().to_owned(),
            country: self.country.get_untracked().trim().to_uppercase(),
        };
        let wish = (names, name, is_kept, format!("{subject:?}"));
        if let Some(made) = self.made.get_untracked().filter(|made| made.wish == wish) {
            return Ok(made);
        }
        let mode = if is_kept {
            KeyMode::Kept
        } else {
            KeyMode::Server {
                passphrase: &passphrase,
            }
        };
        let key = create::create(kind, mode, &wish.0, &subject).await?.key;
        let made = Made { wish, key };
        self.made.set(Some(made.clone()));
        Ok(made)
    }

    /// Whether a passphrase is asked for that is too short to be taken.
    pub(super) fn lacks_passphrase(self) -> bool {
        self.kind.get() == Kind::Make
            && !self.is_kept.get()
            && self.passphrase.get().chars().count() < crate::keys::export::LEAST_PASSPHRASE
    }
}

/// The fields.
#[component]
pub(super) fn SourceFields(source: Source) -> impl IntoView {
    let choice = move |kind: Kind, label: &'static str| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="source"
                    prop:checked=move || source.kind.get() == kind
                    on:change=move |_| source.kind.set(kind)
                />
                <span>{t(label)}</span>
            </label>
        }
    };
    view! {
        <fieldset>
            <legend>{t("source_title")}</legend>
            <div class="choices">
                {choice(Kind::Make, "source_make")} {choice(Kind::Given, "source_given")}
                {choice(Kind::Stored, "source_stored")}
            </div>
            {move || match source.kind.get() {
                Kind::Make => view! { <Make source /> }.into_any(),
                Kind::Given => view! { <Given source /> }.into_any(),
                Kind::Stored => view! { <Stored source /> }.into_any(),
            }}
        </fieldset>
    }
}

#[component]
fn Make(source: Source) -> impl IntoView {
    let kinds = || {
        let name = |kind: KeyKind| kind.algorithm().to_string();
        let text = |kind: KeyKind| match kind {
            KeyKind::P256 => t_with("key_kind_default", &[("name", &name(kind))]),
            other => name(other),
        };
        KeyKind::ALL
            .into_iter()
            .map(|kind| (name(kind), text(kind)))
            .collect::<Vec<_>>()
    };
    let mode = move |is_kept: bool, label: &'static str, hint: &'static str| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="key-mode"
                    prop:checked=move || source.is_kept.get() == is_kept
                    on:change=move |_| source.is_kept.set(is_kept)
                />
                <span>{t(label)}<small>{t(hint)}</small></span>
            </label>
        }
    };
    let is_shown = RwSignal::new(false);
    let suggest = move |_| {
        if let Some(passphrase) = suggestion() {
            source.passphrase.set(passphrase);
            is_shown.set(true);
        }
    };
    let kind = move || if is_shown.get() { "text" } else { "password" };
    view! {
        {mode(false, "key_mode_server", "key_mode_server_hint")}
        {mode(true, "key_mode_kept", "key_mode_kept_hint")}
        <div class="field" hidden=source.is_kept>
            <label for="passphrase">{t("key_passphrase")}</label>
            <div class="joined">
                <input
                    id="passphrase"
                    type=kind
                    autocomplete="new-password"
                    spellcheck="false"
                    aria-describedby="passphrase-hint"
                    bind:value=source.passphrase
                />
                <button type="button" class="quiet" on:click=suggest>{t("key_suggest")}</button>
            </div>
            <p class="hint" id="passphrase-hint">{t("key_passphrase_hint")}</p>
        </div>
        <details>
            <summary>{t("key_more")}</summary>
            <Select
                id="key-kind"
                label=t("key_kind")
                hint=t("key_kind_hint")
                value=source.algorithm
                options=Signal::derive(kinds)
            />
            <p class="hint">{t("subject_hint")}</p>
            <div class="fields">
                <Field
                    id="subject-organization"
                    label=t("subject_organization")
                    value=source.organization
                    required=false
                />
                <Field
                    id="subject-locality"
                    label=t("subject_locality")
                    value=source.locality
                    required=false
                />
                <Field
                    id="subject-state"
                    label=t("subject_state")
                    value=source.state
                    required=false
                />
                <Field
                    id="subject-country"
                    label=t("subject_country")
                    value=source.country
                    required=false
                />
            </div>
        </details>
    }
}

/// A passphrase of 100 random bits, in groups that can be read out.
fn suggestion() -> Option<String> {
    // Without letters and digits that look alike.
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes = webcrypto::random::<20>().ok()?;
    let letters: Vec<char> = bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect();
    let groups: Vec<String> = letters
        .chunks(5)
        .map(|group| group.iter().collect())
        .collect();
    Some(groups.join("-"))
}

#[component]
fn Given(source: Source) -> impl IntoView {
    let toasts = use_app().toasts;
    let take = move |file: web_sys::File| {
        spawn_local(async move {
            match browser::file::text(&file, MAX_TEXT).await {
                Some(text) => source.text.set(text),
                None => toasts.failed(t("source_too_long")),
            }
        });
    };
    let pick = move |event: leptos::ev::Event| {
        if let Some(file) = browser::file::picked(&event) {
            take(file);
        }
    };
    let drop = move |event: leptos::ev::DragEvent| {
        let files = event.data_transfer().and_then(|data| data.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            event.prevent_default();
            take(file);
        }
    };
    // What the request says is shown at once; the Worker checks it against the order.
    let reading = move || {
        let text = source.text.get();
        if text.trim().is_empty() {
            return ().into_any();
        }
        match Csr::read(text.as_bytes()) {
            Ok(csr) => {
                let names: Vec<_> = csr.names().iter().map(ToString::to_string).collect();
                let (names, key) = (names.join(", "), csr.key().algorithm().to_string());
                let text = t_with("source_holds", &[("names", &names), ("key", &key)]);
                view! { <p class="note good">{text}</p> }.into_any()
            }
            Err(fault) => {
                view! { <p class="error" role="alert">{fault.to_string()}</p> }.into_any()
            }
        }
    };
    view! {
        <div class="field">
            <label for="csr-text">{t("source_text")}</label>
            <textarea
                id="csr-text"
                rows="6"
                class="code"
                spellcheck="false"
                placeholder="-----BEGIN CERTIFICATE REQUEST-----"
                on:drop=drop
                on:dragover=|event| event.prevent_default()
                bind:value=source.text
            ></textarea>
            {reading}
        </div>
        <div class="field">
            <label for="csr-file">{t("source_file")}</label>
            <input id="csr-file" type="file" accept=".csr,.pem,.req,.txt" on:change=pick />
        </div>
    }
}

#[component]
fn Stored(source: Source) -> impl IntoView {
    let page = fetched(move |client| async move {
        let filter = Filter::by("limit", "100");
        client.get(op::ListCsrs, "", &filter).await
    });
    let keys = key_marks();
    let options = move || {
        let here = keys
            .get()
            .unwrap_or_default()
            .into_iter()
            .filter(|key| !key.is_lost);
        let here = here.map(|key| {
            let text = t_with("source_of_key", &[("name", &key.label)]);
            (key.csr, text)
        });
        let stored = page
            .get()
            .map(|page| page.items)
            .unwrap_or_default()
            .into_iter();
        let stored =
            stored.map(|csr| (csr.facts.pem, format!("{} ({})", csr.label, csr.facts.key)));
        std::iter::once((String::new(), t("order_choose")))
            .chain(here)
            .chain(stored)
            .collect::<Vec<_>>()
    };
    view! {
        <Select
            id="csr-stored"
            label=t("source_stored_label")
            value=source.stored
            options=Signal::derive(options)
        />
    }
}
