//! The whole job natively: the Worker's code over SQLite, the sandbox CA in process.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use certwright_tests::{
    requests::Key,
    story::{START, Story, text},
};
use certwright_worker::platform::Platform as _;
use serde_json::{Value, json};

#[test]
fn linking_syncs_every_part() {
    let story = Story::begin(0);
    story.link();
    for (part, least) in [
        ("accounts", 1),
        ("groups", 3),
        ("organizations", 5),
        ("domains", 10),
        ("products", 10),
    ] {
        let page = story.ok("GET", &format!("/v1/{part}"), &Value::Null);
        assert!(
            page["items"].as_array().unwrap().len() >= least,
            "{part}: {page:#}"
        );
    }
}

#[test]
fn an_import_run_again_changes_nothing() {
    let story = Story::begin(120);
    let credential = story.link();
    story.license(1_000);
    let first = story.import(&credential);
    assert_eq!(first["state"], "done", "{first:#}");
    let import = &first["report"]["import"];
    assert_eq!(import["added"], 120, "{first:#}");
    assert_eq!(import["certificatesFailed"], 0, "{first:#}");
    assert!(
        import["certificatesStored"].as_u64().unwrap() > 20,
        "{first:#}"
    );
    let again = story.import(&credential);
    let import = &again["report"]["import"];
    assert_eq!(
        (
            &import["added"],
            &import["changed"],
            &import["certificatesStored"]
        ),
        (&json!(0), &json!(0), &json!(0)),
        "{again:#}"
    );
}

#[test]
fn orders_that_somebody_must_act_on_are_counted_and_listed() {
    let story = Story::begin(200);
    let credential = story.link();
    story.license(1_000);
    story.import(&credential);
    let all = |query: &str| {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = story.get(&format!("/v1/orders?{query}&limit=20{cursor}"));
            found.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return found,
            }
        }
    };
    let stuck = all("stuck=true");
    let pending = all("state=pending");
    let by_people = pending
        .iter()
        .filter(|order| order["status"]["actor"] != "ca")
        .count();
    assert!(by_people > 0 && by_people < pending.len());
    assert_eq!(stuck.len(), by_people);
    assert_eq!(all("stuck=true&sort=oldest").len(), by_people);
    let of_account = format!("stuck=true&credentialId={credential}");
    assert_eq!(all(&of_account).len(), by_people);
    assert_eq!(story.get("/v1/summary")["stuck"], by_people);
    // A deleted one is out of sight.
    let id = text(&stuck[0]["id"]);
    story.ok("DELETE", &format!("/v1/orders/{id}"), &Value::Null);
    assert_eq!(all("stuck=true").len(), by_people - 1);
    assert_eq!(story.get("/v1/summary")["stuck"], by_people - 1);
}

#[test]
fn an_order_goes_from_csr_to_certificate_and_back() {
    let story = Story::begin(0);
    let credential = story.link();
    let csr = Key::of(1)
        .unwrap()
        .request(&["app.whitlock.example"])
        .unwrap();
    let order = json!({
        "credentialId": credential, "productCode": "842", "groupNumber": "3107745521",
        "domain": "app.whitlock.example", "csr": csr,
        "agreement": { "accepted": true, "signerPlace": "Portland" },
    });
    let rehearsed = story.ok("POST", "/v1/orders/validate", &order);
    assert_eq!(rehearsed["isValid"], true, "{rehearsed:#}");
    assert_eq!(story.sandbox.borrow_mut().books(START).orders.len(), 0);
    let placed = story.ok("POST", "/v1/orders", &order);
    assert_eq!(placed["status"]["state"], "pending", "{placed:#}");
    assert_eq!(
        story.ok("POST", "/v1/orders", &order)["id"],
        placed["id"],
        "the same key"
    );
    assert_eq!(story.sandbox.borrow_mut().books(START).orders.len(), 1);

    story.pass(600);
    let path = format!("/v1/orders/{}", text(&placed["id"]));
    let checked = story.ok("POST", &format!("{path}/check"), &json!({}));
    assert_eq!(checked["status"]["state"], "fulfilled", "{checked:#}");
    let certificate = format!("/v1/certificates/{}", text(&checked["certificateId"]));
    let pem = text(&story.ok("GET", &format!("{certificate}/pem"), &Value::Null));
    assert_eq!(pem.matches("BEGIN CERTIFICATE").count(), 2, "{pem}");
    let found = story.ok(
        "GET",
        "/v1/certificates?host=whitlock.example",
        &Value::Null,
    );
    assert_eq!(
        found["items"][0]["matchedName"], "app.whitlock.example",
        "{found:#}"
    );

    let revoke = json!({ "reason": "superseded", "remark": "replaced" });
    let asked = story.ok("POST", &format!("{path}/revoke"), &revoke);
    assert_eq!(asked["status"]["state"], "fulfilled", "{asked:#}");
    assert_eq!(asked["revocation"]["phase"], "requested", "{asked:#}");
    story.pass(600);
    story.tick();
    let revoked = story.ok("GET", &path, &Value::Null);
    assert_eq!(revoked["status"]["state"], "revoked", "{revoked:#}");
    // Reason and date as emSign gives them.
    assert_eq!(revoked["revoked"]["reason"], "superseded", "{revoked:#}");
    let at = text(&revoked["revoked"]["at"]);
    let guidance = text(&revoked["status"]["guidance"]);
    let told = format!("on {}. Reason: superseded.", at.split('T').next().unwrap());
    assert!(guidance.ends_with(&told), "{guidance}");

    assert_eq!(
        story.ok("DELETE", &path, &Value::Null)["allowed"],
        json!(["restore"])
    );
    assert_eq!(
        story.ok("GET", "/v1/orders", &Value::Null)["items"],
        json!([])
    );
    let import = story.import(&credential);
    assert_eq!(import["report"]["import"]["leftDeleted"], 1, "{import:#}");
    story.ok("POST", &format!("{path}/restore"), &Value::Null);
    assert_eq!(
        story.ok("GET", "/v1/orders", &Value::Null)["items"][0]["id"],
        placed["id"]
    );
    let trail = story.ok("GET", "/v1/audit", &Value::Null);
    assert!(trail["items"].as_array().unwrap().len() > 8, "{trail:#}");
}

#[test]
fn a_dv_order_for_a_new_domain_is_placed_unless_the_account_refuses_it() {
    let story = Story::begin(0);
    let credential = story.link();
    let name = "www.elsewhere.example";
    let order = json!({
        "credentialId": credential, "productCode": "842", "groupNumber": "3107745521",
        "domain": name, "csr": Key::of(1).unwrap().request(&[name]).unwrap(),
        "agreement": { "accepted": true, "signerPlace": "Portland" },
    });
    let rule = format!("/v1/credentials/{credential}/new-domains");
    let finding = || {
        let said = story.ok("POST", "/v1/orders/validate", &order);
        let findings = said["findings"].as_array().unwrap().clone();
        let is_it = |finding: &&Value| finding["code"] == "domain-outside-account";
        let severity = findings.iter().find(is_it).unwrap()["severity"].clone();
        (said["isValid"] == true, text(&severity))
    };
    assert_eq!(finding(), (true, "warning".to_owned()));
    let refusing = story.ok("PUT", &rule, &json!({ "newDomains": "refuse" }));
    assert_eq!(refusing["newDomains"], "refuse");
    assert_eq!(finding(), (false, "error".to_owned()));
    let trail = story.get(&format!("/v1/audit?subject={credential}"));
    let detail = &trail["items"][0]["detail"];
    assert_eq!(detail, "validate to refuse", "{trail:#}");
    story.ok("PUT", &rule, &json!({ "newDomains": "validate" }));
    let placed = story.ok("POST", "/v1/orders", &order);
    assert_eq!(placed["status"]["state"], "pending", "{placed:#}");
    assert_eq!(story.sandbox.borrow_mut().books(START).orders.len(), 1);
}

#[test]
fn fifty_certificates_for_ten_seats_store_ten_and_hold_forty() {
    let story = Story::begin(0);
    let credential = story.link();
    story.license(10);
    let many = emsign_sandbox::IssueMany {
        count: 50,
        ..serde_json::from_value(json!({ "count": 50 })).unwrap()
    };
    story.sandbox.borrow_mut().issue_many(&many, START).unwrap();
    let import = story.import(&credential);
    let report = &import["report"]["import"];
    assert_eq!(
        (&report["certificatesStored"], &report["certificatesHeld"]),
        (&json!(10), &json!(40)),
        "{import:#}"
    );
    let license = story.ok("GET", "/v1/license", &Value::Null);
    assert_eq!(
        (&license["used"], &license["held"]),
        (&json!(10), &json!(40)),
        "{license:#}"
    );
    story.license(60);
    let started = story.ok("POST", "/v1/certificates/admit-held", &Value::Null);
    story.work();
    let job = story.ok(
        "GET",
        &format!("/v1/jobs/{}", text(&started["jobIds"][0])),
        &Value::Null,
    );
    assert_eq!(job["state"], "done", "{job:#}");
    let license = story.ok("GET", "/v1/license", &Value::Null);
    assert_eq!(
        (&license["used"], &license["held"]),
        (&json!(50), &json!(0)),
        "{license:#}"
    );
}

#[test]
fn a_lost_answer_does_not_order_twice() {
    let story = Story::begin(0);
    let credential = story.link();
    let fault = serde_json::from_value(json!({
        "operation": "GenerateOrderSSL", "kind": "reply-lost-after", "count": 1,
    }))
    .unwrap();
    story.sandbox.borrow_mut().add_fault(fault);
    let csr = Key::of(2)
        .unwrap()
        .request(&["lost.whitlock.example"])
        .unwrap();
    let order = json!({
        "credentialId": credential, "productCode": "842", "groupNumber": "3107745521",
        "domain": "lost.whitlock.example", "csr": csr,
        "agreement": { "accepted": true, "signerPlace": "Portland" },
    });
    let placed = story.ok("POST", "/v1/orders", &order);
    assert_eq!(placed["status"]["stage"], "unknown", "{placed:#}");
    let path = format!("/v1/orders/{}", text(&placed["id"]));
    story.world.lose_messages();
    for _ in 0..4 {
        story.pass(130);
        story.tick();
    }
    let adopted = story.ok("GET", &path, &Value::Null);
    assert_eq!(adopted["status"]["state"], "fulfilled", "{adopted:#}");
    let now = story.world.now().unix();
    assert_eq!(story.sandbox.borrow_mut().books(now).orders.len(), 1);
}
