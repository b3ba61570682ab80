//! One search field: whatever names a thing finds it, and what names nothing is refused.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use certwright_core::{certificate::Certificate, certificate::Serial, search::parts};
use certwright_tests::story::{Story, text};
use certwright_worker::{
    database::{Database as _, Rows, Statement},
    platform::Platform as _,
};
use data_encoding::HEXLOWER;
use futures_executor::block_on;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

struct Stage {
    story: Story,
    certificate: Value,
    order: Value,
}

fn stage() -> Stage {
    let story = Story::begin(120);
    let credential = story.link();
    story.license(1_000);
    story.import(&credential);
    let all = story.get("/v1/certificates?limit=100");
    let items = all["items"].as_array().unwrap().clone();
    let is_plain = |one: &&Value| text(&one["names"][0]).starts_with("www.");
    let certificate = items.iter().find(is_plain).unwrap_or(&items[0]).clone();
    let order = story.get(&format!("/v1/orders/{}", text(&certificate["orderId"])));
    Stage {
        story,
        certificate,
        order,
    }
}

/// Every id that a list shows, page by page.
fn found(story: &Story, list: &str, query: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    for _ in 0..100 {
        let page = story.get(&format!("/v1/{list}?{query}&limit=3{cursor}"));
        ids.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| text(&one["id"])),
        );
        match page["nextCursor"].as_str() {
            None => return ids,
            Some(next) => cursor = format!("&cursor={next}"),
        }
    }
    panic!("{list}?{query} does not end");
}

fn typed(name: &str, value: &str) -> String {
    format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))
}

fn pairs(hex: &str, between: &str) -> String {
    let octets: Vec<&str> = hex
        .as_bytes()
        .chunks(2)
        .map(|two| std::str::from_utf8(two).unwrap())
        .collect();
    octets.join(between)
}

#[test]
fn a_certificate_and_its_order_are_found_by_whatever_names_them() {
    let Stage {
        story,
        certificate,
        order,
    } = stage();
    let pem = story.raw(
        "GET",
        &format!(
            "/v1/certificates/{}/pem?part=leaf",
            text(&certificate["id"])
        ),
        "",
        "",
    );
    let leaf = Certificate::read(pem.text.as_bytes()).unwrap();
    let serial = text(&certificate["serial"]);
    let decimal = Serial::from_hex(&serial).unwrap().to_decimal();
    let name = text(&certificate["names"][0]);
    let word = name
        .split('.')
        .nth(usize::from(name.starts_with('*')))
        .unwrap();
    let mut ways = vec![
        serial.clone(),
        pairs(&serial, ":"),
        pairs(&serial, " "),
        format!("0x{serial}"),
        format!("00{}", serial.to_lowercase()),
        decimal.clone(),
        format!("00{decimal}"),
        leaf.sha1(),
        pairs(&leaf.sha1().to_uppercase(), ":"),
        text(&certificate["id"]),
        text(&certificate["orderId"]),
        name.to_uppercase(),
        format!("{name}."),
        format!("https://{name}:8443/login?next=/"),
        format!("{name}/path"),
        word.get(..word.len().min(3)).unwrap().to_owned(),
    ];
    for field in ["fingerprint", "keyFingerprint"] {
        let print = text(&certificate[field]);
        ways.extend([
            print.clone(),
            pairs(&print, ":"),
            pairs(&print.to_uppercase(), " "),
        ]);
    }
    ways.push(text(&order["caOrderNumber"]));
    if let Some(request) = order["caRequestNumber"].as_str() {
        ways.push(request.to_owned());
    }
    for way in ways {
        for (list, id) in [
            ("certificates", &certificate["id"]),
            ("orders", &order["id"]),
        ] {
            let ids = found(&story, list, &typed("q", &way));
            assert!(ids.contains(&text(id)), "{list} by {way:?}: {ids:?}");
            let distinct: std::collections::HashSet<_> = ids.iter().collect();
            assert_eq!(
                distinct.len(),
                ids.len(),
                "{list} by {way:?}: something comes twice"
            );
        }
    }
    for (name, value) in [
        ("serial", pairs(&serial, ":")),
        ("serial", decimal),
        (
            "fingerprint",
            pairs(&text(&certificate["fingerprint"]), ":"),
        ),
        ("fingerprint", leaf.sha1()),
        (
            "keyFingerprint",
            pairs(&text(&certificate["keyFingerprint"]), " "),
        ),
        ("host", format!("https://{name}/")),
    ] {
        let ids = found(&story, "certificates", &typed(name, &value));
        assert!(ids.contains(&text(&certificate["id"])), "{name}={value}");
    }
}

#[test]
fn a_host_is_found_under_the_wildcard_that_stands_for_it() {
    let Stage {
        story, certificate, ..
    } = stage();
    let names = serde_json::json!(["*.elsewhere.example", "elsewhere.example"]).to_string();
    rename(&story, &text(&certificate["id"]), &names);
    let id = text(&certificate["id"]);
    for (query, is_found) in [
        ("covers=www.elsewhere.example", true),
        ("covers=https%3A%2F%2Fwww.elsewhere.example%2F", true),
        ("covers=elsewhere.example", true),
        ("covers=a.www.elsewhere.example", false),
        ("covers=elsewhere.test", false),
        ("host=www.elsewhere.example", true),
        ("q=www.elsewhere.example", true),
        ("q=*.elsewhere.example", true),
        ("q=else", true),
        ("q=lsewhere", false),
    ] {
        let ids = found(&story, "certificates", query);
        assert_eq!(ids.contains(&id), is_found, "{query}: {ids:?}");
    }
    let matched = story.get("/v1/certificates?q=www.elsewhere.example");
    assert_eq!(matched["items"][0]["matchedName"], "*.elsewhere.example");
}

/// Gives a certificate other names, as if it had been issued for them.
fn rename(story: &Story, id: &str, names: &str) {
    let list: Vec<String> = serde_json::from_str(names).unwrap();
    let mut statements = vec![
        Statement::new("UPDATE certificates SET names = ?1 WHERE id = ?2")
            .bind(names)
            .bind(id),
        Statement::new("DELETE FROM certificate_parts WHERE certificate_id = ?1").bind(id),
    ];
    for part in parts(list.iter().map(String::as_str)) {
        let insert = Statement::new(
            "INSERT INTO certificate_parts SELECT ?1, ?2, -not_after, id, credential_id \
             FROM certificates WHERE id = ?3",
        );
        statements.push(
            insert
                .bind(part.text)
                .bind(i64::from(u8::from(part.kind)))
                .bind(id),
        );
    }
    block_on(story.world.database().batch(statements)).unwrap();
}

#[test]
fn what_names_nothing_is_refused_in_words() {
    let story = Story::begin(0);
    for list in ["certificates", "orders"] {
        for way in ["Whitlock & Sons", "two words", "%%%", "<b>a</b>"] {
            let (status, problem) = story.send(
                "GET",
                &format!("/v1/{list}?{}", typed("q", way)),
                &Value::Null,
            );
            assert_eq!(status, 422, "{list} {way}: {problem:#}");
            let told = problem.to_string();
            assert!(
                told.contains("serial number") && told.contains("Search for"),
                "{told}"
            );
        }
    }
    for (name, value) in [
        ("serial", "xyz"),
        ("fingerprint", "ab"),
        ("keyFingerprint", "zz"),
        ("host", "a b"),
        ("covers", "a b"),
    ] {
        let (status, problem) = story.send(
            "GET",
            &format!("/v1/certificates?{}", typed(name, value)),
            &Value::Null,
        );
        assert_eq!(
            (status, &problem["errors"][0]["field"]),
            (422, &name.into()),
            "{problem:#}"
        );
    }
}

#[test]
fn every_search_walks_an_index() {
    let story = Story::begin(0);
    story.link();
    let database = story.world.database();
    for sql in certwright_worker::storage::searches() {
        let plan = format!("EXPLAIN QUERY PLAN {sql}");
        let statement = Statement {
            sql: Box::leak(plan.into_boxed_str()),
            parameters: Vec::new(),
        };
        let highest = (1..10)
            .rev()
            .find(|n| sql.contains(&format!("?{n}")))
            .unwrap_or(0);
        let statement = (0..highest).fold(statement, |statement, _| statement.bind("{}"));
        let Rows(rows) = block_on(database.query(statement)).unwrap();
        let rows: Vec<Value> = serde_json::from_str(&rows).unwrap();
        for row in rows {
            let step = text(&row["detail"]);
            let is_small = step.contains("VIRTUAL TABLE")
                || step.contains(" k")
                || !step.starts_with("SCAN")
                || ["SCAN e", "SCAN p", "SCAN (subquery"]
                    .iter()
                    .any(|start| step.starts_with(start) && !step.contains("USING"));
            assert!(is_small, "{step} in {sql}");
        }
    }
}

#[test]
fn the_migration_finds_what_the_code_does() {
    let Stage { story, .. } = stage();
    let database = story.world.database();
    let sql = include_str!("../../migrations/0012_search.sql");
    let rows = |table: &'static str| {
        let statement = Statement::new(match table {
            "certificates" => "SELECT * FROM certificate_parts ORDER BY 1, 2, 3, 4",
            _ => "SELECT * FROM order_parts ORDER BY 1, 2, 3, 4",
        });
        block_on(database.query(statement)).unwrap().0
    };
    let before = (rows("certificates"), rows("orders"));
    assert!(before.0.len() > 1_000 && before.1.len() > 1_000);
    let fills = sql
        .split("\n\n")
        .filter(|part| part.starts_with("WITH RECURSIVE"));
    let mut statements = vec![
        Statement::new("DELETE FROM certificate_parts"),
        Statement::new("DELETE FROM order_parts"),
    ];
    statements.extend(fills.map(|fill| Statement::new(fill.trim_end().trim_end_matches(';'))));
    assert_eq!(statements.len(), 4);
    block_on(database.batch(statements)).unwrap();
    assert_eq!(before, (rows("certificates"), rows("orders")));
}

#[test]
fn older_certificates_get_their_sha1() {
    let Stage {
        story, certificate, ..
    } = stage();
    let database = story.world.database();
    let forget = vec![Statement::new("UPDATE certificates SET sha1 = NULL")];
    block_on(database.batch(forget)).unwrap();
    for _ in 0..5 {
        story.tick();
    }
    let pem = story.raw(
        "GET",
        &format!(
            "/v1/certificates/{}/pem?part=leaf",
            text(&certificate["id"])
        ),
        "",
        "",
    );
    let leaf = Certificate::read(pem.text.as_bytes()).unwrap();
    assert_eq!(HEXLOWER.decode(leaf.sha1().as_bytes()).unwrap().len(), 20);
    let ids = found(&story, "certificates", &typed("q", &leaf.sha1()));
    assert_eq!(ids, [text(&certificate["id"])]);
}
