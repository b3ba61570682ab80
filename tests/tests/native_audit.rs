//! The audit trail: chains that verify, that the database itself refuses to rewrite, and in which
//! what was rewritten in spite of that is noticed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use certwright_api::system::AuditChain;
use certwright_core::audit::{
    ChainFault, ChainHash, Head, Line, LineFault, Verified, Verifier, pin, verify,
};
use certwright_tests::{
    requests::Key,
    story::{Story, text},
};
use certwright_worker::{
    database::{Database as _, DatabaseFault, Statement, decode},
    platform::Platform as _,
};
use futures_executor::block_on;
use serde_json::{Value, json};

fn place(story: &Story, credential: &str, number: u64, name: &str) -> Value {
    let csr = Key::of(number).unwrap().request(&[name]).unwrap();
    let body = json!({
        "credentialId": credential, "productCode": "842", "groupNumber": "3107745521",
        "domain": name, "csr": csr, "agreement": { "accepted": true, "signerPlace": "Portland" },
    });
    let key = [("idempotency-key", name)];
    block_on(story.world.request("POST", "/v1/orders", &key, &body)).1
}

/// A system in which a person, the system itself and a stranger have done things.
fn lived() -> (Story, String) {
    let story = Story::begin(20);
    let credential = story.link();
    story.license(60);
    story.import(&credential);
    let placed = place(&story, &credential, 1, "a.whitlock.example");
    let order = format!("/v1/orders/{}", text(&placed["id"]));
    story.pass(600);
    story.ok("POST", &format!("{order}/check"), &json!({}));
    let wish = json!({ "reason": "superseded", "remark": "replaced" });
    story.send("POST", &format!("{order}/revoke"), &wish);
    story.ok("DELETE", &order, &Value::Null);
    let stranger = [
        ("authorization", "Bearer guessed"),
        ("cf-connecting-ip", "198.51.100.9"),
    ];
    let refused = http::Request::builder().method("GET").uri("/v1/orders");
    let refused = stranger
        .iter()
        .fold(refused, |request, (name, value)| {
            request.header(*name, *value)
        })
        .body(Vec::new())
        .unwrap();
    let reply = block_on(certwright_worker::http::handle(&story.world, refused));
    assert_eq!(reply.status(), 401);
    story.tick();
    (story, credential)
}

fn heads(story: &Story) -> Vec<Head> {
    let items = story.get("/v1/audit/heads")["items"].clone();
    let chains: Vec<AuditChain> = serde_json::from_value(items).unwrap();
    assert!(chains.iter().all(|chain| !chain.is_cut()), "{chains:?}");
    chains.iter().map(AuditChain::head).collect()
}

/// Every chain, exported.
fn export(story: &Story) -> String {
    heads(story)
        .iter()
        .map(|head| story.pages(&format!("/v1/audit/export?account={}", head.account)))
        .collect()
}

fn check(export: &str) -> Result<Verified, ChainFault> {
    verify(Verifier::default(), export.lines())
}

fn run(story: &Story, sql: &'static str) -> Result<Vec<u64>, DatabaseFault> {
    block_on(story.world.database().batch(vec![Statement::new(sql)]))
}

fn count(story: &Story, sql: &'static str) -> u64 {
    let rows = block_on(story.world.database().query(Statement::new(sql))).unwrap();
    let rows: Vec<Value> = decode(rows).unwrap();
    rows[0]["n"].as_u64().unwrap()
}

#[test]
fn the_whole_job_is_told_in_chains_that_verify() {
    let (story, credential) = lived();
    let export = export(&story);
    let verified = check(&export).unwrap();
    let stored = count(&story, "SELECT COUNT(*) AS n FROM audit");
    // The export of the last chain is noted in the chain before it when that was exported already.
    assert!(verified.entries + 1 >= stored, "{verified:?} of {stored}");
    assert_eq!(verified.heads.len(), 2, "the account's and the system's");
    for action in [
        "credential.link",
        "orders.import",
        "order.intend",
        "order.place",
        "order.revoke",
        "order.delete",
    ] {
        let entry = export
            .lines()
            .filter_map(Line::read)
            .find_map(|line| match line {
                Line::Entry(sealed) if sealed.entry.action == action => Some(sealed.entry),
                _ => None,
            })
            .unwrap_or_else(|| panic!("{action} is not told"));
        assert_eq!(entry.account, credential, "{action}");
        let by_person = entry.actor != "system";
        assert_eq!(entry.address.is_some(), by_person, "{action}");
    }
    let trail = story.get("/v1/audit?actor=unknown");
    let refused = &trail["items"][0];
    assert_eq!(refused["outcome"], "refused");
    assert_eq!(refused["address"], "198.51.100.9");
    assert!(text(&refused["account"]).starts_with("system-"));
}

#[test]
fn a_chain_is_listed_by_number() {
    let (story, credential) = lived();
    let head = heads(&story)
        .into_iter()
        .find(|head| head.account == credential);
    let head = head.unwrap();
    let last = format!("/v1/audit?account={credential}&seq={}", head.seq);
    let entry = &story.get(&last)["items"][0];
    assert_eq!(text(&entry["hash"]), head.hash.to_string());
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = story.get(&format!("/v1/audit?account={credential}&limit=3{cursor}"));
        let items = page["items"].as_array().unwrap();
        seen.extend(items.iter().map(|item| item["seq"].as_u64().unwrap()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<u64> = (1..=head.seq).rev().collect();
    assert_eq!(seen, expected);
    for bad in ["seq=1", "account=a&seq=1&actor=b", "account=a&seq=x"] {
        let (status, problem) = story.send("GET", &format!("/v1/audit?{bad}"), &Value::Null);
        assert_eq!(status, 422, "{bad}: {problem}");
    }
    let (status, problem) = story.send("GET", "/v1/audit/export", &Value::Null);
    assert_eq!(status, 422, "{problem}");
    let missing = "/v1/audit/export?account=cred_none";
    assert_eq!(story.send("GET", missing, &Value::Null).0, 404);
}

#[test]
fn the_database_refuses_to_rewrite_history() {
    let (story, _) = lived();
    for sql in [
        "UPDATE audit SET outcome = 'refused' WHERE seq = 1",
        "UPDATE audit SET detail = NULL",
        "DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit (id, account, seq, at, actor, action, subject, outcome) \
         SELECT id, account, seq, at, 'nobody', action, subject, outcome FROM audit LIMIT 1",
        "INSERT OR REPLACE INTO audit (id, account, seq, at, actor, action, subject, outcome) \
         SELECT id, account, (SELECT MAX(seq) + 1 FROM audit AS b WHERE b.account = a.account), \
           at, 'nobody', action, subject, outcome FROM audit AS a LIMIT 1",
        "INSERT INTO audit (id, account, seq, at, actor, action, subject, outcome) \
         SELECT 'aud_x', account, MAX(seq) + 2, at, actor, action, subject, outcome FROM audit",
        "UPDATE audit_seals SET hash = 'x'",
        "DELETE FROM audit_seals",
        "INSERT OR REPLACE INTO audit_seals SELECT account, seq, 'x' FROM audit_seals LIMIT 1",
        "INSERT INTO audit_seals SELECT account, MAX(seq) + 1, 'x' FROM audit_seals",
    ] {
        assert!(run(&story, sql).is_err(), "{sql}");
    }
    check(&export(&story)).unwrap();
}

#[test]
fn history_rewritten_behind_the_database_is_noticed() {
    let (story, credential) = lived();
    let chain = format!("/v1/audit/export?account={credential}");
    story.pages(&chain);
    let before = heads(&story)
        .into_iter()
        .find(|head| head.account == credential);
    let seen = before.unwrap();
    run(&story, "DROP TRIGGER audit_stays").unwrap();
    run(
        &story,
        "UPDATE audit SET actor = 'nobody' WHERE action = 'order.revoke'",
    )
    .unwrap();
    let told = story.pages(&chain);
    let fault = check(&told).unwrap_err();
    let line = told
        .lines()
        .nth(usize::try_from(fault.line).unwrap() - 1)
        .unwrap();
    assert!(
        line.contains("order.revoke") && line.contains("nobody"),
        "{line}"
    );
    assert!(matches!(fault.fault, LineFault::Changed { .. }), "{fault}");

    // A chain that is made anew verifies, but not for those who have seen the one before.
    run(&story, "DROP TRIGGER audit_seals_are_kept").unwrap();
    run(&story, "DELETE FROM audit_seals").unwrap();
    story.tick();
    let told = story.pages(&chain);
    check(&told).unwrap();
    let noted = verify(Verifier::expecting(seen.hash), told.lines());
    assert_eq!(noted.unwrap_err().fault, LineFault::NotTheNoted);
    let now = heads(&story)
        .into_iter()
        .find(|head| head.account == credential);
    let at_pin = story.get(&format!("/v1/audit?account={credential}&seq={}", seen.seq));
    let at_pin: ChainHash = text(&at_pin["items"][0]["hash"]).parse().unwrap();
    let judged = pin::judge(Some(&seen), now.as_ref(), Some(&at_pin));
    assert_eq!(judged, pin::Judgement::Rewritten);
}

/// Sends a dump in two parts, so that the trail is restored across requests.
fn restore(story: &Story, dump: &str) {
    let lines: Vec<&str> = dump.lines().collect();
    let middle = lines.len() - 5;
    for (from, part) in [(1, &lines[..middle]), (middle + 1, &lines[middle..])] {
        let path = format!("/v1/restore?from={from}");
        let reply = story.raw("POST", &path, "application/jsonl", &part.join("\n"));
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
}

#[test]
fn chains_survive_dump_and_restore() {
    let (story, credential) = lived();
    let dump = story.pages("/v1/dump");
    let seen = heads(&story);
    let copy = story.beside();
    restore(&copy, &dump);
    copy.tick();
    let export = export(&copy);
    let verified = check(&export).unwrap();
    assert_eq!(
        verified.heads.len(),
        3,
        "that of the new installation as well"
    );
    for head in &seen {
        verify(Verifier::expecting(head.hash), export.lines()).unwrap();
    }
    // The account's chain goes on where it ended.
    let rotate = format!("/v1/credentials/{credential}/rotate");
    let key = json!({ "accessKey": emsign_sandbox::DEFAULT_ACCESS_KEY });
    copy.ok("POST", &rotate, &key);
    let end = |heads: Vec<Head>| heads.into_iter().find(|head| head.account == credential);
    assert!(end(heads(&copy)).unwrap().seq > end(seen).unwrap().seq);
    check(&self::export(&copy)).unwrap();
}

#[test]
fn a_restore_given_up_takes_back_what_it_brought_and_keeps_its_own_trail() {
    let (story, _) = lived();
    let dump = story.pages("/v1/dump");
    let copy = story.beside();
    let lines: Vec<&str> = dump.lines().collect();
    let most = lines[..lines.len() - 1].join("\n");
    let begun = copy.raw("POST", "/v1/restore?from=1", "application/jsonl", &most);
    assert_eq!(begun.status, 200, "{}", begun.text);
    copy.ok("DELETE", "/v1/restore", &Value::Null);
    let trail = copy.get("/v1/audit");
    let outcomes: Vec<String> = trail["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| text(&entry["outcome"]))
        .collect();
    assert_eq!(outcomes.len(), 2, "{trail:#}");
    assert!(outcomes.contains(&"given up".to_owned()), "{outcomes:?}");
    check(&export(&copy)).unwrap();
    restore(&copy, &dump);
    check(&export(&copy)).unwrap();
}

#[test]
fn a_long_trail_is_sealed_bit_by_bit_and_exported_as_it_was_when_begun() {
    let (story, credential) = lived();
    run(
        &story,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000), \
         last AS (SELECT account, MAX(seq) AS seq FROM audit WHERE account LIKE 'cred_%') \
         INSERT INTO audit (id, account, seq, at, actor, action, subject, outcome) \
         SELECT 'aud_' || replace(replace(replace(replace(printf('%026d', i), \
             '0', 'a'), '1', 'b'), '8', 'c'), '9', 'd'), \
           account, seq + i, 1795000000, 'admin', 'order.check', 'ord_' || i, 'done' \
         FROM n, last ORDER BY i",
    )
    .unwrap();
    let path = format!("/v1/audit/export?account={credential}");
    let (status, problem) = story.send("GET", &path, &Value::Null);
    assert_eq!(
        (status, text(&problem["code"])),
        (409, "trail-not-sealed".to_owned())
    );
    let (status, problem) = story.send("GET", "/v1/dump", &Value::Null);
    assert_eq!(
        status, 200,
        "the second round has sealed the rest: {problem}"
    );
    let first = story.raw("GET", &path, "application/json", "");
    assert_eq!(first.status, 200);
    story.ok(
        "POST",
        &format!("/v1/credentials/{credential}/verify"),
        &json!({}),
    );
    let mut whole = first.text;
    let mut next = first.next;
    let mut pages = 1;
    while let Some(path) = next {
        let page = story.raw("GET", &path, "application/json", "");
        whole.push_str(&page.text);
        next = page.next;
        pages += 1;
    }
    assert!(pages > 6, "{pages}");
    let verified = check(&whole).unwrap();
    assert!(verified.entries > 3_000);
    let now = heads(&story)
        .into_iter()
        .find(|head| head.account == credential);
    assert!(now.unwrap().seq > verified.heads[0].seq);
}
