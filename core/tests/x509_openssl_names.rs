//! Our verdict on what stands in requests that OpenSSL made.
//!
//! Needs `openssl` on the PATH; without it every test says so and passes.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking and says why"
)]

mod x509_workshop;

use certwright_core::{
    csr::{
        Csr, CsrFault,
        policy::{CsrFinding, OrderNames, Severity, check},
    },
    names::{NameFault, NameKind, SubjectName},
};
use x509_workshop::{P256, WWW, Workshop, name};

#[test]
fn names_of_every_kind_are_read() {
    let Some(shop) = Workshop::open() else { return };
    let san = "subjectAltName=DNS:*.example.com,DNS:EXAMPLE.com,DNS:xn--mnchen-3ya.example,\
               IP:192.0.2.7,IP:2001:db8::1,email:a@example.com,URI:https://example.com/,RID:1.2.3";
    let csr =
        Csr::read(&shop.request(P256, &["-subj", "/CN=*.example.com", "-addext", san])).unwrap();
    let other = |kind, text: &str| SubjectName::Other {
        kind,
        text: text.to_owned(),
    };
    assert_eq!(
        csr.subject_alternative_names(),
        [
            SubjectName::Dns(name("*.example.com")),
            SubjectName::Dns(name("example.com")),
            SubjectName::Dns(name("xn--mnchen-3ya.example")),
            SubjectName::Ip("192.0.2.7".parse().unwrap()),
            SubjectName::Ip("2001:db8::1".parse().unwrap()),
            other(NameKind::Email, "a@example.com"),
            other(NameKind::Uri, "https://example.com/"),
            other(NameKind::RegisteredId, "1.2.3"),
        ]
    );
    assert_eq!(
        csr.names(),
        [
            name("*.example.com"),
            name("example.com"),
            name("xn--mnchen-3ya.example")
        ]
    );

    let idn = Csr::read(&shop.request(P256, &["-subj", "/CN=www.münchen.example"])).unwrap_err();
    assert_eq!(
        idn,
        CsrFault::NameMalformed {
            name: "www.münchen.example".to_owned(),
            fault: NameFault::NotAnALabel {
                label: "münchen".to_owned()
            },
        }
    );
    for bad in [
        "DNS:a_b.example.com",
        "DNS:localhost",
        "DNS:w*.example.com",
        "DNS:example.com.",
    ] {
        let san = format!("subjectAltName={bad}");
        // The CA takes names from the order, so that one it can't use is worth a warning.
        let csr = Csr::read(&shop.request(P256, &[WWW, &["-addext", &san]].concat())).unwrap();
        let order = OrderNames {
            primary: name("www.example.com"),
            additional: Vec::new(),
        };
        let findings = check(&csr, &order);
        assert!(
            matches!(findings.as_slice(), [CsrFinding::UnusableName { .. }]),
            "{bad}: {findings:?}"
        );
        assert_eq!(findings.first().unwrap().severity(), Severity::Warning);
    }
}

#[test]
fn subjects_from_empty_to_elaborate_are_shown() {
    let Some(shop) = Workshop::open() else { return };
    let empty = Csr::read(&shop.request(
        P256,
        &["-subj", "/", "-addext", "subjectAltName=DNS:a.example.com"],
    ))
    .unwrap();
    assert_eq!(empty.subject(), "");
    assert_eq!(empty.common_name(), None);
    assert_eq!(empty.names(), [name("a.example.com")]);

    let subject = "/C=IN/ST=Karnataka/O=Zoë, Inc. \\+ Söhne/OU=a\\/b/emailAddress=a@example.com/dnQualifier=x/CN=www.example.com";
    let full = Csr::read(&shop.request(P256, &["-subj", subject])).unwrap();
    assert_eq!(
        full.subject(),
        "C=IN, ST=Karnataka, O=Zoë\\, Inc. \\+ Söhne, OU=a/b, emailAddress=a@example.com, \
         dnQualifier=x, CN=www.example.com"
    );

    let several = Csr::read(&shop.request(
        P256,
        &[
            "-subj",
            "/CN=a.example.com+CN=b.example.com",
            "-multivalue-rdn",
        ],
    ))
    .unwrap();
    assert_eq!(several.common_names().len(), 2);
    assert_eq!(several.subject(), "CN=a.example.com + CN=b.example.com");
}

#[test]
fn attributes_and_extensions_are_reported() {
    let Some(shop) = Workshop::open() else { return };
    shop.write(
        "odd.cnf",
        "[req]\ndistinguished_name=dn\nattributes=attributes\nreq_extensions=ext\nprompt=no\n\
         [dn]\nCN=www.example.com\n\
         [attributes]\nchallengePassword=hunter22\nunstructuredName=Example\n\
         [ext]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=digitalSignature\n\
         crlDistributionPoints=URI:http://example.com/crl\n1.2.3.4=DER:0500\n",
    );
    let mut arguments = vec![
        "req", "-new", "-config", "odd.cnf", "-nodes", "-out", "csr.pem",
    ];
    arguments.extend(["-keyout", "key.pem"]);
    arguments.extend(P256);
    shop.openssl(&arguments);
    let csr = Csr::read(&shop.read("csr.pem")).unwrap();
    assert!(csr.requests_ca());
    assert!(csr.has_challenge_password());
    let names: Vec<_> = csr
        .extensions()
        .iter()
        .map(|extension| extension.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "basic constraints",
            "key usage",
            "CRL distribution points",
            "1.2.3.4"
        ]
    );
    assert!(csr.extensions().first().unwrap().critical);
    let codes: Vec<_> = check(
        &csr,
        &OrderNames {
            primary: name("www.example.com"),
            additional: vec![],
        },
    )
    .iter()
    .map(CsrFinding::code)
    .collect();
    assert_eq!(
        codes,
        ["requests-ca", "forbidden-extension", "challenge-password"]
    );
}

#[test]
fn a_request_is_compared_with_its_order() {
    let Some(shop) = Workshop::open() else { return };
    let san = "subjectAltName=DNS:www.example.com,DNS:old.example.com,IP:192.0.2.1";
    let csr = Csr::read(&shop.request(P256, &[WWW, &["-addext", san]].concat())).unwrap();
    let order = |primary: &str, additional: &[&str]| OrderNames {
        primary: name(primary),
        additional: additional.iter().map(|text| name(text)).collect(),
    };
    let findings = check(&csr, &order("www.example.com", &["new.example.com"]));
    let seen: Vec<_> = findings
        .iter()
        .map(|finding| (finding.code(), finding.severity()))
        .collect();
    assert_eq!(
        seen,
        [
            ("not-ordered", Severity::Warning),
            ("unusable-name", Severity::Warning),
            ("not-in-csr", Severity::Info),
        ]
    );
    let findings = check(&csr, &order("*.example.com", &[]));
    let worst = findings.first().unwrap();
    assert_eq!(
        (worst.code(), worst.severity()),
        ("common-name-differs", Severity::Error)
    );
    assert!(worst.to_string().contains("EMS-1056"));

    let bare = Csr::read(&shop.request(P256, &["-subj", "/O=Example"])).unwrap();
    let findings = check(&bare, &order("www.example.com", &[]));
    assert_eq!(findings.len(), 1);
    assert_eq!(findings.first().unwrap().code(), "common-name-missing");
}
