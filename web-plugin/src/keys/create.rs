//! Making a key with its request, in the mode that the person chose.

use certwright_core::csr::Csr;
use certwright_core::names::CertificateName;
use wasm_bindgen::JsValue;

use super::export::{self, ExportFault};
use super::{CsrSession, KeyKind, RequestFault, StoredKey, Subject, store, webcrypto};
use crate::browser::clock;

/// What may happen to the private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMode<'p> {
    /// For a server elsewhere: handed out once, encrypted by this passphrase.
    Server {
        /// The passphrase.
        passphrase: &'p str,
    },
    /// Stays in this browser and can't be taken out by anybody.
    Kept,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum CreateFault {
    /// The browser refused.
    #[error("the browser could not make or store the key; try again, or use another kind of key")]
    Browser,
    /// The request can't be made.
    #[error(transparent)]
    Request(#[from] RequestFault),
    /// The key can't be encrypted.
    #[error(transparent)]
    Export(#[from] ExportFault),
}

impl From<JsValue> for CreateFault {
    fn from(_: JsValue) -> Self {
        // What a browser says here is for programmers, and might tell of the key.
        Self::Browser
    }
}

/// A key that was made and stored, and its request.
pub struct Created {
    /// What was stored.
    pub key: StoredKey,
    /// The request.
    pub csr: Csr,
}

/// Makes a key and a request for these names, and stores the key.
///
/// # Errors
/// [`CreateFault`]; nothing has been stored then.
pub async fn create(
    kind: KeyKind,
    mode: KeyMode<'_>,
    names: &[CertificateName],
    subject: &Subject,
) -> Result<Created, CreateFault> {
    let is_taken_out = matches!(mode, KeyMode::Server { .. });
    let pair = webcrypto::generate(kind, is_taken_out).await?;
    let spki = webcrypto::export_public(&pair).await?;
    let session = CsrSession::begin(&spki, kind, names, subject)?;
    let signature = webcrypto::sign(&pair, kind, session.to_be_signed()).await?;
    let csr = session.finish(&signature)?;
    let (handle, encrypted) = match mode {
        KeyMode::Kept => (webcrypto::private(&pair)?, None),
        KeyMode::Server { passphrase } => {
            let plain = webcrypto::export_private(&pair).await?;
            let (salt, iv) = (webcrypto::random()?, webcrypto::random()?);
            let encrypted = export::encrypt(&plain, passphrase, salt, iv)?;
            // From here on not even this program can read the key.
            let handle = webcrypto::import_private(kind, &plain).await?;
            (handle, Some(encrypted))
        }
    };
    let now = clock::now();
    let key = StoredKey {
        fingerprint: csr.key_fingerprint().to_string(),
        label: names.first().map(ToString::to_string).unwrap_or_default(),
        kind,
        csr: csr.pem(),
        created_at: now,
        exported_at: encrypted.as_ref().map(|_| now),
        encrypted,
        is_lost: false,
    };
    store::save(&key, Some(&handle)).await?;
    Ok(Created { key, csr })
}
