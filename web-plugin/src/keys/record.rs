//! What is known about a key besides the key itself.

use certwright_core::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::KeyKind;

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
