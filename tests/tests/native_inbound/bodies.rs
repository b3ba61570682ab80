//! Bodies: their media type, their names, and that they came whole.

use certwright_api::endpoint::Endpoint;
use certwright_tests::story::Story;
use certwright_worker::{
    http::{BodySource, Unread, handle},
    testing::ADMIN_TOKEN,
};
use futures_executor::block_on;
use http::Request;
use serde_json::json;

use crate::{Asked, csr, entries, problem, signed_in};

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
