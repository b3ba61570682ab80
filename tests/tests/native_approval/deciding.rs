//! Approving, declining, withdrawing: by whom, and what comes of it.

use certwright_worker::platform::Platform as _;
use emsign_sandbox::DirectoryPart;
use futures_executor::block_on;
use serde_json::{Value, json};

use crate::{
    ADMIN, COLLEAGUE, OPERATOR, REQUESTER, at_the_ca, entry, order, text, trail, waiting, with_rule,
};

#[test]
fn an_order_waits_until_a_second_person_approves_and_is_placed_once() {
    let (story, credential) = with_rule("requesters");
    let wish = order(&credential, "app.whitlock.example");
    let rehearsed = REQUESTER.ok(&story, "POST", "/v1/orders/validate", &wish);
    assert_eq!(rehearsed["isValid"], true, "{rehearsed:#}");
    let told = rehearsed["findings"].as_array().unwrap().iter();
    let told: Vec<_> = told.map(|finding| &finding["code"]).collect();
    assert!(told.contains(&&json!("needs-approval")), "{rehearsed:#}");

    let path = waiting(&story, &credential);
    // Whatever else happens, the CA hears nothing.
    let calls = story.world.spent().0;
    let again = REQUESTER.ok(&story, "POST", "/v1/orders", &wish);
    assert_eq!(
        format!("/v1/orders/{}", text(&again["id"])),
        path,
        "the same key"
    );
    OPERATOR.ok(&story, "POST", &format!("{path}/check"), &json!({}));
    for _ in 0..3 {
        story.pass(600);
        story.tick();
    }
    assert_eq!((story.world.spent().0, at_the_ca(&story)), (calls, 0));
    assert_eq!(story.import(&credential)["state"], "done");
    assert_eq!(story.calls("GenerateOrderSSL"), 0);
    let seen = story.get(&path);
    assert_eq!(seen["status"]["actor"], "approver", "{seen:#}");
    assert_eq!(seen["approval"]["requestedBy"], REQUESTER.0, "{seen:#}");
    assert_eq!(seen["approval"]["decidedBy"], Value::Null, "{seen:#}");
    assert_eq!(story.get("/v1/summary")["awaitingApproval"], 1);
    let listed = story.get("/v1/orders?state=awaitingApproval");
    assert_eq!(listed["items"][0]["id"], seen["id"], "{listed:#}");

    let placed = OPERATOR.ok(&story, "POST", &format!("{path}/approve"), &Value::Null);
    assert_eq!(placed["status"]["state"], "pending", "{placed:#}");
    assert_eq!(placed["approval"]["decidedBy"], OPERATOR.0, "{placed:#}");
    assert_eq!((story.calls("GenerateOrderSSL"), at_the_ca(&story)), (1, 1));
    assert_eq!(story.get("/v1/summary")["awaitingApproval"], 0);
    story.pass(1);
    let approve = format!("{path}/approve");
    OPERATOR.refused(&story, &approve, &Value::Null, (409, "not-waiting"));
    story.pass(600);
    story.tick();
    let issued = story.get(&path);
    assert_eq!(issued["status"]["state"], "fulfilled", "{issued:#}");
    assert_eq!(issued["approval"]["decidedBy"], OPERATOR.0, "{issued:#}");
    // Whoever reads it later finds the names that were approved.
    let review = &seen["approval"]["review"];
    for name in ["productName", "groupName"] {
        assert!(issued[name].is_string(), "{issued:#}");
        assert_eq!(issued[name], review[name], "{name}");
    }
    assert_eq!((story.calls("GenerateOrderSSL"), at_the_ca(&story)), (1, 1));
    assert_eq!(
        trail(&story, &path),
        [
            entry("order.request", REQUESTER, "done"),
            entry("order.approve", OPERATOR, "done"),
            entry("order.approve", OPERATOR, "refused"),
        ]
    );
}

#[test]
fn nobody_approves_their_own_order_and_the_attempt_is_on_record() {
    let (story, credential) = with_rule("everyone");
    let wish = order(&credential, "app.whitlock.example");
    for (person, other) in [(OPERATOR, ADMIN), (ADMIN, OPERATOR)] {
        let asked = person.ok(&story, "POST", "/v1/orders", &wish);
        assert_eq!(asked["status"]["state"], "awaitingApproval", "{asked:#}");
        assert_eq!(
            asked["allowed"],
            json!(["decline", "withdraw"]),
            "{asked:#}"
        );
        let path = format!("/v1/orders/{}", text(&asked["id"]));
        let approve = format!("{path}/approve");
        story.pass(1);
        person.refused(&story, &approve, &Value::Null, (403, "own-order"));
        assert_eq!(
            trail(&story, &path),
            [
                entry("order.request", person, "done"),
                entry("order.approve", person, "refused"),
            ]
        );
        let seen = other.ok(&story, "GET", &path, &Value::Null);
        let all = json!(["approve", "decline", "withdraw"]);
        assert_eq!(seen["allowed"], all, "{seen:#}");
        let before = at_the_ca(&story);
        other.ok(&story, "POST", &approve, &Value::Null);
        assert_eq!(at_the_ca(&story), before + 1);
    }
}

#[test]
fn who_only_requests_decides_on_nothing_but_withdraws_their_own() {
    let (story, credential) = with_rule("requesters");
    let path = waiting(&story, &credential);
    let act = |verb: &str| format!("{path}/{verb}");
    let reason = json!({ "reason": "not now" });
    for person in [REQUESTER, COLLEAGUE] {
        assert_eq!(
            person.send(&story, "POST", &act("approve"), &Value::Null).0,
            403
        );
        assert_eq!(person.send(&story, "POST", &act("decline"), &reason).0, 403);
    }
    let refusal = (403, "not-the-requester");
    COLLEAGUE.refused(&story, &act("withdraw"), &Value::Null, refusal);
    let seen = COLLEAGUE.ok(&story, "GET", &path, &Value::Null);
    assert_eq!(seen["allowed"], json!([]), "{seen:#}");
    let (status, problem) = OPERATOR.send(&story, "DELETE", &path, &Value::Null);
    assert_eq!((status, &problem["code"]), (409, &json!("awaits-approval")));

    let ended = REQUESTER.ok(&story, "POST", &act("withdraw"), &Value::Null);
    assert_eq!(ended["status"]["state"], "withdrawn", "{ended:#}");
    OPERATOR.refused(&story, &act("approve"), &Value::Null, (409, "not-waiting"));
    OPERATOR.ok(&story, "DELETE", &path, &Value::Null);
    let again = REQUESTER.ok(
        &story,
        "POST",
        "/v1/orders",
        &order(&credential, "app.whitlock.example"),
    );
    assert_eq!(again["id"], ended["id"], "the same key, the same order");
    assert_eq!(at_the_ca(&story), 0);
}

#[test]
fn a_declined_order_tells_why_and_an_operator_may_withdraw_anybodys() {
    let (story, credential) = with_rule("requesters");
    let path = waiting(&story, &credential);
    let decline = format!("{path}/decline");
    for reason in ["", "two\nlines", &"x".repeat(201)] {
        let body = json!({ "reason": reason });
        let problem = OPERATOR.refused(&story, &decline, &body, (422, "malformed"));
        assert_eq!(problem["field"], "reason");
    }
    let reason = json!({ "reason": "order it from the other group" });
    let declined = OPERATOR.ok(&story, "POST", &decline, &reason);
    assert_eq!(declined["status"]["state"], "declined", "{declined:#}");
    assert_eq!(declined["approval"]["reason"], reason["reason"]);
    assert_eq!(declined["approval"]["decidedBy"], OPERATOR.0);
    let restore = OPERATOR.send(&story, "POST", &format!("{path}/approve"), &Value::Null);
    assert_eq!(restore.0, 409);

    let other = order(&credential, "other.whitlock.example");
    let asked = COLLEAGUE.ok(&story, "POST", "/v1/orders", &other);
    let path = format!("/v1/orders/{}", text(&asked["id"]));
    let ended = OPERATOR.ok(&story, "POST", &format!("{path}/withdraw"), &Value::Null);
    assert_eq!(ended["status"]["state"], "withdrawn", "{ended:#}");
    assert_eq!(at_the_ca(&story), 0);
}

#[test]
fn an_order_that_no_longer_holds_is_not_approved_and_goes_on_waiting() {
    let (story, credential) = with_rule("requesters");
    let path = waiting(&story, &credential);
    let domain = |change: Value| {
        let mut sandbox = story.sandbox.borrow_mut();
        let now = story.world.now().unix();
        sandbox
            .change_directory(DirectoryPart::Domain, change, now)
            .unwrap();
    };
    let sync = || {
        story.ok("POST", "/v1/sync", &json!({}));
        story.work();
    };
    // Without this, a DV order for a domain that is gone would only be warned of.
    let rule = format!("/v1/credentials/{credential}/new-domains");
    ADMIN.ok(&story, "PUT", &rule, &json!({ "newDomains": "refuse" }));
    domain(json!({ "domainName": "whitlock.example", "remove": true }));
    sync();
    let approve = format!("{path}/approve");
    let refusal = (422, "domain-outside-account");
    let problem = OPERATOR.refused(&story, &approve, &Value::Null, refusal);
    assert_eq!(problem["field"], "domain", "{problem:#}");
    assert_eq!(story.get(&path)["status"]["state"], "awaitingApproval");
    assert_eq!(at_the_ca(&story), 0);
    let refused = entry("order.approve", OPERATOR, "refused");
    assert_eq!(trail(&story, &path).last(), Some(&refused));

    domain(json!({
        "domainName": "whitlock.example", "dcvStatus": 1, "organizationNumber": "2984410",
    }));
    sync();
    OPERATOR.ok(&story, "POST", &approve, &Value::Null);
    assert_eq!(at_the_ca(&story), 1);
}

#[test]
fn whoever_approves_sees_names_price_and_what_the_rehearsal_warns_of() {
    let (story, credential) = with_rule("everyone");
    let first = waiting(&story, &credential);
    let body = order(&credential, "app.whitlock.example");
    let key = [("idempotency-key", "second")];
    let caller = REQUESTER.caller();
    let sent = story
        .world
        .request_as(caller, "POST", "/v1/orders", &key, &body);
    let (status, second) = block_on(sent);
    assert_eq!(status, 201, "{second:#}");
    let path = format!("/v1/orders/{}", text(&second["id"]));
    // The reply to placing it warns already; so does what the second person reads.
    let seen = OPERATOR.ok(&story, "GET", &path, &Value::Null);
    for view in [&second, &seen] {
        let codes: Vec<String> = view["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|finding| text(&finding["code"]))
            .collect();
        for code in ["already-ordered", "key-reused"] {
            assert!(codes.contains(&code.to_owned()), "{codes:?}");
        }
    }
    let told = seen["findings"].to_string();
    let first_id = first.rsplit('/').next().unwrap();
    assert!(told.contains(first_id), "{told}");
    let review = &seen["approval"]["review"];
    for name in [
        "productName",
        "groupName",
        "price",
        "key",
        "requestorName",
        "requestorEmail",
    ] {
        assert!(
            review[name].as_str().is_some_and(|text| !text.is_empty()),
            "{name}: {review:#}"
        );
    }
    // Declined, it covers nothing any more.
    let reason = json!({ "reason": "twice" });
    OPERATOR.ok(&story, "POST", &format!("{first}/decline"), &reason);
    let seen = OPERATOR.ok(&story, "GET", &path, &Value::Null);
    assert!(
        !seen["findings"].to_string().contains("already-ordered"),
        "{seen:#}"
    );
}
