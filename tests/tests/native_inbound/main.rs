//! What comes in: sizes, media types, unknown and repeated names, how many, from where, and what
//! every reply says to the browser.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use certwright_api::endpoint::Endpoint;
use certwright_tests::story::Story;
use certwright_worker::{
    database::{Database as _, Statement},
    http::{handle, too_large},
    platform::Platform as _,
    testing::ADMIN_TOKEN,
};
use futures_executor::block_on;
use http::{Request, Response};
use serde_json::{Value, json};

mod bodies;
mod origins;

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
