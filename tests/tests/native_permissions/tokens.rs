//! Tokens: shown once, stored hashed, bounded in rights and time, revoked at once.

use certwright_core::permission::Role;
use certwright_tests::story::{Story, text};
use certwright_worker::{
    database::{Database as _, Statement},
    platform::Platform as _,
    testing::{ADMIN_TOKEN, World},
};
use futures_executor::block_on;
use http::Method;
use serde_json::{Value, json};

use crate::stage::{Reply, ask, get, token};

const DAY: i64 = 86_400;

fn create(world: &World, secret: &str, body: &Value) -> Reply {
    ask(world, Some(secret), &Method::POST, "/v1/tokens", Some(body))
}

fn rows(world: &World, sql: &'static str) -> String {
    block_on(world.database().query(Statement::new(sql)))
        .unwrap()
        .0
}

#[test]
fn a_token_is_shown_once_and_its_text_is_stored_nowhere() {
    let story = Story::begin(0);
    let made = create(
        &story.world,
        ADMIN_TOKEN,
        &json!({ "label": " Deploy web ", "role": "viewer" }),
    );
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let secret = text(&made["secret"]);
    assert_eq!(
        (made["token"]["label"].clone(), secret.len()),
        (json!("Deploy web"), 55)
    );
    assert_eq!(get(&story.world, &secret, "/v1/orders").status, 200);
    let listed = story.get("/v1/tokens");
    assert_eq!(listed["items"][0]["id"], made["token"]["id"]);
    assert_eq!(listed["items"][0]["state"], "active");
    let stored = rows(&story.world, "SELECT * FROM tokens");
    let audit = rows(&story.world, "SELECT * FROM audit");
    let log = story.world.logged().join("\n");
    for place in [listed.to_string(), stored, audit, log] {
        assert!(
            !place.contains(&secret) && !place.contains(&secret[3..]),
            "{place}"
        );
    }
    // Nor is the hash in any answer.
    let hash = rows(&story.world, "SELECT hash FROM tokens");
    let hash: Value = serde_json::from_str(&hash).unwrap();
    assert!(!listed.to_string().contains(&text(&hash[0]["hash"])));
}

#[test]
fn two_tokens_never_have_the_same_text() {
    let story = Story::begin(0);
    let secrets: std::collections::BTreeSet<String> = (0..50)
        .map(|_| token(&story.world, Role::Viewer, None).0)
        .collect();
    assert_eq!(secrets.len(), 50);
    let mut listed = 0;
    let mut path = "/v1/tokens?limit=7".to_owned();
    loop {
        let page = story.get(&path);
        listed += page["items"].as_array().unwrap().len();
        let Some(cursor) = page["nextCursor"].as_str() else {
            break;
        };
        path = format!("/v1/tokens?limit=7&cursor={cursor}");
    }
    assert_eq!(listed, 50);
}

#[test]
fn a_token_ends_when_its_time_is_over_or_it_is_revoked() {
    let story = Story::begin(0);
    let made = create(
        &story.world,
        ADMIN_TOKEN,
        &json!({ "label": "short", "role": "operator", "expiresInDays": 1 }),
    );
    let secret = text(&made.json()["secret"]);
    story.pass(DAY - 1);
    assert_eq!(get(&story.world, &secret, "/v1/me").status, 200);
    story.pass(1);
    let over = get(&story.world, &secret, "/v1/me");
    assert_eq!((over.status, over.code().as_str()), (401, "token-expired"));

    let (secret, id) = token(&story.world, Role::Operator, None);
    assert_eq!(get(&story.world, &secret, "/v1/me").status, 200);
    let revoked = story.ok("DELETE", &format!("/v1/tokens/{id}"), &Value::Null);
    assert_eq!(revoked["state"], "revoked");
    let over = get(&story.world, &secret, "/v1/me");
    assert_eq!((over.status, over.code().as_str()), (401, "token-revoked"));
    // Revoking again changes nothing, and the row stays.
    story.pass(60);
    let again = story.ok("DELETE", &format!("/v1/tokens/{id}"), &Value::Null);
    assert_eq!(again["revokedAt"], revoked["revokedAt"]);
    assert_eq!(
        story.get("/v1/tokens")["items"].as_array().unwrap().len(),
        2
    );
}

#[test]
fn use_is_noted_at_most_once_an_hour() {
    let story = Story::begin(0);
    let (secret, _) = token(&story.world, Role::Viewer, None);
    let last = || story.get("/v1/tokens")["items"][0]["lastUsedAt"].clone();
    assert_eq!(last(), Value::Null);
    let mut seen = Vec::new();
    for _ in 0..4 {
        get(&story.world, &secret, "/v1/me");
        seen.push(last());
        story.pass(1_200);
    }
    assert_eq!((&seen[0], &seen[1]), (&seen[1], &seen[2]));
    assert_ne!(seen[2], seen[3]);
    // Between two notes a request writes nothing.
    let before = story.world.spent().1;
    get(&story.world, &secret, "/v1/me");
    assert_eq!(story.world.spent().1 - before, 1);
}

#[test]
fn a_malformed_wish_names_the_field() {
    let story = Story::begin(0);
    for (body, field, code) in [
        (json!({ "label": " ", "role": "viewer" }), "label", "length"),
        (
            json!({ "label": "x".repeat(101), "role": "viewer" }),
            "label",
            "length",
        ),
        (
            json!({ "label": "x", "role": "viewer", "expiresInDays": 0 }),
            "expiresInDays",
            "out-of-range",
        ),
        (
            json!({ "label": "x", "role": "viewer", "expiresInDays": 367 }),
            "expiresInDays",
            "out-of-range",
        ),
        (
            json!({ "label": "x", "role": "root" }),
            "role",
            "unknown-value",
        ),
        (json!({ "label": "x" }), "role", "missing-field"),
        (
            json!({ "label": "x", "role": "viewer", "hash": "00" }),
            "hash",
            "unknown-field",
        ),
    ] {
        let reply = create(&story.world, ADMIN_TOKEN, &body);
        let problem = reply.json();
        assert_eq!(reply.status, 422, "{body}: {problem:#}");
        assert_eq!(
            (
                text(&problem["field"]).as_str(),
                text(&problem["code"]).as_str()
            ),
            (field, code)
        );
    }
    let missing = format!("cred_{}", "a".repeat(26));
    let body = json!({ "label": "x", "role": "viewer", "credentialId": missing });
    assert_eq!(create(&story.world, ADMIN_TOKEN, &body).status, 404);
}

#[test]
fn nobody_makes_a_token_with_more_rights_than_their_own() {
    let story = Story::begin(0);
    let account = story.link();
    let (bounded, _) = token(&story.world, Role::Admin, Some(&account));
    // Without naming an account the token is for the maker's.
    let made = create(
        &story.world,
        &bounded,
        &json!({ "label": "x", "role": "admin" }),
    );
    assert_eq!(
        made.json()["token"]["credentialId"],
        json!(account),
        "{}",
        made.text
    );
    let other = format!("cred_{}", "b".repeat(26));
    let wider = json!({ "label": "x", "role": "viewer", "credentialId": other });
    assert_eq!(create(&story.world, &bounded, &wider).status, 404);
    // And it can revoke no token that reaches further than itself.
    let (_, whole) = token(&story.world, Role::Viewer, None);
    let path = format!("/v1/tokens/{whole}");
    assert_eq!(
        ask(&story.world, Some(&bounded), &Method::DELETE, &path, None).status,
        404
    );
    for role in [Role::Viewer, Role::Requester, Role::Operator] {
        let (lower, _) = token(&story.world, role, None);
        let wish = json!({ "label": "x", "role": "viewer" });
        let refused = create(&story.world, &lower, &wish);
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (403, "role-too-low")
        );
    }
}

#[test]
fn everybody_can_ask_who_they_are() {
    let story = Story::begin(0);
    let account = story.link();
    let admin = get(&story.world, ADMIN_TOKEN, "/v1/me").json();
    let expected = json!({
        "actor": "admin", "signIn": "adminToken", "role": "admin", "credentialId": null,
        "expiresAt": null,
    });
    assert_eq!(admin, expected);
    let (secret, id) = token(&story.world, Role::Requester, Some(&account));
    let me = get(&story.world, &secret, "/v1/me").json();
    assert_eq!(me["actor"], format!("{id} (stage)"));
    assert_eq!(
        (&me["signIn"], &me["role"]),
        (&json!("token"), &json!("requester"))
    );
    assert_eq!(me["credentialId"], json!(account));
    assert!(text(&me["expiresAt"]).starts_with("2027-"), "{me}");
}

#[test]
fn refusals_are_written_down_with_who_and_from_where_and_do_not_flood() {
    let story = Story::begin(0);
    let (secret, id) = token(&story.world, Role::Viewer, None);
    for n in 0..20 {
        let path = format!(
            "/v1/orders/ord_{}{n:02}/check",
            "a".repeat(24).replace('1', "a")
        );
        ask(&story.world, Some(&secret), &Method::POST, &path, None);
        ask(&story.world, None, &Method::POST, &path, None);
    }
    let trail = story.get("/v1/audit");
    let refused = trail["items"].as_array().unwrap().clone();
    let refused: Vec<_> = refused
        .iter()
        .filter(|entry| entry["outcome"] == "refused")
        .collect();
    assert_eq!(refused.len(), 2, "{trail:#}");
    let actors: Vec<String> = refused.iter().map(|entry| text(&entry["actor"])).collect();
    assert!(actors.contains(&format!("{id} (stage)")) && actors.contains(&"unknown".to_owned()));
    for entry in refused {
        assert_eq!(entry["subject"], "POST /v1/orders/{id}/check");
        assert_eq!(entry["address"], "203.0.113.9", "{entry}");
    }
    story.pass(601);
    ask(&story.world, Some(&secret), &Method::POST, "/v1/sync", None);
    ask(
        &story.world,
        None,
        &Method::POST,
        "/v1/orders/check-due",
        None,
    );
    let trail = story.get("/v1/audit").to_string();
    assert_eq!(trail.matches("\"refused\"").count(), 4);
}
