//! No invocation spends more than the platform's free plan allows.

use certwright_tests::story::{START, Story, text};
use certwright_worker::{
    ca::Urgency,
    database::{Database as _, Statement},
    platform::Platform as _,
    schedule, work,
};
use emsign_sandbox::{DEFAULT_ACCESS_KEY, FaultKind};
use futures_executor::block_on;
use serde_json::json;

use crate::{place, start_import};

/// Calls to others and statements that the platform's free plan allows an invocation
/// (<https://developers.cloudflare.com/workers/platform/limits/>).
const MOST: u64 = 50;

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

#[test]
fn many_accounts_do_not_make_an_invocation_dearer() {
    let story = Story::begin(0);
    let mut numbers = Vec::new();
    for n in 0..24 {
        let number = format!("74120059{n:02}");
        let account = json!({ "accountNumber": number, "accessKey": DEFAULT_ACCESS_KEY });
        let added = serde_json::from_value(account).unwrap();
        story
            .sandbox
            .borrow_mut()
            .add_account(&added, START)
            .unwrap();
        numbers.push(number);
    }
    // Each has an order whose cancellation was not heard by the CA, and has met the rate limit.
    story.trouble("RejectOrder", FaultKind::ReplyLostBefore, 24);
    for (n, number) in numbers.iter().enumerate() {
        let credential = story.link_account(number);
        let domain = domain_of(&story, &credential);
        let order = place(
            &story,
            &credential,
            100 + n as u64,
            &format!("stuck.{domain}"),
        );
        let path = format!("/v1/orders/{order}/cancel");
        let asked = story.ok("POST", &path, &json!({ "remark": "not needed" }));
        assert_eq!(asked["cancellation"]["phase"], "sending");
    }
    story.pass(600);
    let strikes = Statement::new("UPDATE credentials SET strikes = 3");
    block_on(story.world.database().batch(vec![strikes])).unwrap();
    let (calls, statements) = spend(&story, 1);
    println!("checks of many accounts: {calls} calls, {statements} statements");
    assert_eq!(calls, 48);
    assert_eq!(story.calls("RejectOrder"), 48);

    let before = story.world.spent().1;
    story.ok("POST", "/v1/sync", &json!({}));
    let statements = story.world.spent().1 - before;
    assert!(statements <= MOST, "sync of all: {statements} statements");
}

/// A domain that the account may order for.
fn domain_of(story: &Story, credential: &str) -> String {
    let domains = story.get(&format!("/v1/domains?credentialId={credential}"));
    text(&domains["items"][0]["entry"]["name"])
}
