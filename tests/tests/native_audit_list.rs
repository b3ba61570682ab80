//! The audit trail is found by who, what, whose and when, shows names, and reads no more than it shows.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use certwright_core::audit::OUTCOMES;
use certwright_tests::{
    requests::Key,
    story::{Story, text},
};
use certwright_worker::{
    database::{Database as _, Statement},
    platform::Platform as _,
};
use futures_executor::block_on;
use serde_json::{Value, json};

fn lived() -> (Story, String, String) {
    let story = Story::begin(3);
    let credential = story.link();
    let csr = Key::of(5)
        .unwrap()
        .request(&["www.whitlock.example"])
        .unwrap();
    let order = json!({
        "credentialId": credential, "productCode": "842", "groupNumber": "3107745521",
        "domain": "www.whitlock.example", "csr": csr,
        "agreement": { "accepted": true, "signerPlace": "Portland" },
    });
    let placed = story.ok("POST", "/v1/orders", &order);
    let order = text(&placed["id"]);
    story.pass(600);
    story.ok("POST", &format!("/v1/orders/{order}/check"), &json!({}));
    let reason = json!({ "reason": "superseded", "remark": "replaced" });
    story.ok("POST", &format!("/v1/orders/{order}/revoke"), &reason);
    story.pass(86_400);
    story.ok(
        "POST",
        &format!("/v1/credentials/{credential}/verify"),
        &json!({}),
    );
    (story, credential, order)
}

fn all(story: &Story, query: &str) -> Vec<Value> {
    let mut items = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = story.get(&format!("/v1/audit?limit=2&{query}{cursor}"));
        items.extend(page["items"].as_array().unwrap().clone());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

#[test]
fn filters_can_be_combined_and_find_exactly_what_fits() {
    let (story, credential, order) = lived();
    let whole = all(&story, "");
    assert!(whole.len() >= 8, "{}", whole.len());
    let first = text(&whole[0]["at"]);
    let cases = [
        ("actor=admin".to_owned(), json!({ "actor": "admin" })),
        (
            "action=order.revoke".to_owned(),
            json!({ "action": "order.revoke" }),
        ),
        (
            format!("account={credential}"),
            json!({ "account": credential }),
        ),
        (format!("subject={order}"), json!({ "subject": order })),
        (
            format!("account={credential}&actor=admin&action=order.revoke"),
            json!({ "account": credential, "actor": "admin", "action": "order.revoke" }),
        ),
        (
            format!("subject={order}&actor=system"),
            json!({ "subject": order, "actor": "system" }),
        ),
    ];
    for (query, parts) in cases {
        let fits = |entry: &&Value| {
            let mut parts = parts.as_object().unwrap().iter();
            parts.all(|(name, value)| entry[name] == *value)
        };
        // Of one second, a chain tells the order; the others don't.
        let by_id = |mut entries: Vec<Value>| {
            entries.sort_by_key(|entry| text(&entry["id"]));
            entries
        };
        let expected = by_id(whole.iter().filter(fits).cloned().collect());
        assert_eq!(by_id(all(&story, &query)), expected, "{query}");
        assert!(!expected.is_empty(), "{query}");
    }
    // A day begins with its first second and ends before the next one's.
    let from = all(&story, &format!("from={first}&account={credential}"));
    assert!(
        from.iter().all(|entry| text(&entry["at"]) >= first),
        "{from:?}"
    );
    let before = all(&story, &format!("before={first}"));
    assert_eq!(
        before.len() + all(&story, &format!("from={first}")).len(),
        whole.len()
    );
    let wrong = format!("/v1/audit?from={first}&before={first}");
    assert_eq!(story.send("GET", &wrong, &Value::Null).0, 422);
}

#[test]
fn entries_are_shown_with_the_names_of_what_they_are_about() {
    let (story, _, order) = lived();
    for entry in all(&story, "") {
        if entry["subject"] == json!(order) {
            assert_eq!(entry["subjectName"], "www.whitlock.example", "{entry:#}");
            assert_eq!(entry["accountName"], emsign_sandbox::DEFAULT_ACCOUNT_NUMBER);
        }
        let outcome = text(&entry["outcome"]);
        let is_known = OUTCOMES.iter().any(|(name, _)| *name == outcome);
        assert!(is_known, "{entry:#}");
    }
    let verified = &all(&story, "action=credential.verify")[0];
    assert_eq!(
        verified["subjectName"],
        emsign_sandbox::DEFAULT_ACCOUNT_NUMBER
    );
}

#[test]
fn no_combination_walks_the_trail() {
    let (story, credential, order) = lived();
    let queries = [
        "actor=admin&action=order.revoke".to_owned(),
        format!("account={credential}&action=order.revoke"),
        format!("subject={order}&account={credential}"),
        "action=never.done".to_owned(),
        "actor=nobody&account=nowhere".to_owned(),
        "from=2026-01-01T00:00:00Z&before=2026-01-02T00:00:00Z".to_owned(),
        "before=2026-01-02T00:00:00Z".to_owned(),
    ];
    let steps = |query: &str| {
        let before = story.world.database().steps();
        let _ = story.get(&format!("/v1/audit?limit=5&{query}"));
        story.world.database().steps() - before
    };
    let small = queries.each_ref().map(|query| steps(query));
    let more = Statement::new(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) \
         INSERT INTO audit (id, account, seq, at, actor, action, subject, outcome) \
         SELECT 'aud_aaaaaaaaaaaaaaaaaaaaa' || replace(replace(replace(replace( \
           printf('%05d', i), '0', 'a'), '1', 'b'), '8', 'c'), '9', 'd'), 'other', i, 1795000000 + i, 'admin', 'order.check', \
           printf('x%d', i), 'done' FROM n",
    );
    block_on(story.world.database().batch(vec![more])).unwrap();
    for (query, small) in queries.iter().zip(small) {
        let large = steps(query);
        assert!(
            large <= small + 2_500,
            "{query}: {small} steps, then {large}"
        );
    }
}
