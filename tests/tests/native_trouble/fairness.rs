//! Orders that are due take turns.

use certwright_tests::story::{START, Story};
use certwright_worker::{platform::Platform as _, schedule, storage::orders};
use emsign_sandbox::{DEFAULT_ACCESS_KEY, FaultKind};
use futures_executor::block_on;
use serde_json::json;

use crate::place;

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

#[test]
fn orders_whose_check_fails_do_not_keep_the_others_waiting() {
    let story = Story::begin(0);
    let credential = story.link();
    for number in 10..70 {
        let name = format!("stuck.n{number}.whitlock.example");
        place(&story, &credential, number, &name);
    }
    story.pass(7_200);
    let before = story.calls("TrackOrder");
    story.trouble("TrackOrder", FaultKind::ServerError, 50);
    block_on(schedule::round(&story.world)).unwrap();
    block_on(story.world.drain());
    assert_eq!(story.calls("TrackOrder"), before + 50);
    block_on(schedule::round(&story.world)).unwrap();
    block_on(story.world.drain());
    // Those that failed wait for their own time; the ten behind them have had their turn.
    assert_eq!(story.calls("TrackOrder"), before + 60);
}
