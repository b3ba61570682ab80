//! What lists, counts and findings show to a caller who is bounded to one account: nothing of any
//! other, not even in a cursor.

use certwright_api::endpoint::Endpoint;
use certwright_core::permission::{Reach, Role};
use certwright_tests::{requests::Key, story::text};
use certwright_worker::{
    database::{Database as _, Statement},
    platform::Platform as _,
    testing::ADMIN_TOKEN,
};
use data_encoding::BASE64URL_NOPAD;
use futures_executor::block_on;
use http::Method;
use serde_json::json;

use crate::stage::{Account, Stage, ask, get, order, token};

/// Queries of a list that take different ways through the database.
fn queries(endpoint: Endpoint, of: &Account) -> Vec<String> {
    let domain = of.host.split_once('.').unwrap().1;
    let certificate = |name: &str| text(&of.certificate[name]).replace(' ', "%20");
    match endpoint {
        Endpoint::ListOrders | Endpoint::ExportOrders => vec![
            "sort=newest".to_owned(),
            "sort=oldest".to_owned(),
            "state=fulfilled".to_owned(),
            format!("host={domain}"),
        ],
        Endpoint::ListCertificates | Endpoint::ExportCertificates => vec![
            "expiresAfter=2026-01-01T00:00:00Z".to_owned(),
            format!("host={domain}"),
            format!("issuer={}", certificate("issuer")),
            format!("key={}", certificate("key")),
            format!("serial={}", certificate("serial")),
            format!("fingerprint={}", certificate("fingerprint")),
            format!("keyFingerprint={}", certificate("keyFingerprint")),
        ],
        Endpoint::ListDomains => {
            vec![
                String::new(),
                "expiresBefore=2099-01-01T00:00:00Z".to_owned(),
            ]
        }
        _ => vec![String::new()],
    }
}

fn takes_pages(endpoint: Endpoint) -> bool {
    !matches!(endpoint, Endpoint::GetSummary | Endpoint::ListCredentials)
}

/// Everything that a list shows, page by page, with what its cursors hold.
fn everything(stage: &Stage, secret: &str, endpoint: Endpoint, query: &str) -> String {
    let (mut all, mut cursor) = (String::new(), None::<String>);
    for _ in 0..500 {
        let mut path = format!("{}?{query}", endpoint.template());
        if takes_pages(endpoint) {
            path.push_str("&limit=1");
        }
        if let Some(cursor) = &cursor {
            path.push_str(&format!("&cursor={cursor}"));
        }
        let world = &stage.story.world;
        let bearer = format!("Bearer {secret}");
        let request = http::Request::get(&path).header("authorization", bearer);
        let handled = certwright_worker::http::handle(world, request.body(Vec::new()).unwrap());
        let reply = block_on(handled);
        let link = reply.headers().get("link").map(|link| {
            let link = link.to_str().unwrap();
            let rest = link.split_once("cursor=").unwrap().1;
            rest.split(['&', '>']).next().unwrap().to_owned()
        });
        let status = reply.status().as_u16();
        let text = String::from_utf8(reply.into_body()).unwrap();
        assert_eq!(status, 200, "{path}: {text}");
        all.push_str(&text);
        let page: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
        let Some(next) = page["nextCursor"].as_str().map(str::to_owned).or(link) else {
            return all;
        };
        let held = BASE64URL_NOPAD.decode(next.as_bytes()).unwrap();
        all.push_str(&String::from_utf8(held).unwrap());
        cursor = Some(next);
    }
    panic!("{endpoint:?} does not end");
}

#[test]
fn an_order_says_what_its_reader_may_do() {
    let stage = Stage::set();
    let path = format!("/v1/orders/{}", stage.own.order);
    let allowed = |role, scope: Option<&str>| {
        let (secret, _) = token(&stage.story.world, role, scope);
        let of =
            |path: &str| ask(&stage.story.world, Some(&secret), &Method::GET, path, None).json();
        let (one, list) = (of(&path), of("/v1/orders?limit=100"));
        let items = list["items"].as_array().unwrap();
        let listed = items.iter().find(|order| order["id"] == one["id"]).unwrap();
        assert_eq!(one["allowed"], listed["allowed"]);
        one["allowed"].as_array().unwrap().len()
    };
    let own = Some(stage.own.credential.as_str());
    assert_eq!(allowed(Role::Viewer, None), 0);
    assert_eq!(allowed(Role::Requester, own), 0);
    assert!(allowed(Role::Operator, own) > 0);
    assert!(allowed(Role::Admin, None) > 0);
}

#[test]
fn no_list_shows_another_account() {
    let stage = Stage::set();
    let (own, foreign) = (&stage.own, &stage.foreign);
    let (bounded, _) = token(&stage.story.world, Role::Admin, Some(&own.credential));
    let (mut looked, mut unseen) = (0, 0);
    for endpoint in Endpoint::ALL.iter().copied() {
        if endpoint.reach() != Reach::Listed {
            continue;
        }
        for of in [own, foreign] {
            for query in queries(endpoint, of) {
                let shown = everything(&stage, &bounded, endpoint, &query);
                let all = everything(&stage, ADMIN_TOKEN, endpoint, &query);
                for mark in foreign.marks() {
                    assert!(
                        !shown.contains(&mark),
                        "{endpoint:?}?{query} shows {mark}: {shown}"
                    );
                    unseen += usize::from(all.contains(&mark));
                }
                looked += 1;
            }
        }
        // What is theirs they see.
        if endpoint != Endpoint::GetSummary {
            for query in queries(endpoint, own) {
                let shown = everything(&stage, &bounded, endpoint, &query);
                let mut marks = own.marks().into_iter();
                assert!(
                    marks.any(|mark| shown.contains(&mark)),
                    "{endpoint:?}?{query}: {shown}"
                );
            }
        }
    }
    // Without a bound the foreign things are there to be seen.
    assert!(looked > 40 && unseen > 60, "{looked} lists, {unseen} marks");
}

#[test]
fn counts_are_those_of_the_account() {
    let stage = Stage::set();
    let world = &stage.story.world;
    let (own, _) = token(world, Role::Viewer, Some(&stage.own.credential));
    let (foreign, _) = token(world, Role::Viewer, Some(&stage.foreign.credential));
    let path = format!("/v1/orders/{}", stage.foreign.order);
    stage.story.ok("DELETE", &path, &serde_json::Value::Null);
    let count = |secret: &str, name: &str| get(world, secret, "/v1/summary").json()[name].clone();
    for (name, counts) in [
        ("fulfilled", [1, 1, 0]),
        ("deadLetters", [2, 1, 1]),
        ("failed", [0, 0, 0]),
    ] {
        let seen = [ADMIN_TOKEN, &own, &foreign].map(|secret| count(secret, name));
        assert_eq!(seen, counts.map(|n| json!(n)), "{name}");
    }
    stage
        .story
        .ok("POST", &format!("{path}/restore"), &json!({}));
    assert_eq!(count(&foreign, "fulfilled"), 1);
    let dead = format!("/v1/dead-letters/{}", stage.own.dead_letter);
    stage.story.ok("DELETE", &dead, &serde_json::Value::Null);
    assert_eq!(
        [&own, &foreign].map(|one| count(one, "deadLetters")),
        [json!(0), json!(1)]
    );
}

#[test]
fn a_rehearsal_tells_nothing_of_other_accounts() {
    let stage = Stage::set();
    let world = &stage.story.world;
    let (own, _) = token(world, Role::Requester, Some(&stage.own.credential));
    let host = format!("next.{}", stage.own.host);
    let mut wish = order(world, &stage.own.credential, &host, 701);
    let rehearse = |secret, wish: &_| {
        let path = "/v1/orders/validate";
        ask(world, Some(secret), &Method::POST, path, Some(wish))
    };
    // Made with the key of the foreign order.
    let shown = rehearse(own.as_str(), &wish);
    assert!(shown.text.contains("key-reused"), "{}", shown.text);
    assert!(!shown.text.contains(&stage.foreign.host), "{}", shown.text);
    assert_eq!(shown.json()["freeSeats"], 1);
    let all = rehearse(ADMIN_TOKEN, &wish);
    assert!(all.text.contains(&stage.foreign.host), "{}", all.text);
    assert_eq!(all.json()["freeSeats"], 98);
    // By the id of the foreign order's CSR.
    wish.as_object_mut().unwrap().remove("csr");
    wish["csrId"] = json!(stage.foreign.csr);
    let hidden = rehearse(own.as_str(), &wish);
    assert!(hidden.text.contains("unknown-csr"), "{}", hidden.text);
    wish["csrId"] = json!(stage.own.csr);
    assert!(!rehearse(own.as_str(), &wish).text.contains("unknown-csr"));
}

#[test]
fn a_csr_is_shown_under_the_label_that_its_account_gave_it() {
    let stage = Stage::set();
    let world = &stage.story.world;
    let (own, _) = token(world, Role::Requester, Some(&stage.own.credential));
    let (foreign, _) = token(world, Role::Requester, Some(&stage.foreign.credential));
    let csr = Key::of(720).unwrap().request(&["secret.example"]).unwrap();
    let store = |secret, label| {
        let body = json!({ "csr": csr, "label": label });
        let reply = ask(world, Some(secret), &Method::POST, "/v1/csrs", Some(&body));
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.json()
    };
    let first = store(ADMIN_TOKEN, "A project that nobody knows");
    let path = format!("/v1/csrs/{}", text(&first["id"]));
    assert_eq!(get(world, &own, &path).status, 404);
    // Who has the CSR may use it, and learns nothing.
    let second = store(own.as_str(), "Mine");
    assert_eq!(
        (&second["id"], &second["label"]),
        (&first["id"], &json!("Mine"))
    );
    assert_eq!(get(world, &own, &path).json()["label"], "Mine");
    assert_eq!(store(own.as_str(), "Again")["label"], "Mine");
    assert_eq!(get(world, &foreign, &path).status, 404);
    let listed = get(world, &own, "/v1/csrs").json();
    assert_eq!(listed["items"][0]["label"], "Mine", "{listed:#}");
    let hosts = [&stage.own.host, &stage.foreign.host];
    let seen = hosts.map(|host| listed.to_string().contains(host.as_str()));
    assert_eq!(seen, [true, false], "{listed:#}");
}

#[test]
fn certificates_that_share_a_number_or_a_key_are_told_apart_by_account() {
    let stage = Stage::set();
    let world = &stage.story.world;
    // Two CAs may draw one serial number, and one key may be certified twice.
    let key = "aa".repeat(32);
    let share = Statement::new("UPDATE certificates SET serial = '0A', key_fingerprint = ?1");
    block_on(world.database().batch(vec![share.bind(key.as_str())])).unwrap();
    let by_key = format!("keyFingerprint={}", key.to_uppercase());
    for (own, foreign) in [(&stage.own, &stage.foreign), (&stage.foreign, &stage.own)] {
        let (bounded, _) = token(world, Role::Viewer, Some(&own.credential));
        for query in ["serial=0a", "q=0a", by_key.as_str()] {
            let shown = everything(&stage, &bounded, Endpoint::ListCertificates, query);
            let [mine, theirs] = [own, foreign].map(|of| text(&of.certificate["id"]));
            assert_eq!(
                (shown.contains(&mine), shown.contains(&theirs)),
                (true, false),
                "{shown}"
            );
        }
    }
}
