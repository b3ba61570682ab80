//! What comes in: sizes, media types, unknown and repeated names, how many, from where, and what
//! every reply says to the browser.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use certwright_api::endpoint::Endpoint;
use certwright_core::origin::ExtensionOrigins;
use certwright_tests::story::Story;
use certwright_worker::{
    database::{Database as _, Statement},
    http::{BodySource, Unread, handle, too_large},
    platform::Platform as _,
    testing::ADMIN_TOKEN,
};
use futures_executor::block_on;
use http::{Request, Response};
use serde_json::{Value, json};

const EXTENSION: &str = "chrome-extension://abcdefghijklmnopabcdefghijklmnop";
const STRANGER: &str = "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba";

struct Asked<'a> {
    method: &'a str,
    path: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &'a str,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self {
            method: "GET",
            path: "/v1/orders",
            headers: &[],
            body: "",
        }
    }
}

fn send(story: &Story, asked: &Asked<'_>) -> Response<Vec<u8>> {
    let mut request = Request::builder().method(asked.method).uri(asked.path);
    for (name, value) in asked.headers {
        request = request.header(*name, *value);
    }
    let request = request.body(asked.body.as_bytes().to_vec()).unwrap();
    block_on(handle(&story.world, request))
}

/// As the administrator.
fn signed_in(story: &Story, asked: &Asked<'_>) -> Response<Vec<u8>> {
    let token = format!("Bearer {ADMIN_TOKEN}");
    let mut headers = vec![("authorization", token.as_str())];
    headers.extend(asked.headers);
    let asked = Asked {
        headers: &headers,
        ..*asked
    };
    send(story, &asked)
}

fn problem(reply: &Response<Vec<u8>>) -> Value {
    assert_eq!(
        reply.headers()["content-type"],
        "application/problem+json",
        "{reply:?}"
    );
    serde_json::from_slice(reply.body()).unwrap()
}

fn csr(story: &Story, media_types: &[&str], body: &str) -> (u16, Value) {
    let headers: Vec<_> = media_types
        .iter()
        .map(|media_type| ("content-type", *media_type))
        .collect();
    let asked = Asked {
        method: "POST",
        path: "/v1/csrs/inspect",
        headers: &headers,
        body,
    };
    let reply = signed_in(story, &asked);
    let problem = problem(&reply);
    (reply.status().as_u16(), problem)
}

#[test]
fn every_reply_says_what_browsers_must_not_do() {
    let story = Story::begin(0);
    let replies = [
        send(&story, &Asked::default()),
        signed_in(&story, &Asked::default()),
        signed_in(
            &story,
            &Asked {
                path: "/v1/orders.csv",
                ..Asked::default()
            },
        ),
        send(
            &story,
            &Asked {
                path: "/healthz",
                ..Asked::default()
            },
        ),
        send(
            &story,
            &Asked {
                path: "/v1/nothing",
                ..Asked::default()
            },
        ),
        too_large(),
        certwright_worker::http::not_configured(),
    ];
    for reply in replies {
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(reply.headers()[name], value, "{reply:?}");
        }
        let policy = reply.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; frame-ancestors 'none'"));
        assert!(reply.headers().get("access-control-allow-origin").is_none());
        assert!(reply.headers().get("set-cookie").is_none());
    }
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let story = Story::begin(0);
    let long_path = format!("/v1/orders/{}", "a".repeat(2_000));
    let long_query = format!("/v1/orders?host={}", "a".repeat(5_000));
    for path in [&long_path, &long_query] {
        let reply = signed_in(
            &story,
            &Asked {
                path,
                ..Asked::default()
            },
        );
        assert_eq!(
            problem(&reply)["code"],
            "address-too-long",
            "{}",
            reply.status()
        );
        assert_eq!(reply.status(), 414);
    }
    let long = "a".repeat(40_000);
    let names: Vec<String> = (0..101).map(|n| format!("x-{n}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), "1")).collect();
    for headers in [vec![("x-long", long.as_str())], many] {
        let reply = signed_in(
            &story,
            &Asked {
                headers: &headers,
                ..Asked::default()
            },
        );
        assert_eq!(problem(&reply)["code"], "headers-too-large");
        assert_eq!(reply.status(), 431);
    }
    let (status, refused) = csr(&story, &["application/json"], &" ".repeat(300_000));
    assert_eq!((status, &refused["code"]), (413, &json!("body-too-large")));
}

#[test]
fn bodies_are_json_by_their_own_word() {
    let story = Story::begin(0);
    for good in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"",
    ] {
        assert_eq!(csr(&story, &[good], r#"{"csr":"x"}"#).0, 422, "{good}");
    }
    for bad in [
        &["text/plain"] as &[&str],
        &[],
        &["application/json, text/plain"],
        &["application/jsonp"],
        &["application/json; charset=utf-16"],
        &["application/json; version=1"],
        &["application/x-www-form-urlencoded"],
        &["multipart/form-data; boundary=x"],
        &["text/plain; application/json"],
        &["application/json", "text/plain"],
    ] {
        assert_eq!(csr(&story, bad, r#"{"csr":"x"}"#).0, 415, "{bad:?}");
    }
}

#[test]
fn names_are_known_and_stand_once() {
    let story = Story::begin(0);
    for (body, code, field) in [
        (r#"{"csr":"x","color":"red"}"#, "unknown-field", "color"),
        (r#"{"csr":"x","cw_53cr37":"red"}"#, "unknown-field", "body"),
        (r#"{"csr":"x","csr":"y"}"#, "duplicate-field", "csr"),
        (r#"{"csr":"x"} {"csr":"y"}"#, "malformed-json", "body"),
        (r#"{"csr":1}"#, "wrong-kind", "csr"),
        (r#" ["x"]"#, "wrong-kind", "body"),
        (r#"null"#, "wrong-kind", "body"),
    ] {
        let (status, refused) = csr(&story, &["application/json"], body);
        assert_eq!(status, 422, "{body}");
        assert_eq!(
            (&refused["code"], &refused["field"]),
            (&json!(code), &json!(field)),
            "{body}"
        );
    }
    let deep = format!("{{\"csr\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(csr(&story, &["application/json"], &deep).0, 422);
    for (path, code, field) in [
        ("/v1/orders?color=red", "unknown-parameter", "color"),
        ("/v1/orders?cw_53cr37=red", "unknown-parameter", "query"),
        ("/v1/orders?limit=1&limit=2", "duplicate-parameter", "limit"),
    ] {
        let reply = signed_in(
            &story,
            &Asked {
                path,
                ..Asked::default()
            },
        );
        let refused = problem(&reply);
        assert_eq!(
            (&refused["code"], &refused["field"]),
            (&json!(code), &json!(field)),
            "{path}"
        );
    }
}

/// Somebody who writes a request by hand writes a name as they remember it.
#[test]
fn a_name_that_is_nearly_known_is_told() {
    let story = Story::begin(0);
    for (path, body, near) in [
        (
            "/v1/orders/validate",
            r#"{"product_code": "842"}"#,
            "productCode",
        ),
        (
            "/v1/orders/validate",
            r#"{"productcode": "842"}"#,
            "productCode",
        ),
        (
            "/v1/orders/validate",
            r#"{"aditionalDomains": []}"#,
            "additionalDomains",
        ),
        (
            "/v1/orders/validate",
            r#"{"domains": "a.example.com"}"#,
            "domain",
        ),
        (
            "/v1/orders/validate",
            r#"{"agreement": {"signerIP": "203.0.113.7"}}"#,
            "signerIp",
        ),
        (
            "/v1/orders/validate",
            r#"{"requestor": {"isd_code": "1"}}"#,
            "isdCode",
        ),
        ("/v1/csrs/inspect", r#"{"crs": "x"}"#, "csr"),
        (
            "/v1/credentials",
            r#"{"accountnumber": "7412005839"}"#,
            "accountNumber",
        ),
        ("/v1/tokens", r#"{"expires_in_days": 9}"#, "expiresInDays"),
        ("/v1/orders?limits=5", "", "limit"),
        ("/v1/certificates?Cursor=x", "", "cursor"),
    ] {
        let asked = Asked {
            method: if body.is_empty() { "GET" } else { "POST" },
            path,
            headers: &[("content-type", "application/json")],
            body,
        };
        let refused = problem(&signed_in(&story, &asked));
        let told = refused["remedy"].as_str().unwrap();
        assert_eq!(
            told,
            format!("Did you mean {near}? If not, remove it."),
            "{path} {body}"
        );
    }
    let body = r#"{"agreement": {"signerIP": "203.0.113.7"}}"#;
    let asked = Asked {
        method: "POST",
        path: "/v1/orders/validate",
        headers: &[("content-type", "application/json")],
        body,
    };
    let refused = problem(&signed_in(&story, &asked));
    assert_eq!(refused["field"], "agreement/signerIP");
    let (_, far) = csr(&story, &["application/json"], r#"{"color":"red"}"#);
    assert_eq!(far["remedy"], "Remove it or correct its name.");
}

#[test]
fn each_caller_has_a_pace_of_its_own() {
    let mut story = Story::begin(0);
    story.world.settings_mut().requests_per_minute = Some(5);
    let ask = |story: &Story, token: &str, address: &str| {
        let token = format!("Bearer {token}");
        let headers = [
            ("authorization", token.as_str()),
            ("cf-connecting-ip", address),
        ];
        send(
            story,
            &Asked {
                headers: &headers,
                ..Asked::default()
            },
        )
    };
    for n in 0..5 {
        let address = format!("203.0.113.{n}");
        assert_eq!(ask(&story, ADMIN_TOKEN, &address).status(), 200);
    }
    let slowed = ask(&story, ADMIN_TOKEN, "203.0.113.9");
    assert_eq!(slowed.status(), 429);
    assert_eq!(slowed.headers()["retry-after"], "60");
    let said = problem(&slowed);
    assert_eq!(said["code"], "too-many-requests");
    assert_eq!(said["remedy"], "Try again in 60 seconds.");
    // Others go on, and so does this one a minute later.
    assert_eq!(ask(&story, "cw_other", "203.0.113.9").status(), 401);
    story.pass(60);
    assert_eq!(ask(&story, ADMIN_TOKEN, "203.0.113.9").status(), 200);
}

#[test]
fn failed_sign_ins_of_an_address_are_few_and_fill_no_trail() {
    let mut story = Story::begin(0);
    story.world.settings_mut().failed_sign_ins_per_minute = Some(3);
    let from = |story: &Story, address: &str, token: Option<&str>| {
        let token = token.map(|token| format!("Bearer {token}"));
        let mut headers = vec![("cf-connecting-ip", address)];
        headers.extend(token.as_deref().map(|token| ("authorization", token)));
        send(
            story,
            &Asked {
                headers: &headers,
                ..Asked::default()
            },
        )
    };
    let guesses: Vec<u16> = (0..50)
        .map(|n| {
            let guess = format!("cw_{n}");
            let reply = from(&story, "198.51.100.1", Some(&guess));
            reply.status().as_u16()
        })
        .collect();
    assert_eq!(guesses[..3], [401; 3]);
    assert!(
        guesses[3..].iter().all(|status| *status == 429),
        "{guesses:?}"
    );
    assert_eq!(from(&story, "198.51.100.1", None).status(), 429);
    let trail = story.get("/v1/audit");
    // One stands for all of the same minute.
    assert_eq!(trail["items"].as_array().unwrap().len(), 1, "{trail:#}");
    // Neighbours are not locked out, with a right token at the same address, or elsewhere.
    assert_eq!(
        from(&story, "198.51.100.1", Some(ADMIN_TOKEN)).status(),
        200
    );
    assert_eq!(from(&story, "198.51.100.2", Some("cw_9")).status(), 401);
}

fn entries(story: &Story) -> usize {
    let rows = story
        .world
        .database()
        .query(Statement::new("SELECT id FROM audit"));
    let rows: Value = serde_json::from_str(&block_on(rows).unwrap().0).unwrap();
    rows.as_array().unwrap().len()
}

#[test]
fn strangers_cost_rows_in_proportion_to_time_and_not_to_requests() {
    let story = Story::begin(0);
    let endpoints: Vec<Endpoint> = Endpoint::ALL
        .iter()
        .copied()
        .filter(|endpoint| *endpoint != Endpoint::Health)
        .collect();
    for n in 0..4_000_u32 {
        let endpoint = endpoints[n as usize % endpoints.len()];
        let address = if n % 2 == 0 {
            format!("100.{}.{}.{}", n % 7, n / 256, n % 256)
        } else {
            format!("2001:db8:{:x}:{n:x}::1", n / 3)
        };
        let guess = format!("Bearer cw_{}", "a".repeat(52 - n as usize % 2));
        let method = endpoint.method();
        let headers = [
            ("cf-connecting-ip", address.as_str()),
            ("authorization", guess.as_str()),
        ];
        let path = endpoint.path("ord_aaaaaaaaaaaaaaaaaaaaaaaaaa");
        let asked = Asked {
            method: method.as_str(),
            path: &path,
            headers: if n % 3 == 0 { &headers[..1] } else { &headers },
            body: "",
        };
        assert_eq!(send(&story, &asked).status(), 401, "{path}");
        if n % 100 == 0 {
            story.pass(30);
        }
    }
    // Twenty minutes touch three windows of five entries.
    let found = entries(&story);
    assert!((5..=15).contains(&found), "{found}");
    let trail = story.get("/v1/audit?limit=100").to_string();
    assert!(trail.contains("refused requests since"), "{trail}");
}

#[test]
fn a_header_gives_no_fresh_allowance() {
    let mut story = Story::begin(0);
    story.world.settings_mut().requests_per_minute = Some(5);
    let ask = |path: &str, authorization: &str| {
        let headers = [
            ("cf-connecting-ip", "198.51.100.1"),
            ("authorization", authorization),
        ];
        let asked = Asked {
            path,
            headers: &headers,
            ..Asked::default()
        };
        send(&story, &asked).status().as_u16()
    };
    // The same token, however it is written.
    let written = ["Bearer", "bearer", "BEARER ", "bEaReR"];
    let right: Vec<u16> = (0..8)
        .map(|n| ask("/v1/me", &format!("{} {ADMIN_TOKEN}", written[n % 4])))
        .collect();
    assert_eq!(right, [200, 200, 200, 200, 200, 429, 429, 429]);
    // What needs no sign-in, and what does not exist, by address.
    for path in ["/healthz", "/v1/nothing"] {
        let statuses: Vec<u16> = (0..8).map(|n| ask(path, &format!("Bearer {n}"))).collect();
        assert_eq!(statuses[7], 429, "{path}");
        story.pass(60);
    }
    // All requests of an address, long before anybody is asked who they are.
    let guesses: Vec<u16> = (0..60)
        .map(|n| ask("/v1/me", &format!("Basic {n}")))
        .collect();
    assert_eq!(guesses.iter().filter(|status| **status == 401).count(), 50);
    assert_eq!(guesses.last(), Some(&429));
}

/// A body that fails the test when it is read, or breaks off.
enum Body {
    Unread,
    BrokenOff,
}

impl BodySource for Body {
    async fn read(self, _: usize) -> Result<Vec<u8>, Unread> {
        match self {
            Self::Unread => panic!("the body was read"),
            Self::BrokenOff => Err(Unread::BrokenOff),
        }
    }
}

#[test]
fn a_body_that_breaks_off_is_refused_and_nothing_is_done() {
    let story = Story::begin(0);
    let account = story.link();
    let before = entries(&story);
    for (method, path) in [
        ("POST", "/v1/sync".to_owned()),
        ("POST", format!("/v1/credentials/{account}/import")),
        ("POST", "/v1/orders/check-due".to_owned()),
        ("POST", "/v1/orders".to_owned()),
        ("DELETE", "/v1/license".to_owned()),
        ("GET", "/v1/orders".to_owned()),
    ] {
        let request = || {
            Request::builder()
                .method(method)
                .uri(&path)
                .header("authorization", format!("Bearer {ADMIN_TOKEN}"))
                .header("content-type", "application/json")
        };
        let broken = request().body(Body::BrokenOff).unwrap();
        // Or fewer bytes came than were announced.
        let short = request().header("content-length", "50");
        let short = short.body(b"{}".to_vec()).unwrap();
        for reply in [
            block_on(handle(&story.world, broken)),
            block_on(handle(&story.world, short)),
        ] {
            assert_eq!(reply.status(), 400, "{path}");
            assert_eq!(problem(&reply)["code"], "body-incomplete");
        }
    }
    assert_eq!(entries(&story), before);
}

#[test]
fn no_body_is_read_before_it_is_known_who_sends_it() {
    let story = Story::begin(0);
    for endpoint in Endpoint::ALL {
        let request = Request::builder()
            .method(endpoint.method())
            .uri(endpoint.path("x"))
            .body(Body::Unread)
            .unwrap();
        block_on(handle(&story.world, request));
    }
}

#[test]
fn refusals_in_the_trail_keep_ids_and_nothing_else_of_an_address() {
    let story = Story::begin(0);
    let known = "/v1/orders/ord_aaaaaaaaaaaaaaaaaaaaaaaaaa";
    for path in [known, "/v1/orders/cw_53cr37?token=cw_53cr37"] {
        let refused = send(
            &story,
            &Asked {
                path,
                ..Asked::default()
            },
        );
        assert_eq!(refused.status(), 401);
        story.pass(601);
    }
    let trail = story.get("/v1/audit");
    let entries = trail["items"].as_array().unwrap();
    assert_eq!(entries.len(), 2, "{trail:#}");
    let details: Vec<_> = entries.iter().map(|entry| &entry["detail"]).collect();
    assert_eq!(details, ["/v1/orders/{id}", known], "{trail:#}");
    assert_eq!(entries[0]["subject"], "GET /v1/orders/{id}");
}

fn preflight(story: &Story, origin: &str) -> Response<Vec<u8>> {
    let headers = [
        ("origin", origin),
        ("access-control-request-method", "POST"),
        (
            "access-control-request-headers",
            "authorization,content-type",
        ),
    ];
    send(
        story,
        &Asked {
            method: "OPTIONS",
            headers: &headers,
            ..Asked::default()
        },
    )
}

#[test]
fn no_origin_may_read_replies_unless_the_deployment_names_it() {
    let story = Story::begin(0);
    for origin in [EXTENSION, "https://evil.example", "null"] {
        let reply = preflight(&story, origin);
        assert_eq!(reply.status(), 405);
        let crossed = [("origin", origin)];
        let asked = Asked {
            headers: &crossed,
            ..Asked::default()
        };
        for reply in [reply, signed_in(&story, &asked)] {
            assert!(
                !reply
                    .headers()
                    .keys()
                    .any(|name| name.as_str().starts_with("access-control-")),
                "{reply:?}"
            );
        }
    }
}

#[test]
fn a_named_extension_may_and_no_other() {
    let mut story = Story::begin(0);
    let origins = ExtensionOrigins::parse(EXTENSION).unwrap();
    story.world.settings_mut().extension_origins = origins;
    let reply = preflight(&story, EXTENSION);
    assert_eq!(reply.status(), 204);
    let headers = reply.headers();
    assert_eq!(headers["access-control-allow-origin"], EXTENSION);
    assert_eq!(headers["access-control-allow-methods"], "POST, GET");
    assert_eq!(headers["vary"], "origin");
    assert!(headers.get("access-control-allow-credentials").is_none());
    let asked = Asked {
        headers: &[("origin", EXTENSION)],
        ..Asked::default()
    };
    let read = signed_in(&story, &asked);
    assert_eq!(read.headers()["access-control-allow-origin"], EXTENSION);
    // What is allowed is to read, not to enter: a token is needed as before.
    assert_eq!(send(&story, &asked).status(), 401);

    for other in [STRANGER, "https://evil.example", "null", "*"] {
        let reply = preflight(&story, other);
        assert_eq!(reply.status(), 405, "{other}");
        assert!(reply.headers().get("access-control-allow-origin").is_none());
        assert_eq!(reply.headers()["vary"], "origin");
    }
}

#[test]
fn no_endpoint_answers_a_stranger() {
    let story = Story::begin(0);
    for endpoint in Endpoint::ALL.iter().filter(|one| **one != Endpoint::Health) {
        let method = endpoint.method();
        let path = endpoint.path("x");
        let asked = Asked {
            method: method.as_str(),
            path: &path,
            ..Asked::default()
        };
        let reply = send(&story, &asked);
        assert_eq!(reply.status(), 401, "{method} {path}");
        assert_eq!(reply.headers()["www-authenticate"], "Bearer");
    }
}
