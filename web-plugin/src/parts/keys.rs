//! Whether this browser has the key to a certificate.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Status, Tone};
use crate::keys::{StoredKey, store};
use crate::text::t;

/// The keys of this browser, once they have been read.
pub(crate) type KeyMarks = RwSignal<Option<Vec<StoredKey>>>;

/// Reads which keys this browser has.
pub(crate) fn key_marks() -> KeyMarks {
    let keys = RwSignal::new(None);
    spawn_local(async move {
        let all = store::all().await.unwrap_or_default();
        let _ = keys.try_set(Some(all));
    });
    keys
}

/// Says whether the key with this fingerprint is here, was exported, or is unknown here.
#[component]
pub(crate) fn KeyMark(
    keys: KeyMarks,
    /// SHA-256 of the SubjectPublicKeyInfo, hex.
    print: String,
) -> impl IntoView {
    move || {
        let found = keys.get()?.into_iter().find(|key| key.fingerprint == print);
        let (tone, text) = match found {
            Some(key) if key.is_lost => (Tone::Bad, t("key_mark_lost")),
            Some(key) if key.exported_at.is_some() => (Tone::Good, t("key_mark_exported")),
            Some(_) => (Tone::Good, t("key_mark_present")),
            None => (Tone::Past, t("key_mark_elsewhere")),
        };
        Some(view! { <Status tone text /> })
    }
}
