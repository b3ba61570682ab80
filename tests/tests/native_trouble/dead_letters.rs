//! Work that does not succeed is set aside, shown, and tried again by hand.

use std::{
    pin::pin,
    task::{Context, Waker},
};

use certwright_tests::story::{Story, text};
use certwright_worker::{
    ca::Urgency,
    database::{Database as _, Statement},
    platform::Platform as _,
    schedule, work,
};
use emsign_sandbox::FaultKind;
use futures_executor::block_on;
use serde_json::{Value, json};

use crate::start_import;

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

/// Every message is delivered to an invocation that is killed at its first call.
fn kill_all(story: &Story) {
    for message in story.world.take_due() {
        let before = story.world.spent().0;
        let mut work = pin!(work::run(&story.world, &message, Urgency::Background));
        let mut context = Context::from_waker(Waker::noop());
        while story.world.spent().0 == before {
            if work.as_mut().poll(&mut context).is_ready() {
                break;
            }
        }
    }
}

#[test]
fn a_piece_that_kills_its_invocation_is_set_aside() {
    let story = Story::begin(30);
    let credential = story.link();
    let job = start_import(&story, &credential);
    story.world.give_way(true);
    for _ in 0..10 {
        kill_all(&story);
        story.pass(300);
        story.world.give_way(false);
        block_on(schedule::round(&story.world)).unwrap();
        story.world.give_way(true);
    }
    story.world.give_way(false);
    let stopped = story.get(&job);
    assert_eq!(stopped["state"], "failed", "{stopped:#}");
    let letters = story.get("/v1/dead-letters");
    assert_eq!(letters["items"][0]["kind"], "import", "{letters:#}");
    story.ok("POST", "/v1/dead-letters/retry", &Value::Null);
    for _ in 0..3 {
        story.work();
        story.pass(130);
    }
    assert_eq!(story.get(&job)["state"], "done");
}

#[test]
fn trouble_of_our_own_is_set_aside_with_its_cause() {
    let story = Story::begin(30);
    let credential = story.link();
    let spoil = Statement::new("UPDATE credentials SET sealed_key = 'v1.spoilt'");
    block_on(story.world.database().batch(vec![spoil])).unwrap();
    let job = start_import(&story, &credential);
    for _ in 0..12 {
        block_on(schedule::round(&story.world)).unwrap();
        block_on(story.world.drain());
        story.pass(7_200);
    }
    assert_eq!(story.get(&job)["state"], "failed");
    let letters = story.get("/v1/dead-letters");
    let error = text(&letters["items"][0]["error"]);
    assert!(error.contains("is damaged"), "{letters:#}");
}
