//! The keys of this browser, in IndexedDB. Private keys lie there as handles that can sign and can't
//! be read.

use certwright_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::CryptoKey;

use super::KeyKind;
use crate::browser::storage::{self, Area};

#[wasm_bindgen(module = "/js/keystore.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn put(fingerprint: &str, facts: &str, key: &CryptoKey) -> Result<(), JsValue>;
    #[wasm_bindgen(catch)]
    async fn facts() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn key(fingerprint: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn remove(fingerprint: &str) -> Result<JsValue, JsValue>;
}

/// Where the facts of every key are noted a second time, so that one that the browser has cleared
/// away is missed.
const NOTED: &str = "noted-keys";

/// What is known about a key of this browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredKey {
    /// SHA-256 of the SubjectPublicKeyInfo, hex.
    pub fingerprint: String,
    /// What people find it by: the first name of its request.
    pub label: String,
    /// Algorithm and size.
    pub kind: KeyKind,
    /// The request that was made with it, as PEM.
    pub csr: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was saved as an encrypted file; never, for a key that stays here.
    #[serde(default)]
    pub exported_at: Option<Timestamp>,
    /// That file, for another copy: PKCS#8, encrypted by the person's passphrase.
    #[serde(default)]
    pub encrypted: Option<String>,
    /// Whether the browser no longer has it.
    #[serde(default)]
    pub is_lost: bool,
}

/// Stores a key; one with the same fingerprint is replaced.
///
/// # Errors
/// The browser's own error.
pub async fn save(facts: &StoredKey, key: &CryptoKey) -> Result<(), JsValue> {
    let text = serde_json::to_string(facts).map_err(|error| error.to_string())?;
    put(&facts.fingerprint, &text, key).await?;
    let mut noted = noted().await;
    noted.retain(|key| key.fingerprint != facts.fingerprint);
    noted.push(facts.clone());
    storage::write(Area::Local, NOTED, &noted).await;
    Ok(())
}

/// Every key, the newest first; lost ones too.
///
/// # Errors
/// The browser's own error.
pub async fn all() -> Result<Vec<StoredKey>, JsValue> {
    let texts = js_sys::Array::from(&facts().await?);
    let read = |text: JsValue| serde_json::from_str::<StoredKey>(&text.as_string()?).ok();
    let mut keys: Vec<StoredKey> = texts.iter().filter_map(read).collect();
    for mut missed in noted().await {
        if !keys.iter().any(|key| key.fingerprint == missed.fingerprint) {
            missed.is_lost = true;
            keys.push(missed);
        }
    }
    keys.sort_by_key(|key| std::cmp::Reverse(key.created_at));
    Ok(keys)
}

/// Whether the handle of this key is here.
pub async fn has(fingerprint: &str) -> bool {
    key(fingerprint).await.is_ok_and(|key| !key.is_undefined())
}

/// Removes a key for good.
///
/// # Errors
/// The browser's own error.
pub async fn forget(fingerprint: &str) -> Result<(), JsValue> {
    remove(fingerprint).await?;
    let mut noted = noted().await;
    noted.retain(|key| key.fingerprint != fingerprint);
    storage::write(Area::Local, NOTED, &noted).await;
    Ok(())
}

async fn noted() -> Vec<StoredKey> {
    storage::read(Area::Local, NOTED).await.unwrap_or_default()
}
