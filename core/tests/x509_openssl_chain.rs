//! Our verdict on certificates that OpenSSL made.
//!
//! Needs `openssl` on the PATH; without it every test says so and passes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking and says why"
)]

mod x509_workshop;

use certwright_core::{
    certificate::{Certificate, Difference, chain, compare},
    csr::Csr,
};
use x509_workshop::{P256, P384, RSA_2048, WWW, Workshop, name};

fn now() -> certwright_core::time::Timestamp {
    certwright_core::time::Timestamp::from_unix(1_795_000_000)
}

/// Root → intermediate → leaf with every kind of issuing key that is verified here.
#[test]
fn issued_certificates_are_read_ordered_and_compared() {
    let Some(shop) = Workshop::open() else { return };
    shop.write(
        "ca.cnf",
        "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n\
         subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n\
         [leaf]\nbasicConstraints=critical,CA:FALSE\nsubjectKeyIdentifier=hash\n\
         authorityKeyIdentifier=keyid\n\
         subjectAltName=DNS:www.example.com,DNS:*.shop.example.com,DNS:extra.example.com\n",
    );
    let issue = |csr: &str, section: &str, by: &str, out: &str| {
        shop.openssl(&[
            "x509",
            "-req",
            "-in",
            csr,
            "-CA",
            &format!("{by}.pem"),
            "-CAkey",
            &format!("{by}.key"),
            "-set_serial",
            "0xC0FFEE0123456789",
            "-days",
            "199",
            "-extfile",
            "ca.cnf",
            "-extensions",
            section,
            "-out",
            out,
        ]);
    };
    for (key, hash) in [
        (RSA_2048, "RSA"),
        (P256, "P256"),
        (P384, "P384"),
        (&["-newkey", "ed25519"][..], "ED"),
    ] {
        shop.request(key, &["-subj", "/CN=Root"]);
        shop.openssl(&[
            "x509",
            "-req",
            "-in",
            "csr.pem",
            "-signkey",
            "key.pem",
            "-days",
            "3650",
            "-extfile",
            "ca.cnf",
            "-extensions",
            "ca",
            "-out",
            "root.pem",
        ]);
        std::fs::rename(shop.path("key.pem"), shop.path("root.key")).unwrap();
        shop.request(key, &["-subj", "/CN=Issuing"]);
        std::fs::rename(shop.path("key.pem"), shop.path("issuing.key")).unwrap();
        issue("csr.pem", "ca", "root", "issuing.pem");
        let csr = Csr::read(&shop.request(P256, WWW)).unwrap();
        issue("csr.pem", "leaf", "issuing", "leaf.pem");
        shop.openssl(&[
            "verify",
            "-CAfile",
            "root.pem",
            "-untrusted",
            "issuing.pem",
            "leaf.pem",
        ]);

        let bag: String = ["root.pem", "leaf.pem", "issuing.pem"]
            .iter()
            .map(|file| String::from_utf8(shop.read(file)).unwrap())
            .collect();
        let ordered = chain::read(&bag, now()).unwrap_or_else(|fault| panic!("{hash}: {fault}"));
        let leaf = ordered.leaf();
        assert_eq!(ordered.intermediates().len(), 1);
        assert_eq!(ordered.root().unwrap().subject(), "CN=Root");
        assert!(leaf.matches_key(&csr));
        assert!(!leaf.is_ca() && ordered.root().unwrap().is_ca());
        assert!(leaf.serial().is_written_as("c0ffee0123456789"));
        assert!(leaf.serial().is_written_as("13907095862997510025"));
        assert_eq!(leaf.issuer_common_name(), Some("Issuing"));
        assert_eq!(
            leaf.authority_key_id(),
            ordered.intermediates().first().unwrap().subject_key_id()
        );
        // OpenSSL's days are whole days between the two dates.
        assert_eq!(leaf.validity_seconds(), 199 * 86_400 + 1);
        assert!(leaf.covers_host(name("a.shop.example.com").base()));
        assert!(!leaf.covers_host(name("shop.example.com").base()));

        let other = Csr::read(&shop.request(P256, WWW)).unwrap();
        let wanted = [
            name("www.example.com"),
            name("a.shop.example.com"),
            name("b.example.com"),
        ];
        let differences = compare(&wanted, Some(&other.key_fingerprint()), leaf);
        assert!(
            matches!(
                differences.as_slice(),
                [
                    Difference::Key { .. },
                    Difference::MissingName(missing),
                    Difference::ExtraName(_),
                    Difference::ExtraName(_),
                ] if missing.to_string() == "b.example.com"
            ),
            "{differences:?}"
        );
        let same: Vec<_> = leaf.names().cloned().collect();
        assert_eq!(compare(&same, Some(&csr.key_fingerprint()), leaf), []);

        // The same issuer name with another key, once without identifiers to tell them apart.
        shop.request(key, &["-subj", "/CN=Issuing"]);
        shop.openssl(&[
            "x509",
            "-req",
            "-in",
            "csr.pem",
            "-signkey",
            "key.pem",
            "-extfile",
            "ca.cnf",
            "-extensions",
            "ca",
            "-out",
            "impostor.pem",
        ]);
        let impostor = Certificate::read(&shop.read("impostor.pem")).unwrap();
        let alone = chain::order(leaf.clone(), vec![impostor.clone()], now()).unwrap();
        assert_eq!(alone.missing_issuer(), Some("CN=Issuing"));
        assert_eq!(alone.unrelated(), std::slice::from_ref(&impostor));
        assert!(chain::verify(leaf, &impostor).is_err());
    }
}

#[test]
fn a_bag_with_a_forged_issuer_is_refused() {
    let Some(shop) = Workshop::open() else { return };
    shop.write(
        "ca.cnf",
        "[ca]\nbasicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=none\n\
         [leaf]\nsubjectAltName=DNS:www.example.com\nsubjectKeyIdentifier=none\n",
    );
    for out in ["real", "forged"] {
        shop.request(P256, &["-subj", "/CN=Issuing"]);
        shop.openssl(&[
            "x509",
            "-req",
            "-in",
            "csr.pem",
            "-signkey",
            "key.pem",
            "-extfile",
            "ca.cnf",
            "-extensions",
            "ca",
            "-out",
            &format!("{out}.pem"),
        ]);
        std::fs::rename(shop.path("key.pem"), shop.path(&format!("{out}.key"))).unwrap();
    }
    shop.request(P256, WWW);
    shop.openssl(&[
        "x509",
        "-req",
        "-in",
        "csr.pem",
        "-CA",
        "real.pem",
        "-CAkey",
        "real.key",
        "-set_serial",
        "1",
        "-extfile",
        "ca.cnf",
        "-extensions",
        "leaf",
        "-out",
        "leaf.pem",
    ]);
    let read = |file| Certificate::read(&shop.read(file)).unwrap();
    let (leaf, real, forged) = (read("leaf.pem"), read("real.pem"), read("forged.pem"));
    assert!(matches!(
        chain::order(leaf.clone(), vec![forged.clone()], now()),
        Err(chain::ChainFault::Signature { .. })
    ));
    let ordered = chain::order(leaf, vec![forged.clone(), real.clone()], now()).unwrap();
    assert_eq!(ordered.root(), Some(&real));
    assert_eq!(ordered.unrelated(), [forged]);
}
