//! Bodies that are no requests, and licenses that do not hold.

use anyhow::{Context, Result};
use certwright_harness::license::License;
use certwright_tests::live::{Live, order};
use serde_json::json;

use super::{Case, NAME};

pub(super) fn bodies_that_are_no_requests(live: &Live, credential: &str) -> Result<Vec<Case>> {
    let json_type = [
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "b"),
    ];
    let post = |headers: &[(&str, &str)], body: &[u8]| {
        live.worker
            .send("POST", "/v1/orders", headers, Some(body.to_vec()))
    };
    let five_megabytes = vec![b' '; 5 * 1024 * 1024];
    let mut large = order(credential, NAME, "");
    large["csr"] = json!("A".repeat(5 * 1024 * 1024));
    Ok(vec![
        Case {
            what: "5 MB of nothing",
            reply: post(&json_type, &five_megabytes)?,
            status: 413,
            code: "body-too-large",
            field: Some("body"),
        },
        Case {
            what: "a 5 MB order",
            reply: post(&json_type, &serde_json::to_vec(&large)?)?,
            status: 413,
            code: "body-too-large",
            field: Some("body"),
        },
        Case {
            what: "no JSON",
            reply: post(&json_type, b"{ \"credentialId\": ")?,
            status: 422,
            code: "malformed-json",
            field: Some("body"),
        },
        Case {
            what: "not marked as JSON",
            reply: post(&[("Idempotency-Key", "b")], b"{}")?,
            status: 415,
            code: "content-type",
            field: Some("Content-Type"),
        },
        Case {
            what: "an empty object",
            reply: post(&json_type, b"{}")?,
            status: 422,
            code: "missing-field",
            field: Some("credentialId"),
        },
        Case {
            what: "an unknown field of a link",
            reply: live.worker.post(
                "/v1/credentials",
                &json!({ "label": "x", "environment": "development", "accountNumber": "1", "accessKey": "k", "admin": true }),
            )?,
            status: 422,
            code: "unknown-field",
            field: Some("admin"),
        },
    ])
}

pub(super) fn licenses_that_do_not_hold(live: &Live, _: &str) -> Result<Vec<Case>> {
    let key = live.system.secrets().license_key();
    let expired = License {
        licensee: "Test".to_owned(),
        seats: 500,
        not_before: "2020-01-01T00:00:00Z".to_owned(),
        expires: "2021-01-01T00:00:00Z".to_owned(),
    };
    let future = License {
        not_before: "2090-01-01T00:00:00Z".to_owned(),
        expires: "2091-01-01T00:00:00Z".to_owned(),
        ..expired.clone()
    };
    let valid = License::starting_now("Test", 500, 30)?.sign(key)?;
    // The same signature under another payload.
    let more = License::starting_now("Test", 500_000, 30)?.sign(key)?;
    let (payload, _) = more.rsplit_once('.').context("a token")?;
    let (_, signature) = valid.rsplit_once('.').context("a token")?;
    let forged = format!("{payload}.{signature}");
    let mut cases = Vec::new();
    for (what, license, code) in [
        ("an expired license", expired.sign(key)?, "license-expired"),
        (
            "a future license",
            future.sign(key)?,
            "license-not-yet-valid",
        ),
        ("a forged license", forged, "license-signature"),
        ("no license", "hello".to_owned(), "license-malformed"),
    ] {
        cases.push(Case {
            what,
            reply: live
                .worker
                .put("/v1/license", &json!({ "license": license }))?,
            status: 422,
            code,
            field: Some("license"),
        });
    }
    Ok(cases)
}
