//! What holds for every input: nothing panics, nothing changed is accepted.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use certwright_core::{
    certificate::{Certificate, chain},
    csr::{Csr, CsrFault},
    key::PublicKey,
    pem::{self, PemFault},
    secret::SecretKind,
};
use proptest::{collection::vec, prelude::*};

fn now() -> certwright_core::time::Timestamp {
    certwright_core::time::Timestamp::from_unix(1_795_000_000)
}

const CSR_P256: &str = include_str!("x509_samples/csr_p256.pem");
const CSR_RSA: &str = include_str!("x509_samples/csr_rsa.pem");
const LEAF: &str = include_str!("x509_samples/leaf.pem");
const INTERMEDIATE: &str = include_str!("x509_samples/int.pem");
const ROOT: &str = include_str!("x509_samples/root.pem");

fn csr_der(text: &str) -> Vec<u8> {
    Csr::read(text.as_bytes()).unwrap().der().to_vec()
}

/// Every octet with every single bit changed.
fn bit_flips(der: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    (0..der.len() * 8).map(|bit| {
        let mut changed = der.to_vec();
        if let Some(octet) = changed.get_mut(bit / 8) {
            *octet ^= 1 << (bit % 8);
        }
        (bit, changed)
    })
}

#[test]
fn no_bit_of_a_request_can_be_changed() {
    for sample in [CSR_P256, CSR_RSA] {
        for (bit, changed) in bit_flips(&csr_der(sample)) {
            assert!(Csr::read(&changed).is_err(), "bit {bit}");
        }
    }
}

#[test]
fn no_bit_of_a_certificate_can_be_changed() {
    let issuer = Certificate::read(INTERMEDIATE.as_bytes()).unwrap();
    let leaf = Certificate::read(LEAF.as_bytes()).unwrap();
    assert_eq!(chain::verify(&leaf, &issuer), Ok(()));
    for (bit, changed) in bit_flips(leaf.der()) {
        if let Ok(read) = Certificate::read(&changed) {
            assert!(chain::verify(&read, &issuer).is_err(), "bit {bit}");
        }
    }
}

#[test]
fn no_beginning_of_a_request_or_certificate_is_one() {
    let der = csr_der(CSR_P256);
    for length in 0..der.len() {
        assert!(Csr::read(der.get(..length).unwrap()).is_err(), "{length}");
    }
    let leaf = Certificate::read(LEAF.as_bytes()).unwrap();
    for length in 0..leaf.der().len() {
        assert!(Certificate::read(leaf.der().get(..length).unwrap()).is_err());
    }
}

#[test]
fn bytes_after_a_request_are_refused() {
    let mut der = csr_der(CSR_P256);
    der.push(0);
    assert_eq!(Csr::read(&der), Err(CsrFault::TrailingBytes));
}

#[test]
fn what_is_too_large_is_not_looked_at() {
    let large = vec![b'M'; pem::MAX_CHAIN + 1];
    assert!(matches!(Csr::read(&large), Err(CsrFault::TooLarge { .. })));
    assert!(Certificate::read(&large).is_err());
    let text = String::from_utf8(large).unwrap();
    assert!(chain::read(&text, now()).is_err());
    let many = LEAF.repeat(chain::MAX_CERTIFICATES + 1);
    assert!(chain::read(&many, now()).is_err());
}

#[test]
fn a_private_key_is_recognised_before_anything_else_and_not_repeated() {
    let secret = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg";
    for label in [
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "private key",
    ] {
        for text in [
            format!("-----BEGIN {label}-----\n{secret}\n-----END {label}-----\n"),
            format!("{CSR_P256}\n-----BEGIN {label}-----\n{secret}"),
            format!("---BEGIN {label}--\n{secret}"),
            format!("{}-----BEGIN {label}-----{secret}", "x".repeat(100_000)),
        ] {
            let fault = Csr::read(text.as_bytes()).unwrap_err();
            assert_eq!(fault, CsrFault::Secret(SecretKind::PrivateKey));
            assert!(!format!("{fault} {fault:?}").contains("MIGH"));
            assert_eq!(
                pem::blocks(&text, 10),
                Err(PemFault::Secret(SecretKind::PrivateKey))
            );
            assert!(matches!(
                Certificate::read(text.as_bytes()),
                Err(certwright_core::certificate::CertificateFault::Pem(
                    PemFault::Secret(SecretKind::PrivateKey)
                ))
            ));
        }
    }
    // The words alone are harmless.
    let note = format!("My request. The private key stays with me. It begins here:\n{CSR_P256}");
    assert!(Csr::read(note.as_bytes()).is_ok());
}

#[test]
fn a_chain_is_ordered_whatever_the_order_and_repeats() {
    let parts = [LEAF, INTERMEDIATE, ROOT];
    for order in [
        [0, 1, 2],
        [2, 1, 0],
        [1, 2, 0],
        [1, 0, 2],
        [0, 2, 1],
        [2, 0, 1],
    ] {
        let text: String = order
            .iter()
            .filter_map(|at| parts.get(*at))
            .copied()
            .collect();
        let ordered = chain::read(&format!("{text}{text}"), now()).unwrap();
        assert_eq!(ordered.leaf().common_name(), Some("www.example.com"));
        assert_eq!(ordered.full_chain_pem(), format!("{LEAF}{INTERMEDIATE}"));
        assert_eq!(ordered.intermediates_pem(), INTERMEDIATE);
        assert_eq!(ordered.root_pem().as_deref(), Some(ROOT));
        assert_eq!(ordered.missing_issuer(), None);
        assert!(ordered.unrelated().is_empty());
    }
    let alone = chain::read(LEAF, now()).unwrap();
    assert_eq!(
        alone.missing_issuer(),
        Some("C=IN, O=Example CA, CN=Example Issuing")
    );
    let apart = chain::read(&format!("{ROOT}{LEAF}"), now()).unwrap();
    assert_eq!(apart.unrelated().len(), 1);
    assert_eq!(chain::read(ROOT, now()), Err(chain::ChainFault::NoLeaf));
}

#[test]
fn pem_is_read_however_it_was_mangled() {
    let plain = Csr::read(CSR_RSA.as_bytes()).unwrap();
    let body: String = CSR_RSA
        .lines()
        .filter(|line| !line.contains("-----"))
        .collect();
    for text in [
        CSR_RSA.replace('\n', " "),
        CSR_RSA.replace('\n', "\r\n"),
        CSR_RSA.replace('\n', "\\n"),
        CSR_RSA.replace('\n', ""),
        CSR_RSA.replace('\n', "\n\n  \t"),
        CSR_RSA.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),
        format!("Dear CA,\nhere it is:\n{CSR_RSA}\nRegards"),
        format!("\u{feff}{CSR_RSA}"),
        body.clone(),
        format!("  {body}\n"),
    ] {
        assert_eq!(Csr::read(text.as_bytes()).as_ref(), Ok(&plain), "{text}");
    }
    assert_eq!(plain.pem(), CSR_RSA);
    assert_eq!(Csr::read(plain.der()), Ok(plain));
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..600)) {
        let _ = Csr::read(&bytes);
        let _ = Certificate::read(&bytes);
        let _ = PublicKey::from_spki(&bytes);
        let mut sequence = vec![0x30];
        sequence.extend(bytes);
        let _ = Csr::read(&sequence);
        let _ = Certificate::read(&sequence);
        let _ = PublicKey::from_spki(&sequence);
    }

    #[test]
    fn random_text_never_panics(text in ".{0,300}", label in "[A-Z ]{0,30}") {
        let framed = format!("-----BEGIN {label}-----{text}-----END {label}-----");
        for text in [&text, &framed] {
            let _ = Csr::read(text.as_bytes());
            let _ = Certificate::read(text.as_bytes());
            let _ = chain::read(text, now());
            let _ = pem::blocks(text, 1000);
        }
    }

    #[test]
    fn mangled_requests_and_certificates_never_panic(
        sample in 0usize..5,
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
        insert in vec(any::<u8>(), 0..4),
    ) {
        let mut der = match sample {
            0 => csr_der(CSR_P256),
            1 => csr_der(CSR_RSA),
            2 => Certificate::read(LEAF.as_bytes()).unwrap().der().to_vec(),
            3 => Certificate::read(INTERMEDIATE.as_bytes()).unwrap().der().to_vec(),
            _ => Certificate::read(ROOT.as_bytes()).unwrap().der().to_vec(),
        };
        for (at, value) in changes {
            let at = at.index(der.len());
            if let Some(octet) = der.get_mut(at) {
                *octet = value;
            }
        }
        let at = cut.index(der.len());
        der.splice(at..at, insert);
        let _ = Csr::read(&der);
        if let Ok(certificate) = Certificate::read(&der) {
            let _ = chain::order(certificate.clone(), vec![certificate], now());
        }
    }

    #[test]
    fn pem_reads_back_what_it_wrote(der in vec(any::<u8>(), 1..300)) {
        let text = pem::encode("CERTIFICATE", &der);
        prop_assert!(text.lines().all(|line| line.len() <= 64));
        prop_assert_eq!(pem::decode(&text, "CERTIFICATE", 4096), Ok(der.clone()));
        prop_assert_eq!(
            pem::decode_all(&text.repeat(3), "CERTIFICATE", 4096).map(|all| all.len()),
            Ok(3)
        );
    }
}
