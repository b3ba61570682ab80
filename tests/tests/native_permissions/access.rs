//! Sign-in through Cloudflare Access over the whole system, with real keys that rotate.

use std::{cell::RefCell, convert::Infallible, rc::Rc};

use certwright_core::access::AccessSettings;
use certwright_tests::story::{Story, text};
use certwright_worker::{
    platform::{NoReply, Platform as _},
    testing::ADMIN_TOKEN,
};
use data_encoding::BASE64URL_NOPAD;
use futures_executor::block_on;
use http::Method;
use rsa::{
    PrivateKey,
    rand_core::{TryCryptoRng, TryRng},
    traits::PublicKeyParts as _,
};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::stage::{Reply, send};

const TEAM: &str = "https://whitlock.cloudflareaccess.com";
const ASSERTION: &str = "cf-access-jwt-assertion";

/// A generator that repeats itself, which is all that a test's key wants.
struct Draws(u64);

impl TryRng for Draws {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|number| (number >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        // xorshift64 (Marsaglia 2003)
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Ok(self.0)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            *byte = self.try_next_u64()?.to_le_bytes()[3];
        }
        Ok(())
    }
}

impl TryCryptoRng for Draws {}

/// A team whose keys can be exchanged, and which counts how often it is asked for them.
struct Team {
    story: Story,
    keys: Rc<RefCell<Vec<(String, PrivateKey)>>>,
    asked: Rc<RefCell<u32>>,
    is_down: Rc<RefCell<bool>>,
}

fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

impl Team {
    fn new(rules: &Value) -> Self {
        let mut story = Story::begin(0);
        let keys: Rc<RefCell<Vec<(String, PrivateKey)>>> = Rc::default();
        let (asked, is_down) = (
            Rc::<RefCell<u32>>::default(),
            Rc::<RefCell<bool>>::default(),
        );
        let audience = "a1".repeat(32);
        let settings = AccessSettings::read(Some(TEAM), Some(&audience), Some(&rules.to_string()));
        let (set, count, down) = (Rc::clone(&keys), Rc::clone(&asked), Rc::clone(&is_down));
        let answer = move |team: &certwright_core::access::TeamDomain| {
            assert_eq!(team.as_str(), TEAM);
            *count.borrow_mut() += 1;
            if *down.borrow() {
                return Err(NoReply::Connection);
            }
            let keys = set.borrow();
            let keys: Vec<Value> = keys.iter().map(|(id, key)| jwk(id, key)).collect();
            Ok(json!({ "keys": keys }).to_string().into_bytes())
        };
        story
            .world
            .use_access(settings.unwrap().unwrap(), Box::new(answer));
        let team = Self {
            story,
            keys,
            asked,
            is_down,
        };
        team.make_key("first", 11);
        team
    }

    fn make_key(&self, id: &str, seed: u64) {
        let key = PrivateKey::new(&mut Draws(seed), 2048).unwrap();
        self.keys.borrow_mut().insert(0, (id.to_owned(), key));
    }

    /// An assertion signed with the newest key.
    fn assertion(&self, changes: &Value) -> String {
        let now = self.story.world.now().unix();
        let mut claims = json!({
            "aud": ["a1".repeat(32)], "email": "ann@whitlock.example", "iss": TEAM,
            "exp": now + 3_600, "iat": now, "nbf": now, "type": "app", "sub": "x",
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let keys = self.keys.borrow();
        let (id, key) = &keys[0];
        let header = json!({ "alg": "RS256", "kid": id, "typ": "JWT" });
        let signed = format!(
            "{}.{}",
            encode(header.to_string().as_bytes()),
            encode(claims.to_string().as_bytes())
        );
        let signature = key.pkcs1v15_sign::<Sha256>(signed.as_bytes()).unwrap();
        format!("{signed}.{}", encode(&signature))
    }

    fn me(&self, headers: &[(&str, &str)]) -> Reply {
        send(&self.story.world, headers, &Method::GET, "/v1/me", None)
    }

    fn asked(&self) -> u32 {
        *self.asked.borrow()
    }
}

fn jwk(id: &str, key: &PrivateKey) -> Value {
    json!({
        "kid": id, "kty": "RSA", "alg": "RS256", "use": "sig",
        "n": encode(&key.n().to_be_bytes_trimmed_vartime()),
        "e": encode(&key.e().to_be_bytes_trimmed_vartime()),
    })
}

fn everybody_reads() -> Value {
    json!([{ "domain": "whitlock.example", "role": "viewer" }])
}

#[test]
fn an_assertion_signs_in_with_the_rights_of_the_first_rule_that_fits() {
    let team = Team::new(&json!([
        { "email": "ann@whitlock.example", "role": "admin" },
        { "group": "pki", "role": "operator" },
        { "domain": "whitlock.example", "role": "viewer" },
    ]));
    let role = |changes: &Value| {
        let reply = team.me(&[(ASSERTION, &team.assertion(changes))]);
        (reply.status, reply.json()["role"].clone())
    };
    assert_eq!(role(&json!({})), (200, json!("admin")));
    let bob = json!({ "email": "Bob@Whitlock.example" });
    assert_eq!(role(&bob), (200, json!("viewer")));
    let operator = json!({ "email": "bob@whitlock.example", "custom": { "groups": ["pki"] } });
    assert_eq!(role(&operator), (200, json!("operator")));
    let me = team.me(&[(ASSERTION, &team.assertion(&json!({})))]).json();
    assert_eq!(
        (&me["actor"], &me["signIn"]),
        (&json!("access:ann@whitlock.example"), &json!("access"))
    );
    // Signed in, but with no rights here; and it is written down who that was.
    let eve = team.me(&[(
        ASSERTION,
        &team.assertion(&json!({ "email": "eve@evil.example" })),
    )]);
    assert_eq!((eve.status, eve.code().as_str()), (403, "no-role"));
    let trail = team.story.get("/v1/audit").to_string();
    assert!(trail.contains("access:eve@evil.example"), "{trail}");
    assert_eq!(team.asked(), 1, "the keys were kept");
}

#[test]
fn a_rule_can_bound_to_one_account() {
    let scope = format!("cred_{}", "c".repeat(26));
    let team = Team::new(&json!([
        { "domain": "whitlock.example", "role": "operator", "credentialId": scope },
    ]));
    let assertion = team.assertion(&json!({}));
    let me = team.me(&[(ASSERTION, &assertion)]).json();
    assert_eq!(me["credentialId"], json!(scope));
    let world = &team.story.world;
    let refused = send(
        world,
        &[(ASSERTION, &assertion)],
        &Method::GET,
        "/v1/audit",
        None,
    );
    assert_eq!(refused.code(), "scope-too-narrow");
}

#[test]
fn a_token_counts_before_an_assertion() {
    let team = Team::new(&everybody_reads());
    let assertion = team.assertion(&json!({}));
    let bearer = format!("Bearer {ADMIN_TOKEN}");
    let both = team
        .me(&[("authorization", &bearer), (ASSERTION, &assertion)])
        .json();
    assert_eq!(both["actor"], "admin");
    // A token that is not known is not made good by an assertion.
    let wrong = [
        ("authorization", "Bearer wrong"),
        (ASSERTION, assertion.as_str()),
    ];
    assert_eq!(team.me(&wrong).code(), "token-unknown");
}

#[test]
fn a_token_made_under_access_is_its_person_and_ends_with_their_role() {
    let mut team = Team::new(&json!([
        { "group": "pki", "role": "admin" },
        { "domain": "whitlock.example", "role": "viewer" },
    ]));
    let pki = team.assertion(&json!({ "custom": { "groups": ["pki"] } }));
    let body = json!({ "label": "ci", "role": "operator", "expiresInDays": 366 });
    let headers = [(ASSERTION, pki.as_str())];
    let world = &team.story.world;
    let made = send(world, &headers, &Method::POST, "/v1/tokens", Some(&body));
    assert_eq!(made.status, 201, "{}", made.text);
    let made = made.json();
    let token = &made["token"];
    assert_eq!(token["person"], "access:ann@whitlock.example");
    assert_eq!(token["end"], "person");
    let days = |text: &Value| text.as_str().unwrap().get(..10).unwrap().to_owned();
    assert_ne!(days(&token["expiresAt"]), days(&token["createdAt"]));
    let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
    let me = |team: &Team| {
        let reply = team.me(&[("authorization", &bearer)]);
        let code = reply.json()["code"].as_str().unwrap_or("").to_owned();
        (reply.status, code)
    };
    assert_eq!(me(&team).0, 200);
    // The rules change: less than the token may do is none of it.
    for rules in [
        json!([{ "group": "pki", "role": "requester" }]),
        json!([{ "domain": "whitlock.example", "role": "viewer" }]),
        json!([{ "email": "bob@whitlock.example", "role": "admin" }]),
    ] {
        let audience = "a1".repeat(32);
        let settings = AccessSettings::read(Some(TEAM), Some(&audience), Some(&rules.to_string()));
        team.story.world.settings_mut().access = settings.unwrap();
        assert_eq!(
            me(&team),
            (401, "token-person-without-role".to_owned()),
            "{rules}"
        );
    }
    team.story.world.settings_mut().access = None;
    assert_eq!(me(&team).0, 401);
}

#[test]
fn keys_planted_in_the_cache_sign_nobody_in() {
    let team = Team::new(&everybody_reads());
    assert_eq!(
        team.me(&[(ASSERTION, &team.assertion(&json!({})))]).status,
        200
    );
    let (name, kept) = team.story.world.cache_content().remove(0);
    // Somebody with keys of their own puts them into the cache, in whatever form.
    let planted = Team::new(&everybody_reads());
    planted.keys.borrow_mut().clear();
    planted.make_key("first", 99);
    let forged = planted.assertion(&json!({}));
    assert_eq!(planted.me(&[(ASSERTION, &forged)]).status, 200);
    let theirs = planted.story.world.cache_content().remove(0).1;
    let (_, their_keys) = theirs.split_once('\n').unwrap();
    let (our_tag, _) = kept.split_once('\n').unwrap();
    for text in [
        their_keys.to_owned(),
        format!("{our_tag}\n{their_keys}"),
        format!("\n{their_keys}"),
    ] {
        block_on(team.story.world.cache(&name, text, 60));
        assert_eq!(team.me(&[(ASSERTION, &forged)]).status, 401);
    }
}

#[test]
fn another_site_can_make_nobody_act() {
    let team = Team::new(&json!([{ "domain": "whitlock.example", "role": "admin" }]));
    let (assertion, host) = (
        team.assertion(&json!({})),
        ("host", "certs.whitlock.example"),
    );
    let act = |headers: &[(&str, &str)]| {
        let headers = [headers, &[(ASSERTION, assertion.as_str()), host]].concat();
        let path = "/v1/certificates/admit-held";
        let reply = send(&team.story.world, &headers, &Method::POST, path, None);
        (reply.status, reply.json()["code"].clone())
    };
    for elsewhere in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "https://certs.whitlock.example.evil.example"),
    ] {
        assert_eq!(
            act(&[elsewhere]),
            (403, json!("cross-site")),
            "{elsewhere:?}"
        );
    }
    for here in [
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
        ("origin", "https://certs.whitlock.example"),
        ("user-agent", "curl"),
    ] {
        assert_eq!(act(&[here]).0, 202, "{here:?}");
    }
    // A token is sent by nobody who does not know it.
    let bearer = format!("Bearer {ADMIN_TOKEN}");
    let token = [
        ("authorization", bearer.as_str()),
        ("sec-fetch-site", "cross-site"),
    ];
    assert_eq!(act(&token).0, 202);
}

#[test]
fn assertions_that_are_not_ours_are_refused() {
    let team = Team::new(&everybody_reads());
    let now = team.story.world.now().unix();
    for (what, changes) in [
        (
            "another team",
            json!({ "iss": "https://other.cloudflareaccess.com" }),
        ),
        ("another application", json!({ "aud": ["b2".repeat(32)] })),
        ("expired", json!({ "exp": now - 61 })),
        ("not yet", json!({ "nbf": now + 61 })),
        ("a session of the team", json!({ "type": "org" })),
    ] {
        let reply = team.me(&[(ASSERTION, &team.assertion(&changes))]);
        assert_eq!(
            (reply.status, reply.code().as_str()),
            (401, "assertion-refused"),
            "{what}"
        );
    }
    let true_one = team.assertion(&json!({}));
    let none = format!("{}.", true_one.rsplit_once('.').unwrap().0);
    // Larger than any assertion, and no larger than headers may be.
    let giant = "a.".repeat(10_000);
    for garbage in ["", "a.b.c", "\u{e9}", &none, &giant] {
        let reply = team.me(&[(ASSERTION, garbage)]);
        assert_eq!(reply.status, 401, "{garbage:.20}");
    }
    // None of it but the one with our claims was worth asking for the keys.
    assert!(team.asked() <= 1, "{}", team.asked());
    // Without the setting an assertion is nothing.
    let plain = Story::begin(0);
    let path = "/v1/me";
    let reply = send(
        &plain.world,
        &[(ASSERTION, &true_one)],
        &Method::GET,
        path,
        None,
    );
    assert_eq!(reply.code(), "token-missing");
}

#[test]
fn keys_that_rotate_are_found_and_made_up_ones_are_not_looked_for() {
    let team = Team::new(&everybody_reads());
    let old = team.assertion(&json!({}));
    assert_eq!(team.me(&[(ASSERTION, &old)]).status, 200);
    assert_eq!(team.asked(), 1);
    // A new key: it is asked for once the last look is a minute ago, and then kept.
    team.make_key("second", 12);
    let new = team.assertion(&json!({}));
    assert_eq!(team.me(&[(ASSERTION, &new)]).code(), "assertion-refused");
    team.story.pass(60);
    for _ in 0..3 {
        assert_eq!(team.me(&[(ASSERTION, &new)]).status, 200);
        assert_eq!(team.me(&[(ASSERTION, &old)]).status, 200);
    }
    assert_eq!(team.asked(), 2);
    // Names of keys that do not exist cost one look a minute, however many come.
    team.make_key("made-up", 13);
    let forged = team.assertion(&json!({}));
    let made_up = team.keys.borrow_mut().remove(0);
    for _ in 0..3 {
        team.story.pass(60);
        for _ in 0..10 {
            assert_eq!(team.me(&[(ASSERTION, &forged)]).status, 401);
        }
    }
    assert_eq!((made_up.0.as_str(), team.asked()), ("made-up", 5));
    // A key that was withdrawn is forgotten within the hour.
    team.keys.borrow_mut().pop();
    team.story.pass(3_600);
    let fresh = team.assertion(&json!({}));
    assert_eq!(team.me(&[(ASSERTION, &fresh)]).status, 200);
    assert_eq!(team.me(&[(ASSERTION, &old)]).status, 401);
}

#[test]
fn a_team_that_does_not_answer_locks_nobody_out_for_a_day() {
    let team = Team::new(&everybody_reads());
    *team.is_down.borrow_mut() = true;
    let missing = team.me(&[(ASSERTION, &team.assertion(&json!({})))]);
    assert_eq!(
        (missing.status, missing.code().as_str()),
        (503, "access-keys-missing")
    );
    *team.is_down.borrow_mut() = false;
    team.story.pass(60);
    let signed_in = || team.me(&[(ASSERTION, &team.assertion(&json!({})))]).status;
    assert_eq!(signed_in(), 200);
    *team.is_down.borrow_mut() = true;
    team.story.pass(7_200);
    let before = team.asked();
    assert_eq!([signed_in(), signed_in()], [200, 200]);
    assert_eq!(team.asked() - before, 1);
    team.story.pass(86_400);
    assert_eq!(signed_in(), 503);
    let log = team.story.world.logged().join("\n");
    assert!(log.contains("keys of the Access team"), "{log}");
    assert!(!log.contains(&text(&json!(team.assertion(&json!({}))))));
}
