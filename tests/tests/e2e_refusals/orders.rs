//! CSRs and orders that cannot be.

use anyhow::Result;
use certwright_tests::{
    live::{Live, order},
    requests::Key,
};
use serde_json::{Value, json};

use super::{Case, NAME};

const RSA_1024: &str = include_str!("../../fixtures/csr_rsa_1024.pem");
const BROKEN: &str = include_str!("../../fixtures/csr_signature_broken.pem");

pub(super) fn requests_for_csrs(live: &Live, _: &str) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for path in ["/v1/csrs", "/v1/csrs/inspect"] {
        for (what, csr, code) in bad_requests()? {
            cases.push(Case {
                what,
                reply: live.worker.post(path, &json!({ "csr": csr }))?,
                status: 422,
                code,
                field: Some("csr"),
            });
        }
    }
    Ok(cases)
}

fn bad_requests() -> Result<Vec<(&'static str, String, &'static str)>> {
    let good = Key::of(50)?.request(&[NAME])?;
    let cut = good.replacen("MII", "", 1);
    let key = "-----BEGIN PRIVATE KEY-----\nMAAA\n-----END PRIVATE KEY-----\n".to_owned();
    let large = format!("{good}{}", "A".repeat(100_000));
    Ok(vec![
        ("no CSR at all", "hello".to_owned(), "csr-malformed"),
        ("an empty CSR", String::new(), "csr-malformed"),
        ("a CSR with a piece missing", cut, "csr-malformed"),
        ("a CSR that is huge", large, "csr-too-large"),
        ("RSA 1024", RSA_1024.to_owned(), "csr-key-refused"),
        (
            "a broken signature",
            BROKEN.to_owned(),
            "csr-signature-wrong",
        ),
        ("a private key", key, "csr-private-key"),
    ])
}

pub(super) fn orders_that_cannot_be(live: &Live, credential: &str) -> Result<Vec<Case>> {
    let csr = Key::of(51)?.request(&[NAME])?;
    let good = order(credential, NAME, &csr);
    let with = |member: &str, value: Value| {
        let mut order = good.clone();
        order[member] = value;
        order
    };
    let named = |name: &str, product: &str| -> Result<Value> {
        let mut order = order(credential, name, &Key::of(52)?.request(&[name])?);
        order["productCode"] = json!(product);
        Ok(order)
    };
    // Of a product that names an organization; a DV order is only warned of.
    let outside = |name: &str| -> Result<Value> {
        let mut order = named(name, "846")?;
        order["organizationNumber"] = json!("2984410");
        Ok(order)
    };
    let mut orders = vec![
        (
            "a name outside",
            outside("www.elsewhere.example")?,
            "domain-outside-account",
            "domain",
        ),
        (
            "a neighbour of a domain",
            outside("co.example")?,
            "domain-outside-account",
            "domain",
        ),
        (
            "a wildcard, plain product",
            named("*.whitlock.example", "842")?,
            "name-not-for-product",
            "domain",
        ),
        (
            "no wildcard, wildcard product",
            named("www.whitlock.example", "843")?,
            "name-not-for-product",
            "domain",
        ),
        (
            "two names, one-name product",
            with("additionalDomains", json!(["b.whitlock.example"])),
            "name-not-for-product",
            "additionalDomains",
        ),
        (
            "a name that is none",
            with("domain", json!("no name!")),
            "malformed-name",
            "domain",
        ),
        (
            "another common name",
            with("domain", json!("b.whitlock.example")),
            "common-name-differs",
            "csr",
        ),
        (
            "no such product",
            with("productCode", json!("999")),
            "unknown-product",
            "productCode",
        ),
        (
            "an EV product",
            with("productCode", json!("850")),
            "ev-not-supported",
            "productCode",
        ),
        (
            "OV without organization",
            with("productCode", json!("846")),
            "organization-missing",
            "organizationNumber",
        ),
        (
            "no such group",
            with("groupNumber", json!("1")),
            "unknown-group",
            "groupNumber",
        ),
        ("no CSR", with("csr", Value::Null), "csr-missing", "csr"),
        (
            "no agreement",
            with(
                "agreement",
                json!({ "accepted": false, "signerPlace": "Portland" }),
            ),
            "not-accepted",
            "agreement/accepted",
        ),
        (
            "eleven years",
            with("validityYears", json!(11)),
            "out-of-range",
            "validityYears",
        ),
        (
            "two lines of remarks",
            with("remarks", json!("a\nb")),
            "character",
            "remarks",
        ),
        (
            "an unknown field",
            with("color", json!("red")),
            "unknown-field",
            "color",
        ),
        (
            "a text for a number",
            with("validityYears", json!("one")),
            "wrong-kind",
            "validityYears",
        ),
    ];
    for (what, csr, code) in bad_requests()? {
        orders.push((what, with("csr", json!(csr)), code, "csr"));
    }
    let mut cases = Vec::new();
    for (index, (what, order, code, field)) in orders.into_iter().enumerate() {
        let key = format!("refused-{index}");
        let header = [("Idempotency-Key", key.as_str())];
        cases.push(Case {
            what,
            reply: live.worker.json("POST", "/v1/orders", &header, &order)?,
            status: 422,
            code,
            field: Some(field),
        });
    }
    Ok(cases)
}
