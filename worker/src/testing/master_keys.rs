//! AES-256-GCM natively, under master keys that a test sets.

use std::collections::BTreeMap;

use aes_gcm::{
    Aes256Gcm, KeyInit,
    aead::{Aead, Payload},
};
use certwright_core::{
    binding::BindingKey,
    seal::{MASTER_KEY_BYTES, MasterKeyVersion, NONCE_BYTES},
};

use crate::platform::{Encrypted, SealFault};

/// The master keys of a world.
pub(super) struct MasterKeys(BTreeMap<MasterKeyVersion, [u8; MASTER_KEY_BYTES]>);

impl Default for MasterKeys {
    fn default() -> Self {
        let first = (MasterKeyVersion::FIRST, [7; MASTER_KEY_BYTES]);
        Self([first].into())
    }
}

impl MasterKeys {
    pub(super) fn set(&mut self, version: MasterKeyVersion, key: Option<[u8; MASTER_KEY_BYTES]>) {
        match key {
            Some(key) => self.0.insert(version, key),
            None => self.0.remove(&version),
        };
    }

    pub(super) fn encrypt(
        &self,
        version: MasterKeyVersion,
        nonce: [u8; NONCE_BYTES],
        additional_data: &[u8],
        plaintext: &[u8],
    ) -> Result<Encrypted, SealFault> {
        let payload = Payload {
            msg: plaintext,
            aad: additional_data,
        };
        let ciphertext = self.cipher(version)?.encrypt(&nonce.into(), payload);
        let ciphertext = ciphertext.map_err(|_| SealFault::Platform)?;
        Ok(Encrypted { nonce, ciphertext })
    }

    pub(super) fn decrypt(
        &self,
        version: MasterKeyVersion,
        additional_data: &[u8],
        encrypted: &Encrypted,
    ) -> Result<Vec<u8>, SealFault> {
        let payload = Payload {
            msg: &encrypted.ciphertext,
            aad: additional_data,
        };
        let opened = self
            .cipher(version)?
            .decrypt(&encrypted.nonce.into(), payload);
        opened.map_err(|_| SealFault::DoesNotOpen(version))
    }

    pub(super) fn binding_key(&self, version: MasterKeyVersion) -> Result<BindingKey, SealFault> {
        let key = self.0.get(&version);
        let key = key.ok_or(SealFault::MissingMasterKey(version))?;
        BindingKey::derive(key).ok_or(SealFault::Platform)
    }

    fn cipher(&self, version: MasterKeyVersion) -> Result<Aes256Gcm, SealFault> {
        let key = self.0.get(&version);
        let key = key.ok_or(SealFault::MissingMasterKey(version))?;
        Ok(Aes256Gcm::new(&(*key).into()))
    }
}
