//! The browser's keys: made, held and used by WebCrypto.

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, CryptoKey, CryptoKeyPair, SubtleCrypto};

use super::KeyKind;

/// Makes a key pair. The private key can leave the browser only when it is `extractable`.
///
/// # Errors
/// The browser's own error.
pub async fn generate(kind: KeyKind, extractable: bool) -> Result<CryptoKeyPair, JsValue> {
    let algorithm = parameters(kind)?;
    if let Some(bits) = kind.rsa_bits() {
        set(&algorithm, "modulusLength", &bits.into())?;
        // 65537, the exponent that every CA asks for.
        set(
            &algorithm,
            "publicExponent",
            &Uint8Array::from([1, 0, 1].as_slice()).into(),
        )?;
    }
    let usages = Array::of2(&"sign".into(), &"verify".into());
    let promise: Promise = subtle()?
        .generate_key_with_object(&algorithm, extractable, &usages)?
        .unchecked_into();
    Ok(JsFuture::from(promise).await?.unchecked_into())
}

/// The public key as SubjectPublicKeyInfo in DER.
///
/// # Errors
/// The browser's own error.
pub async fn export_public(pair: &CryptoKeyPair) -> Result<Vec<u8>, JsValue> {
    let key = part(pair, "publicKey")?;
    let promise: Promise = subtle()?.export_key("spki", &key)?.unchecked_into();
    Ok(Uint8Array::new(&JsFuture::from(promise).await?).to_vec())
}

/// Signs with the private key. ECDSA signatures come as r‖s.
///
/// # Errors
/// The browser's own error.
pub async fn sign(pair: &CryptoKeyPair, kind: KeyKind, message: &[u8]) -> Result<Vec<u8>, JsValue> {
    let key = part(pair, "privateKey")?;
    let promise: Promise = subtle()?
        .sign_with_object_and_js_u8_array(&parameters(kind)?, &key, &Uint8Array::from(message))?
        .unchecked_into();
    Ok(Uint8Array::new(&JsFuture::from(promise).await?).to_vec())
}

/// The algorithm as WebCrypto names it, good for making a key and for signing alike.
fn parameters(kind: KeyKind) -> Result<Object, JsValue> {
    let (name, curve, hash) = match kind {
        KeyKind::P256 => ("ECDSA", Some("P-256"), "SHA-256"),
        KeyKind::P384 => ("ECDSA", Some("P-384"), "SHA-384"),
        KeyKind::Rsa2048 | KeyKind::Rsa3072 | KeyKind::Rsa4096 => {
            ("RSASSA-PKCS1-v1_5", None, "SHA-256")
        }
    };
    let object = Object::new();
    set(&object, "name", &name.into())?;
    set(&object, "hash", &hash.into())?;
    if let Some(curve) = curve {
        set(&object, "namedCurve", &curve.into())?;
    }
    Ok(object)
}

/// Found on the global object, which pages, workers and Node.js have alike.
fn subtle() -> Result<SubtleCrypto, JsValue> {
    let crypto: Crypto = Reflect::get(&js_sys::global(), &"crypto".into())?.unchecked_into();
    Ok(crypto.subtle())
}

fn part(pair: &CryptoKeyPair, name: &str) -> Result<CryptoKey, JsValue> {
    Ok(Reflect::get(pair, &name.into())?.unchecked_into())
}

fn set(object: &Object, name: &str, value: &JsValue) -> Result<(), JsValue> {
    Reflect::set(object, &name.into(), value).map(|_| ())
}
