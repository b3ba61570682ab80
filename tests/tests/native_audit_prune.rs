//! Pruning of the audit trail: what is archived goes behind a checkpoint, what is kept still verifies,
//! and nothing else is ever removed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;

use certwright_api::system::AuditChain;
use certwright_core::{
    audit::{
        Archive, ChainFault, Checkpoint, Line, LineFault, Sealed, Verified, Verifier, pin, verify,
    },
    dump::Chain,
    seal::MASTER_KEY_BYTES,
    time::DAY,
};
use certwright_tests::story::{Story, text};
use certwright_worker::{
    database::{Database as _, DatabaseFault, Statement},
    platform::Platform as _,
};
use futures_executor::block_on;
use serde_json::{Value, json};

fn verify_account(story: &Story, credential: &str) {
    let path = format!("/v1/credentials/{credential}/verify");
    story.ok("POST", &path, &json!({}));
}

fn export(story: &Story, chain: &str) -> String {
    story.pages(&format!("/v1/audit/export?account={chain}"))
}

fn check(export: &str) -> Result<Verified, ChainFault> {
    verify(Verifier::default(), export.lines())
}

fn entries(export: &str) -> Vec<Sealed> {
    let lines = export.lines().filter_map(Line::read);
    let entries = lines.filter_map(|line| match line {
        Line::Entry(sealed) => Some(sealed),
        _ => None,
    });
    entries.collect()
}

fn chain(story: &Story, account: &str) -> AuditChain {
    let items = story.get("/v1/audit/heads")["items"].clone();
    let chains: Vec<AuditChain> = serde_json::from_value(items).unwrap();
    chains
        .into_iter()
        .find(|one| one.account == account)
        .unwrap()
}

fn run(story: &Story, sql: &'static str) -> Result<Vec<u64>, DatabaseFault> {
    block_on(story.world.database().batch(vec![Statement::new(sql)]))
}

fn prune(story: &Story, entry: &Sealed) -> (u16, Value) {
    let body = json!({
        "account": entry.entry.account, "seq": entry.entry.seq, "hash": entry.hash,
    });
    story.send("POST", "/v1/audit/prune", &body)
}

fn code(reply: &(u16, Value)) -> (u16, String) {
    (reply.0, text(&reply.1["code"]))
}

fn field(reply: &(u16, Value)) -> String {
    text(&reply.1["errors"][0]["code"])
}

/// An account whose first entries are 100 days old, and its archive.
fn aged() -> (Story, String, String) {
    let story = Story::begin(3);
    let credential = story.link();
    story.license(60);
    story.license(70);
    for _ in 0..6 {
        verify_account(&story, &credential);
    }
    story.pass(100 * DAY);
    verify_account(&story, &credential);
    story.tick();
    let archive = export(&story, &credential);
    check(&archive).unwrap();
    (story, credential, archive)
}

#[test]
fn what_is_archived_is_pruned_and_the_rest_still_verifies() {
    let (story, credential, archive) = aged();
    let old = &entries(&archive)[4];
    let pruned = prune(&story, old);
    assert_eq!(pruned.0, 200, "{:#}", pruned.1);
    assert_eq!(
        (&pruned.1["removed"], &pruned.1["left"]),
        (&json!(5), &json!(0))
    );
    let again = prune(&story, old);
    assert_eq!((again.0, &again.1["removed"]), (200, &json!(0)));

    let kept = export(&story, &credential);
    let verified = check(&kept).unwrap();
    assert_eq!(verified.checkpoints[0].seq, 5);
    assert_eq!(entries(&kept)[0].entry.seq, 6);
    let first = verify(
        Verifier::default().after(Archive::default()),
        archive.lines(),
    )
    .unwrap();
    let both = Verifier::default().after(first.archive.unwrap());
    assert_eq!(verify(both, kept.lines()).unwrap().checkpoints, []);

    let chain = chain(&story, &credential);
    assert!(!chain.is_cut(), "{chain:?}");
    assert_eq!(chain.first, 6);
    let listed = story.get(&format!("/v1/audit?account={credential}&limit=100"));
    let listed = listed["items"].as_array().unwrap();
    assert_eq!(listed.last().unwrap()["seq"], 6);
    let told = &story.get("/v1/audit?action=audit.prune")["items"][0];
    assert_eq!(told["actor"], "admin", "{told:#}");
    let detail = format!("entries up to 5, hash {}", old.hash);
    assert_eq!(
        (&told["detail"], &told["account"]),
        (&json!(detail), &json!(credential))
    );

    // For who has looked at the trail before, whenever that was.
    let kept: BTreeMap<u64, Sealed> = entries(&kept)
        .into_iter()
        .map(|one| (one.entry.seq, one))
        .collect();
    let judged = |pin: &Sealed| {
        let mut head = chain.head();
        (head.seq, head.hash, head.at) = (pin.entry.seq, pin.hash, pin.entry.at);
        let today = story.world.now().unix();
        let head_now = certwright_core::audit::Head {
            seq: *kept.last_key_value().unwrap().0,
            hash: kept.last_key_value().unwrap().1.hash,
            ..chain.head()
        };
        let checkpoint = chain.checkpoint.as_ref();
        pin::recompute(Some(&head), Some(&head_now), checkpoint, &kept, today)
    };
    assert_eq!(judged(&entries(&archive)[6]), pin::Judgement::Grown);
    assert_eq!(judged(old), pin::Judgement::Grown);
    assert_eq!(judged(&entries(&archive)[1]), pin::Judgement::Archived);

    // A second pruning moves the checkpoint.
    let next = prune(&story, &entries(&archive)[5]);
    assert_eq!(next.0, 200, "{:#}", next.1);
    let kept = export(&story, &credential);
    assert_eq!(check(&kept).unwrap().checkpoints[0].seq, 6);
    assert_eq!(
        code(&prune(&story, old)),
        (409, "already-pruned".to_owned())
    );

    // What was kept can't be changed unnoticed.
    run(&story, "DROP TRIGGER audit_stays").unwrap();
    run(&story, "UPDATE audit SET actor = 'nobody' WHERE seq = 7").unwrap();
    let fault = check(&export(&story, &credential)).unwrap_err().fault;
    assert_eq!(fault, LineFault::Changed { seq: 7 });
}

#[test]
fn only_old_entries_that_were_exported_are_pruned_and_only_by_their_hash() {
    let (story, credential, archive) = aged();
    let all = entries(&archive);
    let old = &all[4];
    let mut other = old.clone();
    other.hash = all[3].hash;
    assert_eq!(
        code(&prune(&story, &other)),
        (409, "archive-differs".to_owned())
    );
    let head = chain(&story, &credential).seq;
    let recent = all
        .iter()
        .find(|one| one.entry.at > old.entry.at + DAY)
        .unwrap();
    assert!(recent.entry.seq < head);
    let refused = prune(&story, recent);
    assert_eq!((refused.0, field(&refused)), (422, "too-recent".to_owned()));
    for seq in [0, head, head + 1] {
        let mut none = old.clone();
        none.entry.seq = seq;
        let refused = prune(&story, &none);
        assert_eq!(
            (refused.0, field(&refused)),
            (422, "out-of-range".to_owned()),
            "{seq}"
        );
    }
    let mut none = old.clone();
    none.entry.account = "cred_none".to_owned();
    assert_eq!(prune(&story, &none).0, 404);

    // An entry that was changed in between is evidence, and stays.
    run(&story, "DROP TRIGGER audit_stays").unwrap();
    run(&story, "UPDATE audit SET detail = 'x' WHERE seq = 3").unwrap();
    assert_eq!(code(&prune(&story, old)), (409, "trail-broken".to_owned()));

    let story = Story::begin(3);
    let credential = story.link();
    verify_account(&story, &credential);
    story.pass(100 * DAY);
    verify_account(&story, &credential);
    let path = format!("/v1/audit?account={credential}&seq=1");
    let hash = story.get(&path)["items"][0]["hash"].clone();
    let body = json!({ "account": credential, "seq": 1, "hash": hash });
    let refused = story.send("POST", "/v1/audit/prune", &body);
    assert_eq!(code(&refused), (409, "not-exported".to_owned()));
    export(&story, &credential);
    story.ok("POST", "/v1/audit/prune", &body);
}

#[test]
fn the_database_removes_nothing_but_what_lies_behind_a_checkpoint() {
    let (story, credential, archive) = aged();
    assert_eq!(prune(&story, &entries(&archive)[4]).0, 200);
    for sql in [
        "DELETE FROM audit_seals WHERE seq = 6",
        "DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)",
        "DELETE FROM audit_seals",
        "DELETE FROM audit_checkpoints",
        "UPDATE audit_checkpoints SET seq = 4",
        "UPDATE audit_checkpoints SET seq = 7",
        "UPDATE audit_checkpoints SET hash = 'x'",
        "UPDATE audit_checkpoints SET pruned_by = 'nobody'",
        "INSERT INTO audit_checkpoints SELECT account, 2, 'x', 0, 'nobody', '' FROM installation \
         JOIN audit ON account = audit_account LIMIT 1",
        "INSERT INTO audit_checkpoints SELECT account, MAX(seq), hash, 0, 'nobody', '' \
         FROM audit_seals WHERE account LIKE 'system-%'",
        "INSERT INTO audit (id, account, seq, at, actor, action, subject, outcome) \
         SELECT 'aud_x', account, 5, at, actor, action, subject, outcome FROM audit LIMIT 1",
    ] {
        assert!(run(&story, sql).is_err(), "{sql}");
    }
    check(&export(&story, &credential)).unwrap();
}

#[test]
fn a_checkpoint_that_the_worker_has_not_made_begins_no_chain() {
    let (story, credential, archive) = aged();
    for sql in [
        "INSERT INTO audit_checkpoints SELECT account, seq, hash, 1795000000, 'admin', \
         'v1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' FROM audit_seals \
         WHERE account LIKE 'cred_%' AND seq = 5",
        "DELETE FROM audit_seals WHERE seq <= 5 AND account LIKE 'cred_%'",
        "DELETE FROM audit WHERE seq <= 5 AND account LIKE 'cred_%'",
    ] {
        run(&story, sql).unwrap();
    }
    let found = chain(&story, &credential);
    assert!(found.is_cut() && found.checkpoint.is_none(), "{found:?}");
    let missing = LineFault::Missing {
        expected: 1,
        found: 6,
    };
    assert_eq!(
        check(&export(&story, &credential)).unwrap_err().fault,
        missing
    );
    let next = prune(&story, &entries(&archive)[5]);
    assert_eq!(code(&next), (409, "trail-broken".to_owned()));
    // A dump does not make it one either.
    let dump = story.pages("/v1/dump");
    assert!(!dump.contains("auditCheckpoint"));
    let copy = story.beside();
    let refused = copy.raw("POST", "/v1/restore?from=1", "application/jsonl", &dump);
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(
        refused.text.contains("is entry 6 of the audit chain of"),
        "{}",
        refused.text
    );

    // A genuine one that was moved, or was another chain's, is none either.
    let (story, credential, archive) = aged();
    assert_eq!(prune(&story, &entries(&archive)[3]).0, 200);
    run(&story, "DROP TRIGGER audit_checkpoint_grows").unwrap();
    run(
        &story,
        "UPDATE audit_checkpoints SET seq = 5, hash = (SELECT hash FROM audit_seals AS s \
         WHERE s.account = audit_checkpoints.account AND s.seq = 5)",
    )
    .unwrap();
    assert!(chain(&story, &credential).is_cut());
}

/// Sends a dump in parts of so many lines.
fn restore(story: &Story, dump: &str, together: usize) {
    let lines: Vec<&str> = dump.lines().collect();
    for (index, part) in lines.chunks(together).enumerate() {
        let path = format!("/v1/restore?from={}", index * together + 1);
        let reply = story.raw("POST", &path, "application/jsonl", &part.join("\n"));
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
}

#[test]
fn a_pruned_trail_is_dumped_and_restored_and_goes_on() {
    let (story, credential, archive) = aged();
    let system = {
        let items = story.get("/v1/audit/heads")["items"].clone();
        let chains: Vec<AuditChain> = serde_json::from_value(items).unwrap();
        chains.into_iter().find(|one| one.account != credential)
    };
    assert_eq!(prune(&story, &entries(&archive)[4]).0, 200);
    let dump = story.pages("/v1/dump");
    for together in [1, 7, 10_000] {
        let copy = story.beside();
        restore(&copy, &dump, together);
        let kept = export(&copy, &credential);
        let verified = check(&kept).unwrap();
        assert_eq!(verified.checkpoints[0].seq, 5, "{together}");
        assert_eq!(chain(&copy, &credential).first, 6);
        // It can be pruned further there.
        assert_eq!(prune(&copy, &entries(&archive)[5]).0, 200);
        assert_eq!(
            check(&export(&copy, &credential)).unwrap().checkpoints[0].seq,
            6
        );
        // The chain that the other installation has left can be archived too.
        if let Some(system) = &system {
            let left = export(&copy, &system.account);
            check(&left).unwrap();
            if let [first, _, ..] = &entries(&left)[..] {
                copy.pass(100 * DAY);
                assert_eq!(prune(&copy, first).0, 200);
                check(&export(&copy, &system.account)).unwrap();
            }
        }
    }
    // Given up, nothing is left of it.
    let copy = story.beside();
    let lines: Vec<&str> = dump.lines().collect();
    let most = lines[..lines.len() - 1].join("\n");
    let begun = copy.raw("POST", "/v1/restore?from=1", "application/jsonl", &most);
    assert_eq!(begun.status, 200, "{}", begun.text);
    copy.ok("DELETE", "/v1/restore", &Value::Null);
    restore(&copy, &dump, 50);

    // A dump whose trail begins later than its checkpoint says, or that has a checkpoint alone.
    let sealed_anew = |lines: &[String]| {
        let mut chain = Chain::default();
        lines.iter().for_each(|line| chain.add(line));
        let trailer = serde_json::to_string(&chain.trailer()).unwrap();
        format!("{}\n{trailer}\n", lines.join("\n"))
    };
    let lines: Vec<String> = lines[..lines.len() - 1]
        .iter()
        .map(|&one| one.to_owned())
        .collect();
    let is_of = |line: &String, seq: u64| {
        line.starts_with("{\"audit\"") && line.contains(&format!("\"{credential}\",\"seq\":{seq},"))
    };
    let mut beheaded = lines.clone();
    beheaded.retain(|line| !is_of(line, 6));
    let mut without = lines.clone();
    without.retain(|line| !line.starts_with("{\"auditCheckpoint\""));
    let mut alone = lines.clone();
    let last = alone
        .iter()
        .position(|line| line.starts_with("{\"auditCheckpoint\""))
        .unwrap();
    alone.truncate(last + 1);
    for (what, lines) in [
        ("beheaded", beheaded),
        ("without", without),
        ("alone", alone),
    ] {
        let copy = story.beside();
        let dump = sealed_anew(&lines);
        let refused = copy.raw("POST", "/v1/restore?from=1", "application/jsonl", &dump);
        assert_eq!(refused.status, 422, "{what}: {}", refused.text);
    }
}

#[test]
fn a_long_history_is_pruned_call_by_call_and_exports_and_dumps_that_began_before_begin_again() {
    let (story, credential, _) = aged();
    let story_now = story.world.now().unix();
    run(
        &story,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1300), \
         last AS (SELECT account, MAX(seq) AS seq FROM audit WHERE account LIKE 'cred_%') \
         INSERT INTO audit (id, account, seq, at, actor, action, subject, outcome) \
         SELECT 'aud_' || replace(replace(replace(replace(printf('%026d', i), \
             '0', 'a'), '1', 'b'), '8', 'c'), '9', 'd'), \
           account, seq + i, 1795000000, 'admin', 'order.check', 'ord_' || i, 'done' \
         FROM n, last ORDER BY i",
    )
    .unwrap();
    story.tick();
    story.tick();
    story.pass(100 * DAY);
    let archive = export(&story, &credential);
    let all = entries(&archive);
    let old = all.iter().rfind(|one| one.entry.at <= story_now).unwrap();
    let begun = story.raw(
        "GET",
        &format!("/v1/audit/export?account={credential}"),
        "",
        "",
    );
    let dumping = story.raw("GET", "/v1/dump", "", "");
    let mut calls = 0;
    loop {
        let (status, reply) = prune(&story, old);
        assert_eq!(status, 200, "{reply:#}");
        check(&export(&story, &credential)).unwrap();
        calls += 1;
        if reply["left"] == 0 {
            break;
        }
    }
    assert_eq!(calls, 3);
    let checkpoint: Checkpoint = chain(&story, &credential).checkpoint.unwrap();
    assert_eq!((checkpoint.seq, checkpoint.hash), (old.entry.seq, old.hash));
    for next in [begun.next, dumping.next] {
        let refused = story.raw("GET", &next.unwrap(), "", "");
        assert_eq!(refused.status, 409, "{}", refused.text);
        assert!(
            refused.text.contains("changed-meanwhile"),
            "{}",
            refused.text
        );
    }
}

#[test]
fn checkpoints_stay_good_when_the_master_key_is_replaced() {
    let (mut story, credential, archive) = aged();
    assert_eq!(prune(&story, &entries(&archive)[4]).0, 200);
    let (first, second) = ("1".parse().unwrap(), "2".parse().unwrap());
    story
        .world
        .set_master_key(second, Some([8; MASTER_KEY_BYTES]));
    story.world.settings_mut().master_key = second;
    story.ok("POST", "/v1/credentials/reseal", &json!({}));
    story.world.set_master_key(first, None);
    let chain = chain(&story, &credential);
    assert!(!chain.is_cut() && chain.checkpoint.is_some(), "{chain:?}");
    assert_eq!(
        check(&export(&story, &credential)).unwrap().checkpoints[0].seq,
        5
    );
}
