//! The CA's rate limit: background work waits, people go through.

use certwright_tests::story::{Story, text};
use certwright_worker::schedule;
use emsign_sandbox::FaultKind;
use futures_executor::block_on;
use serde_json::{Value, json};

use crate::{place, start_import};

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
