//! The CA's rate limit, work that does not succeed, and what one invocation may spend.

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
use certwright_worker::{ca::Urgency, platform::Platform as _, schedule, storage::orders, work};
use emsign_sandbox::{DEFAULT_ACCESS_KEY, FaultKind};
use futures_executor::block_on;
use serde_json::{Value, json};

/// Calls to others and statements that the platform's free plan allows an invocation
/// (<https://developers.cloudflare.com/workers/platform/limits/>).
const MOST: u64 = 50;

fn place(story: &Story, credential: &str, number: u64, name: &str) -> String {
    let groups = story.get(&format!("/v1/groups?credentialId={credential}"));
    let groups = groups["items"].as_array().unwrap();
    let group = groups
        .iter()
        .find(|group| group["entry"]["isDefault"] == true);
    let csr = Key::of(number).unwrap().request(&[name]).unwrap();
    let order = json!({
        "credentialId": credential, "productCode": "842", "groupNumber": group.unwrap()["entry"]["number"],
        "domain": name, "csr": csr, "agreement": { "accepted": true, "signerPlace": "Portland" },
    });
    let key = [("idempotency-key", name)];
    let (status, placed) = block_on(story.world.request("POST", "/v1/orders", &key, &order));
    assert_eq!(status, 201, "{placed:#}");
    text(&placed["id"])
}

fn start_import(story: &Story, credential: &str) -> String {
    let path = format!("/v1/credentials/{credential}/import");
    let started = story.ok("POST", &path, &json!({}));
    format!("/v1/jobs/{}", text(&started["jobIds"][0]))
}

#[test]
fn a_rate_limit_pauses_background_work_and_lets_a_person_through() {
    let story = Story::begin(400);
    let credential = story.link();
    let order = place(&story, &credential, 1, "pending9.whitlock.example");
    let job = start_import(&story, &credential);
    story.trouble("GetOrderReport", FaultKind::UnmarkedRateLimit, 1);
    story.work();
    let view = story.get(&format!("/v1/credentials/{credential}"));
    assert!(view["pausedUntil"].is_string(), "{view:#}");
    assert_eq!(story.get(&job)["state"], "running");
    let asked = story.calls("GetOrderReport");

    // Neither more messages nor the schedule make background calls now; a person does.
    block_on(schedule::round(&story.world)).unwrap();
    story.work();
    assert_eq!(story.calls("GetOrderReport"), asked);
    let tracked = story.calls("TrackOrder");
    story.ok("POST", &format!("/v1/orders/{order}/check"), &json!({}));
    assert_eq!(story.calls("TrackOrder"), tracked + 1);

    for _ in 0..6 {
        story.pass(130);
        story.tick();
    }
    let done = story.get(&job);
    assert_eq!(done["state"], "done", "{done:#}");
    assert_eq!(done["report"]["import"]["added"], 400, "{done:#}");
    let view = story.get(&format!("/v1/credentials/{credential}"));
    assert_eq!(view["pausedUntil"], Value::Null, "{view:#}");
}

#[test]
fn a_persons_call_outlasts_a_short_limit() {
    let story = Story::begin(0);
    let credential = story.link();
    story.trouble("ValidateCredentials", FaultKind::UnmarkedRateLimit, 2);
    let path = format!("/v1/credentials/{credential}/verify");
    story.ok("POST", &path, &Value::Null);

    story.trouble("ValidateCredentials", FaultKind::UnmarkedRateLimit, 3);
    let (status, problem) = story.send("POST", &path, &Value::Null);
    assert_eq!(
        (status, text(&problem["code"])),
        (503, "ca-rate-limited".to_owned())
    );
}

#[test]
fn waiting_for_the_limit_is_no_failed_attempt() {
    let story = Story::begin(20);
    let credential = story.link();
    story.trouble("GetOrderReport", FaultKind::UnmarkedRateLimit, 12);
    let job = start_import(&story, &credential);
    for _ in 0..40 {
        story.pass(600);
        story.tick();
    }
    assert_eq!(story.get("/v1/dead-letters")["items"], json!([]));
    assert_eq!(story.get(&job)["state"], "done");
}

#[test]
fn work_that_does_not_succeed_is_set_aside_and_goes_on_when_retried() {
    let story = Story::begin(30);
    let credential = story.link();
    story.trouble("GetOrderReport", FaultKind::ServerError, 1_000);
    let job = start_import(&story, &credential);
    for _ in 0..30 {
        story.pass(3_600);
        story.tick();
    }
    let stopped = story.get(&job);
    assert_eq!(stopped["state"], "failed", "{stopped:#}");
    let letters = story.get("/v1/dead-letters");
    let letter = &letters["items"][0];
    assert_eq!(letter["kind"], "import", "{letters:#}");
    assert_eq!(letter["credentialId"], json!(credential));
    assert!(text(&letter["error"]).contains("503"), "{letter:#}");
    assert_eq!(story.get("/v1/summary")["deadLetters"], 1);

    story.sandbox.borrow_mut().clear_faults();
    let retry = format!("/v1/dead-letters/{}/retry", text(&letter["id"]));
    assert_eq!(story.ok("POST", &retry, &Value::Null)["moved"], 1);
    assert_eq!(story.send("POST", &retry, &Value::Null).0, 404);
    for _ in 0..4 {
        story.work();
        story.pass(130);
        story.tick();
    }
    let done = story.get(&job);
    assert_eq!(done["state"], "done", "{done:#}");
    assert_eq!(done["report"]["import"]["added"], 30);
    assert_eq!(story.get("/v1/summary")["deadLetters"], 0);
}

#[test]
fn a_discarded_dead_letter_ends_its_job_as_failed() {
    let story = Story::begin(30);
    let credential = story.link();
    story.trouble("GetOrderReport", FaultKind::ServerError, 1_000);
    let job = start_import(&story, &credential);
    for _ in 0..30 {
        story.pass(3_600);
        story.tick();
    }
    let letters = story.get("/v1/dead-letters");
    let path = format!("/v1/dead-letters/{}", text(&letters["items"][0]["id"]));
    story.ok("DELETE", &path, &Value::Null);
    let ended = story.get(&job);
    assert_eq!(ended["state"], "failed", "{ended:#}");
    assert_eq!(ended["done"], ended["total"]);
    assert_eq!(story.get("/v1/dead-letters")["items"], json!([]));
}

#[test]
fn a_revocation_whose_answer_is_lost_is_shown_as_the_ca_has_it() {
    for (kind, first) in [
        (FaultKind::ReplyLostAfter, "sending"),
        (FaultKind::ReplyLostBefore, "sending"),
        (FaultKind::HtmlPage, "sending"),
    ] {
        let story = Story::begin(0);
        let credential = story.link();
        let order = place(&story, &credential, 2, "r.whitlock.example");
        story.pass(600);
        let path = format!("/v1/orders/{order}");
        story.ok("POST", &format!("{path}/check"), &json!({}));
        story.trouble("RevokeOrder", kind, 1);
        let wish = json!({ "reason": "superseded", "remark": "replaced" });
        let asked = story.ok("POST", &format!("{path}/revoke"), &wish);
        assert_eq!(asked["revocation"]["phase"], first, "{kind:?} {asked:#}");
        let again = story.ok("POST", &format!("{path}/revoke"), &wish);
        assert_eq!(again["id"], asked["id"]);
        for _ in 0..6 {
            story.pass(300);
            story.tick();
        }
        assert_eq!(story.get(&path)["status"]["state"], "revoked", "{kind:?}");
    }
}

#[test]
fn a_cancellation_whose_answer_is_lost_is_shown_as_the_ca_has_it() {
    for kind in [FaultKind::ReplyLostAfter, FaultKind::ServerErrorAfter] {
        let story = Story::begin(0);
        let credential = story.link();
        let order = place(&story, &credential, 3, "stuck.whitlock.example");
        let path = format!("/v1/orders/{order}");
        story.trouble("RejectOrder", kind, 1);
        let wish = json!({ "remark": "not needed" });
        assert_eq!(story.send("POST", &format!("{path}/cancel"), &wish).0, 502);
        story.pass(60);
        story.tick();
        assert_eq!(story.get(&path)["status"]["state"], "cancelled", "{kind:?}");
        story.ok("POST", &format!("{path}/cancel"), &wish);
    }
}

#[test]
fn accounts_take_turns_when_many_orders_are_due() {
    let story = Story::begin(0);
    let busy = story.link();
    let account = json!({ "accountNumber": "7412005840", "accessKey": DEFAULT_ACCESS_KEY });
    let added = serde_json::from_value(account).unwrap();
    story
        .sandbox
        .borrow_mut()
        .add_account(&added, START)
        .unwrap();
    let small = story.link_account("7412005840");
    for number in 10..40 {
        place(
            &story,
            &busy,
            number,
            &format!("stuck.n{number}.whitlock.example"),
        );
    }
    for number in 40..43 {
        let name = format!("stuck.n{number}.whitlock-2.example");
        place(&story, &small, number, &name);
    }
    story.pass(7_200);
    let now = story.world.now().unix();
    let due = block_on(orders::due(story.world.database(), now, 8)).unwrap();
    let of_small = due
        .iter()
        .filter(|order| order.credential_id.as_str() == small);
    assert_eq!((due.len(), of_small.count()), (8, 3));
}

/// Runs everything that is due, the schedule included, and looks at what each invocation spends.
fn spend(story: &Story, rounds: u32) -> (u64, u64) {
    let (mut most_calls, mut most_statements) = (0, 0);
    let mut look = |before: (u64, u64), what: &str| {
        let (calls, statements) = story.world.spent();
        let (calls, statements) = (calls - before.0, statements - before.1);
        assert!(calls <= MOST, "{what}: {calls} calls");
        assert!(statements <= MOST, "{what}: {statements} statements");
        most_calls = most_calls.max(calls);
        most_statements = most_statements.max(statements);
    };
    for _ in 0..rounds {
        let before = story.world.spent();
        block_on(schedule::round(&story.world)).unwrap();
        look(before, "schedule");
        loop {
            let due = story.world.take_due();
            if due.is_empty() {
                break;
            }
            for message in due {
                let before = story.world.spent();
                block_on(work::run(&story.world, &message, Urgency::Background)).unwrap();
                look(before, &format!("{message:?}"));
            }
        }
        story.pass(130);
    }
    (most_calls, most_statements)
}

#[test]
fn no_invocation_spends_more_than_the_free_plan_allows() {
    let story = Story::begin(600);
    let credential = story.link();
    story.license(1_000);
    let job = start_import(&story, &credential);
    let (calls, statements) = spend(&story, 5);
    assert_eq!(story.get(&job)["state"], "done");
    println!("import: {calls} calls, {statements} statements");

    // Every check fails, the worst case of what has to be written down.
    story.pass(86_400);
    story.trouble("TrackOrder", FaultKind::ServerError, 500);
    let (calls, statements) = spend(&story, 5);
    println!("failing checks: {calls} calls, {statements} statements");
    assert!(calls > 10, "orders were due: {calls}");
    story.sandbox.borrow_mut().clear_faults();

    story.ok("POST", "/v1/sync", &json!({}));
    let (calls, statements) = spend(&story, 2);
    println!("sync: {calls} calls, {statements} statements");
}
