//! A10.1, A12.1: CSRs, with the order and after it.

use serde_json::{Value, json};

use crate::support::{Ca, csr, dv};

const NAME: &str = "app.whitlock.example";

fn submit(number: &str, csr: &str) -> Value {
    json!({ "orderDetails": {
        "orderNumber": number, "requestorEmail": "dana.whitlock@corp.example", "csr": csr,
    }})
}

#[test]
fn keys_that_are_taken_and_keys_that_are_not() {
    let cases = [
        (include_str!("fixtures/rsa2048.csr"), ""),
        (include_str!("fixtures/rsa3072.csr"), ""),
        (include_str!("fixtures/rsa4096.csr"), ""),
        (include_str!("fixtures/p256.csr"), ""),
        (include_str!("fixtures/p384.csr"), ""),
        (include_str!("fixtures/rsa1024.csr"), "EMS-1053"),
        (include_str!("fixtures/rsa6144.csr"), "Invalid key size"),
        (include_str!("fixtures/p521.csr"), "Invalid key size"),
        (include_str!("fixtures/ed25519.csr"), "Invalid key size"),
        (include_str!("fixtures/ed448.csr"), "Invalid key size"),
        (include_str!("fixtures/rsa-sha1.csr"), "EMS-1054"),
        (include_str!("fixtures/rsa-pss-signed.csr"), "EMS-1054"),
    ];
    let mut ca = Ca::new();
    for (position, (pem, expected)) in cases.into_iter().enumerate() {
        let answer = ca.call("GenerateOrderSSL", json!({ "orderDetails": dv(NAME, pem) }));
        let meta = &answer["meta"];
        let code = meta["errorCode"].as_str().unwrap();
        let seen = if code.is_empty() {
            meta["errorMessage"].as_str().unwrap()
        } else {
            code
        };
        assert_eq!(seen, expected, "case {position}");
    }
}

#[test]
fn a_csr_after_the_order() {
    let mut ca = Ca::new();
    let number = ca.place(dv(NAME, ""));
    assert_eq!(ca.track(&number)["csr"], "0");
    assert_eq!(ca.refused("SubmitCSR", submit("", &csr(NAME))), "EMS-942");
    assert_eq!(ca.refused("SubmitCSR", submit("1", &csr(NAME))), "EMS-943");
    assert_eq!(ca.refused("SubmitCSR", submit(&number, "")), "EMS-1006");
    assert_eq!(
        ca.refused("SubmitCSR", submit(&number, &csr("b.whitlock.example"))),
        "EMS-1164"
    );
    ca.ok("SubmitCSR", submit(&number, &csr(NAME)));
    assert_eq!(ca.track(&number)["csr"], "1");
    assert_eq!(
        ca.refused("SubmitCSR", submit(&number, &csr(NAME))),
        "EMS-1068"
    );
    ca.wait(10);
    assert_eq!(ca.standing(&number), "6/20");
}

#[test]
fn blanks_for_line_breaks_and_the_old_label() {
    let mut ca = Ca::new();
    let pem = csr(NAME);
    ca.place(dv(NAME, &pem.replace(['\r', '\n'], " ")));
    ca.place(dv(
        NAME,
        &pem.replace("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),
    ));
    ca.place(dv(&NAME.to_ascii_uppercase(), &pem));
}

#[test]
fn broken_csrs() {
    let mut ca = Ca::new();
    let pem = csr(NAME);
    let mut body: Vec<char> = pem.chars().collect();
    // A letter inside the signature, which is at the end.
    let at = pem.find("-----END").unwrap() - 12;
    body[at] = if body[at] == 'A' { 'B' } else { 'A' };
    let forged: String = body.into_iter().collect();
    for (pem, code) in [
        (forged.as_str(), "EMS-1052"),
        (&pem.replace("BEGIN", "START"), "EMS-952"),
        (
            &pem.replace("CERTIFICATE REQUEST", "CERTIFICATE"),
            "EMS-952",
        ),
        (
            "-----BEGIN CERTIFICATE REQUEST-----\n!!\n-----END CERTIFICATE REQUEST-----",
            "EMS-952",
        ),
        (
            "-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----",
            "EMS-952",
        ),
        (&csr("other.whitlock.example"), "EMS-1056"),
    ] {
        let order = json!({ "orderDetails": dv(NAME, pem) });
        assert_eq!(ca.refused("GenerateOrderSSL", order), code);
    }
}
