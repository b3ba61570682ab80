//! Taking a key out of the browser: encrypted PKCS#8 (RFC 5958), PKCS#12 (RFC 7292), PEM bundle.

use certwright_core::certificate::Certificate;
use p12_keystore::{
    EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKey, PrivateKeyChain,
};
use pkcs8::der::pem::LineEnding;
use pkcs8::der::zeroize::Zeroizing;
use pkcs8::pkcs5::pbes2::Parameters;
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef, SecretDocument};

/// Rounds of PBKDF2-HMAC-SHA256: what OWASP's Password Storage Cheat Sheet asks for. scrypt of the
/// same strength needs more memory than OpenSSL allows a key file by default.
const ROUNDS: u32 = 600_000;
/// Rounds of the key derivation for the integrity check of PKCS#12 (RFC 7292 appendix B).
const MAC_ROUNDS: u32 = 100_000;
/// The least length of a passphrase, in characters.
pub const LEAST_PASSPHRASE: usize = 12;
/// The longest text of a key file that is read, in bytes; an RSA 4096 key takes 3.4 KB.
pub const MAX_KEY_FILE: usize = 16 * 1024;

pub(super) const ENCRYPTED_LABEL: &str = "ENCRYPTED PRIVATE KEY";
const PLAIN_LABEL: &str = "PRIVATE KEY";

/// Why a key can't be written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportFault {
    /// The passphrase is too short to protect anything.
    #[error("use a passphrase of at least {LEAST_PASSPHRASE} characters")]
    PassphraseShort,
    /// The file is longer than any key.
    #[error("this file is too long for a private key; choose the key's own file")]
    TooLong,
    /// The file is no PKCS#8 private key.
    #[error(
        "this is no private key in PKCS#8 form; convert an older form with `openssl pkcs8 -topk8`"
    )]
    NotPkcs8,
    /// The passphrase does not open the file.
    #[error("the passphrase does not open this key; check it and try again")]
    PassphraseWrong,
    /// The certificate can't be read.
    #[error("the certificate or its chain could not be read")]
    Certificate,
    /// Writing failed.
    #[error("the file could not be written")]
    Writing,
}

/// Encrypts a PKCS#8 key with a passphrase: PBES2 with PBKDF2-HMAC-SHA256 and AES-256-CBC, which
/// OpenSSL reads. `salt` and `iv` have to be random.
///
/// # Errors
/// [`ExportFault::PassphraseShort`], [`ExportFault::NotPkcs8`].
pub fn encrypt(
    pkcs8: &[u8],
    passphrase: &str,
    salt: [u8; 16],
    iv: [u8; 16],
) -> Result<String, ExportFault> {
    if passphrase.chars().count() < LEAST_PASSPHRASE {
        return Err(ExportFault::PassphraseShort);
    }
    let key = PrivateKeyInfoRef::try_from(pkcs8).map_err(|_| ExportFault::NotPkcs8)?;
    let parameters = Parameters::generate_pbkdf2_sha256_aes256cbc(ROUNDS, &salt, iv)
        .map_err(|_| ExportFault::Writing)?;
    let encrypted = key
        .encrypt_with_params(parameters, passphrase)
        .map_err(|_| ExportFault::Writing)?;
    let pem = encrypted.to_pem(ENCRYPTED_LABEL, LineEnding::LF);
    pem.map(|text| text.to_string())
        .map_err(|_| ExportFault::Writing)
}

/// Opens a PKCS#8 key file, encrypted or plain; the result is the plain key in DER.
///
/// # Errors
/// [`ExportFault`].
pub fn decrypt(pem: &str, passphrase: &str) -> Result<Zeroizing<Vec<u8>>, ExportFault> {
    if pem.len() > MAX_KEY_FILE {
        return Err(ExportFault::TooLong);
    }
    let start = pem.find("-----BEGIN ").ok_or(ExportFault::NotPkcs8)?;
    let text = pem.get(start..).unwrap_or_default().trim_end();
    let (label, document) = SecretDocument::from_pem(text).map_err(|_| ExportFault::NotPkcs8)?;
    let plain = match label {
        PLAIN_LABEL => document,
        ENCRYPTED_LABEL => EncryptedPrivateKeyInfoRef::try_from(document.as_bytes())
            .map_err(|_| ExportFault::NotPkcs8)?
            .decrypt(passphrase)
            .map_err(|_| ExportFault::PassphraseWrong)?,
        _ => return Err(ExportFault::NotPkcs8),
    };
    PrivateKeyInfoRef::try_from(plain.as_bytes()).map_err(|_| ExportFault::NotPkcs8)?;
    Ok(plain.to_bytes())
}

/// Key, certificate and chain as PKCS#12, encrypted like [`encrypt`] does it.
///
/// # Errors
/// [`ExportFault`].
pub fn pkcs12(
    pkcs8: &[u8],
    full_chain: &str,
    name: &str,
    passphrase: &str,
) -> Result<Vec<u8>, ExportFault> {
    if passphrase.chars().count() < LEAST_PASSPHRASE {
        return Err(ExportFault::PassphraseShort);
    }
    let chain = Certificate::read_all(full_chain).map_err(|_| ExportFault::Certificate)?;
    let leaf = chain.first().ok_or(ExportFault::Certificate)?;
    let local_id = leaf.fingerprint().to_string().into_bytes();
    let certificates: Result<Vec<_>, _> = chain
        .iter()
        .map(|one| p12_keystore::Certificate::from_der(one.der()))
        .collect();
    let certificates = certificates.map_err(|_| ExportFault::Certificate)?;
    let key = PrivateKey::from_der(pkcs8).map_err(|_| ExportFault::NotPkcs8)?;
    let mut store = KeyStore::new();
    let entry = PrivateKeyChain::new(local_id, key, certificates);
    store.add_entry(name, KeyStoreEntry::PrivateKeyChain(entry));
    store
        .writer(passphrase)
        .encryption_algorithm(EncryptionAlgorithm::PbeWithHmacSha256AndAes256)
        .encryption_iterations(ROUNDS)
        .mac_algorithm(MacAlgorithm::HmacSha256)
        .mac_iterations(MAC_ROUNDS)
        .write()
        .map_err(|_| ExportFault::Writing)
}

/// The encrypted key, then the certificate and its chain, in one PEM file.
#[must_use]
pub fn pem_bundle(encrypted_key: &str, full_chain: &str) -> String {
    format!("{}\n{}\n", encrypted_key.trim_end(), full_chain.trim_end())
}
