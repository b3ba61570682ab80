//! AES-256-GCM by WebCrypto, under the deployment's master keys.

use certwright_core::{
    binding::BindingKey,
    seal::{self, MASTER_KEY_BYTES, MasterKeyVersion, NONCE_BYTES},
};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CryptoKey, SubtleCrypto};
use worker::Env;

use crate::platform::{Encrypted, SealFault};

/// Encrypts under a master key, with a fresh nonce.
pub(super) async fn encrypt(
    env: &Env,
    version: MasterKeyVersion,
    additional_data: &[u8],
    plaintext: &[u8],
) -> Result<Encrypted, SealFault> {
    let key = master_key(env, version).await?;
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|_| SealFault::Platform)?;
    let algorithm = algorithm(&nonce, additional_data)?;
    let promise = subtle()?
        .encrypt_with_object_and_u8_array(&algorithm, &key, plaintext)
        .map_err(|_| SealFault::Platform)?;
    let buffer = JsFuture::from(promise).await;
    let ciphertext = bytes(&buffer.map_err(|_| SealFault::Platform)?);
    Ok(Encrypted { nonce, ciphertext })
}

/// Opens what was encrypted.
pub(super) async fn decrypt(
    env: &Env,
    version: MasterKeyVersion,
    additional_data: &[u8],
    encrypted: &Encrypted,
) -> Result<Vec<u8>, SealFault> {
    let key = master_key(env, version).await?;
    let algorithm = algorithm(&encrypted.nonce, additional_data)?;
    let promise = subtle()?
        .decrypt_with_object_and_u8_array(&algorithm, &key, &encrypted.ciphertext)
        .map_err(|_| SealFault::Platform)?;
    // WebCrypto tells nothing but that it failed: OperationError, for a wrong tag.
    let buffer = JsFuture::from(promise).await;
    buffer
        .map(|buffer| bytes(&buffer))
        .map_err(|_| SealFault::DoesNotOpen(version))
}

fn subtle() -> Result<SubtleCrypto, SealFault> {
    Reflect::get(&js_sys::global(), &"crypto".into())
        .and_then(|crypto| Reflect::get(&crypto, &"subtle".into()))
        .map(JsCast::unchecked_into)
        .map_err(|_| SealFault::Platform)
}

/// The key that stored values are bound with.
pub(super) fn binding_key(env: &Env, version: MasterKeyVersion) -> Result<BindingKey, SealFault> {
    BindingKey::derive(&raw_master_key(env, version)?).ok_or(SealFault::Platform)
}

fn raw_master_key(
    env: &Env,
    version: MasterKeyVersion,
) -> Result<[u8; MASTER_KEY_BYTES], SealFault> {
    let secret = env
        .secret(&version.secret_name())
        .map_err(|_| SealFault::MissingMasterKey(version))?
        .to_string();
    seal::master_key(&secret).map_err(|_| SealFault::MalformedMasterKey(version))
}

async fn master_key(env: &Env, version: MasterKeyVersion) -> Result<CryptoKey, SealFault> {
    let malformed = || SealFault::MalformedMasterKey(version);
    let raw = raw_master_key(env, version)?;
    let usages = js_sys::Array::of2(&"encrypt".into(), &"decrypt".into());
    let promise = subtle()?
        .import_key_with_str(
            "raw",
            &Uint8Array::from(raw.as_slice()),
            "AES-GCM",
            false,
            &usages,
        )
        .map_err(|_| malformed())?;
    let key = JsFuture::from(promise).await;
    key.map(JsCast::unchecked_into).map_err(|_| malformed())
}

fn algorithm(nonce: &[u8], additional_data: &[u8]) -> Result<Object, SealFault> {
    let object = Object::new();
    let members: [(&str, JsValue); 3] = [
        ("name", "AES-GCM".into()),
        ("iv", Uint8Array::from(nonce).into()),
        ("additionalData", Uint8Array::from(additional_data).into()),
    ];
    for (name, value) in members {
        Reflect::set(&object, &name.into(), &value).map_err(|_| SealFault::Platform)?;
    }
    Ok(object)
}

fn bytes(buffer: &JsValue) -> Vec<u8> {
    Uint8Array::new(buffer).to_vec()
}
