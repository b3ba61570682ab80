//! Kinds of keys, serial numbers and times that OpenSSL makes, held against what is read of them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking and says why"
)]

mod x509_workshop;

use certwright_core::{
    certificate::{Certificate, chain},
    csr::{Csr, CsrFault},
    key::KeyRefused,
    time::{DAY, Timestamp},
};
use x509_workshop::{P256, WWW, Workshop};

/// The name under which a key is refused.
fn refused(csr: &[u8]) -> String {
    match Csr::read(csr) {
        Err(CsrFault::KeyRefused(KeyRefused::Unknown { name })) => name,
        other => panic!("{other:?}"),
    }
}

#[test]
fn curves_and_algorithms_have_their_names() {
    let Some(shop) = Workshop::open() else { return };
    for (curve, name) in [
        ("prime192v1", "P-192"),
        ("secp224r1", "P-224"),
        ("secp192k1", "secp192k1"),
        ("secp224k1", "secp224k1"),
        ("secp256k1", "secp256k1"),
        ("brainpoolP192r1", "brainpoolP192r1"),
        ("brainpoolP224r1", "brainpoolP224r1"),
        ("brainpoolP224t1", "brainpoolP224t1"),
        ("brainpoolP256r1", "brainpoolP256r1"),
        ("brainpoolP256t1", "brainpoolP256t1"),
        ("brainpoolP320r1", "brainpoolP320r1"),
        ("brainpoolP320t1", "brainpoolP320t1"),
        ("brainpoolP384r1", "brainpoolP384r1"),
        ("brainpoolP384t1", "brainpoolP384t1"),
        ("brainpoolP512r1", "brainpoolP512r1"),
        ("brainpoolP512t1", "brainpoolP512t1"),
    ] {
        let option = format!("ec_paramgen_curve:{curve}");
        let key = ["-newkey", "ec", "-pkeyopt", &option];
        assert_eq!(refused(&shop.request(&key, WWW)), name, "{curve}");
    }
    assert_eq!(refused(&shop.request(&["-newkey", "ed448"], WWW)), "Ed448");
    let pss = ["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"];
    assert_eq!(refused(&shop.request(&pss, WWW)), "RSA-PSS");
}

#[test]
fn serial_numbers_are_those_that_openssl_shows() {
    let Some(shop) = Workshop::open() else { return };
    for (given, shown) in [
        ("-129", "-81"),
        ("-1", "-01"),
        ("-0x80", "-80"),
        ("0x80", "80"),
        ("0", "00"),
        (
            "0xC0FFEE0123456789C0FFEE0123456789C0FFEE01",
            "C0FFEE0123456789C0FFEE0123456789C0FFEE01",
        ),
    ] {
        let mut options = vec!["-x509", "-days", "10", "-set_serial", given];
        options.extend(WWW);
        let certificate = Certificate::read(&shop.request(P256, &options)).unwrap();
        let serial = certificate.serial();
        assert_eq!(serial.to_string(), shown, "{given}");
        assert!(serial.is_written_as(shown));
        if let Ok(decimal) = given.parse::<i64>() {
            assert_eq!(serial.to_decimal(), given);
            assert!(serial.is_written_as(&decimal.to_string()));
            assert_eq!(
                serial.is_written_as(&decimal.abs().to_string()),
                decimal == 0
            );
        }
    }
}

/// An authority with one key and certificates of several terms, as when a CA renews its own.
struct Authority<'s>(&'s Workshop);

impl<'s> Authority<'s> {
    fn of(shop: &'s Workshop) -> Self {
        let config = "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n\
                      subjectKeyIdentifier=hash\n[leaf]\nbasicConstraints=critical,CA:FALSE\n\
                      authorityKeyIdentifier=keyid\nsubjectAltName=DNS:www.example.com\n";
        shop.write("ca.cnf", config);
        for (name, subject) in [
            ("root", "/CN=Root"),
            ("ca", "/CN=Issuing"),
            ("www", "/CN=www.example.com"),
        ] {
            shop.request(P256, &["-subj", subject]);
            for (file, end) in [("key.pem", "key"), ("csr.pem", "csr")] {
                std::fs::rename(shop.path(file), shop.path(&format!("{name}.{end}"))).unwrap();
            }
        }
        Self(shop)
    }

    /// A certificate of `subject` for so many days, by `by` or by itself.
    fn issue(&self, subject: &str, by: Option<&str>, days: &str) -> Certificate {
        let section = if subject == "www" { "leaf" } else { "ca" };
        let (csr, out) = (format!("{subject}.csr"), "out.pem");
        let mut arguments = vec!["x509", "-req", "-in", &csr, "-days", days, "-out", out];
        arguments.extend(["-extfile", "ca.cnf", "-extensions", section]);
        let key = format!("{}.key", by.unwrap_or(subject));
        match by {
            Some(_) => arguments.extend(["-CA", "by.pem", "-CAkey", &key, "-CAcreateserial"]),
            None => arguments.extend(["-signkey", &key]),
        }
        self.0.openssl(&arguments);
        Certificate::read(&self.0.read(out)).unwrap()
    }

    /// Makes a certificate the one that signs next.
    fn signs(&self, certificate: &Certificate) {
        self.0.write("by.pem", &certificate.pem());
    }
}

fn issuers(leaf: &Certificate, candidates: &[&Certificate], now: Timestamp) -> Vec<String> {
    let candidates = candidates.iter().map(|one| (*one).clone()).collect();
    let chain = chain::order(leaf.clone(), candidates, now).unwrap();
    let above = chain.intermediates().iter().chain(chain.root());
    above.map(|one| one.fingerprint().to_string()).collect()
}

#[test]
fn of_two_issuers_of_one_name_and_key_the_valid_one_is_taken() {
    let Some(shop) = Workshop::open() else { return };
    let authority = Authority::of(&shop);
    let root = authority.issue("root", None, "3000");
    authority.signs(&root);
    let short = authority.issue("ca", Some("root"), "5");
    let long = authority.issue("ca", Some("root"), "1000");
    authority.signs(&long);
    let leaf = authority.issue("www", Some("ca"), "100");
    let of = |one: &Certificate| one.fingerprint().to_string();
    let now = leaf.not_before().plus(30 * DAY);
    for candidates in [
        [&short, &long, &root],
        [&root, &long, &short],
        [&long, &root, &short],
    ] {
        let found = issuers(&leaf, &candidates, now);
        assert_eq!(found, [of(&long), of(&root)]);
    }
    let candidates = vec![root.clone(), short.clone(), long.clone()];
    let chain = chain::order(leaf.clone(), candidates, now).unwrap();
    let unrelated = chain.unrelated();
    assert!(
        unrelated == std::slice::from_ref(&short),
        "told apart, not lost"
    );
    // A bundle has what it has: the expired one is better than none.
    assert_eq!(
        issuers(&leaf, &[&short, &root], now),
        [of(&short), of(&root)]
    );

    // An expired cross-certificate loses against the root of the same name and key, although it
    // would come first while it is valid.
    authority.signs(&root);
    let self_signed = authority.issue("ca", None, "2000");
    let cross = authority.issue("ca", Some("root"), "5");
    authority.signs(&self_signed);
    let leaf = authority.issue("www", Some("ca"), "100");
    let begin = leaf.not_before();
    for candidates in [[&cross, &self_signed, &root], [&root, &self_signed, &cross]] {
        let later = issuers(&leaf, &candidates, begin.plus(30 * DAY));
        assert_eq!(later, [of(&self_signed)]);
        let soon = issuers(&leaf, &candidates, begin.plus(DAY));
        assert_eq!(soon, [of(&cross), of(&root)]);
    }
}
