//! A backup of the keys of a browser: one JSON file with every key that may leave it, each still
//! encrypted by the passphrase that it was made with. Kept keys can't leave, so none is in it.

use certwright_core::csr::Csr;
use serde::{Deserialize, Serialize};

use super::StoredKey;
use super::export::{ENCRYPTED_LABEL, MAX_KEY_FILE};

/// The longest backup that is read, in bytes: a thousand keys with their requests.
pub const MAX_BACKUP: usize = 8 * 1024 * 1024;
const VERSION: u32 = 1;

/// Why a file is no backup of keys. Nothing has been taken from it then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackupFault {
    /// The file is longer than any backup.
    #[error("This file is too long for a backup of keys. Choose the file that Certwright saved.")]
    TooLong,
    /// The file is no backup, or was changed.
    #[error("This is not a backup of keys. Choose the file that Certwright saved.")]
    NotABackup,
    /// A later version has written it.
    #[error("This backup has version {0}. Restore it with a newer Certwright.")]
    Newer(u32),
    /// A key in it does not fit its request.
    #[error(
        "The key for {0} in this backup doesn't match its CSR: the file was changed. Choose another copy of the backup."
    )]
    Broken(String),
}

#[derive(Serialize, Deserialize)]
struct Backup {
    #[serde(rename = "certwrightKeys")]
    version: u32,
    keys: Vec<StoredKey>,
}

/// Whether a key can be backed up.
#[must_use]
pub fn can_leave(key: &StoredKey) -> bool {
    key.encrypted.is_some()
}

/// The backup of those keys that can leave the browser.
///
/// # Errors
/// [`BackupFault::NotABackup`], which our own keys never cause.
pub fn write(keys: &[StoredKey]) -> Result<String, BackupFault> {
    let backup = Backup {
        version: VERSION,
        keys: keys.iter().filter(|key| can_leave(key)).cloned().collect(),
    };
    serde_json::to_string_pretty(&backup).map_err(|_| BackupFault::NotABackup)
}

/// The keys of a backup, each of them checked against its request.
///
/// # Errors
/// [`BackupFault`].
pub fn read(text: &str) -> Result<Vec<StoredKey>, BackupFault> {
    if text.len() > MAX_BACKUP {
        return Err(BackupFault::TooLong);
    }
    let backup: Backup = serde_json::from_str(text).map_err(|_| BackupFault::NotABackup)?;
    if backup.version > VERSION {
        return Err(BackupFault::Newer(backup.version));
    }
    for key in &backup.keys {
        let csr = Csr::read(key.csr.as_bytes()).ok();
        let fits = csr.is_some_and(|csr| {
            csr.key_fingerprint().to_string() == key.fingerprint
                && *csr.key().algorithm() == key.kind.algorithm()
        });
        let file = key.encrypted.as_deref().unwrap_or_default();
        let begin = format!("-----BEGIN {ENCRYPTED_LABEL}-----");
        if !fits || key.is_lost || file.len() > MAX_KEY_FILE || !file.starts_with(&begin) {
            return Err(BackupFault::Broken(key.label.clone()));
        }
    }
    Ok(backup.keys)
}

#[cfg(test)]
#[cfg(not(target_family = "wasm"))]
mod tests {
    use certwright_core::names::CertificateName;
    use certwright_core::time::Timestamp;
    use p256::ecdsa::signature::Signer;
    use p256::pkcs8::EncodePublicKey;

    use super::super::export::{Encrypted, Pbes2};
    use super::super::{CsrSession, KeyKind, Subject};
    use super::*;

    fn key() -> StoredKey {
        let secret = p256::SecretKey::from_slice(&[7; 32]).unwrap();
        let spki = secret.public_key().to_public_key_der().unwrap();
        let names = [CertificateName::parse("a.example").unwrap()];
        let session =
            CsrSession::begin(spki.as_bytes(), KeyKind::P256, &names, &Subject::default()).unwrap();
        let signing = p256::ecdsa::SigningKey::from(&secret);
        let signature: p256::ecdsa::Signature = signing.sign(session.to_be_signed());
        let csr = session.finish(&signature.to_bytes()).unwrap();
        let encrypted = Encrypted {
            pbes2: Pbes2::new(1000, [1; 16], [2; 16]),
            ciphertext: vec![3; 144],
        };
        StoredKey {
            fingerprint: csr.key_fingerprint().to_string(),
            label: "a.example".to_owned(),
            kind: KeyKind::P256,
            csr: csr.pem(),
            created_at: Timestamp::from_unix(1_790_000_000),
            exported_at: Some(Timestamp::from_unix(1_790_000_000)),
            encrypted: encrypted.key_file().ok(),
            is_lost: false,
        }
    }

    #[test]
    fn what_may_leave_comes_back() {
        let kept = StoredKey {
            encrypted: None,
            exported_at: None,
            ..key()
        };
        let text = write(&[key(), kept]).unwrap();
        assert_eq!(read(&text).unwrap(), [key()]);
    }

    #[test]
    fn what_was_changed_is_refused() {
        let other = |change: fn(&mut StoredKey)| {
            let mut key = key();
            change(&mut key);
            read(&write(&[key]).unwrap())
        };
        let broken = Err(BackupFault::Broken("a.example".to_owned()));
        assert_eq!(other(|key| key.fingerprint = "00".repeat(32)), broken);
        assert_eq!(other(|key| key.kind = KeyKind::P384), broken);
        assert_eq!(other(|key| key.csr.clear()), broken);
        let plain =
            |key: &mut StoredKey| key.encrypted = Some("-----BEGIN PRIVATE KEY-----".into());
        assert_eq!(other(plain), broken);
    }

    #[test]
    fn other_files_are_refused() {
        assert_eq!(read("{}"), Err(BackupFault::NotABackup));
        assert_eq!(read(&" ".repeat(MAX_BACKUP + 1)), Err(BackupFault::TooLong));
        let newer = write(&[]).unwrap().replace(": 1", ": 2");
        assert_eq!(read(&newer), Err(BackupFault::Newer(2)));
    }
}
