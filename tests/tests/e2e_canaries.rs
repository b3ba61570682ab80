//! Secrets are planted in the real runtime, and every reply, log and file of its state (D1, KV,
//! Queues) is searched for them; master keys are rotated on the way.

#![allow(
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and what it measured by printing"
)]

use std::{
    cell::RefCell,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use certwright_harness::{Client, client::Reply};
use certwright_tests::{
    canary::Canary,
    live::{LIMIT, Live, order, text},
    requests::Key,
};
use serde_json::{Value, json};

const ACCOUNT: &str = "7412005999";
const KEY: &str = "k1/Can+ary~Key-one-9a4411cd";
const NEXT_KEY: &str = "k2/Can+ary~Key-two-c07be83f";
const REFUSED_KEY: &str = "k3/Can+ary~Key-bad-5d21f6e0";
const FOREIGN: &str = "cw_F0reign/Can+ary~e19c0b7a";
const MISPLACED: &str = "x9/Can+ary~In-place-0e77d3b4";
const SECOND_MASTER_KEY: [u8; 32] = *b"m2/Can+ary~Master~key-e6350c91..";

/// Every reply, kept.
struct Replies(RefCell<Vec<(String, Vec<u8>)>>);

impl Replies {
    fn keep(&self, reply: Reply) -> Reply {
        let bytes = format!("{:?}\n{}", reply.headers, reply.text).into_bytes();
        self.0.borrow_mut().push((reply.asked.clone(), bytes));
        reply
    }

    fn post(&self, client: &Client, path: &str, body: &Value) -> Result<Reply> {
        Ok(self.keep(client.post(path, body)?))
    }

    fn get(&self, client: &Client, path: &str) -> Result<Reply> {
        Ok(self.keep(client.get(path)?))
    }
}

#[test]
fn no_reply_log_or_file_carries_a_secret() -> Result<()> {
    let mut live = Live::start(5)?;
    let account = json!({ "accountNumber": ACCOUNT, "accessKey": KEY });
    live.ca.post_ok("/control/accounts", &account)?;
    let replies = Replies(RefCell::default());
    let credential = link_and_rotate_the_key(&live, &replies)?;
    jobs_and_an_order(&live, &replies, &credential)?;
    mistakes(&live, &replies)?;
    rotate_the_master_key(&mut live, &replies, &credential)?;
    for list in [
        "credentials",
        "accounts",
        "groups",
        "organizations",
        "domains",
        "products",
        "csrs",
        "orders",
        "orders.csv",
        "certificates",
        "certificates.csv",
        "jobs",
        "dead-letters",
        "license",
        "dump",
        "summary",
        "audit",
    ] {
        replies.get(&live.worker, &format!("/v1/{list}"))?.ok()?;
    }

    let state = live.system.state().to_owned();
    let master_key = fs::read_to_string(state.join("secrets/master-key"))?;
    let second = data_encoding::BASE64.encode(&SECOND_MASTER_KEY);
    let canaries = [
        Canary::new("admin token", live.system.secrets().admin_token()),
        Canary::new("master key", master_key.trim()),
        Canary::new("second master key", &second),
        Canary::new(
            "second master key, its bytes",
            std::str::from_utf8(&SECOND_MASTER_KEY)?,
        ),
        Canary::new("access key", KEY),
        Canary::new("next access key", NEXT_KEY),
        Canary::new("refused access key", REFUSED_KEY),
        Canary::new("foreign token", FOREIGN),
        Canary::new("misplaced secret", MISPLACED),
    ];
    // Nothing changes under the search any more.
    live.system.kill_worker();
    let mut outputs = replies.0.into_inner();
    outputs.extend(files(&state)?);
    let mut found = Vec::new();
    for (what, bytes) in &outputs {
        for canary in &canaries {
            if let Some(form) = canary.found_in(bytes) {
                found.push(format!("{} as {form} in {what}", canary.name));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    let control = Canary::new("account number", ACCOUNT);
    let mut databases = outputs.iter().filter(|(what, _)| what.contains("sqlite"));
    assert!(
        databases.any(|(_, bytes)| control.found_in(bytes).is_some()),
        "no database was searched"
    );
    assert!(
        outputs.iter().any(|(what, _)| what.ends_with("worker.log")),
        "no log was searched"
    );
    let size: usize = outputs.iter().map(|(_, bytes)| bytes.len()).sum();
    println!("{} outputs, {size} bytes", outputs.len());
    Ok(())
}

fn link_and_rotate_the_key(live: &Live, replies: &Replies) -> Result<String> {
    let link = |key: &str| {
        let body = json!({
            "label": "Canaries", "environment": "development",
            "accountNumber": ACCOUNT, "accessKey": key,
        });
        replies.post(&live.worker, "/v1/credentials", &body)
    };
    assert_eq!(link(REFUSED_KEY)?.status, 422);
    live.fault(
        &json!({ "operation": "ValidateCredentials", "kind": "reply-lost-before", "count": 1 }),
    )?;
    assert_eq!(link(KEY)?.status, 502);
    let linked = link(KEY)?.ok()?;
    live.job(text(&linked["syncJobId"])?)?;
    let id = text(&linked["credential"]["id"])?.to_owned();
    let change = json!({ "accessKey": NEXT_KEY });
    live.ca
        .post_ok(&format!("/control/accounts/{ACCOUNT}/state"), &change)?;
    let path = format!("/v1/credentials/{id}/rotate");
    for (key, status) in [(REFUSED_KEY, 422), (NEXT_KEY, 200)] {
        let reply = replies.post(&live.worker, &path, &json!({ "accessKey": key }))?;
        assert_eq!(reply.status, status, "{reply}");
    }
    Ok(id)
}

fn jobs_and_an_order(live: &Live, replies: &Replies, credential: &str) -> Result<()> {
    live.import(credential, LIMIT)?;
    live.fault(&json!({ "operation": "GetDomainDetails", "kind": "server-error", "count": 2 }))?;
    replies.post(&live.worker, "/v1/sync", &json!({}))?.ok()?;
    let groups = live.all(&format!("/v1/groups?credentialId={credential}"))?;
    let group = groups
        .iter()
        .find(|group| group["entry"]["isDefault"] == true);
    let domains = live.all(&format!("/v1/domains?credentialId={credential}"))?;
    let name = format!(
        "app.{}",
        text(&domains.first().context("a domain")?["entry"]["name"])?
    );
    let mut order = order(credential, &name, &Key::fresh()?.request(&[&name])?);
    order["groupNumber"] = group.context("a group")?["entry"]["number"].clone();
    let placed = live.place("canaries", &order)?;
    let path = format!("/v1/orders/{}/check", text(&placed["id"])?);
    replies.post(&live.worker, &path, &json!({}))?.ok()?;
    live.system.run_schedule()
}

/// Secrets where none belong, and callers with a token that nobody gave out. Addresses are left to
/// `native_canaries`: the platform records those of every request itself, with their queries.
fn mistakes(live: &Live, replies: &Replies) -> Result<()> {
    let stranger = Client::new(live.system.worker_url(), FOREIGN);
    for client in [&live.worker, &stranger] {
        for body in [
            json!({ MISPLACED: 1 }),
            json!(MISPLACED),
            json!({ "label": MISPLACED, "environment": MISPLACED }),
            json!({ "accessKey": [MISPLACED] }),
        ] {
            for path in ["/v1/credentials", "/v1/orders", "/v1/credentials/reseal"] {
                let reply = replies.post(client, path, &body)?;
                assert!(reply.status >= 400, "{reply}");
                let broken = format!("{body}").replace('}', "");
                let headers = [
                    ("Content-Type", MISPLACED),
                    ("Idempotency-Key", "canaries-2"),
                ];
                let reply = client.send("POST", path, &headers, Some(broken.into_bytes()))?;
                assert!(replies.keep(reply).status >= 400);
            }
        }
    }
    Ok(())
}

fn rotate_the_master_key(live: &mut Live, replies: &Replies, credential: &str) -> Result<()> {
    let sandbox = live.system.sandbox_url().context("a sandbox")?;
    let base = ("DEVELOPMENT_CA_BASE", format!("{sandbox}/emSignHub-API/"));
    let second = data_encoding::BASE64.encode(&SECOND_MASTER_KEY);
    let verify = format!("/v1/credentials/{credential}/verify");
    let restart = |live: &mut Live, settings: &[(&str, &str)]| -> Result<()> {
        let all: Vec<_> = std::iter::once((base.0, base.1.as_str()))
            .chain(settings.iter().copied())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        live.system.secrets().write_environment(&all)?;
        // The log begins anew with the runtime.
        let log = fs::read(live.system.state().join("worker.log"))?;
        replies
            .0
            .borrow_mut()
            .push(("a worker.log".to_owned(), log));
        live.system.restart_worker()
    };
    // The second key is said to be current before it is there.
    restart(live, &[("MASTER_KEY_CURRENT", "2")])?;
    let refused = replies.post(&live.worker, "/v1/credentials/reseal", &json!({}))?;
    assert_eq!(
        (refused.status, &refused.body["field"]),
        (503, &json!("MASTER_KEY_V2")),
        "{refused}"
    );
    restart(
        live,
        &[("MASTER_KEY_CURRENT", "2"), ("MASTER_KEY_V2", &second)],
    )?;
    let resealed = replies
        .post(&live.worker, "/v1/credentials/reseal", &json!({}))?
        .ok()?;
    assert_eq!(resealed["resealed"], 1, "{resealed:#}");
    // The first key is another one now, and nobody needs it.
    let wrong = data_encoding::BASE64.encode(&[66; 32]);
    restart(
        live,
        &[
            ("MASTER_KEY_CURRENT", "2"),
            ("MASTER_KEY_V2", &second),
            ("MASTER_KEY_V1", &wrong),
        ],
    )?;
    replies.post(&live.worker, &verify, &json!({}))?.ok()?;
    // The other way round, the key that is needed is a wrong one.
    restart(
        live,
        &[("MASTER_KEY_CURRENT", "2"), ("MASTER_KEY_V2", &wrong)],
    )?;
    let refused = replies.post(&live.worker, &verify, &json!({}))?;
    assert_eq!(
        (refused.status, &refused.body["field"]),
        (503, &json!("MASTER_KEY_V2")),
        "{refused}"
    );
    restart(
        live,
        &[("MASTER_KEY_CURRENT", "2"), ("MASTER_KEY_V2", &second)],
    )?;
    replies.post(&live.worker, &verify, &json!({}))?.ok()?;
    Ok(())
}

/// Every file of the system's state but those that hold secrets by their purpose: the folder of
/// secrets, and the CA's own books.
fn files(state: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = vec![state.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.strip_prefix(state)?.display().to_string();
            if name == "secrets" || name == "sandbox.json" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((name, fs::read(&path)?));
            }
        }
    }
    Ok(found)
}
