//! Requests that people really had: each stands for a kind, and is read or refused for its own reason.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking and says why"
)]

use certwright_core::{
    advice::Advice,
    csr::{
        Csr, CsrFault,
        policy::{OrderNames, Severity, check},
    },
    key::KeyRefused,
    names::NameFault,
    secret::{Detection, detect},
};

macro_rules! case {
    ($name:literal) => {
        include_str!(concat!("x509_samples/", $name))
    };
}

fn order(primary: &str) -> OrderNames {
    OrderNames {
        primary: primary.parse().unwrap(),
        additional: Vec::new(),
    }
}

fn codes(csr: &str, primary: &str) -> Vec<(Severity, &'static str)> {
    let csr = Csr::read(csr.as_bytes()).unwrap();
    check(&csr, &order(primary))
        .iter()
        .map(|finding| (finding.severity(), finding.code()))
        .collect()
}

#[test]
fn keys_that_can_be_factored_are_refused() {
    for csr in [case!("weak_fermat2048.pem"), case!("weak_factor3.pem")] {
        let fault = Csr::read(csr.as_bytes()).unwrap_err();
        assert_eq!(fault, CsrFault::KeyRefused(KeyRefused::RsaFactorable));
        assert!(
            fault.to_string().contains("the key can be factored"),
            "{fault}"
        );
    }
}

#[test]
fn names_in_the_attribute_of_microsoft_are_read() {
    let csr = Csr::read(case!("att_certreq_legacy_oid.pem").as_bytes()).unwrap();
    let names: Vec<_> = csr.names().iter().map(ToString::to_string).collect();
    assert_eq!(names, ["www.example.com", "alt.example.com"]);
    let found = codes(case!("att_certreq_legacy_oid.pem"), "www.example.com");
    assert!(
        found.contains(&(Severity::Warning, "not-ordered")),
        "{found:?}"
    );
}

#[test]
fn a_name_that_the_ca_ignores_is_a_warning() {
    for (csr, primary, count) in [
        (case!("ip-san.csr"), "hunt-o1.whitlock.example", 2),
        (case!("san-comma-list.csr"), "hunt-o1.whitlock.example", 1),
    ] {
        assert_eq!(
            codes(csr, primary),
            vec![(Severity::Warning, "unusable-name"); count]
        );
    }
    let found = codes(case!("san_trailing.pem"), "www.example.com");
    assert_eq!(found, [(Severity::Warning, "damaged-extension")]);
    let csr = Csr::read(case!("san-comma-list.csr").as_bytes()).unwrap();
    let findings = check(&csr, &order("hunt-o1.whitlock.example"));
    let text = findings.first().unwrap().told();
    assert!(
        text.contains("one name per entry") && !text.contains('\\'),
        "{text}"
    );
    let found = codes(case!("san-more.csr"), "hunt-san.whitlock.example");
    assert_eq!(found, [(Severity::Warning, "not-ordered"); 2]);
}

#[test]
fn a_dot_at_the_end_of_the_common_name_is_named() {
    let fault = Csr::read(case!("cn-trailing-dot.csr").as_bytes()).unwrap_err();
    assert!(
        matches!(
            &fault,
            CsrFault::NameMalformed {
                fault: NameFault::TrailingDot,
                ..
            }
        ),
        "{fault:?}"
    );
}

#[test]
fn a_first_name_beyond_64_characters_is_known_as_one() {
    let long = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbb.whitlock.example";
    assert!(order(long).primary.exceeds_common_name());
    assert!(!order(&long[14..]).primary.exceeds_common_name());
    assert!(
        order(&format!("*.{}", &long[15..]))
            .primary
            .exceeds_common_name()
    );
    // No advice that can't be followed: the common name could not hold it.
    assert_eq!(codes(case!("long-name-no-cn.csr"), long), []);
}

#[test]
fn null_parameters_of_ecdsa_are_read() {
    let csr = Csr::read(case!("sig_ec_nullparams.pem").as_bytes()).unwrap();
    assert_eq!(csr.signature_algorithm(), "ECDSA with SHA-256");
}

#[test]
fn a_lost_line_is_copied_again() {
    let text = case!("one-line-lost.txt");
    assert_eq!(detect(text.as_bytes()), Detection::None);
    let fault = Csr::read(text.as_bytes()).unwrap_err();
    let words = fault.told();
    assert!(words.contains("Copy it again"), "{fault:?}: {words}");
    assert!(!words.contains("make"), "{words}");
}

#[test]
fn a_label_that_claims_to_be_encoded_must_decode() {
    for (name, broken) in [
        ("xn--mnchen-3ya.example", None),
        ("xn--zckzah.example", None),
        ("www.xn--a.example", Some("xn--a")),
        ("xn--abc-.example.com", Some("xn--abc-")),
        ("xn--99999999999.example", Some("xn--99999999999")),
    ] {
        let Ok(name) = name.parse::<certwright_core::names::DomainName>() else {
            continue;
        };
        assert_eq!(name.broken_a_label(), broken, "{name}");
    }
}
