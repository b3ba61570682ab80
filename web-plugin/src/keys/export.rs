//! Taking a key out of the browser: encrypted PKCS#8 (RFC 5958), PEM bundle, and what both share with
//! PKCS#12. Nothing here derives a key from a passphrase but the way out for rare key files.

use pkcs8::der::asn1::OctetStringRef;
use pkcs8::der::pem::LineEnding;
use pkcs8::der::zeroize::Zeroizing;
use pkcs8::der::{Encode, SecretDocument};
use pkcs8::pkcs5::pbes2::{self, Kdf, Parameters, Pbkdf2Prf};
use pkcs8::pkcs5::{self};
use pkcs8::{EncryptedPrivateKeyInfoOwned, EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};

use super::passphrase::PassphraseFault;

/// Rounds of PBKDF2-HMAC-SHA256 for a key file: what OWASP's Password Storage Cheat Sheet asks for.
/// scrypt of the same strength needs more memory than OpenSSL allows a key file by default.
pub const ROUNDS: u32 = 600_000;
/// The most rounds of a foreign key file that are computed: some seconds.
const MAX_ROUNDS: u32 = 10_000_000;
/// The most memory of a foreign key file's scrypt, in bytes: what OpenSSL allows itself, twice.
const MAX_SCRYPT: u64 = 64 * 1024 * 1024;
/// The longest text of a key file that is read, in bytes; an RSA 4096 key takes 3.4 KB.
pub const MAX_KEY_FILE: usize = 16 * 1024;

pub(super) const ENCRYPTED_LABEL: &str = "ENCRYPTED PRIVATE KEY";
const PLAIN_LABEL: &str = "PRIVATE KEY";

/// Why a key can't be written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportFault {
    /// The passphrase can't be used.
    #[error(transparent)]
    Passphrase(#[from] PassphraseFault),
    /// The file is longer than any key.
    #[error("This file is too long for a private key. Choose the key's own file.")]
    TooLong,
    /// The file is no PKCS#8 private key.
    #[error(
        "This is not a private key in PKCS#8 format. \
         Convert older formats with `openssl pkcs8 -topk8`."
    )]
    NotPkcs8,
    /// Opening the file would take more time or memory than a page has.
    #[error(
        "This key file needs too much work to open it here. \
         Convert it with `openssl pkcs8 -topk8`."
    )]
    TooCostly,
    /// The passphrase does not open the file.
    #[error("The passphrase doesn't open this key. Check it and try again.")]
    PassphraseWrong,
    /// The certificate can't be read.
    #[error("The certificate or its chain could not be read. Download them again.")]
    Certificate,
    /// Writing failed.
    #[error("The file could not be written. Try again, or use another browser.")]
    Writing,
}

/// How something is encrypted under a passphrase: PBES2 (RFC 8018) with PBKDF2 and AES-CBC, in the
/// words of WebCrypto.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pbes2 {
    /// The salt of PBKDF2.
    pub salt: Vec<u8>,
    /// The rounds of PBKDF2.
    pub rounds: u32,
    /// The hash of PBKDF2's HMAC, such as `SHA-256`.
    pub hash: &'static str,
    /// The length of AES's key, in bits.
    pub key_bits: u32,
    /// The initialization vector of AES-CBC.
    pub iv: [u8; 16],
}

impl Pbes2 {
    /// What this program writes: PBKDF2-HMAC-SHA256 and AES-256-CBC, which OpenSSL, Java and Windows
    /// read. `salt` and `iv` have to be random.
    #[must_use]
    pub fn new(rounds: u32, salt: [u8; 16], iv: [u8; 16]) -> Self {
        Self {
            salt: salt.to_vec(),
            rounds,
            hash: "SHA-256",
            key_bits: 256,
            iv,
        }
    }

    fn read(parameters: &Parameters) -> Option<Self> {
        let Kdf::Pbkdf2(pbkdf2) = &parameters.kdf else {
            return None;
        };
        let hash = match pbkdf2.prf {
            Pbkdf2Prf::HmacWithSha1 => "SHA-1",
            Pbkdf2Prf::HmacWithSha256 => "SHA-256",
            Pbkdf2Prf::HmacWithSha384 => "SHA-384",
            Pbkdf2Prf::HmacWithSha512 => "SHA-512",
            // WebCrypto has no SHA-224.
            _ => return None,
        };
        // Chromium has no AES-192.
        let (key_bits, iv) = match parameters.encryption {
            pbes2::EncryptionScheme::Aes128Cbc { iv } => (128, iv),
            pbes2::EncryptionScheme::Aes256Cbc { iv } => (256, iv),
            _ => return None,
        };
        Some(Self {
            salt: pbkdf2.salt.as_ref().to_vec(),
            rounds: pbkdf2.iteration_count,
            hash,
            key_bits,
            iv,
        })
    }
}

/// Something encrypted as [`Pbes2::new`] says.
#[derive(Clone, Debug)]
pub struct Encrypted {
    /// How.
    pub pbes2: Pbes2,
    /// The padded and encrypted content.
    pub ciphertext: Vec<u8>,
}

impl Encrypted {
    fn scheme(&self) -> Result<pkcs5::EncryptionScheme, ExportFault> {
        let Pbes2 {
            salt, rounds, iv, ..
        } = &self.pbes2;
        Parameters::generate_pbkdf2_sha256_aes256cbc(*rounds, salt, *iv)
            .map(Into::into)
            .map_err(|_| ExportFault::Writing)
    }

    /// The AlgorithmIdentifier in DER.
    pub(super) fn algorithm(&self) -> Result<Vec<u8>, ExportFault> {
        self.scheme()?.to_der().map_err(|_| ExportFault::Writing)
    }

    /// The PEM of a key file, where the content is a key in PKCS#8.
    ///
    /// # Errors
    /// [`ExportFault::Writing`].
    pub fn key_file(&self) -> Result<String, ExportFault> {
        let ciphertext = OctetStringRef::new(&self.ciphertext).map_err(|_| ExportFault::Writing)?;
        let info = EncryptedPrivateKeyInfoRef {
            encryption_algorithm: self.scheme()?,
            encrypted_data: ciphertext,
        };
        SecretDocument::try_from(&info)
            .and_then(|document| Ok(document.to_pem(ENCRYPTED_LABEL, LineEnding::LF)?))
            .map(|text| text.to_string())
            .map_err(|_| ExportFault::Writing)
    }
}

/// A key file that was read.
#[derive(Debug)]
pub enum KeyFile {
    /// The key stands there as it is: PKCS#8 in DER.
    Plain(Zeroizing<Vec<u8>>),
    /// A passphrase opens it.
    Encrypted(EncryptedKey),
}

/// A key that a passphrase opens.
#[derive(Debug)]
pub struct EncryptedKey(EncryptedPrivateKeyInfoOwned);

impl KeyFile {
    /// Reads the PEM of a key in PKCS#8, encrypted or plain. Text before it is skipped.
    ///
    /// # Errors
    /// [`ExportFault::TooLong`], [`ExportFault::NotPkcs8`], [`ExportFault::TooCostly`].
    pub fn read(pem: &str) -> Result<Self, ExportFault> {
        if pem.len() > MAX_KEY_FILE {
            return Err(ExportFault::TooLong);
        }
        let start = pem.find("-----BEGIN ").ok_or(ExportFault::NotPkcs8)?;
        let text = pem.get(start..).unwrap_or_default().trim_end();
        let (label, document) =
            SecretDocument::from_pem(text).map_err(|_| ExportFault::NotPkcs8)?;
        match label {
            PLAIN_LABEL => checked(document.to_bytes()).map(Self::Plain),
            ENCRYPTED_LABEL => EncryptedPrivateKeyInfoOwned::try_from(document.as_bytes())
                .map_err(|_| ExportFault::NotPkcs8)
                .map(EncryptedKey)
                .and_then(EncryptedKey::bounded)
                .map(Self::Encrypted),
            _ => Err(ExportFault::NotPkcs8),
        }
    }
}

impl EncryptedKey {
    /// How it is encrypted, where WebCrypto can open it.
    #[must_use]
    pub fn pbes2(&self) -> Option<Pbes2> {
        Pbes2::read(self.0.encryption_algorithm.pbes2()?)
    }

    /// The encrypted content.
    #[must_use]
    pub fn ciphertext(&self) -> &[u8] {
        self.0.encrypted_data.as_bytes()
    }

    /// Opens it here and now, which holds up whoever calls. For what WebCrypto does not know.
    ///
    /// # Errors
    /// [`ExportFault::PassphraseWrong`].
    pub fn decrypt(&self, passphrase: &str) -> Result<Zeroizing<Vec<u8>>, ExportFault> {
        let plain = self.0.decrypt(passphrase);
        checked(plain.map_err(|_| ExportFault::PassphraseWrong)?.to_bytes())
    }

    fn bounded(self) -> Result<Self, ExportFault> {
        let kdf = self.0.encryption_algorithm.pbes2().map(|pbes2| &pbes2.kdf);
        let is_costly = match kdf {
            Some(Kdf::Pbkdf2(pbkdf2)) => pbkdf2.iteration_count > MAX_ROUNDS,
            // 128 · N · r · p octets are written and read (RFC 7914 §2).
            Some(Kdf::Scrypt(scrypt)) => {
                u64::from(scrypt.block_size)
                    .saturating_mul(128)
                    .saturating_mul(scrypt.cost_parameter)
                    .saturating_mul(u64::from(scrypt.parallelization))
                    > MAX_SCRYPT
            }
            _ => false,
        };
        if is_costly {
            Err(ExportFault::TooCostly)
        } else {
            Ok(self)
        }
    }
}

/// A key in PKCS#8, if that is what it is.
///
/// # Errors
/// [`ExportFault::NotPkcs8`].
pub fn checked(plain: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, ExportFault> {
    PrivateKeyInfoRef::try_from(plain.as_slice()).map_err(|_| ExportFault::NotPkcs8)?;
    Ok(plain)
}

/// The encrypted key, then the certificate and its chain, in one PEM file.
#[must_use]
pub fn pem_bundle(encrypted_key: &str, full_chain: &str) -> String {
    format!("{}\n{}\n", encrypted_key.trim_end(), full_chain.trim_end())
}
