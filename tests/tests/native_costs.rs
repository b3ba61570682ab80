//! What must cost the same in a small account and in a large one, in instructions of the database.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use certwright_tests::{requests::Key, story::Story};
use certwright_worker::{
    database::{Database as _, Statement},
    platform::Platform as _,
};
use futures_executor::block_on;
use serde_json::json;

fn steps(story: &Story, act: impl FnOnce()) -> u64 {
    let before = story.world.database().steps();
    act();
    story.world.database().steps() - before
}

fn run(story: &Story, sql: &'static str) {
    block_on(story.world.database().batch(vec![Statement::new(sql)])).unwrap();
}

/// A tenth more is what a deeper tree of an index may take.
fn assert_flat(what: &str, small: u64, large: u64) {
    assert!(
        large <= small + small / 10,
        "{what}: {small} steps, then {large}"
    );
}

#[test]
fn an_import_costs_the_same_in_a_large_account() {
    let story = Story::begin(150);
    let credential = story.link();
    story.license(1_000);
    let job = story.import(&credential);
    assert_eq!(job["state"], "done", "{job:#}");

    let again = |story: &Story| {
        steps(story, || {
            let job = story.import(&credential);
            assert_eq!(job["state"], "done", "{job:#}");
        })
    };
    let small = again(&story);
    run(
        &story,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) \
         INSERT INTO orders (id, credential_id, ca_order_number, state, ordered_at, is_deleted, \
             version, record) \
         SELECT printf('ord_more%d', i), credential_id, printf('more%d', i), state, ordered_at, \
             0, 1, record \
         FROM n, (SELECT * FROM orders WHERE state = 'fulfilled' LIMIT 1)",
    );
    assert_flat("an import", small, again(&story));
}

#[test]
fn a_rehearsal_costs_the_same_in_a_large_account() {
    let story = Story::begin(5);
    let credential = story.link();
    let name = "a.b.c.d.whitlock.example";
    let csr = Key::of(1).unwrap().request(&[name]).unwrap();
    let order = json!({
        "credentialId": credential, "productCode": "842", "groupNumber": "3107745521",
        "domain": name, "csr": csr, "agreement": { "accepted": true, "signerPlace": "Portland" },
    });
    let rehearse = |story: &Story| {
        steps(story, || {
            story.ok("POST", "/v1/orders/validate", &order);
        })
    };
    let small = rehearse(&story);
    run(
        &story,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) \
         INSERT INTO directory (credential_id, part, key, name, entry, first_seen_at, changed_at) \
         SELECT credential_id, part, printf('more%d', i), printf('more%d.example', i), entry, \
             first_seen_at, changed_at \
         FROM n, (SELECT * FROM directory WHERE part = 'domains' LIMIT 1)",
    );
    assert_flat("a rehearsal", small, rehearse(&story));
}
