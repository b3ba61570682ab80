//! Encrypting and opening keys under a passphrase. WebCrypto derives and encrypts beside the page;
//! what it can't do is done in steps that nobody notices.

use js_sys::Uint8Array;
use pkcs8::der::zeroize::Zeroizing;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::export::{self, Encrypted, ExportFault, KeyFile, Pbes2, ROUNDS};
use super::pkcs12::{self, Contents, MacKey};
use super::{passphrase, webcrypto};
use crate::browser;

#[wasm_bindgen(module = "/js/encryption.js")]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn encrypt(
        passphrase: &str,
        salt: &[u8],
        rounds: u32,
        hash: &str,
        bits: u32,
        iv: &[u8],
        plain: &Uint8Array,
    ) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch)]
    async fn decrypt(
        passphrase: &str,
        salt: &[u8],
        rounds: u32,
        hash: &str,
        bits: u32,
        iv: &[u8],
        ciphertext: &Uint8Array,
    ) -> Result<JsValue, JsValue>;
}

/// How long the page may be held up at a time, in milliseconds.
const STEP_MS: f64 = 8.0;
/// After how many rounds the clock is looked at.
const STEP_ROUNDS: u32 = 500;

/// A key file: PKCS#8 in PEM, encrypted under the passphrase.
///
/// # Errors
/// [`ExportFault`].
pub async fn key_file(pkcs8: &[u8], passphrase: &str) -> Result<String, ExportFault> {
    passphrase::check(passphrase)?;
    encrypted(pkcs8, passphrase, ROUNDS).await?.key_file()
}

/// Opens a key file; the result is the key as PKCS#8 in DER.
///
/// # Errors
/// [`ExportFault`].
pub async fn open(pem: &str, passphrase: &str) -> Result<Zeroizing<Vec<u8>>, ExportFault> {
    let key = match KeyFile::read(pem)? {
        KeyFile::Plain(key) => return Ok(key),
        KeyFile::Encrypted(key) => key,
    };
    let Some(pbes2) = key.pbes2() else {
        return key.decrypt(passphrase);
    };
    let Pbes2 {
        salt,
        rounds,
        hash,
        key_bits,
        iv,
    } = pbes2;
    let ciphertext = Uint8Array::from(key.ciphertext());
    let plain = decrypt(passphrase, &salt, rounds, hash, key_bits, &iv, &ciphertext).await;
    let plain = plain.map_err(|_| ExportFault::PassphraseWrong)?;
    // A wrong passphrase passes the check of the padding once in 256 times.
    export::checked(taken(&plain)).map_err(|_| ExportFault::PassphraseWrong)
}

/// Key, certificate and chain as PKCS#12, all encrypted under the passphrase.
///
/// # Errors
/// [`ExportFault`].
pub async fn pkcs12(
    pkcs8: &[u8],
    full_chain: &str,
    name: &str,
    passphrase: &str,
) -> Result<Vec<u8>, ExportFault> {
    passphrase::check(passphrase)?;
    let contents = Contents::read(full_chain, name)?;
    let certificates = contents.certificates();
    let certificates = encrypted(&certificates, passphrase, pkcs12::ROUNDS).await?;
    let key = encrypted(pkcs8, passphrase, pkcs12::ROUNDS).await?;
    let safe = contents.authenticated_safe(&certificates, &key)?;
    let salt: [u8; 16] = random()?;
    let mut derivation = MacKey::begin(passphrase, &salt);
    let mut until = js_sys::Date::now() + STEP_MS;
    loop {
        if let Some(key) = derivation.step(STEP_ROUNDS) {
            return Ok(pkcs12::file(&safe, &key, &salt));
        }
        if js_sys::Date::now() >= until {
            browser::sleep(0).await;
            until = js_sys::Date::now() + STEP_MS;
        }
    }
}

async fn encrypted(plain: &[u8], passphrase: &str, rounds: u32) -> Result<Encrypted, ExportFault> {
    let pbes2 = Pbes2::new(rounds, random()?, random()?);
    let Pbes2 {
        salt,
        hash,
        key_bits,
        iv,
        ..
    } = &pbes2;
    let bytes = Uint8Array::from(plain);
    let ciphertext = encrypt(passphrase, salt, rounds, hash, *key_bits, iv, &bytes).await;
    bytes.fill(0, 0, bytes.length());
    let ciphertext = ciphertext.map_err(|_| ExportFault::Writing)?;
    Ok(Encrypted {
        pbes2,
        ciphertext: Uint8Array::new(&ciphertext).to_vec(),
    })
}

/// The bytes of a secret, which the browser keeps no copy of.
fn taken(value: &JsValue) -> Zeroizing<Vec<u8>> {
    let bytes: &Uint8Array = value.unchecked_ref();
    let taken = Zeroizing::new(bytes.to_vec());
    bytes.fill(0, 0, bytes.length());
    taken
}

fn random<const N: usize>() -> Result<[u8; N], ExportFault> {
    webcrypto::random().map_err(|_| ExportFault::Writing)
}
