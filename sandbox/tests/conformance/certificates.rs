//! A15: the certificate, its chain, and whether OpenSSL believes it.

use std::{
    fs,
    process::{Command, Stdio},
};

use emsign_sandbox::Options;
use serde_json::{Value, json};
use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, prelude::FromDer, prelude::Pem,
};

use crate::support::{Ca, TestKey, csr, csr_of, dv, ov};

fn details(ca: &mut Ca, number: &str) -> Value {
    ca.ok("GetCertificate", Ca::certificate_request(number))["certificateDetails"].clone()
}

fn der(pem: &Value) -> Vec<u8> {
    let (_, pem) = x509_parser::pem::parse_x509_pem(pem.as_str().unwrap().as_bytes()).unwrap();
    let Pem { label, contents } = pem;
    assert_eq!(label, "CERTIFICATE");
    contents
}

#[test]
fn the_leaf_is_what_was_ordered() {
    let mut ca = Ca::new();
    let key = TestKey::new(42);
    let mut order = ov(
        "a.whitlock.example",
        &csr_of("a.whitlock.example", &key),
        "2984410",
    );
    order["productCode"] = json!("848");
    order["autoSecureWWW"] = json!("1");
    order["certificateInformation"]["additionalDomains"] =
        json!(["b.whitlock.example", "c.corp.example"]);
    let number = ca.place(order);
    ca.wait(10);
    ca.track(&number);
    let details = details(&mut ca, &number);
    let leaf = der(&details["endEntityCertificate"]);
    let (_, leaf) = X509Certificate::from_der(&leaf).unwrap();
    assert_eq!(&*leaf.public_key().subject_public_key.data, key.point());
    let names: Vec<_> = leaf
        .subject_alternative_name()
        .unwrap()
        .unwrap()
        .value
        .general_names
        .iter()
        .map(|name| match name {
            GeneralName::DNSName(name) => *name,
            other => panic!("{other:?}"),
        })
        .collect();
    // Not the name that only the CSR asked for.
    let expected = [
        "a.whitlock.example",
        "www.a.whitlock.example",
        "b.whitlock.example",
        "c.corp.example",
    ];
    assert_eq!(names, expected);
    let subject = leaf.subject().to_string();
    for part in [
        "CN=a.whitlock.example",
        "O=Whitlock Foods Ltd",
        "Sandbox, not trusted",
    ] {
        assert!(subject.contains(part), "{subject}");
    }
    assert_eq!(
        details["ceritficateSerialNumber"],
        leaf.raw_serial_as_decimal()
    );
    assert!(
        details.get("certificateSerialNumber").is_none(),
        "only the live spelling"
    );
    assert_eq!(details["subCACertificate"], "");
    assert_eq!(details["interimDv"], "0");
    assert_eq!(details["expiryDate"], "2027-04-18 23:59:59");
    assert_eq!(leaf.validity().not_after.timestamp(), 1_808_092_799);
    assert!(!leaf.is_ca());
}

trait DecimalSerial {
    fn raw_serial_as_decimal(&self) -> String;
}

impl DecimalSerial for X509Certificate<'_> {
    fn raw_serial_as_decimal(&self) -> String {
        let mut octets = [0; 16];
        octets.copy_from_slice(self.raw_serial());
        u128::from_be_bytes(octets).to_string()
    }
}

#[test]
fn the_same_certificate_each_time_and_another_for_another_seed() {
    let once = |seed| {
        let mut ca = Ca::with(Options {
            seed,
            orders: 0,
            ..Options::default()
        });
        let number = ca.issued("app.whitlock.example");
        let first = details(&mut ca, &number);
        ca.wait(1000);
        assert_eq!(details(&mut ca, &number), first);
        first
    };
    assert_eq!(once(1), once(1));
    assert_ne!(once(1)["rootCertificate"], once(2)["rootCertificate"]);
}

#[test]
fn failures_carry_an_object_of_empty_members() {
    let mut ca = Ca::new();
    let open = "app.unknown.example";
    let no_csr = ca.place(dv("app.whitlock.example", ""));
    let no_dcv = ca.place(dv(open, &csr(open)));
    let soon = ca.place(dv("app.whitlock.example", &csr("app.whitlock.example")));
    for (number, code) in [
        (no_csr.as_str(), "EMS-1104"),
        (&no_dcv, "EMS-1103"),
        (&soon, "EMS-946"),
        ("1", "EMS-943"),
        ("", "EMS-942"),
    ] {
        let answer = ca.call("GetCertificate", Ca::certificate_request(number));
        assert_eq!(answer["meta"]["errorCode"], code);
        let members = answer["certificateDetails"].as_object().unwrap();
        assert_eq!(members.len(), 7);
        assert!(members.values().all(|member| member == ""));
        assert!(members.contains_key("ceritficateSerialNumber"));
    }
}

#[test]
fn lifetimes_follow_the_industry_or_the_option() {
    let days = |options: Options, years: &str| {
        let mut ca = Ca::with(Options {
            orders: 0,
            ..options
        });
        let name = "app.whitlock.example";
        let mut order = dv(name, &csr(name));
        order["subscriptionDetails"]["validity"] = json!(years);
        let number = ca.place(order);
        ca.wait(10);
        let leaf = der(&details(&mut ca, &number)["endEntityCertificate"]);
        let (_, leaf) = X509Certificate::from_der(&leaf).unwrap();
        let validity = leaf.validity();
        (validity.not_after.timestamp() + 1 - validity.not_before.timestamp()) / 86_400
    };
    assert_eq!(days(Options::default(), "1"), 200);
    assert_eq!(days(Options::default(), "3"), 200);
    assert_eq!(
        days(
            Options {
                validity_days: Some(7),
                ..Options::default()
            },
            "1"
        ),
        7
    );
}

/// Every kind of key, and the leaf of a seeded order, through `openssl verify`.
#[test]
fn openssl_verifies_the_chain() {
    let present = Command::new("openssl")
        .arg("version")
        .stdout(Stdio::null())
        .status();
    if !present.is_ok_and(|status| status.success()) {
        eprintln!("NOT TESTED: openssl is not on PATH, the chains were not verified by it");
        return;
    }
    let mut ca = Ca::with_orders(60);
    let books = ca.control("GET", "books", Value::Null);
    let mut numbers: Vec<String> = books["orders"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|order| order["orderStatusId"] == 6 && order["certificateStatusId"] != 12)
        .map(|order| order["orderNumber"].as_str().unwrap().to_owned())
        .take(5)
        .collect();
    let name = "app.whitlock.example";
    for pem in [
        include_str!("fixtures/rsa2048.csr"),
        include_str!("fixtures/p384.csr"),
        include_str!("fixtures/p256.csr"),
    ] {
        numbers.push(ca.place(ov(name, pem, "2984410")));
    }
    ca.wait(10);
    let folder = std::env::temp_dir().join(format!("emsign-sandbox-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for number in &numbers {
        ca.track(number);
        let details = details(&mut ca, number);
        for (file, member) in [
            ("root.pem", "rootCertificate"),
            ("ca.pem", "caCertificate"),
            ("leaf.pem", "endEntityCertificate"),
        ] {
            fs::write(folder.join(file), details[member].as_str().unwrap()).unwrap();
        }
        let output = Command::new("openssl")
            .current_dir(&folder)
            .args(["verify", "-x509_strict", "-purpose", "sslserver", "-attime"])
            .arg(ca.now.to_string())
            .args(["-CAfile", "root.pem", "-untrusted", "ca.pem", "leaf.pem"])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.contains("OK"),
            "{number}: {said}"
        );
    }
    fs::remove_dir_all(&folder).unwrap();
}
