//! Names: what is read, what is refused and why, and what matches what.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use certwright_core::names::{CertificateName, DomainName, NameFault, NameKind, SubjectName};
use proptest::prelude::*;

fn domain(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}

fn name(text: &str) -> CertificateName {
    CertificateName::parse(text).unwrap()
}

fn fault(text: &str) -> NameFault {
    CertificateName::parse(text).unwrap_err()
}

#[test]
fn names_are_lower_cased_and_lose_the_trailing_dot() {
    assert_eq!(domain("WWW.Example.COM.").as_str(), "www.example.com");
    assert_eq!(name("*.Example.com").to_string(), "*.example.com");
    assert_eq!(
        domain("xn--mnchen-3ya.example").as_str(),
        "xn--mnchen-3ya.example"
    );
    assert_eq!(domain("1.2.3.4.example.com").labels().count(), 6);
    assert_eq!(domain("3com.com").parent(), None);
    assert_eq!(domain("www.3com.com").parent(), Some(domain("3com.com")));
}

#[test]
fn a_unicode_label_is_named_and_must_be_encoded() {
    let fault = fault("www.münchen.example");
    assert_eq!(
        fault,
        NameFault::NotAnALabel {
            label: "münchen".to_owned()
        }
    );
    let text = fault.to_string();
    assert!(
        text.contains("münchen") && text.contains("A-label"),
        "{text}"
    );
}

#[test]
fn each_mistake_has_its_own_fault() {
    let label = |text: &str| text.to_owned();
    assert_eq!(fault(""), NameFault::Empty);
    assert_eq!(fault("."), NameFault::Empty);
    assert_eq!(fault("a..example.com"), NameFault::EmptyLabel);
    assert_eq!(fault(".example.com"), NameFault::EmptyLabel);
    assert_eq!(fault("example.com.."), NameFault::EmptyLabel);
    assert_eq!(
        fault("localhost"),
        NameFault::SingleLabel {
            label: label("localhost")
        }
    );
    assert_eq!(
        fault("*.com"),
        NameFault::SingleLabel {
            label: label("com")
        }
    );
    assert_eq!(
        fault("-a.example.com"),
        NameFault::HyphenAtEdge { label: label("-a") }
    );
    assert_eq!(
        fault("a-.example.com"),
        NameFault::HyphenAtEdge { label: label("a-") }
    );
    assert_eq!(
        fault("xn--.example.com"),
        NameFault::HyphenAtEdge {
            label: label("xn--")
        }
    );
    assert_eq!(
        fault("ab--c.example.com"),
        NameFault::ReservedLabel {
            label: label("ab--c")
        }
    );
    assert_eq!(
        fault("example.123"),
        NameFault::NumericTopLevel {
            label: label("123")
        }
    );
    for (text, character) in [
        ("a_b.example.com", '_'),
        (" example.com", ' '),
        ("example.com\n", '\n'),
        ("https://example.com", ':'),
        ("a@example.com", '@'),
        ("example\0.com", '\0'),
    ] {
        assert!(
            matches!(fault(text), NameFault::ForbiddenCharacter { character: found, .. } if found == character),
            "{text}"
        );
    }
    let told = fault("www.k1/a+secret").to_string();
    assert!(told.starts_with("the label \"k1…\" contains '/'"), "{told}");
    for text in [
        "192.0.2.1",
        "192.0.2.1.",
        "2001:db8::1",
        "[::1]",
        "*.192.0.2.1",
    ] {
        assert!(matches!(fault(text), NameFault::IpAddress { .. }), "{text}");
    }
    for text in [
        "*",
        "*.*.example.com",
        "www.*.example.com",
        "w*.example.com",
        "**.example.com",
    ] {
        assert_eq!(fault(text), NameFault::MisplacedWildcard, "{text}");
    }
    assert_eq!(
        DomainName::parse("*.example.com"),
        Err(NameFault::UnexpectedWildcard)
    );
}

#[test]
fn the_limits_of_rfc_1035_are_exact() {
    let longest_label = "a".repeat(63);
    assert!(CertificateName::parse(&format!("{longest_label}.com")).is_ok());
    assert!(matches!(
        fault(&format!("{longest_label}a.com")),
        NameFault::LabelTooLong { .. }
    ));
    // 3 × 64 + 61 = 253.
    let longest = format!("{0}.{0}.{0}.{1}", longest_label, "b".repeat(61));
    assert_eq!(longest.len(), 253);
    assert!(DomainName::parse(&longest).is_ok());
    assert!(DomainName::parse(&format!("{longest}.")).is_ok());
    assert_eq!(fault(&format!("{longest}b")), NameFault::TooLong);
    assert_eq!(fault(&format!("*.{longest}")), NameFault::TooLong);
    assert_eq!(fault(&"a.".repeat(100_000)), NameFault::TooLong);
}

#[test]
fn a_wildcard_stands_for_exactly_one_label() {
    let wildcard = name("*.example.com");
    assert!(wildcard.is_wildcard());
    assert_eq!(wildcard.base(), &domain("example.com"));
    assert!(wildcard.matches(&domain("www.example.com")));
    assert!(!wildcard.matches(&domain("example.com")));
    assert!(!wildcard.matches(&domain("a.www.example.com")));
    assert!(!wildcard.matches(&domain("www.badexample.com")));
    assert!(name("example.com").matches(&domain("EXAMPLE.com")));
    assert!(wildcard.covers(&wildcard));
    assert!(wildcard.covers(&name("www.example.com")));
    assert!(!name("www.example.com").covers(&wildcard));
}

#[test]
fn within_means_equal_or_below() {
    let parent = domain("example.com");
    assert!(domain("example.com").is_within(&parent));
    assert!(domain("a.b.example.com").is_within(&parent));
    assert!(!domain("badexample.com").is_within(&parent));
    assert!(!domain("example.org").is_within(&parent));
    assert!(!parent.is_within(&domain("www.example.com")));
}

#[test]
fn reversed_names_share_a_prefix() {
    assert_eq!(domain("www.example.com").reversed(), "com.example.www");
    assert_eq!(name("*.example.com").reversed(), "com.example.*");
}

#[test]
fn json_holds_names_as_text() {
    let json = serde_json::to_string(&name("*.example.com")).unwrap();
    assert_eq!(json, "\"*.example.com\"");
    assert_eq!(
        serde_json::from_str::<CertificateName>(&json).unwrap(),
        name("*.example.com")
    );
    assert!(serde_json::from_str::<DomainName>("\"a b\"").is_err());
    for other in [
        SubjectName::Dns(name("example.com")),
        SubjectName::Ip("192.0.2.1".parse().unwrap()),
        SubjectName::Other {
            kind: NameKind::Email,
            text: "a@example.com".to_owned(),
        },
    ] {
        let json = serde_json::to_string(&other).unwrap();
        assert_eq!(serde_json::from_str::<SubjectName>(&json).unwrap(), other);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,300}") {
        let _ = CertificateName::parse(&text);
    }

    #[test]
    fn what_was_read_reads_back(text in "(\\*\\.)?([a-zA-Z0-9-]{1,20}\\.){1,4}[a-zA-Z]{2,10}\\.?") {
        if let Ok(read) = CertificateName::parse(&text) {
            prop_assert_eq!(CertificateName::parse(&read.to_string()), Ok(read.clone()));
            prop_assert_eq!(read.base().reversed().split('.').rev().collect::<Vec<_>>().join("."),
                read.base().to_string());
        }
    }

    #[test]
    fn a_match_is_always_within_the_base(
        front in "([a-z]{1,3}\\.){0,3}",
        wildcard in any::<bool>(),
    ) {
        let host = domain(&format!("{front}example.com"));
        let own = if wildcard { name("*.example.com") } else { name("a.example.com") };
        if own.matches(&host) {
            prop_assert!(host.is_within(own.base()));
        }
    }
}
