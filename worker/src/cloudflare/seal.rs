//! Sealing of access keys: AES-256-GCM by WebCrypto under a versioned master key, with the row's
//! id as additional data, so that a sealed key moved to another row does not open.
//!
//! The form is `v<version>.<nonce>.<ciphertext and tag>`, both in base64.

use certwright_core::{credential::AccessKey, ids::CredentialId};
use data_encoding::BASE64;
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};
use worker::Env;

use crate::platform::SealFault;

/// The version under which new seals are made.
const CURRENT: u32 = 1;
/// The nonce of NIST SP 800-38D §8.2.2: 96 random bits.
const NONCE_BYTES: usize = 12;

/// Seals a key for a row.
pub(super) async fn seal(
    env: &Env,
    row: &CredentialId,
    key: &AccessKey,
) -> Result<String, SealFault> {
    let master = master_key(env, CURRENT).await?;
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|_| SealFault::DoesNotOpen)?;
    let algorithm = algorithm(&nonce, row)?;
    let promise = subtle()?
        .encrypt_with_object_and_u8_array(&algorithm, &master, key.expose().as_bytes())
        .map_err(|_| SealFault::DoesNotOpen)?;
    let sealed = bytes(promise).await?;
    Ok(format!(
        "v{CURRENT}.{}.{}",
        BASE64.encode(&nonce),
        BASE64.encode(&sealed)
    ))
}

/// Opens the sealed key of a row.
pub(super) async fn unseal(
    env: &Env,
    row: &CredentialId,
    sealed: &str,
) -> Result<AccessKey, SealFault> {
    let mut parts = sealed.splitn(3, '.');
    let version = parts
        .next()
        .and_then(|part| part.strip_prefix('v')?.parse().ok());
    let mut decoded = parts.map(|part| BASE64.decode(part.as_bytes()));
    let (Some(version), Some(Ok(nonce)), Some(Ok(ciphertext))) =
        (version, decoded.next(), decoded.next())
    else {
        return Err(SealFault::DoesNotOpen);
    };
    let master = master_key(env, version).await?;
    let algorithm = algorithm(&nonce, row)?;
    let promise = subtle()?
        .decrypt_with_object_and_u8_array(&algorithm, &master, &ciphertext)
        .map_err(|_| SealFault::DoesNotOpen)?;
    let opened = bytes(promise).await?;
    let text = String::from_utf8(opened).map_err(|_| SealFault::DoesNotOpen)?;
    AccessKey::parse(&text).map_err(|_| SealFault::DoesNotOpen)
}

fn subtle() -> Result<SubtleCrypto, SealFault> {
    Reflect::get(&js_sys::global(), &"crypto".into())
        .and_then(|crypto| Reflect::get(&crypto, &"subtle".into()))
        .map(JsCast::unchecked_into)
        .map_err(|_| SealFault::DoesNotOpen)
}

async fn master_key(env: &Env, version: u32) -> Result<CryptoKey, SealFault> {
    let secret = env
        .secret(&format!("MASTER_KEY_V{version}"))
        .map_err(|_| SealFault::MissingMasterKey(version))?
        .to_string();
    let raw = BASE64
        .decode(secret.trim().as_bytes())
        .ok()
        .filter(|raw| raw.len() == 32)
        .ok_or(SealFault::MalformedMasterKey(version))?;
    let usages = js_sys::Array::of2(&"encrypt".into(), &"decrypt".into());
    let promise = subtle()?
        .import_key_with_str(
            "raw",
            &Uint8Array::from(raw.as_slice()),
            "AES-GCM",
            false,
            &usages,
        )
        .map_err(|_| SealFault::MalformedMasterKey(version))?;
    let key = JsFuture::from(promise).await;
    key.map(JsCast::unchecked_into)
        .map_err(|_| SealFault::MalformedMasterKey(version))
}

fn algorithm(nonce: &[u8], row: &CredentialId) -> Result<Object, SealFault> {
    let object = Object::new();
    let members: [(&str, JsValue); 3] = [
        ("name", "AES-GCM".into()),
        ("iv", Uint8Array::from(nonce).into()),
        (
            "additionalData",
            Uint8Array::from(row.as_str().as_bytes()).into(),
        ),
    ];
    for (name, value) in members {
        Reflect::set(&object, &name.into(), &value).map_err(|_| SealFault::DoesNotOpen)?;
    }
    Ok(object)
}

async fn bytes(promise: js_sys::Promise) -> Result<Vec<u8>, SealFault> {
    let buffer = JsFuture::from(promise)
        .await
        .map_err(|_| SealFault::DoesNotOpen)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
