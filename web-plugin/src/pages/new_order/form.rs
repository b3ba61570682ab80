//! What has been filled in, kept in this browser until the order is placed: a half-filled form is
//! still there tomorrow.

use certwright_api::orders::{AgreementRequest, OrderRequest};
use certwright_core::names::{CertificateName, NameFault};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use crate::browser;
use crate::browser::storage::{self, Area};
use crate::guard;
use crate::idn;

const KEY: &str = "order-draft";
const BEGUN: &str = "order-begun";
/// How long after the last keystroke the draft is saved.
const PAUSE_MS: u32 = 300;

/// The fields as text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Draft {
    pub(super) account: String,
    pub(super) product: String,
    pub(super) group: String,
    pub(super) organization: String,
    pub(super) domain: String,
    pub(super) additional: String,
    pub(super) place: String,
    pub(super) remarks: String,
}

impl Draft {
    fn holds_secret(&self) -> bool {
        let texts = [&self.domain, &self.additional, &self.place, &self.remarks];
        texts.into_iter().any(|text| guard::of_text(text).is_some())
    }
}

/// The fields of the form. What is secret, or has to be said anew each time, is not among them.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub(super) account: RwSignal<String>,
    pub(super) product: RwSignal<String>,
    pub(super) group: RwSignal<String>,
    pub(super) organization: RwSignal<String>,
    pub(super) domain: RwSignal<String>,
    pub(super) additional: RwSignal<String>,
    pub(super) place: RwSignal<String>,
    pub(super) remarks: RwSignal<String>,
    pub(super) accepted: RwSignal<bool>,
    /// Whether what was filled in last time is in its fields.
    is_recalled: RwSignal<bool>,
    /// What the form was opened for, as the address has it; empty for an order from nothing.
    start: StoredValue<String>,
}

/// What was filled in of an order that the address asked for, such as a renewal. It has a place of its
/// own, so that it does not overwrite the order that somebody is in the middle of.
#[derive(Serialize, Deserialize)]
struct Begun {
    start: String,
    draft: Draft,
}

impl Form {
    pub(super) fn new(start: String) -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            account: empty(),
            product: empty(),
            group: empty(),
            organization: empty(),
            domain: empty(),
            additional: empty(),
            place: empty(),
            remarks: empty(),
            accepted: RwSignal::new(false),
            is_recalled: RwSignal::new(false),
            start: StoredValue::new(start),
        }
    }

    pub(super) fn draft(self) -> Draft {
        Draft {
            account: self.account.get(),
            product: self.product.get(),
            group: self.group.get(),
            organization: self.organization.get(),
            domain: self.domain.get(),
            additional: self.additional.get(),
            place: self.place.get(),
            remarks: self.remarks.get(),
        }
    }

    pub(super) fn fill(self, draft: Draft) {
        self.account.set(draft.account);
        self.product.set(draft.product);
        self.group.set(draft.group);
        self.organization.set(draft.organization);
        self.domain.set(draft.domain);
        self.additional.set(draft.additional);
        self.place.set(draft.place);
        self.remarks.set(draft.remarks);
        self.is_recalled.set(true);
    }

    /// Empties what is about the order for this name, once it is placed.
    pub(super) fn clear(self, domain: &str) {
        // The page may be gone, and the form with it.
        let typed = self.domain.try_get_untracked().unwrap_or_default();
        let name = CertificateName::parse(&idn::to_ascii(typed.trim()));
        if name.is_ok_and(|name| name.to_string() == domain) {
            self.domain.set(String::new());
            self.additional.set(String::new());
            self.remarks.set(String::new());
        }
    }

    /// Saves what is filled in whenever it changes.
    pub(super) fn keep(self) {
        let turn = StoredValue::new(0_u32);
        Effect::new(move |_| {
            let draft = self.draft();
            if !self.is_recalled.get() {
                return;
            }
            let now = turn.get_value().wrapping_add(1);
            turn.set_value(now);
            let start = self.start.get_value();
            spawn_local(async move {
                browser::sleep(PAUSE_MS).await;
                if turn.try_get_value().is_none_or(|latest| latest == now) {
                    write(start, draft).await;
                }
            });
        });
    }

    /// What was filled in last time.
    pub(super) async fn recall(self) -> Draft {
        let start = self.start.get_value();
        let begun: Option<Begun> = storage::read(Area::Local, BEGUN).await;
        if let Some(begun) = begun.filter(|begun| !start.is_empty() && begun.start == start) {
            return begun.draft;
        }
        let draft: Draft = storage::read(Area::Local, KEY).await.unwrap_or_default();
        if start.is_empty() {
            return draft;
        }
        // Of another order only the choices are taken over.
        Draft {
            domain: String::new(),
            additional: String::new(),
            remarks: String::new(),
            organization: String::new(),
            ..draft
        }
    }

    /// The names in the order in which they are ordered, each as typed with how it reads. Empty
    /// lines are left out.
    pub(super) fn names(self) -> Vec<(String, Result<CertificateName, NameFault>)> {
        let (first, more) = (self.domain.get(), self.additional.get());
        let more = more.split([',', ' ', '\n', '\t', ';']);
        std::iter::once(first.as_str())
            .chain(more)
            .map(str::trim)
            .filter(|typed| !typed.is_empty())
            .map(|typed| {
                (
                    typed.to_owned(),
                    CertificateName::parse(&idn::to_ascii(typed)),
                )
            })
            .collect()
    }

    /// The names, if each is one.
    pub(super) fn good_names(self) -> Option<Vec<CertificateName>> {
        let names: Option<Vec<_>> = self
            .names()
            .into_iter()
            .map(|(_, name)| name.ok())
            .collect();
        names.filter(|names| !names.is_empty())
    }

    /// The order as far as it is filled in; nothing while not even an account is chosen.
    ///
    /// Nothing either while a field holds a secret: the field says so, and nothing is sent.
    pub(super) fn request(self, csr: Option<String>) -> Option<OrderRequest> {
        if self.draft().holds_secret() {
            return None;
        }
        let some = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let mut names = self
            .names()
            .into_iter()
            .map(|(typed, name)| name.map_or(typed, |name| name.to_string()));
        Some(OrderRequest {
            credential_id: self.account.get().parse().ok()?,
            product_code: self.product.get(),
            group_number: self.group.get(),
            organization_number: some(self.organization.get()),
            domain: names.next().unwrap_or_default(),
            additional_domains: names.collect(),
            csr,
            csr_id: None,
            requestor: None,
            agreement: AgreementRequest {
                accepted: self.accepted.get(),
                signer_place: self.place.get().trim().to_owned(),
                signer_name: None,
                signer_ip: None,
            },
            validity_years: 1,
            remarks: some(self.remarks.get()),
        })
    }
}

/// Saves what is filled in, where it holds no secret.
async fn write(start: String, draft: Draft) {
    if draft.holds_secret() {
        return;
    }
    if start.is_empty() {
        storage::write(Area::Local, KEY, &draft).await;
    } else {
        storage::write(Area::Local, BEGUN, &Begun { start, draft }).await;
    }
}
