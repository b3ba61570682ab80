//! No request, row or setting sends a call anywhere but to the CA.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use certwright_emsign::hosts::Bases;
use certwright_tests::story::Story;
use certwright_worker::{
    database::{Database as _, Statement},
    platform::{NoReply, Platform as _},
};
use emsign_sandbox::{DEFAULT_ACCESS_KEY, DEFAULT_ACCOUNT_NUMBER};
use futures_executor::block_on;
use serde_json::{Value, json};

fn account(environment: &str) -> Value {
    json!({
        "label": "x", "environment": environment,
        "accountNumber": DEFAULT_ACCOUNT_NUMBER, "accessKey": DEFAULT_ACCESS_KEY,
    })
}

#[test]
fn a_request_cannot_name_an_address() {
    let story = Story::begin(0);
    for field in ["base", "baseUrl", "url", "host"] {
        let mut body = account("development");
        body[field] = json!("https://ca.example/");
        let (status, refused) = story.send("POST", "/v1/credentials", &body);
        assert_eq!((status, &refused["code"]), (422, &json!("unknown-field")));
    }
    for environment in ["https://ca.example/", "127.0.0.1", "sandbox", ""] {
        let (status, refused) = story.send("POST", "/v1/credentials", &account(environment));
        assert_eq!((status, &refused["code"]), (422, &json!("unknown-value")));
    }
    assert_eq!(story.world.spent().0, 0, "nobody was called");
}

#[test]
fn without_its_setting_there_is_no_look_alike() {
    let mut story = Story::begin(0);
    let credential = story.link();
    story.world.settings_mut().ca = Bases::default();
    let before = story.world.spent().0;
    let verify = format!("/v1/credentials/{credential}/verify");
    let rotate = format!("/v1/credentials/{credential}/rotate");
    for (path, body) in [
        (verify.as_str(), json!({})),
        (&rotate, json!({ "accessKey": DEFAULT_ACCESS_KEY })),
    ] {
        let (status, refused) = story.send("POST", path, &body);
        assert_eq!(status, 409, "{refused:#}");
        assert_eq!(refused["code"], "environment-not-configured");
    }
    assert_eq!(story.world.spent().0, before, "nobody was called");
}

#[test]
fn a_row_cannot_name_an_address() {
    let story = Story::begin(0);
    let credential = story.link();
    let change = "UPDATE credentials SET environment = 'https://ca.example/'";
    block_on(story.world.database().batch(vec![Statement::new(change)])).unwrap();
    let before = story.world.spent().0;
    let verify = format!("/v1/credentials/{credential}/verify");
    assert_eq!(story.send("POST", &verify, &json!({})).0, 500);
    assert_eq!(story.world.spent().0, before, "nobody was called");
}

#[test]
fn a_call_to_another_address_does_not_leave() {
    let story = Story::begin(0);
    for address in [
        "https://ca.example/emSignHub-API/TrackOrder",
        "https://api.certinext.io.ca.example/emSignHub-API/TrackOrder",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/control/books",
        "/TrackOrder",
    ] {
        let request = http::Request::post(address).body(Vec::new()).unwrap();
        let reply = block_on(story.world.call(request));
        assert_eq!(reply.err(), Some(NoReply::NotAllowed), "{address}");
    }
    assert_eq!(story.world.spent().0, 0);
}
