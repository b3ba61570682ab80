//! Approval by a second person: what waits reaches the CA only when somebody else agrees.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use certwright_core::permission::Role;
use certwright_tests::{
    requests::Key,
    story::{Story, text},
};
use certwright_worker::{caller::Caller, platform::Platform as _};
use emsign_sandbox::{DEFAULT_ACCESS_KEY, DirectoryPart};
use futures_executor::block_on;
use serde_json::{Value, json};

const DAY: i64 = 86_400;

/// Somebody with a role, known by a name.
#[derive(Clone, Copy)]
struct Person(&'static str, Role);

const REQUESTER: Person = Person("token:requester", Role::Requester);
const COLLEAGUE: Person = Person("token:colleague", Role::Requester);
const OPERATOR: Person = Person("token:operator", Role::Operator);
const ADMIN: Person = Person("token:admin", Role::Admin);

impl Person {
    fn caller(self) -> Caller {
        Caller {
            actor: self.0.to_owned(),
            role: Some(self.1),
            address: Some("203.0.113.7".to_owned()),
        }
    }

    async fn sends(self, story: &Story, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let key = [("idempotency-key", "key-1")];
        let request = story
            .world
            .request_as(self.caller(), method, path, &key, body);
        request.await
    }

    fn send(self, story: &Story, method: &str, path: &str, body: &Value) -> (u16, Value) {
        block_on(self.sends(story, method, path, body))
    }

    fn ok(self, story: &Story, method: &str, path: &str, body: &Value) -> Value {
        let (status, value) = self.send(story, method, path, body);
        assert!((200..300).contains(&status), "{path}: {status} {value:#}");
        value
    }

    /// Sends what must be refused with this code.
    fn refused(self, story: &Story, path: &str, body: &Value, refusal: (u16, &str)) -> Value {
        let (status, problem) = self.send(story, "POST", path, body);
        let code = problem["code"].as_str().unwrap_or("");
        assert_eq!((status, code), refusal, "{path}: {problem:#}");
        assert!(problem["remedy"].is_string(), "{problem:#}");
        problem
    }
}

fn order(credential: &str, name: &str) -> Value {
    let csr = Key::of(name.len() as u64)
        .unwrap()
        .request(&[name])
        .unwrap();
    json!({
        "credentialId": credential, "productCode": "842", "groupNumber": "3107745521",
        "domain": name, "csr": csr, "agreement": { "accepted": true, "signerPlace": "Portland" },
    })
}

/// A system whose account has this rule.
fn with_rule(rule: &str) -> (Story, String) {
    let story = Story::begin(0);
    let credential = story.link();
    let path = format!("/v1/credentials/{credential}/approval");
    let account = story.ok("PUT", &path, &json!({ "approval": rule }));
    assert_eq!(account["approval"], rule, "{account:#}");
    (story, credential)
}

/// An order of the requester's that waits, and its address.
fn waiting(story: &Story, credential: &str) -> String {
    let asked = REQUESTER.ok(
        story,
        "POST",
        "/v1/orders",
        &order(credential, "app.whitlock.example"),
    );
    assert_eq!(asked["status"]["state"], "awaitingApproval", "{asked:#}");
    // The trail tells seconds apart.
    story.pass(1);
    format!("/v1/orders/{}", text(&asked["id"]))
}

fn at_the_ca(story: &Story) -> usize {
    let now = story.world.now().unix();
    story.sandbox.borrow_mut().books(now).orders.len()
}

/// Actions by which an order waits and stops waiting.
const DECISIONS: [&str; 5] = [
    "order.request",
    "order.approve",
    "order.decline",
    "order.withdraw",
    "order.lapse",
];

/// What the trail tells of an order's approval: action, actor, outcome; the oldest first.
fn trail(story: &Story, path: &str) -> Vec<(String, String, String)> {
    let id = path.rsplit('/').next().unwrap();
    let entries = story.get(&format!("/v1/audit?subject={id}&limit=100"));
    let mut entries: Vec<_> = entries["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| DECISIONS.contains(&text(&entry["action"]).as_str()))
        .map(|entry| {
            let [action, actor, outcome] =
                ["action", "actor", "outcome"].map(|name| text(&entry[name]));
            (action, actor, outcome)
        })
        .collect();
    entries.reverse();
    entries
}

fn entry(action: &str, person: Person, outcome: &str) -> (String, String, String) {
    (action.to_owned(), person.0.to_owned(), outcome.to_owned())
}

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
fn only_those_wait_whom_the_rule_names() {
    for (rule, person, waits) in [
        ("none", REQUESTER, false),
        ("requesters", OPERATOR, false),
        ("requesters", ADMIN, false),
        ("everyone", ADMIN, true),
    ] {
        let (story, credential) = with_rule(rule);
        let wish = order(&credential, "app.whitlock.example");
        let placed = person.ok(&story, "POST", "/v1/orders", &wish);
        let state = if waits { "awaitingApproval" } else { "pending" };
        assert_eq!(placed["status"]["state"], state, "{rule}: {placed:#}");
        assert_eq!(at_the_ca(&story), usize::from(!waits), "{rule}");
    }
}

#[test]
fn the_rule_is_set_by_administrators_and_lets_waiting_orders_wait() {
    let (story, credential) = with_rule("requesters");
    let path = waiting(&story, &credential);
    let rule = format!("/v1/credentials/{credential}/approval");
    let none = json!({ "approval": "none" });
    assert_eq!(OPERATOR.send(&story, "PUT", &rule, &none).0, 403);
    let unknown = json!({ "approval": "sometimes" });
    assert_eq!(ADMIN.send(&story, "PUT", &rule, &unknown).0, 422);
    story.pass(1);
    ADMIN.ok(&story, "PUT", &rule, &none);
    let id = rule.split('/').nth(3).unwrap();
    let entries = story.get(&format!("/v1/audit?subject={id}"));
    assert_eq!(entries["items"][0]["action"], "credential.approval");
    assert_eq!(entries["items"][0]["detail"], "requesters to none");
    story.pass(600);
    story.tick();
    assert_eq!(story.get(&path)["status"]["state"], "awaitingApproval");
    assert_eq!(at_the_ca(&story), 0);
}

#[test]
fn what_nobody_decides_on_ends_after_thirty_days() {
    let (story, credential) = with_rule("requesters");
    let path = waiting(&story, &credential);
    story.pass(30 * DAY - 60);
    story.tick();
    assert_eq!(story.get(&path)["status"]["state"], "awaitingApproval");
    story.pass(60);
    let approve = format!("{path}/approve");
    OPERATOR.refused(&story, &approve, &Value::Null, (409, "approval-lapsed"));
    story.tick();
    let ended = story.get(&path);
    assert_eq!(ended["status"]["state"], "lapsed", "{ended:#}");
    assert_eq!(ended["approval"]["decidedBy"], Value::Null, "{ended:#}");
    assert_eq!(trail(&story, &path).last().unwrap().0, "order.lapse");
    assert_eq!(at_the_ca(&story), 0);
    assert_eq!(story.get("/v1/summary")["awaitingApproval"], 0);
}

/// Runs two futures against each other, `turns` telling whose turn it is, an operation at a time.
fn against<A, B>(mut turns: u64, a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, None);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        let is_first = turns & 1 == 1;
        turns = turns.rotate_right(1);
        if (is_first || second.is_some())
            && first.is_none()
            && let Poll::Ready(done) = a.as_mut().poll(&mut context)
        {
            first = Some(done);
        } else if second.is_none()
            && let Poll::Ready(done) = b.as_mut().poll(&mut context)
        {
            second = Some(done);
        }
        if first.is_some() && second.is_some() {
            return (first.unwrap(), second.unwrap());
        }
    }
}

#[test]
fn of_two_decisions_at_once_one_counts_and_leaves_a_trace() {
    let nothing = Value::Null;
    let reason = json!({ "reason": "too dear" });
    let rivals = [
        ("approve", ADMIN, &nothing),
        ("decline", ADMIN, &reason),
        ("withdraw", REQUESTER, &nothing),
    ];
    let mut both_ran = 0;
    for (verb, rival, body) in rivals {
        for turns in [
            0xaaaa_aaaa_aaaa_aaaa,
            0x5555_5555_5555_5555,
            0xcccc_cccc_cccc_cccc,
            0xf0f0_f0f0_f0f0_f0f0,
            0x0f0f_0f0f_0f0f_0f0f,
            0xfffe_0001_3c5a_9961,
            0x1248_8421_6db6_db6d,
        ] {
            let (story, credential) = with_rule("requesters");
            let path = waiting(&story, &credential);
            story.world.give_way(true);
            let (approve, other) = (format!("{path}/approve"), format!("{path}/{verb}"));
            let ((one, first), (two, second)) = against(
                turns,
                OPERATOR.sends(&story, "POST", &approve, &nothing),
                rival.sends(&story, "POST", &other, body),
            );
            story.world.give_way(false);
            let told = format!("{verb} {turns:x}: {one} {first:#} {two} {second:#}");
            assert_eq!(
                [one, two].iter().filter(|status| **status == 200).count(),
                1,
                "{told}"
            );
            let loser = if one == 200 { &second } else { &first };
            let code = text(&loser["code"]);
            assert!(
                ["order-moved", "not-waiting"].contains(&code.as_str()),
                "{told}"
            );
            both_ran += u32::from(code == "order-moved");
            story.pass(600);
            story.tick();
            let is_placed = one == 200 || verb == "approve";
            assert_eq!(at_the_ca(&story), usize::from(is_placed), "{told}");
            assert_eq!(
                story.calls("GenerateOrderSSL"),
                u64::from(is_placed),
                "{told}"
            );
            let decided = trail(&story, &path);
            let decided = decided
                .iter()
                .filter(|(action, _, outcome)| action != "order.request" && outcome == "done");
            assert_eq!(decided.count(), 1, "{told}");
        }
    }
    assert!(both_ran > 5, "they did not meet: {both_ran}");
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

fn restore(story: &Story, credential: &str, dump: &str) {
    let mut from = 1;
    for part in dump.lines().collect::<Vec<_>>().chunks(40) {
        let path = format!("/v1/restore?from={from}");
        let reply = story.raw("POST", &path, "application/jsonl", &part.join("\n"));
        assert_eq!(reply.status, 200, "{}", reply.text);
        from += part.len();
    }
    let rotate = format!("/v1/credentials/{credential}/rotate");
    story.ok("POST", &rotate, &json!({ "accessKey": DEFAULT_ACCESS_KEY }));
}

#[test]
fn restored_from_a_dump_it_waits_on_and_is_placed_once_wherever_it_was_approved() {
    for was_approved_there in [false, true] {
        let (story, credential) = with_rule("requesters");
        let path = waiting(&story, &credential);
        let dump = story.pages("/v1/dump");
        story.pass(60);
        if was_approved_there {
            OPERATOR.ok(&story, "POST", &format!("{path}/approve"), &Value::Null);
        }
        let copy = story.beside();
        restore(&copy, &credential, &dump);
        let account = copy.get(&format!("/v1/credentials/{credential}"));
        assert_eq!(account["approval"], "requesters", "{account:#}");
        assert_eq!(copy.get("/v1/summary")["awaitingApproval"], 1);
        // The booking is left to the order that may be its own.
        let import = copy.import(&credential);
        assert_eq!(import["report"]["import"]["added"], 0, "{import:#}");
        assert_eq!(copy.get(&path)["status"]["state"], "awaitingApproval");

        let approve = format!("{path}/approve");
        let approved = OPERATOR.ok(&copy, "POST", &approve, &Value::Null);
        let state = text(&approved["status"]["state"]);
        assert_eq!(state == "pending", was_approved_there, "{approved:#}");
        for _ in 0..10 {
            copy.pass(300);
            copy.tick();
        }
        assert_eq!(copy.get(&path)["status"]["state"], "fulfilled");
        assert_eq!(at_the_ca(&copy), 1, "{was_approved_there}");
    }
}
