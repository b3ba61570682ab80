//! Our verdict on requests that OpenSSL made.
//!
//! Needs `openssl` on the PATH; without it every test says so and passes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking and says why"
)]

mod x509_workshop;

use certwright_core::{
    advice::Advice,
    csr::{Csr, CsrFault},
    key::{KeyAlgorithm, KeyFingerprint, KeyRefused},
    signature::SignatureFault,
};
use x509_workshop::{P256, P384, P521, RSA_2048, WWW, Workshop, name};

#[test]
fn every_accepted_key_with_every_hash_verifies() {
    let Some(shop) = Workshop::open() else { return };
    let keys: [(&[&str], KeyAlgorithm, &str); 5] = [
        (RSA_2048, KeyAlgorithm::Rsa { bits: 2048 }, "RSA"),
        (
            &["-newkey", "rsa:3072"],
            KeyAlgorithm::Rsa { bits: 3072 },
            "RSA",
        ),
        (
            &["-newkey", "rsa:4096"],
            KeyAlgorithm::Rsa { bits: 4096 },
            "RSA",
        ),
        (P256, KeyAlgorithm::P256, "ECDSA"),
        (P384, KeyAlgorithm::P384, "ECDSA"),
    ];
    for (key, algorithm, scheme) in keys {
        for (option, hash) in [
            ("-sha256", "SHA-256"),
            ("-sha384", "SHA-384"),
            ("-sha512", "SHA-512"),
        ] {
            let csr = Csr::read(&shop.request(key, &[WWW, &[option]].concat())).unwrap();
            assert_eq!(csr.key().algorithm(), &algorithm);
            assert_eq!(csr.signature_algorithm(), format!("{scheme} with {hash}"));
            assert_eq!(csr.common_name(), Some(&name("www.example.com")));
            // OpenSSL's own fingerprint of the key.
            shop.openssl(&[
                "pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "spki.der",
            ]);
            assert_eq!(
                csr.key_fingerprint(),
                KeyFingerprint::of(&shop.read("spki.der"))
            );
        }
    }
}

#[test]
fn keys_that_the_ca_does_not_take_are_refused_with_a_remedy() {
    let Some(shop) = Workshop::open() else { return };
    let secp256k1: &[&str] = &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"];
    let exponent_3: &[&str] = &["-newkey", "rsa:2048", "-pkeyopt", "rsa_keygen_pubexp:3"];
    let cases: [(&[&str], KeyRefused, &str); 6] = [
        (
            &["-newkey", "rsa:1024"],
            KeyRefused::RsaTooSmall { bits: 1024 },
            "at least 2048",
        ),
        (
            &["-newkey", "rsa:2047"],
            KeyRefused::RsaTooSmall { bits: 2047 },
            "at least 2048",
        ),
        (
            &["-newkey", "rsa:2056"],
            KeyRefused::RsaSize { bits: 2056 },
            "2048, 3072 or 4096",
        ),
        (P521, KeyRefused::P521, "P-256 or P-384"),
        (
            &["-newkey", "ed25519"],
            KeyRefused::Ed25519,
            "P-256 or P-384",
        ),
        (
            secp256k1,
            KeyRefused::Unknown {
                name: "secp256k1".to_owned(),
            },
            "P-256 or P-384",
        ),
    ];
    // BR §6.1.6: an odd number equal to 3 or more.
    let csr = Csr::read(&shop.request(exponent_3, WWW)).unwrap();
    assert!(csr.key().has_small_exponent());
    for (key, refusal, remedy) in cases {
        let fault = Csr::read(&shop.request(key, WWW)).unwrap_err();
        assert!(fault.remedy().contains(remedy), "{}", fault.told());
        assert_eq!(fault, CsrFault::KeyRefused(refusal));
    }
    let explicit = [P256, &["-pkeyopt", "ec_param_enc:explicit"]].concat();
    let fault = Csr::read(&shop.request(&explicit, WWW)).unwrap_err();
    assert!(matches!(fault, CsrFault::Malformed { part } if part.contains("curve")));
}

#[test]
fn signatures_that_prove_nothing_are_refused() {
    let Some(shop) = Workshop::open() else { return };
    for (key, weak) in [(RSA_2048, "RSA with SHA-1"), (P256, "ECDSA with SHA-1")] {
        let fault = Csr::read(&shop.request(key, &[WWW, &["-sha1"]].concat())).unwrap_err();
        assert_eq!(
            fault,
            CsrFault::SignatureAlgorithm(SignatureFault::Weak { name: weak })
        );
    }
    let pss = ["-sha256", "-sigopt", "rsa_padding_mode:pss"];
    let fault = Csr::read(&shop.request(RSA_2048, &[WWW, &pss].concat())).unwrap_err();
    assert!(fault.to_string().contains("RSA-PSS"), "{fault}");

    // The signature of one request under the content of another.
    let first = Csr::read(&shop.request(P256, WWW)).unwrap();
    let mut der = first.der().to_vec();
    let at = der.windows(3).position(|window| window == b"www").unwrap();
    *der.get_mut(at).unwrap() = b'x';
    assert_eq!(Csr::read(&der), Err(CsrFault::SignatureWrong));
}

#[test]
fn what_is_not_a_request_is_called_by_its_name() {
    let Some(shop) = Workshop::open() else { return };
    let csr = shop.request(RSA_2048, WWW);
    shop.openssl(&["rsa", "-in", "key.pem", "-traditional", "-out", "pkcs1.pem"]);
    shop.openssl(&[
        "rsa",
        "-in",
        "key.pem",
        "-traditional",
        "-outform",
        "DER",
        "-out",
        "pkcs1.der",
    ]);
    shop.openssl(&[
        "pkcs8",
        "-topk8",
        "-in",
        "key.pem",
        "-passout",
        "pass:x",
        "-out",
        "sealed.pem",
    ]);
    shop.openssl(&[
        "pkcs8",
        "-topk8",
        "-in",
        "key.pem",
        "-passout",
        "pass:x",
        "-outform",
        "DER",
        "-out",
        "sealed.der",
    ]);
    shop.openssl(&[
        "pkcs8",
        "-topk8",
        "-nocrypt",
        "-in",
        "key.pem",
        "-outform",
        "DER",
        "-out",
        "pkcs8.der",
    ]);
    shop.openssl(&[
        "req",
        "-x509",
        "-in",
        "csr.pem",
        "-key",
        "key.pem",
        "-config",
        "plain.cnf",
        "-out",
        "cert.pem",
    ]);
    shop.openssl(&[
        "x509", "-in", "cert.pem", "-outform", "DER", "-out", "cert.der",
    ]);
    shop.openssl(&[
        "pkcs12", "-export", "-in", "cert.pem", "-inkey", "key.pem", "-passout", "pass:x", "-out",
        "all.p12",
    ]);
    shop.openssl(&[
        "ecparam",
        "-name",
        "prime256v1",
        "-genkey",
        "-noout",
        "-outform",
        "DER",
        "-out",
        "sec1.der",
    ]);
    shop.openssl(&[
        "req", "-in", "csr.pem", "-outform", "DER", "-out", "csr.der",
    ]);
    for file in [
        "key.pem",
        "pkcs1.pem",
        "sealed.pem",
        "pkcs1.der",
        "sealed.der",
        "pkcs8.der",
        "all.p12",
        "sec1.der",
    ] {
        let read = Csr::read(&shop.read(file));
        assert!(matches!(read, Err(CsrFault::Secret(_))), "{file}: {read:?}");
    }
    for file in ["cert.pem", "cert.der"] {
        assert_eq!(
            Csr::read(&shop.read(file)),
            Err(CsrFault::Certificate),
            "{file}"
        );
    }
    assert!(Csr::read(&shop.read("csr.der")).is_ok());
    assert_eq!(
        Csr::read(&csr.repeat(2)),
        Err(CsrFault::SeveralBlocks { count: 2 })
    );
    for text in ["", "hello", "\u{feff}", "MIIC####"] {
        assert_eq!(
            Csr::read(text.as_bytes()),
            Err(CsrFault::NotPemOrDer),
            "{text}"
        );
    }
    assert_eq!(
        Csr::read(b"-----BEGIN CERTIFICATE REQUEST-----\nMIIC"),
        Err(CsrFault::Incomplete)
    );
    assert!(matches!(
        Csr::read(b"-----BEGIN PKCS7-----\nMIIC\n-----END PKCS7-----\n"),
        Err(CsrFault::WrongLabel { label }) if label == "PKCS7"
    ));
    let mut cut = shop.read("csr.der");
    cut.truncate(200);
    assert_eq!(Csr::read(&cut), Err(CsrFault::Incomplete));
}
