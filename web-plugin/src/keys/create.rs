//! Making a key with its request, and storing it in the mode that the person chose.

use certwright_core::csr::Csr;
use certwright_core::names::CertificateName;
use certwright_core::time::Timestamp;
use wasm_bindgen::JsValue;
use web_sys::CryptoKeyPair;

use super::export::ExportFault;
use super::{CsrSession, KeyKind, RequestFault, StoredKey, Subject, protect, store, webcrypto};
use crate::browser::clock;

/// What may happen to the private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMode {
    /// For a server elsewhere: handed out as a file, encrypted by a passphrase.
    Server,
    /// Stays in this browser and can't be taken out by anybody.
    Kept,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum CreateFault {
    /// The browser refused.
    #[error(
        "The browser could not make or store the key. \
         Try again, or choose another key type under Advanced."
    )]
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

/// A key with its request that is not stored yet. Until then the page alone has it.
#[derive(Clone)]
pub struct NewKey {
    pair: CryptoKeyPair,
    mode: KeyMode,
    kind: KeyKind,
    label: String,
    created_at: Timestamp,
    csr: Csr,
}

impl NewKey {
    /// Makes a key and a request for these names.
    ///
    /// # Errors
    /// [`CreateFault`].
    pub async fn make(
        kind: KeyKind,
        mode: KeyMode,
        names: &[CertificateName],
        subject: &Subject,
    ) -> Result<Self, CreateFault> {
        let pair = webcrypto::generate(kind, mode == KeyMode::Server).await?;
        let spki = webcrypto::export_public(&pair).await?;
        let session = CsrSession::begin(&spki, kind, names, subject)?;
        let signature = webcrypto::sign(&pair, kind, session.to_be_signed()).await?;
        let csr = session.finish(&signature)?;
        let label = names.first().map(ToString::to_string).unwrap_or_default();
        Ok(Self {
            pair,
            mode,
            kind,
            label,
            created_at: clock::now(),
            csr,
        })
    }

    /// The request.
    #[must_use]
    pub fn csr(&self) -> &Csr {
        &self.csr
    }

    /// What may happen to it.
    #[must_use]
    pub fn mode(&self) -> KeyMode {
        self.mode
    }

    /// Stores it; a key for a server is encrypted by this passphrase. Stored again with another
    /// passphrase, the file that is kept is the last one.
    ///
    /// # Errors
    /// [`CreateFault`]; nothing has been stored then.
    pub async fn store(&self, passphrase: &str) -> Result<StoredKey, CreateFault> {
        let (handle, encrypted) = match self.mode {
            KeyMode::Kept => (webcrypto::private(&self.pair)?, None),
            KeyMode::Server => {
                let plain = webcrypto::export_private(&self.pair).await?;
                let encrypted = protect::key_file(&plain, passphrase).await?;
                // What stays here can't be read, not even by this program.
                let handle = webcrypto::import_private(self.kind, &plain).await?;
                (handle, Some(encrypted))
            }
        };
        let key = StoredKey {
            fingerprint: self.csr.key_fingerprint().to_string(),
            label: self.label.clone(),
            kind: self.kind,
            csr: self.csr.pem(),
            created_at: self.created_at,
            exported_at: encrypted.as_ref().map(|_| clock::now()),
            encrypted,
            is_lost: false,
        };
        store::save(&key, Some(&handle)).await?;
        Ok(key)
    }
}
