//! Assertions that are ours and many that are not, with real keys.

use std::{convert::Infallible, sync::LazyLock};

use data_encoding::BASE64URL_NOPAD;
use rsa::{
    PrivateKey,
    rand_core::{TryCryptoRng, TryRng},
    traits::PublicKeyParts,
};
use serde_json::{Value, json};
use sha2::Sha256;

use super::*;
use crate::{
    ids::CredentialId,
    permission::Role,
    time::{DAY, HOUR, MINUTE, Timestamp},
};

const TEAM: &str = "https://whitlock.cloudflareaccess.com";
const NOW: i64 = 1_795_000_000;

/// splitmix64: repeatable, which is all that a key of a test wants.
struct Draws(u64);

impl TryRng for Draws {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|number| (number >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(mixed ^ (mixed >> 31))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let number = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&number[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Draws {}

static KEYS: LazyLock<[PrivateKey; 2]> =
    LazyLock::new(|| [1, 2].map(|seed| PrivateKey::new(&mut Draws(seed), 2048).unwrap()));

fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn jwk(id: &str, key: &PrivateKey) -> Value {
    json!({
        "kid": id, "kty": "RSA", "alg": "RS256", "use": "sig",
        "n": encode(&key.n().to_be_bytes_trimmed_vartime()),
        "e": encode(&key.e().to_be_bytes_trimmed_vartime()),
    })
}

/// The set as Access answers it, with what else stands in it.
fn key_set() -> Vec<u8> {
    let keys = json!({
        "keys": [jwk("current", &KEYS[0]), { "kid": "other", "kty": "EC", "crv": "P-256" }],
        "public_cert": { "kid": "current", "cert": "-----BEGIN CERTIFICATE-----" },
        "public_certs": [],
    });
    keys.to_string().into_bytes()
}

fn now() -> Timestamp {
    Timestamp::from_unix(NOW)
}

fn picture() -> KeyPicture {
    KeyPicture::read(&key_set(), now()).unwrap()
}

fn audience() -> String {
    "a1".repeat(32)
}

fn settings() -> AccessSettings {
    let rules = r#"[{"domain":"whitlock.example","role":"viewer"}]"#;
    AccessSettings::read(Some(TEAM), Some(&audience()), Some(rules))
        .unwrap()
        .unwrap()
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": "current", "typ": "JWT" })
}

fn claims() -> Value {
    json!({
        "aud": [audience()], "email": "Ann@Whitlock.example", "exp": NOW + HOUR, "iat": NOW,
        "nbf": NOW, "iss": TEAM, "type": "app", "identity_nonce": "n", "sub": "7335d417",
        "country": "NL", "custom": { "groups": ["pki", "web"] },
    })
}

fn sign(header: &Value, claims: &Value, key: &PrivateKey) -> String {
    let signed = format!(
        "{}.{}",
        encode(header.to_string().as_bytes()),
        encode(claims.to_string().as_bytes())
    );
    let signature = key.pkcs1v15_sign::<Sha256>(signed.as_bytes()).unwrap();
    format!("{signed}.{}", encode(&signature))
}

fn verify(text: &str) -> Result<Identity, AssertionFault> {
    Assertion::read(text, &settings(), now())?.verify(&picture())
}

fn with(name: &str, value: Value) -> String {
    let mut changed = claims();
    changed[name] = value;
    sign(&header(), &changed, &KEYS[0])
}

#[test]
fn a_true_assertion_tells_who_it_is() {
    let identity = verify(&sign(&header(), &claims(), &KEYS[0])).unwrap();
    assert_eq!(identity.who, Who::Person("ann@whitlock.example".into()));
    assert_eq!(identity.groups, ["pki", "web"]);
    assert_eq!(identity.actor(), "access:ann@whitlock.example");
    assert_eq!(identity.expires_at.unix(), NOW + HOUR);
}

#[test]
fn the_audience_may_be_one_text_and_groups_stand_elsewhere() {
    assert!(verify(&with("aud", json!(audience()))).is_ok());
    let identity = verify(&with("groups", json!("all"))).unwrap();
    assert_eq!(identity.groups, ["all", "pki", "web"]);
    // Groups in a form that is not known name nobody, and lock nobody out.
    let identity = verify(&with("custom", json!({ "groups": [{ "id": 1 }] }))).unwrap();
    assert!(identity.groups.is_empty());
}

#[test]
fn a_service_token_is_its_client() {
    let mut service = claims();
    service["email"] = Value::Null;
    service["sub"] = json!("");
    service["common_name"] = json!("2f1c.access");
    let identity = verify(&sign(&header(), &service, &KEYS[0])).unwrap();
    assert_eq!(identity.actor(), "access-service:2f1c.access");
}

#[test]
fn what_is_not_signed_with_rs256_is_refused() {
    for algorithm in [
        "none", "None", "HS256", "RS512", "ES256", "PS256", "rs256", "",
    ] {
        let mut forged = header();
        forged["alg"] = json!(algorithm);
        let text = sign(&forged, &claims(), &KEYS[0]);
        assert_eq!(verify(&text), Err(AssertionFault::Algorithm), "{algorithm}");
    }
    // HS256 over the public key as the secret: refused before any key is looked at.
    let unsigned = format!(
        "{}.{}.",
        encode(br#"{"alg":"none"}"#),
        encode(claims().to_string().as_bytes())
    );
    assert_eq!(verify(&unsigned), Err(AssertionFault::Algorithm));
    let mut critical = header();
    critical["crit"] = json!(["b64"]);
    let text = sign(&critical, &claims(), &KEYS[0]);
    assert_eq!(verify(&text), Err(AssertionFault::Malformed));
}

#[test]
fn another_key_is_refused_under_any_name() {
    let text = sign(&header(), &claims(), &KEYS[1]);
    assert_eq!(verify(&text), Err(AssertionFault::Signature));
    for id in ["next", "other", ""] {
        let mut named = header();
        named["kid"] = json!(id);
        let text = sign(&named, &claims(), &KEYS[0]);
        assert_eq!(verify(&text), Err(AssertionFault::UnknownKey), "{id}");
    }
    let nameless = json!({ "alg": "RS256" });
    let text = sign(&nameless, &claims(), &KEYS[0]);
    assert_eq!(verify(&text), Err(AssertionFault::UnknownKey));
}

#[test]
fn wrong_claims_are_refused() {
    let other_team = "https://whitlock.cloudflareaccess.com.evil.example";
    for (name, value, fault) in [
        ("iss", json!(other_team), AssertionFault::Issuer),
        ("iss", json!(format!("{TEAM}/")), AssertionFault::Issuer),
        ("aud", json!("b2".repeat(32)), AssertionFault::Audience),
        ("aud", json!([]), AssertionFault::Audience),
        ("aud", json!([1, 2]), AssertionFault::Audience),
        ("exp", json!(NOW - MINUTE), AssertionFault::Expired),
        ("exp", json!(i64::MIN), AssertionFault::Expired),
        ("exp", json!("tomorrow"), AssertionFault::Malformed),
        ("exp", Value::Null, AssertionFault::Malformed),
        ("nbf", json!(NOW + MINUTE + 1), AssertionFault::NotYetValid),
        ("type", json!("org"), AssertionFault::Kind),
        ("type", Value::Null, AssertionFault::Kind),
        ("email", json!(" "), AssertionFault::Nobody),
    ] {
        assert_eq!(
            verify(&with(name, value.clone())),
            Err(fault),
            "{name} {value}"
        );
    }
    // The clocks may differ a little.
    for (name, at) in [("exp", NOW - MINUTE + 1), ("nbf", NOW + MINUTE)] {
        assert!(verify(&with(name, json!(at))).is_ok(), "{name}");
    }
}

#[test]
fn a_changed_assertion_does_not_verify() {
    let text = sign(&header(), &claims(), &KEYS[0]);
    let parts: Vec<&str> = text.split('.').collect();
    let mut raised = claims();
    raised["email"] = json!("root@whitlock.example");
    let forged = format!(
        "{}.{}.{}",
        parts[0],
        encode(raised.to_string().as_bytes()),
        parts[2]
    );
    assert_eq!(verify(&forged), Err(AssertionFault::Signature));
    // Whatever bit of the signature is turned.
    let signature = BASE64URL_NOPAD.decode(parts[2].as_bytes()).unwrap();
    for index in [0, 100, signature.len() - 1] {
        let mut broken = signature.clone();
        broken[index] ^= 1;
        let forged = format!("{}.{}.{}", parts[0], parts[1], encode(&broken));
        assert_eq!(verify(&forged), Err(AssertionFault::Signature), "{index}");
    }
    for signature in ["", "AA", "A"] {
        let forged = format!("{}.{}.{signature}", parts[0], parts[1]);
        assert!(verify(&forged).is_err(), "{signature}");
    }
}

#[test]
fn garbage_and_giants_are_refused() {
    let text = sign(&header(), &claims(), &KEYS[0]);
    let padded = format!("{text}==");
    let longer = format!("{text}.{text}");
    let giant = "A".repeat(MAX_ASSERTION + 1);
    let deep = format!(
        "{}.{}.AA",
        encode(br#"{"alg":"RS256"}"#),
        encode(&[b'['; 5_000])
    );
    for garbage in [
        "",
        ".",
        "..",
        "...",
        "a.b",
        "a.b.c",
        "é.é.é",
        "e30.e30.e30",
        &padded,
        &longer,
        &giant,
        &deep,
    ] {
        assert!(verify(garbage).is_err(), "{garbage:.40}");
    }
    for end in 0..text.len() {
        assert!(verify(&text[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn key_sets_are_read_with_limits() {
    let mut weak = jwk("weak", &KEYS[0]);
    weak["n"] = json!(encode(&[0xFF; 128]));
    let mut even = jwk("even", &KEYS[0]);
    even["n"] = json!(encode(&[0xFE; 256]));
    for keys in [
        json!({ "keys": [] }),
        json!({ "keys": [weak] }),
        json!({ "keys": [even] }),
        json!({ "keys": [jwk("", &KEYS[0])] }),
        json!({ "keys": [{ "kid": "x" }] }),
        json!({}),
        json!([]),
    ] {
        let read = KeyPicture::read(keys.to_string().as_bytes(), now());
        assert_eq!(read, Err(KeysFault), "{keys}");
    }
    let mut giant = key_set();
    giant.resize(MAX_KEY_SET + 1, b' ');
    assert_eq!(KeyPicture::read(&giant, now()), Err(KeysFault));
    let kept = serde_json::to_string(&picture()).unwrap();
    assert_eq!(
        serde_json::from_str::<KeyPicture>(&kept).unwrap(),
        picture()
    );
}

#[test]
fn keys_are_asked_for_when_they_are_wanting_and_at_most_once_a_minute() {
    let wanting = |id, after| KeyPicture::is_wanting(Some(&picture()), id, now().plus(after));
    assert!(KeyPicture::is_wanting(None, "current", now()));
    assert!(!wanting("current", HOUR - 1));
    assert!(wanting("current", HOUR));
    assert!(!wanting("garbage", MINUTE - 1));
    assert!(wanting("garbage", MINUTE));
    // An address that does not answer is left alone for a minute too, and the keys stay.
    let later = now().plus(2 * HOUR);
    let after = KeyPicture::unanswered(Some(picture()), later);
    assert!(!KeyPicture::is_wanting(
        Some(&after),
        "garbage",
        later.plus(MINUTE - 1)
    ));
    let text = sign(&header(), &claims(), &KEYS[0]);
    let assertion = Assertion::read(&text, &settings(), now()).unwrap();
    assert!(assertion.verify(&after).is_ok());
    let later = now().plus(DAY - 1);
    assert!(!KeyPicture::unanswered(Some(after.clone()), later).is_empty());
    assert!(KeyPicture::unanswered(Some(after), now().plus(DAY)).is_empty());
    let none = KeyPicture::unanswered(None, now());
    assert!(none.is_empty() && !KeyPicture::is_wanting(Some(&none), "x", now().plus(1)));
}

#[test]
fn the_first_rule_that_fits_decides() {
    let account = CredentialId::from_random([1; 16]);
    let rules = json!([
        { "email": "Ann@Whitlock.example", "role": "admin" },
        { "group": "pki", "role": "operator", "credentialId": account },
        { "domain": "@whitlock.example", "role": "viewer" },
        { "service": "2f1c.access", "role": "requester" },
    ]);
    let rules = Rules::parse(&rules.to_string()).unwrap();
    let role = |who, groups: &[&str]| {
        let identity = Identity {
            who,
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            expires_at: now().plus(DAY),
        };
        rules
            .rights(&identity)
            .cloned()
            .map(|rights| (rights.role, rights.scope))
    };
    let person = |email: &str| Who::Person(email.to_owned());
    assert_eq!(
        role(person("ann@whitlock.example"), &["pki"]),
        Some((Role::Admin, None))
    );
    let operator = Some((Role::Operator, Some(account)));
    assert_eq!(role(person("bob@whitlock.example"), &["pki"]), operator);
    assert_eq!(
        role(person("bob@whitlock.example"), &[]),
        Some((Role::Viewer, None))
    );
    assert_eq!(role(person("bob@whitlock.example.evil.example"), &[]), None);
    assert_eq!(role(person("bob@sub.whitlock.example"), &[]), None);
    assert_eq!(role(person("2f1c.access"), &[]), None);
    let service = |client: &str| Who::Service(client.to_owned());
    assert_eq!(
        role(service("2f1c.access"), &["pki"]),
        Some((Role::Requester, None))
    );
    assert_eq!(role(service("ann@whitlock.example"), &["pki"]), None);
}

#[test]
fn malformed_settings_name_what_is_wrong() {
    let good = r#"[{"email":"ann@whitlock.example","role":"admin"}]"#;
    let read = |team, audience: Option<&str>, rules| AccessSettings::read(team, audience, rules);
    assert_eq!(read(None, None, None), Ok(None));
    let tag = audience();
    for (team, audience, rules, name) in [
        (None, Some(tag.as_str()), Some(good), "ACCESS_TEAM_DOMAIN"),
        (Some(TEAM), None, Some(good), "ACCESS_AUD"),
        (Some(TEAM), Some(tag.as_str()), None, "ACCESS_ROLES"),
    ] {
        let fault = read(team, audience, rules).unwrap_err();
        assert_eq!(fault, AccessSettingsFault::Missing(name));
    }
    assert_eq!(
        read(Some(TEAM), Some("short"), Some(good)),
        Err(AccessSettingsFault::Audience)
    );
    for rules in [
        "",
        "{}",
        "[]",
        r#"[{"role":"admin"}]"#,
        r#"[{"email":"","role":"admin"}]"#,
        r#"[{"email":"a@b.example","group":"g","role":"admin"}]"#,
        r#"[{"email":"a@b.example","role":"root"}]"#,
        r#"[{"email":"a@b.example","role":"admin","scope":"x"}]"#,
        r#"[{"email":"a@b.example","role":"admin","credentialId":"cred_x"}]"#,
    ] {
        let fault = read(Some(TEAM), Some(&tag), Some(rules)).unwrap_err();
        assert!(
            fault.to_string().starts_with("ACCESS_ROLES "),
            "{rules}: {fault}"
        );
    }
}

#[test]
fn only_a_teams_own_address_is_taken() {
    let team = TeamDomain::parse(&format!("{TEAM}/")).unwrap();
    assert_eq!(team.keys_address(), format!("{TEAM}/cdn-cgi/access/certs"));
    for text in [
        "",
        "whitlock.cloudflareaccess.com",
        "http://whitlock.cloudflareaccess.com",
        "https://.cloudflareaccess.com",
        "https://cloudflareaccess.com",
        "https://evil.example/.cloudflareaccess.com",
        "https://evil.example#.cloudflareaccess.com",
        "https://evil.example?.cloudflareaccess.com",
        "https://user@x.cloudflareaccess.com",
        "https://a.b.cloudflareaccess.com",
        "https://x.cloudflareaccess.com:8443",
        "https://x.cloudflareaccess.com.evil.example",
        "https://x.cloudflareaccess.com/path",
        "https://-x.cloudflareaccess.com",
        "https://X.cloudflareaccess.com",
        "https://whitlöck.cloudflareaccess.com",
    ] {
        assert_eq!(
            TeamDomain::parse(text),
            Err(AccessSettingsFault::Team),
            "{text}"
        );
    }
}
