//! What the CA refuses in an order, the rehearsal refuses before: one table of orders goes to both.
//! The sandbox stands for the CA, with rules of its own from the same reference.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod account;
mod ca;

use certwright_core::{
    ca::{Contact, NewOrder},
    csr::{Csr, policy::Severity},
    ids::OrderReference,
    rehearsal::{GivenCsr, Known, Rehearsal, Wish, rehearse},
};
use certwright_emsign::GenerateOrderSsl;
use certwright_tests::requests::Key;
use serde_json::{Value, json};

use self::{account::known, ca::Ca};

const TABLE: &str = include_str!("../../fixtures/order-rules.json");

fn rows(kind: &str) -> Vec<Value> {
    let table: Value = serde_json::from_str(TABLE).unwrap();
    table[kind].as_array().unwrap().clone()
}

/// An order as a person asks for it, with the members of a row in place of the usual ones.
fn asked(row: &Value) -> Value {
    let mut order = json!({
        "productCode": "842", "groupNumber": "3107745521", "organizationNumber": null,
        "domain": "app.whitlock.example", "additionalDomains": [],
        "requestor": {
            "name": "Dana Whitlock", "email": "dana.whitlock@corp.example", "isdCode": "1",
            "phone": "2075550142", "designation": "PKI lead",
        },
        "agreement": {
            "signerName": "Dana Whitlock", "signerPlace": "Portland", "signerIp": "203.0.113.24",
        },
        "validityYears": 1, "remarks": "web tier",
    });
    for (field, value) in row["set"].as_object().unwrap() {
        let mut at = &mut order;
        for segment in field.split('/') {
            at = &mut at[segment];
        }
        *at = written_out(field, value);
    }
    order["csr"] = json!(csr(&order["csr"], order["domain"].as_str().unwrap()));
    order
}

/// `{300}` stands for a text of that length, a number of domains for so many of them.
fn written_out(field: &str, value: &Value) -> Value {
    if let ("additionalDomains", Some(count)) = (field, value.as_u64()) {
        let names = (0..count).map(|at| format!("n{at}.whitlock.example"));
        return json!(names.collect::<Vec<_>>());
    }
    let length = value.as_str().and_then(|text| {
        text.strip_prefix('{')?
            .strip_suffix('}')?
            .parse::<usize>()
            .ok()
    });
    match length {
        Some(length) => json!("x".repeat(length)),
        None => value.clone(),
    }
}

fn csr(given: &Value, domain: &str) -> String {
    if let Some(text) = given["text"].as_str() {
        return text.to_owned();
    }
    if let Some(file) = given["file"].as_str() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
        return std::fs::read_to_string(format!("{folder}/{file}.pem")).unwrap();
    }
    // A name that no request can have is not what the row is about.
    let name = given["for"].as_str().unwrap_or(domain);
    let name = if name.is_ascii() && !name.is_empty() {
        name
    } else {
        "app.whitlock.example"
    };
    Key::of(7).unwrap().request(&[name]).unwrap()
}

fn text<'v>(order: &'v Value, pointer: &str) -> Option<&'v str> {
    order.pointer(pointer).and_then(Value::as_str)
}

fn rehearsed(order: &Value, known: &Known) -> Rehearsal {
    let needed = |pointer: &str| text(order, pointer).unwrap();
    let additional: Vec<String> =
        serde_json::from_value(order["additionalDomains"].clone()).unwrap();
    let wish = Wish {
        product_code: needed("/productCode"),
        group_number: needed("/groupNumber"),
        organization_number: text(order, "/organizationNumber"),
        domain: needed("/domain"),
        additional_domains: &additional,
        requestor: Some(Contact {
            name: needed("/requestor/name").to_owned(),
            email: needed("/requestor/email").to_owned(),
            isd_code: needed("/requestor/isdCode").to_owned(),
            phone: needed("/requestor/phone").to_owned(),
            designation: text(order, "/requestor/designation").map(str::to_owned),
        }),
        accepts_agreement: true,
        signer_place: needed("/agreement/signerPlace"),
        signer_name: text(order, "/agreement/signerName"),
        signer_ip: text(order, "/agreement/signerIp"),
        validity_years: order["validityYears"].as_u64().unwrap().try_into().unwrap(),
        remarks: text(order, "/remarks"),
    };
    let csr = match Csr::read(needed("/csr").as_bytes()) {
        Ok(csr) => GivenCsr::Read(Box::new(csr)),
        Err(fault) => GivenCsr::Faulty(fault),
    };
    let reference = OrderReference::from_random([1; 7]);
    rehearse(&wish, &csr, known, reference, ca::now())
}

fn fields_at_fault(rehearsal: &Rehearsal) -> Vec<&str> {
    let findings = rehearsal.findings.iter();
    let errors = findings.filter(|finding| finding.severity == Severity::Error);
    errors.map(|error| error.field.as_str()).collect()
}

#[test]
fn what_the_ca_refuses_the_rehearsal_refuses() {
    let mut ca = Ca::new();
    let account = account::Account::of(&mut ca);
    for row in rows("refused") {
        let why = &row["why"];
        let order = asked(&row);
        let (code, told) = ca.place_as_written(&order);
        assert_eq!(code, row["ca"], "{why}: the sandbox");
        let rehearsal = rehearsed(&order, &known(&account, &order));
        let fields = fields_at_fault(&rehearsal);
        let field = row["field"].as_str().unwrap();
        assert!(fields.contains(&field), "{why}: {:#?}", rehearsal.findings);
        assert!(!rehearsal.is_valid(), "{why}");
        // When the CA refuses it after all, the connector points to a field that is at fault.
        if let Some(told) = told {
            let is_one = fields.iter().any(|field| field.starts_with(&told));
            assert!(is_one, "{why}: {told}, not {fields:?}");
        }
    }
    assert_eq!(ca.booked(), 0, "a refused order was booked");
}

#[test]
fn what_the_rehearsal_takes_the_ca_takes() {
    let mut ca = Ca::new();
    let account = account::Account::of(&mut ca);
    let rows = rows("taken");
    for row in &rows {
        let why = &row["why"];
        let order = asked(row);
        let rehearsal = rehearsed(&order, &known(&account, &order));
        let findings = &rehearsal.findings;
        let order: NewOrder = rehearsal
            .order
            .unwrap_or_else(|| panic!("{why}: {findings:#?}"));
        let booked = ca.call(&GenerateOrderSsl(order));
        assert!(booked.is_ok(), "{why}: {booked:?}");
    }
    assert_eq!(ca.booked(), rows.len());
}
