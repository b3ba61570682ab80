//! Trouble: the CA's rate limit, work that does not succeed, answers that are lost, and what one
//! invocation may spend.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod dead_letters;
mod fairness;
mod rate_limit;
mod spending;
mod wishes;

use certwright_tests::{
    requests::Key,
    story::{Story, text},
};
use futures_executor::block_on;
use serde_json::json;

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
