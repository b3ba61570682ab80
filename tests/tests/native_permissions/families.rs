//! What a token leaves behind ends with it, whoever is at its root is one person, and what a writer of
//! the database puts there counts for nothing.

use std::{
    future::Future as _,
    pin::pin,
    task::{Context, Waker},
};

use certwright_core::{permission::Role, seal::MasterKeyVersion};
use certwright_tests::story::{Story, text};
use certwright_worker::{
    database::{Database as _, Statement},
    platform::Platform as _,
    testing::ADMIN_TOKEN,
};
use futures_executor::block_on;
use http::Method;
use serde_json::{Value, json};

use crate::stage::{Reply, ask, get, order, token};

const DAY: i64 = 86_400;

fn made(story: &Story, secret: &str, role: &str, days: u32) -> (String, Value) {
    let body = json!({ "label": "family", "role": role, "expiresInDays": days });
    let reply = create(story, secret, &body);
    assert_eq!(reply.status, 201, "{}", reply.text);
    let made = reply.json();
    (text(&made["secret"]), made["token"].clone())
}

fn create(story: &Story, secret: &str, body: &Value) -> Reply {
    ask(
        &story.world,
        Some(secret),
        &Method::POST,
        "/v1/tokens",
        Some(body),
    )
}

fn code(story: &Story, secret: &str) -> String {
    let me = get(&story.world, secret, "/v1/me");
    if me.status == 200 {
        "in".to_owned()
    } else {
        me.code()
    }
}

fn write(story: &Story, sql: &'static str) {
    block_on(story.world.database().batch(vec![Statement::new(sql)])).unwrap();
}

#[test]
fn a_family_ends_with_its_first_token() {
    let story = Story::begin(0);
    let (first, first_view) = made(&story, ADMIN_TOKEN, "admin", 1);
    let (second, second_view) = made(&story, &first, "admin", 366);
    let (third, third_view) = made(&story, &second, "viewer", 366);
    for view in [&second_view, &third_view] {
        assert_eq!(view["expiresAt"], first_view["expiresAt"], "{view}");
        assert_eq!(
            (&view["end"], &view["person"]),
            (&json!("maker"), &json!("admin"))
        );
    }
    assert_eq!(first_view["end"], "chosen");
    assert_eq!(third_view["madeWith"], second_view["id"]);
    // Another family has nothing to do with it.
    let (other, _) = made(&story, ADMIN_TOKEN, "viewer", 1);
    let path = format!("/v1/tokens/{}", text(&first_view["id"]));
    story.ok("DELETE", &path, &Value::Null);
    for secret in [&first, &second, &third] {
        assert_eq!(code(&story, secret), "token-revoked");
    }
    assert_eq!(code(&story, &other), "in");
    let listed = story.get("/v1/tokens");
    let with = |id: &Value| {
        let items = listed["items"].as_array().unwrap();
        let token = items.iter().find(|token| token["id"] == *id);
        token.unwrap()["revokedWith"].clone()
    };
    assert_eq!(with(&third_view["id"]), first_view["id"]);
    assert_eq!(with(&first_view["id"]), Value::Null);
    // And by time.
    let (parent, _) = made(&story, ADMIN_TOKEN, "admin", 1);
    let (child, _) = made(&story, &parent, "admin", 30);
    story.pass(DAY);
    assert_eq!(code(&story, &child), "token-expired");
}

#[test]
fn all_tokens_of_a_person_are_revoked_together() {
    let story = Story::begin(0);
    let (first, _) = made(&story, ADMIN_TOKEN, "admin", 9);
    let (second, _) = made(&story, &first, "viewer", 9);
    let body = json!({ "person": "admin" });
    let revoked = story.ok("POST", "/v1/tokens/revoke", &body);
    assert_eq!(revoked["revoked"], 2);
    for secret in [&first, &second] {
        assert_eq!(code(&story, secret), "token-revoked");
    }
    assert_eq!(story.send("POST", "/v1/tokens/revoke", &body).0, 404);
}

#[test]
fn no_token_survives_that_is_made_while_its_maker_is_revoked() {
    for steps in 0..14 {
        let story = Story::begin(0);
        let (first, view) = made(&story, ADMIN_TOKEN, "admin", 9);
        let request = http::Request::post("/v1/tokens")
            .header("authorization", format!("Bearer {first}"))
            .header("content-type", "application/json")
            .body(
                json!({ "label": "late", "role": "admin" })
                    .to_string()
                    .into_bytes(),
            )
            .unwrap();
        story.world.give_way(true);
        let mut making = pin!(certwright_worker::http::handle(&story.world, request));
        let mut reply = None;
        for _ in 0..steps {
            let mut context = Context::from_waker(Waker::noop());
            if let std::task::Poll::Ready(ready) = making.as_mut().poll(&mut context) {
                reply = Some(ready);
                break;
            }
        }
        let path = format!("/v1/tokens/{}", text(&view["id"]));
        story.ok("DELETE", &path, &Value::Null);
        let reply = reply.unwrap_or_else(|| block_on(making));
        story.world.give_way(false);
        if reply.status() == 201 {
            let made: Value = serde_json::from_slice(reply.body()).unwrap();
            assert_eq!(
                code(&story, &text(&made["secret"])),
                "token-revoked",
                "{steps}"
            );
        }
        let listed = story.get("/v1/tokens");
        let valid = listed.to_string().matches("\"state\":\"active\"").count();
        assert_eq!(valid, 0, "{steps}: {listed:#}");
        // Nor does the trail tell of one that was not made.
        let told = story.get("/v1/audit").to_string();
        let told = told.matches("token.create").count();
        assert_eq!(told, listed["items"].as_array().unwrap().len(), "{steps}");
    }
}

#[test]
fn whoever_writes_the_database_makes_no_token_and_changes_none() {
    for change in [
        "UPDATE tokens SET role = 'admin'",
        "UPDATE tokens SET expires_at = expires_at + 1",
        "UPDATE tokens SET label = 'somebody else'",
        "UPDATE tokens SET person = 'access:ann@whitlock.example'",
        "UPDATE tokens SET credential_id = 'cred_aaaaaaaaaaaaaaaaaaaaaaaaaa'",
        "UPDATE tokens SET created_by = 'admin (x)'",
        "UPDATE tokens SET bound = ''",
        "UPDATE tokens SET bound = 'v1.' || substr(bound, 5)",
        "UPDATE tokens SET id = 'tok_aaaaaaaaaaaaaaaaaaaaaaaaaa'",
    ] {
        let story = Story::begin(0);
        let (secret, _) = token(&story.world, Role::Viewer, None);
        assert_eq!(code(&story, &secret), "in");
        write(&story, change);
        assert_eq!(code(&story, &secret), "token-unknown", "{change}");
        assert_eq!(
            story.get("/v1/tokens")["items"][0]["state"],
            "altered",
            "{change}"
        );
    }
    // A row of one's own: the hash is that of cw_ and 52 times "a".
    let story = Story::begin(0);
    let secret = format!("cw_{}", "a".repeat(52));
    let hash = certwright_core::token::TokenText::parse(&secret)
        .unwrap()
        .hash();
    let plant = Statement::new(
        "INSERT INTO tokens (id, label, role, created_by, created_at, expires_at, hash, person, bound) \
         VALUES ('tok_aaaaaaaaaaaaaaaaaaaaaaaaaa', 'x', 'admin', 'admin', 1, 4000000000, ?1, 'admin', \
           'v1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')",
    );
    block_on(story.world.database().batch(vec![plant.bind(hash)])).unwrap();
    assert_eq!(code(&story, &secret), "token-unknown");
    // A revocation that is taken back leaves a row without its tag.
    let (secret, id) = token(&story.world, Role::Admin, None);
    story.ok("DELETE", &format!("/v1/tokens/{id}"), &Value::Null);
    write(&story, "UPDATE tokens SET revoked_at = NULL");
    assert_eq!(code(&story, &secret), "token-unknown");
    // The tag of one row does not do for another.
    let (mine, _) = token(&story.world, Role::Viewer, None);
    token(&story.world, Role::Admin, None);
    write(
        &story,
        "UPDATE tokens SET bound = (SELECT max(bound) FROM tokens WHERE role = 'admin') \
         WHERE role = 'viewer'",
    );
    assert_eq!(code(&story, &mine), "token-unknown");
}

#[test]
fn tokens_are_bound_anew_when_master_keys_are_rotated() {
    let mut story = Story::begin(0);
    let (kept, _) = token(&story.world, Role::Viewer, None);
    let second: MasterKeyVersion = "2".parse().unwrap();
    story.world.set_master_key(second, Some([9; 32]));
    story.world.settings_mut().master_key = second;
    assert_eq!(code(&story, &kept), "in", "both keys are there");
    let report = story.ok("POST", "/v1/credentials/reseal", &json!({}));
    assert_eq!(report["tokens"], 1, "{report}");
    let report = story.ok("POST", "/v1/credentials/reseal", &json!({}));
    assert_eq!(report["tokens"], 0, "{report}");
    story.world.set_master_key(MasterKeyVersion::FIRST, None);
    assert_eq!(code(&story, &kept), "in");
    story.world.set_master_key(second, Some([10; 32]));
    assert_eq!(code(&story, &kept), "token-unknown", "another key");
}

#[test]
fn all_tokens_of_a_person_are_one_person_when_orders_are_approved() {
    let story = Story::begin(0);
    let account = story.link();
    let rule = json!({ "approval": "everyone" });
    story.ok("PUT", &format!("/v1/credentials/{account}/approval"), &rule);
    let (asking, view) = made(&story, ADMIN_TOKEN, "admin", 30);
    let (child, _) = made(&story, &asking, "admin", 30);
    let (sibling, _) = made(&story, ADMIN_TOKEN, "operator", 30);
    let domains = story.get(&format!("/v1/domains?credentialId={account}"));
    let host = format!("www.{}", text(&domains["items"][0]["entry"]["name"]));
    let body = order(&story.world, &account, &host, 701);
    let placed = ask(
        &story.world,
        Some(&asking),
        &Method::POST,
        "/v1/orders",
        Some(&body),
    );
    assert_eq!(placed.status, 201, "{}", placed.text);
    let path = format!("/v1/orders/{}/approve", text(&placed.json()["id"]));
    for own in [&asking, &child, &sibling, &ADMIN_TOKEN.to_owned()] {
        let refused = ask(&story.world, Some(own), &Method::POST, &path, None);
        assert_eq!(refused.code(), "own-order", "{}", refused.text);
    }
    // Not even when the token that asked is gone.
    story.ok(
        "DELETE",
        &format!("/v1/tokens/{}", text(&view["id"])),
        &Value::Null,
    );
    let refused = ask(&story.world, Some(&sibling), &Method::POST, &path, None);
    assert_eq!(refused.code(), "own-order");
    let ann = certwright_worker::caller::Caller::named(
        "access:ann@whitlock.example",
        Some(Role::Operator),
    );
    let (status, approved) = block_on(story.world.request_as(ann, "POST", &path, &[], &json!({})));
    assert_eq!(status, 200, "{approved:#}");
}

#[test]
fn what_is_recorded_when_it_begins_can_be_entered_nowhere_else() {
    let story = Story::begin(0);
    story.link();
    // Enough for a second page of the trail.
    for n in 0..600 {
        let body = json!({ "label": format!("t{n}"), "role": "viewer" });
        assert_eq!(create(&story, ADMIN_TOKEN, &body).status, 201);
    }
    let heads = story.get("/v1/audit/heads");
    let chains: Vec<String> = heads["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|head| text(&head["account"]))
        .collect();
    let chain = chains
        .iter()
        .find(|chain| chain.starts_with("system"))
        .unwrap();
    let first = story.raw("GET", &format!("/v1/audit/export?account={chain}"), "", "");
    let next = first.next.clone().unwrap();
    let cursor = next.split("cursor=").nth(1).unwrap().to_owned();
    let export = |secret: &str, chain: &str, cursor: &str| {
        let path = format!("/v1/audit/export?account={chain}&cursor={cursor}");
        get(&story.world, secret, &path).status
    };
    assert_eq!(export(ADMIN_TOKEN, chain, &cursor), 200);
    let (other, _) = token(&story.world, Role::Admin, None);
    assert_eq!(export(&other, chain, &cursor), 422, "another caller");
    let account = chains.iter().find(|other| *other != chain).unwrap();
    assert_eq!(export(ADMIN_TOKEN, account, &cursor), 422, "another chain");
    let (place, tag) = cursor.split_once('.').unwrap();
    // {"at":…,"place":{"after":0,"last":1,…}}
    let made_up = data_encoding::BASE64URL_NOPAD
        .encode(br#"{"at":1900000000,"place":{"after":0,"last":9,"hash":"00","at":0}}"#);
    for cursor in [
        made_up.clone(),
        format!("{made_up}.{tag}"),
        place.to_owned(),
    ] {
        assert_eq!(export(ADMIN_TOKEN, chain, &cursor), 422, "{cursor}");
        let path = format!("/v1/dump?cursor={cursor}");
        assert_eq!(get(&story.world, ADMIN_TOKEN, &path).status, 422);
    }
    story.pass(DAY);
    assert_eq!(export(ADMIN_TOKEN, chain, &cursor), 422, "a day later");
}

#[test]
fn only_the_holder_of_admin_token_says_whose_a_token_is() {
    let story = Story::begin(0);
    let body = json!({ "label": "x", "role": "admin", "person": " Bob@Whitlock.example" });
    let bobs = create(&story, ADMIN_TOKEN, &body).json();
    assert_eq!(bobs["token"]["person"], "person:bob@whitlock.example");
    // Not whoever was given a token, be it a token of the administrator's.
    let (own, _) = made(&story, ADMIN_TOKEN, "admin", 9);
    for secret in [text(&bobs["secret"]), own] {
        let refused = create(&story, &secret, &body);
        assert_eq!(
            (refused.status, refused.json()["field"].clone()),
            (422, json!("person"))
        );
        let (_, child) = made(&story, &secret, "viewer", 9);
        assert_ne!(child["person"], Value::Null);
    }
    let strange = json!({ "label": "x", "role": "admin", "person": "two\nlines" });
    assert_eq!(
        create(&story, ADMIN_TOKEN, &strange).json()["field"],
        "person"
    );
}

#[test]
fn a_laxer_rule_than_everyones_takes_two_people() {
    let story = Story::begin(0);
    let account = story.link();
    let path = format!("/v1/credentials/{account}/approval");
    let set = |secret: &str, rule: &str| {
        let body = json!({ "approval": rule });
        let reply = ask(&story.world, Some(secret), &Method::PUT, &path, Some(&body));
        assert_eq!(reply.status, 200, "{}", reply.text);
        let view = reply.json();
        (
            text(&view["approval"]),
            view["proposedApproval"]["approval"].clone(),
        )
    };
    let of = |name: &str| {
        let body = json!({ "label": "x", "role": "admin", "person": name });
        text(&create(&story, ADMIN_TOKEN, &body).json()["secret"])
    };
    let (bob, bob_too, ann) = (of("bob"), of("Bob"), of("ann"));
    let still = |rule: &str| ("everyone".to_owned(), json!(rule));
    let now = |rule: &str| (rule.to_owned(), Value::Null);
    // Stricter is one person's decision.
    assert_eq!(set(&bob, "requesters"), now("requesters"));
    assert_eq!(set(&bob, "everyone"), now("everyone"));
    assert_eq!(set(&bob, "none"), still("none"));
    for same in [&bob, &bob_too] {
        assert_eq!(set(same, "none"), still("none"));
    }
    // Another rule than the one that was asked for is a wish of its own.
    assert_eq!(set(&ann, "requesters"), still("requesters"));
    assert_eq!(set(&bob, "requesters"), now("requesters"));
    let trail = story.get("/v1/audit").to_string();
    assert!(
        trail.contains("\"requested\"") && trail.contains("asked"),
        "{trail}"
    );
    // Refused by setting it again, and it lapses.
    assert_eq!(set(&bob, "everyone"), now("everyone"));
    assert_eq!(set(&bob, "none"), still("none"));
    assert_eq!(set(&ann, "everyone"), now("everyone"));
    assert_eq!(set(&ann, "none"), still("none"));
    story.pass(30 * DAY);
    assert_eq!(set(&bob, "none"), still("none"));
    assert_eq!(set(&ann, "none"), now("none"));
}
