//! The keys of this browser, in IndexedDB. Private keys lie there as handles that can sign and can't
//! be read.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use web_sys::CryptoKey;

use super::StoredKey;
use crate::browser::storage::{self, Area};

#[wasm_bindgen(module = "/js/keystore.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn put(fingerprint: &str, facts: &str, key: &JsValue) -> Result<(), JsValue>;
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

/// Stores a key; one with the same fingerprint is replaced. A key from a backup has no handle: what
/// it can do is in its encrypted file.
///
/// # Errors
/// The browser's own error.
pub async fn save(facts: &StoredKey, handle: Option<&CryptoKey>) -> Result<(), JsValue> {
    let text = serde_json::to_string(facts).map_err(|error| error.to_string())?;
    let handle = handle.map_or(JsValue::UNDEFINED, |key| JsValue::from(key.clone()));
    put(&facts.fingerprint, &text, &handle).await?;
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

/// The handle of this key, if it is here.
pub async fn handle(fingerprint: &str) -> Option<CryptoKey> {
    key(fingerprint).await.ok()?.dyn_into().ok()
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
