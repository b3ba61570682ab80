//! Dump, restore and CSV.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use certwright_core::dump::Chain;
use certwright_tests::{
    requests::Key,
    story::{START, Story, text},
};
use emsign_sandbox::{DEFAULT_ACCESS_KEY, FaultKind};
use futures_executor::block_on;
use serde_json::{Value, json};

/// Lines that are sent together.
const TOGETHER: usize = 40;

fn order(credential: &str, number: u64, name: &str) -> Value {
    let csr = Key::of(number).unwrap().request(&[name]).unwrap();
    json!({
        "credentialId": credential, "productCode": "842", "groupNumber": "3107745521",
        "domain": name, "csr": csr, "agreement": { "accepted": true, "signerPlace": "Portland" },
    })
}

fn place(story: &Story, credential: &str, number: u64, name: &str) -> Value {
    let body = order(credential, number, name);
    let key = [("idempotency-key", name)];
    block_on(story.world.request("POST", "/v1/orders", &key, &body)).1
}

/// A system with a past: imported, held, deleted, revoked, pending and failed orders.
fn lived() -> (Story, String) {
    let story = Story::begin(150);
    let credential = story.link();
    story.license(60);
    story.import(&credential);
    let fulfilled = place(&story, &credential, 1, "a.whitlock.example");
    story.pass(600);
    let path = format!("/v1/orders/{}", text(&fulfilled["id"]));
    story.ok("POST", &format!("{path}/check"), &json!({}));
    place(&story, &credential, 2, "stuck.b.whitlock.example");
    let deleted = place(&story, &credential, 3, "stuck.c.whitlock.example");
    story.ok(
        "DELETE",
        &format!("/v1/orders/{}", text(&deleted["id"])),
        &Value::Null,
    );
    let orders = story.get("/v1/orders?state=fulfilled&limit=100");
    let imported = text(&orders["items"][3]["id"]);
    let wish = json!({ "reason": "superseded", "remark": "replaced" });
    story.send("POST", &format!("/v1/orders/{imported}/revoke"), &wish);
    for _ in 0..8 {
        story.pass(600);
        story.tick();
    }
    assert!(story.get("/v1/summary")["held"].as_u64().unwrap() > 0);
    (story, credential)
}

fn restore(story: &Story, dump: &str) -> (u16, String) {
    let lines: Vec<&str> = dump.lines().collect();
    let mut from = 1;
    let mut last = (0, String::new());
    for part in lines.chunks(TOGETHER) {
        let path = format!("/v1/restore?from={from}");
        let reply = story.raw("POST", &path, "application/jsonl", &part.join("\n"));
        last = (reply.status, reply.text);
        if last.0 != 200 {
            break;
        }
        from += part.len();
    }
    last
}

/// Everything that can be read, as one value.
fn everything(story: &Story) -> Value {
    let mut all = serde_json::Map::new();
    for list in [
        "orders",
        "orders?deleted=true",
        "certificates",
        "csrs",
        "accounts",
        "groups",
        "organizations",
        "domains",
        "products",
    ] {
        let sign = if list.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = story.get(&format!("/v1/{list}{sign}limit=100{cursor}"));
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        if list == "certificates" {
            for item in &items {
                let path = format!("/v1/certificates/{}/pem", text(&item["id"]));
                all.insert(path.clone(), story.get(&path));
            }
        }
        all.insert(list.to_owned(), items.into());
    }
    let credential = &story.get("/v1/credentials")["items"][0];
    all.insert("account".to_owned(), credential["accountNumber"].clone());
    let mut summary = story.get("/v1/summary");
    summary["runningJobs"] = Value::Null;
    all.insert("summary".to_owned(), summary);
    all.insert("license".to_owned(), story.get("/v1/license"));
    all.into()
}

#[test]
fn a_dump_restored_elsewhere_gives_the_same_answers() {
    let (story, credential) = lived();
    let dump = story.pages("/v1/dump");
    assert!(!dump.contains(DEFAULT_ACCESS_KEY));
    let copy = story.beside();
    let (status, end) = restore(&copy, &dump);
    let end: Value = serde_json::from_str(&end).unwrap();
    let whole = json!({ "lines": dump.lines().count(), "isComplete": true });
    assert_eq!((status, end), (200, whole));
    assert_eq!(everything(&copy), everything(&story));

    // What is dumped again is what was restored; only the trail has grown.
    let again = copy.pages("/v1/dump");
    let records = |dump: &str| -> Vec<Value> {
        let is_record = |line: &&str| {
            !line.contains("\"system.")
                && !line.starts_with("{\"format")
                && !line.starts_with("{\"records")
        };
        dump.lines()
            .filter(is_record)
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    assert_eq!(records(&again), records(&dump));

    // The account waits for its key, and says so; with it everything goes on.
    let account = copy.get(&format!("/v1/credentials/{credential}"));
    assert_eq!(account["needsKey"], true, "{account:#}");
    let import = format!("/v1/credentials/{credential}/import");
    let (status, problem) = copy.send("POST", &import, &json!({}));
    assert_eq!(
        (status, text(&problem["code"])),
        (409, "access-key-missing".to_owned())
    );
    copy.tick();
    let rotate = format!("/v1/credentials/{credential}/rotate");
    copy.ok("POST", &rotate, &json!({ "accessKey": DEFAULT_ACCESS_KEY }));
    let import = copy.import(&credential);
    assert_eq!(import["state"], "done", "{import:#}");
    assert_eq!(import["report"]["import"]["added"], 0, "{import:#}");
}

#[test]
fn an_order_in_doubt_when_dumped_is_not_ordered_twice_after_a_restore() {
    let story = Story::begin(0);
    let credential = story.link();
    // The dump is made before the call that books the order.
    story.trouble("GenerateOrderSSL", FaultKind::UnmarkedRateLimit, 1);
    let placed = place(&story, &credential, 1, "once.whitlock.example");
    assert_eq!(placed["status"]["state"], "placing", "{placed:#}");
    let dump = story.pages("/v1/dump");
    for _ in 0..4 {
        story.pass(60);
        story.tick();
    }
    let path = format!("/v1/orders/{}", text(&placed["id"]));
    assert_ne!(story.get(&path)["status"]["state"], "placing");

    let copy = story.beside();
    assert_eq!(restore(&copy, &dump).0, 200);
    let rotate = format!("/v1/credentials/{credential}/rotate");
    copy.ok("POST", &rotate, &json!({ "accessKey": DEFAULT_ACCESS_KEY }));
    for _ in 0..10 {
        copy.pass(300);
        copy.tick();
    }
    assert_eq!(copy.get(&path)["status"]["state"], "fulfilled");
    let books = story.sandbox.borrow_mut().books(START + 10_000);
    assert_eq!(books.orders.len(), 1);
}

#[test]
fn a_broken_dump_is_refused_and_can_be_given_up() {
    let (story, _) = lived();
    let dump = story.pages("/v1/dump");
    let lines: Vec<&str> = dump.lines().collect();
    let changed = dump.replacen("whitlock", "whitlick", 1);
    let mut swapped = lines.clone();
    swapped.swap(60, 61);
    let twice = [&lines[..20], &lines[19..]].concat().join("\n");
    let other = dump.replacen("\"version\":2", "\"version\":9", 1);
    for (what, broken) in [
        ("changed", changed),
        ("swapped", swapped.join("\n")),
        ("repeated", twice),
        ("of another version", other),
    ] {
        let copy = story.beside();
        let (status, problem) = restore(&copy, &broken);
        assert_eq!(status, 422, "{what}: {problem}");
        assert!(problem.contains("broken-dump"), "{what}: {problem}");
        let wish = json!({ "license": "x" });
        let is_begun = copy.send("DELETE", "/v1/restore", &Value::Null).0 == 200;
        if is_begun {
            assert_eq!(copy.send("PUT", "/v1/license", &wish).0, 422, "{what}");
        }
        assert_eq!(copy.get("/v1/orders")["items"], json!([]), "{what}");
        assert_eq!(restore(&copy, &dump).0, 200, "{what}");
    }
}

/// The dump with other lines between header and trailer, and a trailer that fits them.
fn sealed_anew(lines: &[String]) -> String {
    let mut chain = Chain::default();
    for line in lines {
        chain.add(line);
    }
    let trailer = serde_json::to_string(&chain.trailer()).unwrap();
    format!("{}\n{trailer}\n", lines.join("\n"))
}

#[test]
fn a_dump_whose_trail_was_rewritten_is_refused_although_its_checksum_fits() {
    let (story, credential) = lived();
    let dump = story.pages("/v1/dump");
    let mut lines: Vec<String> = dump.lines().map(str::to_owned).collect();
    lines.pop();
    assert_eq!(sealed_anew(&lines), dump, "the checksum is made as it was");
    let of = |seq: u64| {
        let place = format!("\"account\":\"{credential}\",\"seq\":{seq},");
        let is_it = |line: &String| line.starts_with("{\"audit\"") && line.contains(&place);
        lines.iter().position(is_it).unwrap()
    };
    let count = |line: &String| line.contains(&format!("\"account\":\"{credential}\""));
    let last = lines.iter().filter(|line| count(line)).count() as u64;
    assert!(last > 4, "{last}");

    let rewritten = |seq: u64| {
        let mut lines = lines.clone();
        let mut record: Value = serde_json::from_str(&lines[of(seq)]).unwrap();
        record["audit"]["entry"]["actor"] = "somebody else".into();
        lines[of(seq)] = record.to_string();
        lines
    };
    let mut cut = lines.clone();
    cut.remove(of(3));
    let mut beheaded = lines.clone();
    beheaded.remove(of(1));
    let mut moved = lines.clone();
    moved.swap(of(3), of(4));
    let mut twice = lines.clone();
    twice.insert(of(3), lines[of(2)].clone());
    for (what, seq, lines) in [
        ("the first rewritten", 1, rewritten(1)),
        ("one rewritten", 3, rewritten(3)),
        ("the last rewritten", last, rewritten(last)),
        ("one cut out", 4, cut),
        ("the first cut off", 2, beheaded),
        ("two moved", 4, moved),
        ("one put in again", 2, twice),
    ] {
        let copy = story.beside();
        let (status, problem) = restore(&copy, &sealed_anew(&lines));
        assert_eq!(status, 422, "{what}: {problem}");
        let named = format!("is entry {seq} of the audit chain of {credential}, and ");
        assert!(problem.contains(&named), "{what}: {problem}");
        assert!(problem.contains("take another copy"), "{what}: {problem}");
    }

    // A part that ends amid a chain: the next one goes on from what was stored.
    let copy = story.beside();
    let amid = of(3);
    let send = |from: usize, lines: &[String]| {
        let path = format!("/v1/restore?from={from}");
        copy.raw("POST", &path, "application/jsonl", &lines.join("\n"))
    };
    assert_eq!(send(1, &lines[..amid]).status, 200);
    let refused = send(amid + 1, &rewritten(3)[amid..]);
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("is entry 3 of"), "{}", refused.text);
    let rest: Vec<String> = dump.lines().skip(amid).map(str::to_owned).collect();
    let end = send(amid + 1, &rest);
    assert_eq!(end.status, 200, "{}", end.text);
    assert!(end.text.contains("\"isComplete\":true"), "{}", end.text);
}

#[test]
fn a_restore_resumes_and_keeps_everything_else_away() {
    let (story, credential) = lived();
    let dump = story.pages("/v1/dump");
    let lines: Vec<&str> = dump.lines().collect();
    let (first, rest) = (lines[..50].join("\n"), lines[50..].join("\n"));
    let copy = story.beside();
    let send = |from: u32, text: &str| {
        let path = format!("/v1/restore?from={from}");
        copy.raw("POST", &path, "application/jsonl", text).status
    };
    assert_eq!(send(1, &first), 200);
    assert_eq!(send(1, &first), 409, "it was taken already");
    assert_eq!(send(60, &rest), 409, "lines are missing");
    let sync = format!("/v1/credentials/{credential}/sync");
    let (status, problem) = copy.send("POST", &sync, &json!({}));
    assert_eq!(
        (status, text(&problem["code"])),
        (409, "being-restored".to_owned())
    );
    copy.tick();
    assert_eq!(send(51, &rest), 200);
    assert_eq!(send(1, &first), 409, "the system is not empty");
}

#[test]
fn a_dump_that_shows_no_single_moment_is_not_finished() {
    let (story, credential) = lived();
    let first = story.raw("GET", "/v1/dump", "application/json", "");
    place(&story, &credential, 9, "late.whitlock.example");
    let second = story.raw("GET", &first.next.unwrap(), "application/json", "");
    assert_eq!(second.status, 409, "{}", second.text);
    assert!(second.text.contains("changed-meanwhile"));
}

#[test]
fn lists_come_as_csv() {
    let (story, _) = lived();
    let orders = story.pages("/v1/orders.csv?limit=50");
    let lines: Vec<&str> = orders.lines().collect();
    assert!(
        lines[0].starts_with("\u{feff}id,caOrderNumber,domain"),
        "{}",
        lines[0]
    );
    assert!(lines[1].starts_with("ord_"), "{}", lines[1]);
    assert_eq!(orders.matches("caOrderNumber").count(), 1);
    assert_eq!(
        orders.matches('\u{feff}').count(),
        1,
        "one file of many pages"
    );
    let count = everything(&story)["orders"].as_array().unwrap().len();
    assert_eq!(lines.len(), count + 1);
    let certificates = story.pages("/v1/certificates.csv?host=whitlock.example");
    assert!(certificates.lines().count() > 1);
    assert!(
        certificates
            .lines()
            .skip(1)
            .all(|line| line.contains("whitlock.example"))
    );
}
