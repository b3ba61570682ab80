//! A dump of one system restored into another, over the real runtime.

#![allow(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by failing"
)]

use std::time::Duration;

use anyhow::{Context, Result};
use certwright_harness::system::SANDBOX_ACCESS_KEY;
use certwright_tests::live::{Live, text};
use serde_json::{Value, json};

const LIMIT: Duration = Duration::from_secs(300);
/// Lines that are sent together.
const TOGETHER: usize = 30;

fn dump(live: &Live) -> Result<String> {
    let mut whole = String::new();
    let mut next = Some("/v1/dump".to_owned());
    while let Some(path) = next {
        let reply = live.worker.send("GET", &path, &[], None)?;
        assert_eq!(reply.status, 200, "{}", reply.body);
        whole.push_str(&reply.text);
        next = reply.next_page();
    }
    Ok(whole)
}

fn restore(live: &Live, dump: &str) -> Result<Value> {
    let lines: Vec<&str> = dump.lines().collect();
    let mut from = 1;
    let mut last = Value::Null;
    for part in lines.chunks(TOGETHER) {
        let path = format!("/v1/restore?from={from}");
        let headers = [("Content-Type", "application/jsonl")];
        let body = part.join("\n").into_bytes();
        let reply = live.worker.send("POST", &path, &headers, Some(body))?;
        assert_eq!(reply.status, 200, "line {from}: {}", reply.body);
        last = reply.body;
        from += part.len();
    }
    Ok(last)
}

#[test]
fn a_restored_system_gives_the_same_answers() -> Result<()> {
    let old = Live::start(200)?;
    let credential = old.link()?;
    old.license(50)?;
    old.import(&credential, LIMIT)?;
    let dumped = dump(&old)?;
    assert!(!dumped.contains(SANDBOX_ACCESS_KEY));
    assert!(!dumped.contains(old.system.secrets().admin_token()));

    // The second system is another deployment of the same organization: it knows the license's
    // signer, and has a master key of its own.
    let new = Live::start(0)?;
    let end = restore(&new, &dumped)?;
    assert_eq!(end["isComplete"], true, "{end}");
    for list in [
        "orders",
        "certificates",
        "csrs",
        "groups",
        "organizations",
        "domains",
        "products",
    ] {
        let path = format!("/v1/{list}");
        assert_eq!(new.all(&path)?, old.all(&path)?, "{list}");
    }
    let certificates = new.all("/v1/certificates")?;
    let first = certificates.first().context("a certificate")?;
    let pem = format!("/v1/certificates/{}/pem", text(&first["id"])?);
    assert_eq!(
        new.worker.send("GET", &pem, &[], None)?.text,
        old.worker.send("GET", &pem, &[], None)?.text
    );
    let account = new
        .worker
        .get_ok(&format!("/v1/credentials/{credential}"))?;
    assert_eq!(account["needsKey"], true, "{account}");
    let import = format!("/v1/credentials/{credential}/import");
    let refused = new.worker.json("POST", &import, &[], &json!({}))?;
    assert_eq!(
        refused.body["code"], "access-key-missing",
        "{}",
        refused.body
    );

    let sheet = new
        .worker
        .send("GET", "/v1/certificates.csv?limit=100", &[], None)?;
    assert_eq!(sheet.text.lines().count(), certificates.len() + 1);
    Ok(())
}
