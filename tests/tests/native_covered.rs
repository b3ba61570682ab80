//! A second order for names that have a certificate or an order is warned of, at a cost that does not
//! grow with the past.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use certwright_tests::{
    requests::Key,
    story::{Story, text},
};
use certwright_worker::platform::Platform as _;
use serde_json::{Value, json};

fn order(credential: &str, names: &[&str], key: u64) -> Value {
    let csr = Key::of(key).unwrap().request(names).unwrap();
    let product = match names {
        [one] if one.starts_with("*.") => "843",
        _ => "842",
    };
    json!({
        "credentialId": credential, "productCode": product, "groupNumber": "3107745521",
        "domain": names[0], "additionalDomains": names[1..], "csr": csr,
        "agreement": { "accepted": true, "signerPlace": "Portland" },
    })
}

/// What a rehearsal for these names tells of certificates and orders that are there.
fn told(story: &Story, credential: &str, names: &[&str]) -> Vec<(String, String)> {
    let rehearsed = story.ok("POST", "/v1/orders/validate", &order(credential, names, 77));
    let findings = rehearsed["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| (text(&finding["code"]), text(&finding["message"])))
        .filter(|(code, _)| code.starts_with("already-"))
        .collect()
}

#[test]
fn what_a_certificate_or_an_order_has_already_is_told() {
    let story = Story::begin(0);
    let credential = story.link();
    assert_eq!(told(&story, &credential, &["www.whitlock.example"]), []);
    let body = order(&credential, &["WWW.whitlock.example"], 70);
    let placed = story.ok("POST", "/v1/orders", &body);
    let id = text(&placed["id"]);
    let ordered = told(&story, &credential, &["www.whitlock.example"]);
    assert_eq!(ordered.len(), 1, "{ordered:?}");
    assert_eq!(ordered[0].0, "already-ordered");
    assert!(ordered[0].1.contains(&id), "{ordered:?}");

    story.pass(600);
    let checked = story.ok("POST", &format!("/v1/orders/{id}/check"), &json!({}));
    assert_eq!(checked["status"]["state"], "fulfilled", "{checked:#}");
    let certified = told(&story, &credential, &["www.whitlock.example"]);
    assert_eq!(certified.len(), 1, "{certified:?}");
    assert_eq!(certified[0].0, "already-certified");
    let path = format!("/v1/certificates/{}", text(&checked["certificateId"]));
    let certificate = story.get(&path);
    for part in [&id, &text(&certificate["serial"])] {
        assert!(certified[0].1.contains(part.as_str()), "{certified:?}");
    }
    let until = text(&certificate["notAfter"]);
    assert!(certified[0].1.contains(&until[..10]), "{certified:?}");
    assert_eq!(told(&story, &credential, &["other.whitlock.example"]), []);

    // Deleted here, the order is gone and the certificate still there; revoked, it covers nothing.
    story.ok("DELETE", &format!("/v1/orders/{id}"), &Value::Null);
    assert_eq!(
        told(&story, &credential, &["www.whitlock.example"]).len(),
        1
    );
    story.ok("POST", &format!("/v1/orders/{id}/restore"), &Value::Null);
    let reason = json!({ "reason": "superseded", "remark": "replaced" });
    story.ok("POST", &format!("/v1/orders/{id}/revoke"), &reason);
    for _ in 0..20 {
        story.pass(600);
        story.tick();
    }
    let state = story.get(&format!("/v1/orders/{id}"));
    assert_eq!(state["status"]["state"], "revoked");
    assert_eq!(told(&story, &credential, &["www.whitlock.example"]), []);
}

#[test]
fn the_look_up_reads_what_covers_and_not_the_past() {
    let story = Story::begin(0);
    let credential = story.link();
    let steps = |story: &Story| {
        let before = story.world.database().steps();
        let _ = told(story, &credential, &["www.whitlock.example"]);
        story.world.database().steps() - before
    };
    let at_first = steps(&story);
    for key in 0..8 {
        let body = order(&credential, &["www.whitlock.example"], 100 + key);
        let name = format!("order-{key}");
        let header = [("idempotency-key", name.as_str())];
        let sent = story.world.request("POST", "/v1/orders", &header, &body);
        let (status, placed) = futures_executor::block_on(sent);
        assert_eq!(status, 201, "{placed:#}");
        story.pass(600);
        let path = format!("/v1/orders/{}/check", text(&placed["id"]));
        story.ok("POST", &path, &json!({}));
    }
    let valid = steps(&story);
    // Two years on, all of them are past.
    story.pass(3 * 366 * 24 * 60 * 60);
    let past = steps(&story);
    assert!(valid > at_first, "{valid} steps, then {at_first}");
    assert!(
        past <= at_first + at_first / 5,
        "{past} steps, {at_first} with nothing there"
    );
}
