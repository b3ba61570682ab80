//! Requests made in two passes, judged by OpenSSL.

#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests fail by panicking"
)]

use std::io::Write;
use std::process::{Command, Stdio};

use certwright_core::csr::Csr;
use certwright_core::names::CertificateName;
use certwright_plugin::keys::{CsrSession, KeyKind, RequestFault, Subject};
use p256::ecdsa::signature::Signer;
use p256::pkcs8::EncodePublicKey;

/// Runs OpenSSL over some input.
fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test needs the openssl program");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {errors}");
    output.stdout
}

fn names() -> Vec<CertificateName> {
    ["www.example.com", "*.example.com"]
        .map(|text| CertificateName::parse(text).unwrap())
        .to_vec()
}

fn subject() -> Subject {
    Subject {
        common_name: names().first().cloned(),
        organization: "Exämple Ltd".to_owned(),
        locality: "Bengaluru".to_owned(),
        state: "Karnataka".to_owned(),
        country: "IN".to_owned(),
    }
}

fn judge(csr: &Csr) {
    let text = openssl(&["req", "-verify", "-noout", "-text"], csr.pem().as_bytes());
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.contains("DNS:www.example.com, DNS:*.example.com"),
        "{text}"
    );
}

#[test]
fn openssl_accepts_p256() {
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let spki = key.verifying_key().to_public_key_der().unwrap();
    for subject in [subject(), Subject::default()] {
        let session =
            CsrSession::begin(spki.as_bytes(), KeyKind::P256, &names(), &subject).unwrap();
        let signature: p256::ecdsa::Signature = key.sign(session.to_be_signed());
        judge(&session.finish(&signature.to_bytes()).unwrap());
    }
}

#[test]
fn openssl_accepts_p384() {
    let key = p384::ecdsa::SigningKey::from_slice(&[7; 48]).unwrap();
    let spki = key.verifying_key().to_public_key_der().unwrap();
    let session = CsrSession::begin(spki.as_bytes(), KeyKind::P384, &names(), &subject()).unwrap();
    let signature: p384::ecdsa::Signature = key.sign(session.to_be_signed());
    judge(&session.finish(&signature.to_bytes()).unwrap());
}

#[test]
fn openssl_accepts_rsa() {
    let folder = std::env::temp_dir().join(format!("certwright-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("key.pem");
    let file = file.to_str().unwrap();
    openssl(&["genpkey", "-algorithm", "RSA", "-out", file], b"");
    let spki = openssl(&["pkey", "-in", file, "-pubout", "-outform", "DER"], b"");
    let session = CsrSession::begin(&spki, KeyKind::Rsa2048, &names(), &subject()).unwrap();
    let signature = openssl(&["dgst", "-sha256", "-sign", file], session.to_be_signed());
    std::fs::remove_dir_all(&folder).unwrap();
    judge(&session.finish(&signature).unwrap());
}

#[test]
fn what_cannot_be_ordered_is_refused() {
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let spki = key.verifying_key().to_public_key_der().unwrap();
    let begin = |names: &[CertificateName], subject: &Subject| {
        CsrSession::begin(spki.as_bytes(), KeyKind::P256, names, subject).map(|_| ())
    };
    assert_eq!(begin(&[], &Subject::default()), Err(RequestFault::NoNames));
    let other = CertificateName::parse("other.example").unwrap();
    let missing = begin(std::slice::from_ref(&other), &subject());
    assert!(matches!(
        missing,
        Err(RequestFault::CommonNameMissing { .. })
    ));
    let session = CsrSession::begin(spki.as_bytes(), KeyKind::P256, &names(), &subject()).unwrap();
    assert_eq!(
        session.finish(&[1; 96]).unwrap_err(),
        RequestFault::SignatureForm
    );
}
