//! The whole job over workerd with D1, KV and Queues, and the sandbox CA.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and what it measured by printing"
)]

use anyhow::Result;
use certwright_tests::{
    live::{LIMIT, Live, order, text},
    requests::Key,
};
use serde_json::{Value, json};

const DOMAIN: &str = "brand-new.example";
const NAME: &str = "www.brand-new.example";

#[test]
fn the_whole_job() -> Result<()> {
    let live = Live::start(120)?;
    let credential = live.link()?;
    parts_are_listed(&live, &credential)?;
    a_sync_shows_what_came_changed_and_went(&live, &credential)?;
    an_import_stores_what_is_issued(&live, &credential)?;
    let placed = an_order_is_placed(&live, &credential)?;
    let certificate = its_certificate_is_issued(&live, &placed)?;
    certificates_are_held_and_admitted(&live, &credential)?;
    it_is_revoked(&live, &placed)?;
    it_is_deleted_and_comes_back(&live, &credential, &placed, &certificate)?;
    every_step_is_in_the_trail(&live)
}

fn parts_are_listed(live: &Live, credential: &str) -> Result<()> {
    for (part, count) in [
        ("accounts", 1),
        ("groups", 4),
        ("organizations", 6),
        ("domains", 12),
        ("products", 20),
    ] {
        for path in [
            format!("/v1/{part}"),
            format!("/v1/{part}?credentialId={credential}"),
        ] {
            let items = live.all(&path)?;
            assert_eq!(items.len(), count, "{path}: {items:#?}");
        }
    }
    let shown = live.worker.get_ok("/v1/credentials")?.to_string();
    assert!(!shown.contains("sandbox-access-key"), "the key is shown");
    Ok(())
}

fn a_sync_shows_what_came_changed_and_went(live: &Live, credential: &str) -> Result<()> {
    let changes = [
        json!({
            "domainName": DOMAIN, "organizationNumber": "2984410",
            "dcvMethod": 1, "dcvStatus": 1, "status": 1,
        }),
        json!({ "domainName": "corp.example", "status": 2 }),
        json!({ "domainName": "trucks.example", "remove": true }),
    ];
    for change in &changes {
        live.ca.post_ok("/control/domains", change)?;
    }
    let path = format!("/v1/credentials/{credential}/sync");
    let job = live.run_job(&path, &json!({ "parts": ["domains"] }), LIMIT)?;
    let expected = json!({
        "added": [DOMAIN], "changed": ["corp.example"], "gone": ["trucks.example"],
        "unchanged": 10,
    });
    assert_eq!(job["report"]["sync"]["domains"], expected, "{job:#}");
    // The picture in KV must not outlive the change.
    let listed = live.all(&format!("/v1/domains?credentialId={credential}"))?;
    let names: Vec<&Value> = listed.iter().map(|item| &item["entry"]["name"]).collect();
    assert!(names.contains(&&json!(DOMAIN)), "{names:?}");
    assert!(!names.contains(&&json!("trucks.example")), "{names:?}");

    // Organizations show their domains, so two of them have changed as well.
    let job = live.run_job(&path, &json!({}), LIMIT)?;
    let organizations = &job["report"]["sync"]["organizations"]["changed"];
    assert_eq!(organizations.as_array().map(Vec::len), Some(2), "{job:#}");
    let job = live.run_job(&path, &json!({}), LIMIT)?;
    assert_eq!(job["total"], 5, "{job:#}");
    for (part, diff) in job["report"]["sync"].as_object().into_iter().flatten() {
        for kind in ["added", "changed", "gone"] {
            assert_eq!(diff[kind], json!([]), "{part}: {job:#}");
        }
    }
    Ok(())
}

fn an_import_stores_what_is_issued(live: &Live, credential: &str) -> Result<()> {
    let first = live.import(credential, LIMIT)?;
    assert_eq!(first["added"], 120, "{first:#}");
    assert_eq!(first["certificatesFailed"], 0, "{first:#}");
    let stored = live.all("/v1/certificates")?.len();
    assert_eq!(first["certificatesStored"], stored, "{first:#}");
    assert!(stored > 50, "{first:#}");
    assert_eq!(live.all("/v1/orders")?.len(), 120);

    let again = live.import(credential, LIMIT)?;
    for nothing in ["added", "certificatesStored", "certificatesFailed"] {
        assert_eq!(again[nothing], 0, "{again:#}");
    }
    Ok(())
}

fn an_order_is_placed(live: &Live, credential: &str) -> Result<Value> {
    let csr = Key::fresh()?.request(&[NAME])?;
    let stored = live.worker.post_ok("/v1/csrs", &json!({ "csr": csr }))?;
    let mut order = order(credential, NAME, "");
    order["csr"] = Value::Null;
    order["csrId"] = stored["id"].clone();
    let before = live.calls()?;
    let rehearsed = live.worker.post_ok("/v1/orders/validate", &order)?;
    assert_eq!(rehearsed["isValid"], true, "{rehearsed:#}");
    assert_eq!(live.calls()?, before, "a rehearsal calls nobody");
    let placed = live.place("story-1", &order)?;
    assert_eq!(placed["status"]["state"], "pending", "{placed:#}");
    Ok(placed)
}

fn its_certificate_is_issued(live: &Live, placed: &Value) -> Result<String> {
    let issued = live.check_until(placed, "fulfilled")?;
    let path = format!("/v1/certificates/{}", text(&issued["certificateId"])?);
    let view = live.worker.get_ok(&path)?;
    assert_eq!(view["names"], json!([NAME]), "{view:#}");
    assert_eq!(view["differences"], json!([]), "{view:#}");
    for (part, count) in [("fullchain", 2), ("leaf", 1), ("chain", 1), ("root", 1)] {
        let pem = live.worker.get_ok(&format!("{path}/pem?part={part}"))?;
        let begins = text(&pem)?.matches("BEGIN CERTIFICATE").count();
        assert_eq!(begins, count, "{part}: {pem}");
    }
    let found = live.all(&format!("/v1/certificates?host={DOMAIN}"))?;
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["matchedName"], NAME);
    Ok(path)
}

fn certificates_are_held_and_admitted(live: &Live, credential: &str) -> Result<()> {
    let (used, held) = live.seats()?;
    live.license(used + 2)?;
    live.issue_many(5, DOMAIN)?;
    let import = live.import(credential, LIMIT)?;
    let counts = (&import["certificatesStored"], &import["certificatesHeld"]);
    assert_eq!(counts, (&json!(2), &json!(3)), "{import:#}");
    assert_eq!(live.seats()?, (used + 2, held + 3));
    let waiting = live.all("/v1/orders?state=held")?;
    assert_eq!(waiting.len() as u64, held + 3);
    assert!(
        waiting[0]["allowed"]
            .as_array()
            .is_some_and(|actions| actions.contains(&json!("admit"))),
        "{:#}",
        waiting[0]
    );

    live.license(used + held + 50)?;
    let job = live.run_job("/v1/certificates/admit-held", &json!({}), LIMIT)?;
    assert_eq!(
        job["report"]["import"]["certificatesStored"],
        held + 3,
        "{job:#}"
    );
    assert_eq!(live.seats()?, (used + held + 5, 0));
    Ok(())
}

fn it_is_revoked(live: &Live, placed: &Value) -> Result<()> {
    let (used, _) = live.seats()?;
    let path = format!("/v1/orders/{}/revoke", text(&placed["id"])?);
    let reason = json!({ "reason": "superseded", "remark": "replaced" });
    let asked = live.worker.post_ok(&path, &reason)?;
    assert_eq!(asked["status"]["state"], "fulfilled", "{asked:#}");
    assert_eq!(asked["revocation"]["phase"], "requested", "{asked:#}");
    let revoked = live.check_until(placed, "revoked")?;
    let view = format!("/v1/certificates/{}", text(&revoked["certificateId"])?);
    let view = live.worker.get_ok(&view)?;
    assert!(view["revokedAt"].is_string(), "{view:#}");
    assert_eq!(live.seats()?.0, used - 1, "its seat is free");
    Ok(())
}

fn it_is_deleted_and_comes_back(
    live: &Live,
    credential: &str,
    placed: &Value,
    certificate: &str,
) -> Result<()> {
    let path = format!("/v1/orders/{}", text(&placed["id"])?);
    let before = live.calls()?;
    let deleted = live.worker.delete_ok(&path)?;
    assert_eq!(deleted["allowed"], json!(["restore"]), "{deleted:#}");
    assert_eq!(live.calls()?, before, "nothing is sent to the CA");
    let is_listed = |list: &str| -> Result<bool> {
        Ok(live.all(list)?.iter().any(|one| one["id"] == placed["id"]))
    };
    assert!(!is_listed("/v1/orders")?);
    assert!(is_listed("/v1/orders?deleted=true")?);
    live.worker.get_ok(certificate)?;

    let import = live.import(credential, LIMIT)?;
    assert_eq!(import["leftDeleted"], 1, "{import:#}");
    assert!(!is_listed("/v1/orders")?);
    let restored = live
        .worker
        .post_ok(&format!("{path}/restore"), &json!({}))?;
    assert_eq!(restored["status"]["state"], "revoked", "{restored:#}");
    assert!(is_listed("/v1/orders")?);
    Ok(())
}

fn every_step_is_in_the_trail(live: &Live) -> Result<()> {
    let trail = live.all("/v1/audit")?;
    let actions: Vec<&str> = trail
        .iter()
        .filter_map(|entry| entry["action"].as_str())
        .collect();
    for expected in [
        "credential.link",
        "orders.import",
        "csr.store",
        "order.place",
        "order.check",
        "license.set",
        "certificates.admit-held",
        "order.revoke",
        "order.delete",
        "order.restore",
    ] {
        assert!(actions.contains(&expected), "{expected}: {actions:?}");
    }
    Ok(())
}
