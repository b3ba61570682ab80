//! The browser's keys: made, held and used by WebCrypto.

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use pkcs8::der::zeroize::Zeroizing;
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

/// The private key of a pair.
///
/// # Errors
/// The browser's own error.
pub fn private(pair: &CryptoKeyPair) -> Result<CryptoKey, JsValue> {
    part(pair, "privateKey")
}

/// The private key as PKCS#8, of a pair that was made extractable.
///
/// # Errors
/// The browser's own error.
pub async fn export_private(pair: &CryptoKeyPair) -> Result<Zeroizing<Vec<u8>>, JsValue> {
    let promise: Promise = subtle()?
        .export_key("pkcs8", &private(pair)?)?
        .unchecked_into();
    let bytes = Uint8Array::new(&JsFuture::from(promise).await?);
    let key = Zeroizing::new(bytes.to_vec());
    bytes.fill(0, 0, bytes.length());
    Ok(key)
}

/// A handle for signing that can't be exported.
///
/// # Errors
/// The browser's own error, such as when the key is of another kind.
pub async fn import_private(kind: KeyKind, pkcs8: &[u8]) -> Result<CryptoKey, JsValue> {
    import(kind, "pkcs8", pkcs8, "sign").await
}

/// Whether the private key belongs to a public key, shown by a signature.
///
/// # Errors
/// The browser's own error, such as when a key is of another kind.
pub async fn is_pair(kind: KeyKind, private: &CryptoKey, spki: &[u8]) -> Result<bool, JsValue> {
    let public = import(kind, "spki", spki, "verify").await?;
    let message = Uint8Array::from(random::<32>()?.as_slice());
    let algorithm = parameters(kind)?;
    let signing: Promise = subtle()?
        .sign_with_object_and_js_u8_array(&algorithm, private, &message)?
        .unchecked_into();
    let signature = Uint8Array::new(&JsFuture::from(signing).await?);
    let verifying: Promise = subtle()?
        .verify_with_object_and_js_u8_array_and_js_u8_array(
            &algorithm, &public, &signature, &message,
        )?
        .unchecked_into();
    Ok(JsFuture::from(verifying).await?.as_bool() == Some(true))
}

/// Random bytes.
///
/// # Errors
/// The browser's own error.
pub fn random<const N: usize>() -> Result<[u8; N], JsValue> {
    let mut bytes = [0; N];
    crypto()?.get_random_values_with_u8_array(&mut bytes)?;
    Ok(bytes)
}

async fn import(
    kind: KeyKind,
    format: &str,
    bytes: &[u8],
    usage: &str,
) -> Result<CryptoKey, JsValue> {
    let data = Uint8Array::from(bytes);
    let usages = Array::of1(&usage.into());
    let is_public = format == "spki";
    let promise: Promise = subtle()?
        .import_key_with_object(format, &data, &parameters(kind)?, is_public, &usages)?
        .unchecked_into();
    let key = JsFuture::from(promise).await?;
    data.fill(0, 0, data.length());
    Ok(key.unchecked_into())
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
    Ok(crypto()?.subtle())
}

fn crypto() -> Result<Crypto, JsValue> {
    Ok(Reflect::get(&js_sys::global(), &"crypto".into())?.unchecked_into())
}

fn part(pair: &CryptoKeyPair, name: &str) -> Result<CryptoKey, JsValue> {
    Ok(Reflect::get(pair, &name.into())?.unchecked_into())
}

fn set(object: &Object, name: &str, value: &JsValue) -> Result<(), JsValue> {
    Reflect::set(object, &name.into(), value).map(|_| ())
}
