//! Where the request comes from: made here, given as text or file, or stored before.

use certwright_api::endpoint::op;
use certwright_core::names::CertificateName;
use leptos::prelude::*;

use super::passphrase::{Passphrase, suggestion};
use crate::keys::create::{CreateFault, KeyMode, NewKey};
use crate::keys::passphrase::{self, PassphraseFault};
use crate::keys::{KeyKind, Subject};
use crate::pages::csr_input::{self, CsrInput};
use crate::parts::{Field, Select, fetched, key_marks};
use crate::route::Filter;
use crate::text::{t, t_with};

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

/// A key that was made for the form as it stands. The passphrase is not part of that: the file is
/// encrypted when the order is placed, with the passphrase that the form shows then. Another key
/// would be another order, were an earlier one sent and not answered.
#[derive(Clone)]
pub(super) struct Made {
    wanted: (Vec<CertificateName>, String, bool, String),
    pub(super) key: NewKey,
}

/// The choice and its fields.
#[derive(Clone, Copy)]
pub(super) struct Source {
    pub(super) kind: RwSignal<Kind>,
    algorithm: RwSignal<String>,
    pub(super) is_kept: RwSignal<bool>,
    pub(super) passphrase: RwSignal<String>,
    pub(super) is_passphrase_shown: RwSignal<bool>,
    organization: RwSignal<String>,
    locality: RwSignal<String>,
    state: RwSignal<String>,
    country: RwSignal<String>,
    pub(super) text: RwSignal<String>,
    stored: RwSignal<String>,
    pub(super) made: RwSignal<Option<Made>, LocalStorage>,
}

impl Source {
    pub(super) fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            kind: RwSignal::new(Kind::Make),
            algorithm: RwSignal::new(KeyKind::P256.algorithm().to_string()),
            is_kept: RwSignal::new(false),
            // Whoever changes nothing has a good one, in sight, to be copied.
            passphrase: RwSignal::new(suggestion().unwrap_or_default()),
            is_passphrase_shown: RwSignal::new(true),
            organization: empty(),
            locality: empty(),
            state: empty(),
            country: empty(),
            text: empty(),
            stored: empty(),
            made: RwSignal::new_local(None),
        }
    }

    /// The request as PEM, where there is one already. Nothing of the text but the request.
    pub(super) fn given(self) -> Option<String> {
        match self.kind.get() {
            Kind::Make => None,
            Kind::Given => csr_input::pem(&self.text.get()),
            Kind::Stored => Some(self.stored.get()).filter(|text| !text.is_empty()),
        }
    }

    /// The request that is ordered with, as PEM: the one given, or the one of the key made here.
    pub(super) fn csr(self) -> Option<String> {
        match self.kind.get() {
            Kind::Make => self.made.get().map(|made| made.key.csr().pem()),
            Kind::Given | Kind::Stored => self.given(),
        }
    }

    /// Makes the key and the request for these names, unless that was done just so before.
    pub(super) async fn make(self, names: Vec<CertificateName>) -> Result<(), CreateFault> {
        let name = self.algorithm.get_untracked();
        let kind = KeyKind::from_name(&name).unwrap_or(KeyKind::P256);
        let is_kept = self.is_kept.get_untracked();
        let subject = Subject {
            common_name: names.first().cloned(),
            organization: self.organization.get_untracked().trim().to_owned(),
            locality: self.locality.get_untracked().trim().to_owned(),
            state: self.state.get_untracked().trim().to_owned(),
            country: self.country.get_untracked().trim().to_uppercase(),
        };
        let wanted = (names, name, is_kept, format!("{subject:?}"));
        let made = self.made.get_untracked();
        if made.is_some_and(|made| made.wanted == wanted) {
            return Ok(());
        }
        let mode = if is_kept {
            KeyMode::Kept
        } else {
            KeyMode::Server
        };
        let key = NewKey::make(kind, mode, &wanted.0, &subject).await?;
        let _ = self.made.try_set(Some(Made { wanted, key }));
        Ok(())
    }

    /// Whether the order comes with a key file.
    pub(super) fn has_file(self) -> bool {
        self.kind.get() == Kind::Make && !self.is_kept.get()
    }

    /// What is wrong with the passphrase, where one is asked for.
    pub(super) fn passphrase_fault(self) -> Option<PassphraseFault> {
        let fault = passphrase::check(&self.passphrase.get()).err();
        fault.filter(|_| self.has_file())
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
                Kind::Given => view! { <CsrInput id="csr-text" text=source.text /> }.into_any(),
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
    view! {
        {mode(false, "key_mode_server", "key_mode_server_hint")}
        {mode(true, "key_mode_kept", "key_mode_kept_hint")}
        <Passphrase source />
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
