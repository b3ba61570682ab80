//! Misbehaviour on demand.

use std::{collections::BTreeSet, time::Duration};

use emsign_sandbox::{FaultKind, FaultRule};
use serde_json::{Value, json};

use crate::support::{Ca, TestKey, csr, csr_of, dv};

const NAME: &str = "app.whitlock.example";

fn booked(ca: &mut Ca) -> usize {
    ca.control("GET", "books", Value::Null)["orders"]
        .as_array()
        .unwrap()
        .len()
}

#[test]
fn an_answer_lost_before_or_after_the_order_was_booked() {
    let order = || json!({ "orderDetails": dv(NAME, &csr(NAME)) });
    for (kind, orders) in [("reply-lost-before", 0), ("reply-lost-after", 1)] {
        let mut ca = Ca::new();
        let rule = json!({ "operation": "GenerateOrderSSL", "kind": kind, "count": 1 });
        ca.control("POST", "faults", rule);
        assert!(ca.send("GenerateOrderSSL", order()).response.is_none());
        assert_eq!(booked(&mut ca), orders);
        ca.ok("GenerateOrderSSL", order());
        let entry = ca.control("GET", "books", Value::Null)["orders"][0].clone();
        assert_eq!(entry["timesPlaced"], orders + 1);
    }
}

#[test]
fn pages_of_the_gateway() {
    for (kind, status, orders) in [
        (FaultKind::ServerError, 503, 0),
        (FaultKind::TooManyRequests, 429, 0),
        (FaultKind::ServerErrorAfter, 502, 1),
        (FaultKind::HtmlPage, 200, 1),
    ] {
        let mut ca = Ca::new();
        ca.sandbox.add_fault(FaultRule::new("*", kind).times(1));
        let reply = ca.send("GenerateOrderSSL", json!({ "orderDetails": dv(NAME, "") }));
        let response = reply.response.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()["content-type"], "text/html");
        assert!(response.body().starts_with(b"<html>"));
        assert_eq!(booked(&mut ca), orders, "{kind:?}");
    }
}

#[test]
fn broken_json_and_a_wrong_type() {
    let mut ca = Ca::new();
    ca.sandbox
        .add_fault(FaultRule::new("*", FaultKind::TruncatedJson).times(1));
    let body = ca
        .send("GetGroupDetails", json!({}))
        .response
        .unwrap()
        .into_body();
    assert!(serde_json::from_slice::<Value>(&body).is_err());
    ca.sandbox
        .add_fault(FaultRule::new("*", FaultKind::WrongContentType).times(1));
    let response = ca.send("GetGroupDetails", json!({})).response.unwrap();
    assert_eq!(response.headers()["content-type"], "text/plain");
    assert!(serde_json::from_slice::<Value>(response.body()).is_ok());
}

#[test]
fn refusals_on_demand() {
    let mut ca = Ca::new();
    ca.sandbox
        .add_fault(FaultRule::new("TrackOrder", FaultKind::UnmarkedRateLimit).times(1));
    let body = json!({ "orderDetails": { "orderNumber": "1" } });
    assert_eq!(
        ca.refused("TrackOrder", body.clone()),
        "Inactive Account User."
    );
    ca.control(
        "POST",
        "faults",
        json!({
            "operation": "TrackOrder", "kind": "refusal", "count": 1,
            "code": "EMS-1139", "message": "Insufficient Credits",
        }),
    );
    assert_eq!(ca.refused("TrackOrder", body), "EMS-1139");
}

#[test]
fn delays_are_values() {
    let mut ca = Ca::new();
    ca.sandbox
        .add_fault(FaultRule::new("*", FaultKind::Slow).times(1));
    assert_eq!(
        ca.send("GetGroupDetails", json!({})).delay,
        Duration::from_secs(10)
    );
    let mut rule = FaultRule::new("*", FaultKind::Trickle).times(1);
    rule.seconds = Some(3);
    ca.sandbox.add_fault(rule);
    assert_eq!(
        ca.send("GetGroupDetails", json!({})).trickle,
        Some(Duration::from_secs(3))
    );
    let reply = ca.send("GetGroupDetails", json!({}));
    assert_eq!((reply.delay, reply.trickle), (Duration::ZERO, None));
}

#[test]
fn rows_twice_rows_missing_pages_shifting() {
    let mut ca = Ca::with_orders(60);
    let rows = |ca: &mut Ca| -> Vec<String> {
        let mut rows = Vec::new();
        for page in 1.. {
            let criteria = json!({ "pageNumber": page.to_string(), "pageSize": "20" });
            let answer = ca.ok("GetOrderReport", json!({ "searchCriteria": criteria }));
            let report = &answer["orderDetails"];
            rows.extend(
                report["ordersArray"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|row| row["requestNumber"].as_str().unwrap().to_owned()),
            );
            if report["noOfPages"].as_i64().unwrap() <= page {
                return rows;
            }
        }
        rows
    };
    let all: BTreeSet<_> = rows(&mut ca).into_iter().collect();
    assert_eq!(all.len(), 60);
    for (kind, repeats, complete) in [
        (FaultKind::DuplicateRows, true, true),
        (FaultKind::MissingRows, false, false),
        (FaultKind::ShiftingPage, true, true),
    ] {
        ca.sandbox.add_fault(FaultRule::new("GetOrderReport", kind));
        let seen = rows(&mut ca);
        let distinct: BTreeSet<_> = seen.iter().cloned().collect();
        assert_eq!(seen.len() > distinct.len(), repeats, "{kind:?}");
        assert_eq!(distinct == all, complete, "{kind:?}");
        ca.sandbox.clear_faults();
    }
}

#[test]
fn a_status_that_goes_backwards() {
    let mut ca = Ca::new();
    let number = ca.issued(NAME);
    ca.sandbox
        .add_fault(FaultRule::new("*", FaultKind::BackwardStatus).times(2));
    assert_eq!(ca.standing(&number), "2/24");
    let report = ca.ok("GetOrderReport", json!({}));
    assert_eq!(
        report["orderDetails"]["ordersArray"][0]["certificateStatusId"],
        "24"
    );
    assert_eq!(ca.standing(&number), "6/20");
}

#[test]
fn a_certificate_for_another_key_or_none() {
    let mut ca = Ca::new();
    let key = TestKey::new(9);
    let certificate = |ca: &mut Ca, number: &str| {
        let answer = ca.ok("GetCertificate", Ca::certificate_request(number));
        let pem = answer["certificateDetails"]["endEntityCertificate"]
            .as_str()
            .unwrap()
            .to_owned();
        let (_, pem) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap();
        let leaf = pem.parse_x509().unwrap();
        leaf.public_key().subject_public_key.data.to_vec()
    };
    let number = ca.place(dv(NAME, &csr_of(NAME, &key)));
    ca.wait(10);
    ca.sandbox
        .add_fault(FaultRule::new("*", FaultKind::WrongKeyCertificate).times(1));
    assert_ne!(certificate(&mut ca, &number), key.point());
    assert_eq!(certificate(&mut ca, &number), key.point());
    ca.sandbox
        .add_fault(FaultRule::new("*", FaultKind::CertificateMissing).times(1));
    assert_eq!(
        ca.refused("GetCertificate", Ca::certificate_request(&number)),
        "EMS-946"
    );
    let name = "wrong-key.whitlock.example";
    let number = ca.place(dv(name, &csr_of(name, &key)));
    ca.wait(10);
    assert_ne!(certificate(&mut ca, &number), key.point());
}

#[test]
fn a_clock_that_is_wrong_by_minutes() {
    let mut ca = Ca::new();
    ca.sandbox
        .add_fault(FaultRule::new("*", FaultKind::WrongClock).times(1));
    let answer = ca.ok("GetGroupDetails", json!({}));
    assert_eq!(answer["meta"]["ts"], "2026-10-01T05:37:00+05:30");
}

#[test]
fn magic_labels() {
    let mut ca = Ca::new();
    for (name, lost) in [
        ("lost-answer.whitlock.example", true),
        ("html.whitlock.example", false),
    ] {
        let order = json!({ "orderDetails": dv(name, &csr(name)) });
        let reply = ca.send("GenerateOrderSSL", order.clone());
        assert_eq!(reply.response.is_none(), lost);
        // Only the first time.
        ca.ok("GenerateOrderSSL", order);
    }
    assert_eq!(booked(&mut ca), 4);
    let name = "slow.whitlock.example";
    let reply = ca.send(
        "GenerateOrderSSL",
        json!({ "orderDetails": dv(name, &csr(name)) }),
    );
    assert_eq!(reply.delay, Duration::from_secs(10));
}

#[test]
fn the_same_seed_misbehaves_the_same_way() {
    let run = || -> Vec<bool> {
        let mut ca = Ca::new();
        ca.sandbox
            .add_fault(FaultRule::new("*", FaultKind::ReplyLostAfter).probability(0.3));
        (0..50)
            .map(|_| ca.send("GetGroupDetails", json!({})).response.is_some())
            .collect()
    };
    let first = run();
    assert_eq!(first, run());
    assert!(first.contains(&true) && first.contains(&false));
}
