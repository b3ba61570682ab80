//! Requests made with real WebCrypto keys, whose private halves can't be read.

#![cfg(target_family = "wasm")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests fail by panicking"
)]

use certwright_core::names::CertificateName;
use certwright_plugin::keys::{CsrSession, KeyKind, RequestFault, Subject, webcrypto};
use wasm_bindgen_test::wasm_bindgen_test;

fn names(texts: &[&str]) -> Vec<CertificateName> {
    texts
        .iter()
        .map(|text| CertificateName::parse(text).unwrap())
        .collect()
}

async fn make(kind: KeyKind) {
    let names = names(&["www.example.com", "*.example.com", "xn--bcher-kva.example"]);
    let subject = Subject {
        common_name: names.first().cloned(),
        organization: "Example Ltd".to_owned(),
        country: "IN".to_owned(),
        ..Subject::default()
    };
    let pair = webcrypto::generate(kind, false).await.unwrap();
    let spki = webcrypto::export_public(&pair).await.unwrap();
    let session = CsrSession::begin(&spki, kind, &names, &subject).unwrap();
    let signature = webcrypto::sign(&pair, kind, session.to_be_signed())
        .await
        .unwrap();
    let csr = session.finish(&signature).unwrap();
    assert_eq!(csr.names(), names);
    assert_eq!(csr.key().algorithm(), &kind.algorithm());
    assert!(csr.pem().starts_with("-----BEGIN CERTIFICATE REQUEST-----"));
}

#[wasm_bindgen_test]
async fn p256_key_makes_a_request() {
    // Often enough to meet signatures with leading zeros and with the top bit set.
    for _ in 0..64 {
        make(KeyKind::P256).await;
    }
}

#[wasm_bindgen_test]
async fn p384_key_makes_a_request() {
    make(KeyKind::P384).await;
}

#[wasm_bindgen_test]
async fn rsa_key_makes_a_request() {
    make(KeyKind::Rsa2048).await;
}

#[wasm_bindgen_test]
async fn a_signature_over_other_bytes_is_refused() {
    let kind = KeyKind::P256;
    let pair = webcrypto::generate(kind, false).await.unwrap();
    let spki = webcrypto::export_public(&pair).await.unwrap();
    let session =
        CsrSession::begin(&spki, kind, &names(&["a.example"]), &Subject::default()).unwrap();
    let signature = webcrypto::sign(&pair, kind, b"something else")
        .await
        .unwrap();
    assert!(matches!(
        session.finish(&signature),
        Err(RequestFault::Unsound(_))
    ));
}

#[wasm_bindgen_test]
async fn a_key_of_another_kind_is_refused() {
    let pair = webcrypto::generate(KeyKind::P384, false).await.unwrap();
    let spki = webcrypto::export_public(&pair).await.unwrap();
    let refused = CsrSession::begin(
        &spki,
        KeyKind::P256,
        &names(&["a.example"]),
        &Subject::default(),
    );
    assert!(matches!(refused, Err(RequestFault::OtherKind { .. })));
}
