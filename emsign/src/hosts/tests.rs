//! Which addresses are taken as a base, and which tricks are not.

use super::{BaseRefused as No, *};

fn on_internet(text: &str) -> Result<BaseUrl, BaseRefused> {
    checked_base(text, Reach::Internet)
}

fn here(text: &str) -> Result<BaseUrl, BaseRefused> {
    checked_base(text, Reach::ThisMachine)
}

#[test]
fn every_environment_but_development_has_a_base_that_passes_the_check() {
    for environment in [
        Environment::ProductionGlobal,
        Environment::ProductionUs,
        Environment::ProductionHub,
        Environment::CaSandbox,
    ] {
        let text = base(environment).unwrap();
        assert_eq!(on_internet(text).unwrap().as_str(), text);
    }
    assert_eq!(base(Environment::Development), None);
}

#[test]
fn exactly_one_slash_stands_before_the_operation() {
    for text in [
        "https://ca.example/api",
        "https://ca.example/api/",
        "https://ca.example:443/api/",
        " https://CA.example/api// ",
    ] {
        let uri = on_internet(text).unwrap().join("TrackOrder");
        assert_eq!(uri.to_string(), "https://ca.example/api/TrackOrder");
    }
    let bare = here("http://127.0.0.1:8787/").unwrap();
    assert_eq!(
        bare.join("TrackOrder").to_string(),
        "http://127.0.0.1:8787/TrackOrder"
    );
}

#[test]
fn a_look_alike_is_on_this_machine() {
    for text in [
        "http://localhost:1",
        "http://127.9.9.9/x",
        "http://[::1]:80/x",
        "https://localhost/x",
    ] {
        assert!(here(text).is_ok(), "{text}");
        assert!(on_internet(text).is_err(), "{text}");
    }
    for text in [
        "http://ca.example",
        "https://ca.example",
        "http://10.0.0.1",
        "http://localhost.example",
        "http://localhost.",
        "http://[::2]",
        "http://[::ffff:127.0.0.1]",
        "http://0.0.0.0",
        "http://127.1",
        "http://2130706433",
        "http://0x7f.1",
        "http://0177.0.0.1",
        "http://127.0.0.1.nip.io",
    ] {
        assert_eq!(here(text), Err(No::NotThisMachine), "{text}");
    }
}

/// Each line is a way in which addresses have been smuggled past a check elsewhere.
const TRICKS: &[(&str, No)] = &[
    // No address at all, or not for us.
    ("", No::NotAUrl),
    ("/only/a/path", No::NotAUrl),
    ("ca.example", No::NotAUrl),
    ("//ca.example/x", No::NotAUrl),
    ("https://", No::NotAUrl),
    ("https:///x", No::NotAUrl),
    ("https://ca.example:/x", No::NotAUrl),
    ("https://ca.example:0/x", No::NotAUrl),
    ("https://ca.example:99999/x", No::NotAUrl),
    ("ftp://ca.example/x", No::Scheme),
    ("file://ca.example/etc/passwd", No::Scheme),
    ("gopher://ca.example/x", No::Scheme),
    ("ws://ca.example/x", No::Scheme),
    ("http://ca.example/x", No::PlainHttp),
    ("HTTP://ca.example/x", No::PlainHttp),
    // Another host than it seems.
    ("https://me:secret@ca.example/x", No::UserInfo),
    ("https://api.certinext.io@evil.example/x", No::UserInfo),
    ("https://api.certinext.io:443@evil.example/x", No::UserInfo),
    (
        "https://evil.example#@api.certinext.io",
        No::QueryOrFragment,
    ),
    (
        "https://evil.example?@api.certinext.io",
        No::QueryOrFragment,
    ),
    ("https://ca.example/x?y=1", No::QueryOrFragment),
    ("https://ca.example/x#y", No::QueryOrFragment),
    ("https://ca.example\\x/y", No::NotAUrl),
    ("https://ca.example\\@evil.example/y", No::NotAUrl),
    ("https://ca.example /x", No::NotAUrl),
    ("https://ca.example\t/x", No::NotAUrl),
    ("https://ca.exa\nmple/x", No::NotAUrl),
    ("https://ca.exam%70le/x", No::NotAUrl),
    ("https://ca_example.example/x", No::NotAUrl),
    ("https://certinext。io/x", No::NotAUrl),
    ("https://ⓔvil.example/x", No::NotAUrl),
    ("https://сertinext.io/x", No::NotAUrl),
    ("https://xn--ertinext-7cg.io/x", No::NotAUrl),
    ("https://api.xn--certinext-u5b.io/x", No::NotAUrl),
    ("https://ab--cd.example/x", No::NotAUrl),
    ("https://-ca.example/x", No::NotAUrl),
    ("https://ca-.example/x", No::NotAUrl),
    ("https://ca..example/x", No::NotAUrl),
    ("https://.ca.example/x", No::NotAUrl),
    ("https://ca.example./x", No::NotAUrl),
    // Another port.
    ("https://ca.example:8443/x", No::Port),
    ("https://ca.example:22/x", No::Port),
    // Paths that climb.
    ("https://ca.example/a/../b", No::NotAUrl),
    ("https://ca.example/a/./b", No::NotAUrl),
    ("https://ca.example/a//b", No::NotAUrl),
    ("https://ca.example/%2e%2e", No::NotAUrl),
    ("https://ca.example/a;b", No::NotAUrl),
    // Addresses, in every notation that some resolver takes.
    ("https://127.0.0.1/x", No::Address),
    ("https://10.0.0.1/x", No::Address),
    ("https://169.254.169.254/latest/meta-data", No::Address),
    ("https://93.184.216.34/x", No::Address),
    ("https://2130706433/x", No::Address),
    ("https://017700000001/x", No::Address),
    ("https://0x7f000001/x", No::Address),
    ("https://0x7f.0.0.1/x", No::Address),
    ("https://0177.0.0.1/x", No::Address),
    ("https://127.1/x", No::Address),
    ("https://127.0.1/x", No::Address),
    ("https://0/x", No::Address),
    ("https://0x/x", No::Address),
    ("https://1.2.3.4.5/x", No::Address),
    ("https://127.0.0.1./x", No::NotAUrl),
    ("https://[::1]/x", No::Address),
    ("https://[::]/x", No::Address),
    ("https://[::ffff:127.0.0.1]/x", No::Address),
    ("https://[::ffff:7f00:1]/x", No::Address),
    ("https://[64:ff9b::7f00:1]/x", No::Address),
    ("https://[fd00:ec2::254]/x", No::Address),
    ("https://[fe80::1%25eth0]/x", No::Address),
    // Names that lead nearby.
    ("https://localhost/x", No::Near),
    ("https://LOCALHOST/x", No::Near),
    ("https://ca.localhost/x", No::Near),
    ("https://ca/x", No::Near),
    ("https://metadata.google.internal/x", No::Near),
    ("https://ca.internal/x", No::Near),
    ("https://printer.local/x", No::Near),
    ("https://nas.home.arpa/x", No::Near),
    ("https://1.0.0.127.in-addr.arpa/x", No::Near),
    ("https://ca.lan/x", No::Near),
    ("https://ca.corp/x", No::Near),
    ("https://ca.intranet/x", No::Near),
    ("https://ca.test/x", No::Near),
    ("https://ca.invalid/x", No::Near),
    ("https://expyuzz4wqqyqhjn.onion/x", No::Near),
    // Names that are answered with the address in them.
    ("https://127.0.0.1.nip.io/x", No::Near),
    ("https://10-0-0-1.sslip.io/x", No::Near),
    ("https://7f000001.nip.io/x", No::Near),
    ("https://ca.localtest.me/x", No::Near),
    ("https://lvh.me/x", No::Near),
    ("https://7f000001.c0a80001.rbndr.us/x", No::Near),
    ("https://make-127-0-0-1-rr.1u.ms/x", No::Near),
    ("https://app.10.0.0.1.echo.example/x", No::Near),
    ("https://app-192-168-0-1.echo.example/x", No::Near),
    ("https://0x7f000001.echo.example/x", No::Near),
    ("https://c0a80001.echo.example/x", No::Near),
];

#[test]
fn tricks_are_refused() {
    let taken: Vec<_> = TRICKS
        .iter()
        .map(|(text, refused)| (text, on_internet(text), refused))
        .filter(|(_, outcome, refused)| *outcome != Err(**refused))
        .collect();
    assert!(taken.is_empty(), "{taken:#?}");
    let long = format!("https://ca.example/{}", "a".repeat(600));
    assert_eq!(on_internet(&long), Err(No::TooLong));
    let long = format!("https://{}.example/", "a".repeat(64));
    assert_eq!(on_internet(&long), Err(No::NotAUrl));
    let long = format!("https://{}example/", "abc.".repeat(70));
    assert_eq!(on_internet(&long), Err(No::NotAUrl));
}

#[test]
fn plain_names_are_taken() {
    for text in [
        "https://api.hub.emsign.com",
        "https://sandbox-emsignapi.emudhra.net/emSignHub-API/",
        "https://api-2.certinext.io/v1.0/emSign_Hub~1",
        "https://a.b.c.d.e.example.co.uk/x",
        "https://nip.io.example/x",
        "https://local.example/x",
    ] {
        assert!(on_internet(text).is_ok(), "{text}");
    }
}

fn settings(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    move |name| {
        let found = pairs.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    }
}

#[test]
fn bases_are_the_cas_unless_an_administrator_says_otherwise() {
    let bases = Bases::configured(settings(&[])).unwrap();
    assert_eq!(bases.of(Environment::Development), None);
    let hub = bases.of(Environment::ProductionHub).unwrap();
    assert_eq!(hub.as_str(), "https://api.hub.emsign.com/emSignHub-API");

    let bases = Bases::configured(settings(&[
        ("CA_BASE_PRODUCTION_HUB", "https://api.hub.emsign.com/"),
        (
            "DEVELOPMENT_CA_BASE",
            "http://127.0.0.1:8788/emSignHub-API/",
        ),
    ]));
    let bases = bases.unwrap();
    let hub = bases.of(Environment::ProductionHub).unwrap();
    assert_eq!(hub.as_str(), "https://api.hub.emsign.com");
    assert!(bases.of(Environment::Development).is_some());
}

#[test]
fn a_refused_base_is_named_by_its_setting() {
    for (pairs, refused) in [
        (
            settings(&[("CA_BASE_SANDBOX", "http://127.0.0.1:1/")]),
            ("CA_BASE_SANDBOX", No::PlainHttp),
        ),
        (
            settings(&[("DEVELOPMENT_CA_BASE", "https://ca.example/")]),
            ("DEVELOPMENT_CA_BASE", No::NotThisMachine),
        ),
        (
            settings(&[
                ("DEVELOPMENT_CA_BASE", "http://ca.example/"),
                ("DEVELOPMENT_CA_REMOTE", "true"),
            ]),
            ("DEVELOPMENT_CA_BASE", No::PlainHttp),
        ),
    ] {
        assert_eq!(Bases::configured(pairs).unwrap_err(), refused);
    }
    let remote = Bases::configured(settings(&[
        ("DEVELOPMENT_CA_BASE", "https://ca.example/"),
        ("DEVELOPMENT_CA_REMOTE", "true"),
    ]));
    assert!(remote.unwrap().of(Environment::Development).is_some());
}

#[test]
fn calls_go_below_a_base_or_nowhere() {
    let bases = Bases::configured(settings(&[(
        "DEVELOPMENT_CA_BASE",
        "http://127.0.0.1:8788/emSignHub-API/",
    )]));
    let bases = bases.unwrap();
    for allowed in [
        "https://api.certinext.io/emSignHub-API/TrackOrder",
        "http://127.0.0.1:8788/emSignHub-API/TrackOrder",
    ] {
        assert!(bases.allow(&allowed.parse().unwrap()), "{allowed}");
    }
    for refused in [
        "/TrackOrder",
        "https://api.certinext.io/TrackOrder",
        "https://api.certinext.io/emSignHub-API/",
        "https://api.certinext.io/emSignHub-API/a/b",
        "https://api.certinext.io/emSignHub-API/TrackOrder?x=1",
        "https://api.certinext.io/emSignHub-APITrackOrder",
        "https://api.certinext.io.evil.example/emSignHub-API/TrackOrder",
        "http://api.certinext.io/emSignHub-API/TrackOrder",
        "http://127.0.0.1:87880/emSignHub-API/TrackOrder",
        "http://127.0.0.1/emSignHub-API/TrackOrder",
    ] {
        assert!(!bases.allow(&refused.parse().unwrap()), "{refused}");
    }
}

/// proptest draws its seeds from the operating system, which wasm32-unknown-unknown has none of.
#[cfg(not(target_family = "wasm"))]
mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever is taken is what it looks like to a parser of URLs: https, one plain name, no port,
        /// and the same again when it is checked again.
        #[test]
        fn what_is_taken_is_plain(text in "(https?|ftp)://[a-z0-9.@:\\[\\]%/\\\\?#xX-]{0,40}") {
            if let Ok(base) = on_internet(&text) {
                let uri: Uri = base.as_str().parse().unwrap();
                let authority = uri.authority().unwrap();
                prop_assert_eq!(uri.scheme_str(), Some("https"));
                prop_assert_eq!(authority.as_str(), authority.host());
                prop_assert!(authority.host().parse::<std::net::IpAddr>().is_err());
                prop_assert!(base.as_str().is_ascii() && !base.as_str().contains(['@', '%', '\\']));
                prop_assert_eq!(on_internet(base.as_str()), Ok(base));
            }
        }

        #[test]
        fn no_address_is_taken_in_any_notation(address: u32, notation in 0..6) {
            let [a, b, c, d] = address.to_be_bytes();
            let host = match notation {
                0 => format!("{a}.{b}.{c}.{d}"),
                1 => format!("{address}"),
                2 => format!("{address:#x}"),
                3 => format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
                4 => format!("{a:#x}.{b}.{}", u16::from_be_bytes([c, d])),
                _ => format!("[::ffff:{a}.{b}.{c}.{d}]"),
            };
            let text = format!("https://{host}/x");
            prop_assert_eq!(on_internet(&text), Err(No::Address));
            for echo in ["nip.io", "echo.example"] {
                let text = format!("https://{a}.{b}.{c}.{d}.{echo}/x");
                prop_assert_eq!(on_internet(&text), Err(No::Near));
                let text = format!("https://app-{address:08x}.{echo}/x");
                prop_assert_eq!(on_internet(&text), Err(No::Near));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}") {
            let _ = on_internet(&text);
            let _ = here(&text);
        }
    }
}
