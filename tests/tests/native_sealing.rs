//! Master keys: rotating them, missing and wrong ones, seals that were moved, seals of old.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use certwright_core::seal::{MASTER_KEY_BYTES, MasterKeyVersion};
use certwright_tests::story::{START, Story, text};
use certwright_worker::{
    database::{Database as _, Statement},
    platform::Platform as _,
};
use emsign_sandbox::{DEFAULT_ACCESS_KEY, DEFAULT_ACCOUNT_NUMBER};
use futures_executor::block_on;
use serde_json::{Value, json};

const SECOND: [u8; MASTER_KEY_BYTES] = [8; MASTER_KEY_BYTES];
const WRONG: [u8; MASTER_KEY_BYTES] = [66; MASTER_KEY_BYTES];
const RESEAL: &str = "/v1/credentials/reseal";

fn version(number: &str) -> MasterKeyVersion {
    number.parse().unwrap()
}

/// A second master key is put in place and made current.
fn rotate(story: &mut Story) {
    story.world.set_master_key(version("2"), Some(SECOND));
    story.world.settings_mut().master_key = version("2");
}

/// Accounts linked at the sandbox beside the first.
fn link_more(story: &Story, count: u32) -> Vec<String> {
    let link = |n| {
        let number = format!("74120059{n:02}");
        let account = json!({ "accountNumber": number, "accessKey": DEFAULT_ACCESS_KEY });
        let added = serde_json::from_value(account).unwrap();
        let mut sandbox = story.sandbox.borrow_mut();
        sandbox.add_account(&added, START).unwrap();
        drop(sandbox);
        story.link_account(&number)
    };
    (0..count).map(link).collect()
}

/// Rows as the database has them.
fn rows(story: &Story, sql: &'static str) -> Value {
    let rows = block_on(story.world.database().query(Statement::new(sql))).unwrap();
    serde_json::from_str(&rows.0).unwrap()
}

fn seals(story: &Story) -> Value {
    rows(story, "SELECT id, sealed_key FROM credentials ORDER BY id")
}

fn change(story: &Story, statement: Statement) {
    block_on(story.world.database().batch(vec![statement])).unwrap();
}

fn verify(story: &Story, credential: &str) -> (u16, Value) {
    let path = format!("/v1/credentials/{credential}/verify");
    story.send("POST", &path, &json!({}))
}

/// Every step of a reseal: what was sealed in each, and what failed at all.
fn reseal(story: &Story) -> (Vec<u64>, Vec<Value>) {
    let (mut steps, mut failed) = (Vec::new(), Vec::new());
    let mut request = json!({});
    loop {
        let before = story.world.spent();
        let report = story.ok("POST", RESEAL, &request);
        let spent = story.world.spent();
        assert!(spent.1 - before.1 <= 50, "the statements of an invocation");
        assert_eq!(spent.0, before.0, "the CA is not called");
        steps.push(report["resealed"].as_u64().unwrap());
        failed.extend(report["failed"].as_array().unwrap().iter().cloned());
        if report["next"].is_null() {
            assert_eq!(report["left"], 0, "{report:#}");
            return (steps, failed);
        }
        request = json!({ "after": report["next"] });
    }
}

#[test]
fn a_rotation_reseals_every_account_and_the_old_key_can_go() {
    let mut story = Story::begin(0);
    story.link();
    let more = link_more(&story, 22);
    rotate(&mut story);
    assert_eq!(verify(&story, &more[0]).0, 200, "both keys are there");

    assert_eq!(reseal(&story), (vec![10, 10, 3], vec![]));
    assert_eq!(reseal(&story), (vec![0], vec![]), "nothing is left to do");
    let trail = "SELECT count(*) AS entries FROM audit WHERE action = 'credential.reseal'";
    assert_eq!(rows(&story, trail)[0]["entries"], 23);

    story.world.set_master_key(version("1"), None);
    for credential in &more {
        assert_eq!(verify(&story, credential).0, 200);
    }
}

#[test]
fn a_wrong_master_key_is_named_and_changes_nothing() {
    let mut story = Story::begin(0);
    let lost = story.link();
    rotate(&mut story);
    let good = link_more(&story, 1).remove(0);
    story.world.set_master_key(version("1"), Some(WRONG));
    let before = seals(&story);

    let (status, problem) = verify(&story, &lost);
    assert_eq!((status, &problem["code"]), (503, &json!("master-key")));
    assert_eq!(problem["field"], "MASTER_KEY_V1", "{problem:#}");
    assert!(text(&problem["remedy"]).contains("MASTER_KEY_V1"));
    let (steps, failed) = reseal(&story);
    assert_eq!(steps, [0]);
    assert_eq!(failed[0]["credentialId"], lost, "{failed:#?}");
    assert!(text(&failed[0]["remedy"]).contains("MASTER_KEY_V1"));
    assert_eq!(seals(&story), before);
    assert_eq!(verify(&story, &good).0, 200, "others go on");

    // The way out that needs no old key: the account is given its access key again.
    let path = format!("/v1/credentials/{lost}/rotate");
    story.ok("POST", &path, &json!({ "accessKey": DEFAULT_ACCESS_KEY }));
    assert_eq!(verify(&story, &lost).0, 200);
}

#[test]
fn accounts_that_do_not_open_hold_up_no_others() {
    let mut story = Story::begin(0);
    let mut all = link_more(&story, 24);
    all.sort();
    for broken in &all[..12] {
        let break_it = "UPDATE credentials SET sealed_key = replace(sealed_key, '2.v1', '2.v9') \
                        WHERE id = ?1";
        change(&story, Statement::new(break_it).bind(broken.as_str()));
    }
    rotate(&mut story);
    let (steps, failed) = reseal(&story);
    assert_eq!(steps.iter().sum::<u64>(), 12, "{steps:?}");
    assert_eq!(failed.len(), 12);
    for failure in &failed {
        assert!(
            text(&failure["detail"]).contains("MASTER_KEY_V9"),
            "{failure:#}"
        );
    }
}

#[test]
fn without_the_current_master_key_nothing_is_sealed() {
    let mut story = Story::begin(0);
    let credential = story.link();
    story.world.settings_mut().master_key = version("2");
    let before = seals(&story);
    let another = json!({
        "label": "Another", "environment": "development",
        "accountNumber": "7412005999", "accessKey": DEFAULT_ACCESS_KEY,
    });
    let account = json!({ "accountNumber": "7412005999", "accessKey": DEFAULT_ACCESS_KEY });
    let account = serde_json::from_value(account).unwrap();
    let added = story.sandbox.borrow_mut().add_account(&account, START);
    added.unwrap();
    for (path, body) in [
        (RESEAL, json!({})),
        ("/v1/credentials", another),
        (
            &format!("/v1/credentials/{credential}/rotate"),
            json!({ "accessKey": DEFAULT_ACCESS_KEY }),
        ),
    ] {
        let (status, problem) = story.send("POST", path, &body);
        assert_eq!(status, 503, "{path}: {problem:#}");
        assert_eq!(problem["field"], "MASTER_KEY_V2", "{problem:#}");
    }
    assert_eq!(seals(&story), before);
    assert_eq!(
        verify(&story, &credential).0,
        200,
        "what is sealed still opens"
    );
}

#[test]
fn a_seal_that_was_moved_does_not_open() {
    let story = Story::begin(0);
    let first = story.link();
    let second = link_more(&story, 1).remove(0);
    let steal = "UPDATE credentials SET sealed_key = \
                 (SELECT sealed_key FROM credentials WHERE id = ?1) WHERE id = ?2";
    let steal = Statement::new(steal).bind(first.as_str());
    change(&story, steal.bind(second.as_str()));
    assert_eq!(verify(&story, &first).0, 200);
    let (status, problem) = verify(&story, &second);
    assert_eq!((status, &problem["code"]), (503, &json!("master-key")));
}

#[test]
fn a_seal_that_is_none_is_told_apart() {
    let story = Story::begin(0);
    let credential = story.link();
    change(
        &story,
        Statement::new("UPDATE credentials SET sealed_key = 'v1.spoilt'"),
    );
    let (status, problem) = verify(&story, &credential);
    assert_eq!(
        (status, &problem["code"]),
        (503, &json!("access-key-damaged"))
    );
    let (steps, failed) = reseal(&story);
    assert_eq!((steps, failed.len()), (vec![0], 1));
}

#[test]
fn a_seal_of_the_first_form_opens_and_is_brought_to_the_second() {
    let story = Story::begin(0);
    let credential = story.link();
    let old = story.world.encrypt(
        MasterKeyVersion::FIRST,
        credential.as_bytes(),
        DEFAULT_ACCESS_KEY.as_bytes(),
    );
    let old = block_on(old).unwrap();
    let base64 = data_encoding::BASE64;
    let old = format!(
        "v1.{}.{}",
        base64.encode(&old.nonce),
        base64.encode(&old.ciphertext)
    );
    let put = "UPDATE credentials SET sealed_key = ?1";
    change(&story, Statement::new(put).bind(old));
    assert_eq!(verify(&story, &credential).0, 200);
    assert_eq!(reseal(&story), (vec![1], vec![]));
    assert!(text(&seals(&story)[0]["sealed_key"]).starts_with("2.v1."));
    assert_eq!(verify(&story, &credential).0, 200);
}

#[test]
fn work_without_its_master_key_waits_with_a_reason() {
    let mut story = Story::begin(0);
    story.link();
    story.world.set_master_key(version("1"), None);
    story.ok("POST", "/v1/sync", &json!({}));
    block_on(story.world.drain());
    let log = story.world.take_log().join("\n");
    assert!(
        log.contains("MASTER_KEY_V1") || log.contains("MissingMasterKey"),
        "{log}"
    );

    story
        .world
        .set_master_key(version("1"), Some([7; MASTER_KEY_BYTES]));
    for _ in 0..4 {
        story.pass(3_600);
        story.tick();
    }
    let jobs = story.get("/v1/jobs");
    assert_eq!(jobs["items"][0]["state"], "done", "{jobs:#}");
    assert_eq!(
        story.calls("ValidateCredentials"),
        1,
        "{DEFAULT_ACCOUNT_NUMBER}"
    );
}
