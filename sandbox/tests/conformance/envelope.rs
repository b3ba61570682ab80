//! A1 to A4, A6: paths, transport, authentication, envelope.

use emsign_sandbox::Options;
use serde_json::{Value, json};

use crate::support::{Ca, START, auth_key, json_of};

#[test]
fn the_data_come_before_the_meta() {
    let mut ca = Ca::new();
    let reply = ca.send("GetDomainDetails", json!({}));
    let body = String::from_utf8(reply.response.unwrap().into_body()).unwrap();
    assert!(body.starts_with("{\"domainDetails\":["), "{body}");
    assert!(
        body.ends_with("\"errorCode\":\"\",\"errorMessage\":\"\"}}"),
        "{body}"
    );
}

#[test]
fn a_success_has_the_servers_time_in_india() {
    let mut ca = Ca::new();
    let answer = ca.ok("GetDomainDetails", json!({}));
    assert_eq!(answer["meta"]["ts"], "2026-10-01T05:30:00+05:30");
    assert_eq!(answer["meta"]["ver"], "1.0");
    assert_eq!(answer["meta"]["txn"], "9000000001");
    assert!(answer["meta"].get("responseTs").is_none());
}

#[test]
fn validate_credentials_uses_both_sets_of_names() {
    let meta = Ca::new().ok("ValidateCredentials", json!({}))["meta"].clone();
    for (documented, recorded) in [
        ("ts", "responseTs"),
        ("txn", "responseTxnId"),
        ("ver", "version"),
    ] {
        assert!(meta[documented].is_string());
        assert_eq!(meta[documented], meta[recorded]);
    }
}

#[test]
fn operations_in_any_case() {
    let mut ca = Ca::new();
    for operation in ["getOrderReport", "GETORDERREPORT", "GetOrderReport"] {
        ca.ok(operation, json!({ "searchCriteria": {} }));
    }
}

#[test]
fn other_paths_get_springs_answer_without_a_meta() {
    let mut ca = Ca::new();
    for (path, told) in [
        ("/GetOrderReport", "/GetOrderReport"),
        ("/emSignHub-API/RenewOrder", "/RenewOrder"),
        (
            "/emsignhub-api/GetOrderReport",
            "/emsignhub-api/GetOrderReport",
        ),
        ("/emSignHub-API/GetOrderReport/", "/GetOrderReport/"),
    ] {
        let reply = ca.post(path, "{}");
        assert_eq!(reply.response.as_ref().unwrap().status(), 404, "{path}");
        let body = json_of(&reply);
        assert_eq!(
            body,
            json!({
                "timestamp": "2026-10-01T00:00:00.000+00:00", "status": 404,
                "error": "Not Found", "path": told,
            })
        );
    }
}

#[test]
fn only_json_is_taken_and_only_by_post() {
    let mut ca = Ca::new();
    let path = "/emSignHub-API/ValidateCredentials";
    let request = http::Request::get(path).body(Vec::new()).unwrap();
    assert_eq!(
        ca.sandbox
            .handle(&request, START)
            .response
            .unwrap()
            .status(),
        405
    );
    let request = http::Request::post(path)
        .header("content-type", "text/plain")
        .body(b"{}".to_vec())
        .unwrap();
    assert_eq!(
        ca.sandbox
            .handle(&request, START)
            .response
            .unwrap()
            .status(),
        415
    );
    let request = http::Request::post(path)
        .header("content-type", "application/json")
        .body(vec![b' '; (1 << 20) + 1])
        .unwrap();
    assert_eq!(
        ca.sandbox
            .handle(&request, START)
            .response
            .unwrap()
            .status(),
        413
    );
}

#[test]
fn the_gateways_headers() {
    let response = Ca::new()
        .send("ValidateCredentials", json!({}))
        .response
        .unwrap();
    assert_eq!(response.status(), 200);
    for (name, value) in [
        ("content-type", "application/json;charset=UTF-8"),
        (
            "cache-control",
            "no-cache, no-store, max-age=0, must-revalidate",
        ),
        ("x-frame-options", "DENY"),
        ("x-sandbox-seed", "1"),
    ] {
        assert_eq!(response.headers()[name], value);
    }
    assert_eq!(response.headers().get_all("vary").iter().count(), 3);
}

/// A meta with one thing wrong, and the code for it.
#[test]
fn what_is_wrong_with_a_meta() {
    let cases: &[(&str, Value, &str)] = &[
        ("ver", json!(""), "EMS-1131"),
        ("ver", json!(null), "EMS-1131"),
        ("ver", json!("2.0"), "EMS-911"),
        ("ts", json!(""), "EMS-1133"),
        ("ts", json!("yesterday"), "EMS-910"),
        ("ts", json!("2026-10-01T05:30:00Z"), "EMS-910"),
        ("ts", json!("2026-10-01 05:30:00"), "EMS-910"),
        ("txn", json!(""), "EMS-908"),
        ("txn", json!("123456789"), "EMS-909"),
        ("txn", json!("1234567890-1234567890"), "EMS-909"),
        ("txn", json!("1".repeat(51)), "EMS-909"),
        ("accountNumber", json!("7412005830"), "EMS-913"),
        ("accountNumber", json!(""), "EMS-913"),
        ("authKey", json!(""), "EMS-1066"),
        ("authKey", json!("0".repeat(64)), "EMS-1065"),
    ];
    let mut ca = Ca::new();
    for (member, value, code) in cases {
        let mut meta = ca.meta();
        meta[*member] = value.clone();
        let echoed = meta["ts"].clone();
        let body = json!({ "meta": meta }).to_string();
        let answer = json_of(&ca.post("/emSignHub-API/ValidateCredentials", body));
        assert_eq!(answer["meta"]["status"], "0");
        assert_eq!(answer["meta"]["errorCode"], *code, "{member} = {value}");
        // Unchanged, even when it was garbage.
        assert_eq!(answer["meta"]["ts"], echoed);
    }
}

/// A recorded call with both was answered `EMS-913`.
#[test]
fn a_wrong_account_number_wins_over_a_time_that_cannot_be_read() {
    let mut ca = Ca::new();
    let mut meta = ca.meta();
    meta["ts"] = json!("2026-10-01T05:30:00+05:30fhgfhg");
    let send = |ca: &mut Ca, meta: &Value| {
        let body = json!({ "meta": meta }).to_string();
        json_of(&ca.post("/emSignHub-API/GetDomainDetails", body))["meta"].clone()
    };
    assert_eq!(send(&mut ca, &meta)["errorCode"], "EMS-910");
    meta["accountNumber"] = json!("7453557959");
    let refused = send(&mut ca, &meta);
    assert_eq!(refused["errorCode"], "EMS-913");
    assert_eq!(refused["ts"], meta["ts"]);
}

#[test]
fn what_is_wrong_with_a_body() {
    let mut ca = Ca::new();
    for (body, code) in [
        ("", "EMS-902"),
        ("{", "EMS-902"),
        ("<xml/>", "EMS-902"),
        ("[]", "EMS-901"),
        ("\"meta\"", "EMS-901"),
        (r#"{"meta": 1}"#, "EMS-901"),
        ("{}", "EMS-1131"),
    ] {
        let answer = json_of(&ca.post("/emSignHub-API/TrackOrder", body));
        assert_eq!(answer["meta"]["errorCode"], code, "{body}");
    }
    // A wrong account number wins over a bad body.
    let mut meta = ca.meta();
    meta["accountNumber"] = json!("1");
    let answer = json_of(&ca.post(
        "/emSignHub-API/TrackOrder",
        json!({ "meta": meta }).to_string(),
    ));
    assert_eq!(answer["meta"]["errorCode"], "EMS-913");
    assert_eq!(ca.refused("TrackOrder", json!({})), "EMS-901");
    assert_eq!(
        ca.refused("TrackOrder", json!({ "orderDetails": [] })),
        "EMS-901"
    );
}

#[test]
fn a_transaction_id_is_used_once_per_account() {
    let mut ca = Ca::new();
    let meta = ca.meta();
    let body = json!({ "meta": meta }).to_string();
    let code = |ca: &mut Ca| {
        json_of(&ca.post("/emSignHub-API/ValidateCredentials", body.clone()))["meta"]["errorCode"]
            .clone()
    };
    assert_eq!(code(&mut ca), "");
    assert_eq!(code(&mut ca), "EMS-947");
}

#[test]
fn times_with_any_offset_or_none() {
    let mut ca = Ca::new();
    for (number, ts) in [
        "2026-10-01T05:30:00+05:30",
        "2026-10-01T00:00:00+00:00",
        "2026-10-01T05:30:00",
    ]
    .into_iter()
    .enumerate()
    {
        let txn = format!("txnAB12CD34EF{number}");
        let key = auth_key(&ca.key, ts, &txn);
        let body = json!({ "meta": {
            "ver": "1.0", "ts": ts, "txn": txn, "accountNumber": ca.account, "authKey": key,
        }});
        let answer = json_of(&ca.post("/emSignHub-API/ValidateCredentials", body.to_string()));
        assert_eq!(answer["meta"]["status"], "1", "{ts}");
    }
}

#[test]
fn a_time_window_can_be_asked_for() {
    let mut ca = Ca::with(Options {
        orders: 0,
        ts_window: Some(300),
        ..Options::default()
    });
    ca.wait(300);
    ca.ok("ValidateCredentials", json!({}));
    ca.wait(1);
    assert_eq!(ca.refused("ValidateCredentials", json!({})), "EMS-910");
}

#[test]
fn accounts_that_may_do_nothing() {
    let mut ca = Ca::new();
    for (state, code) in [
        ("user-inactive", "EMS-1154"),
        ("user-deactivated", "EMS-1155"),
        ("expired", "EMS-1156"),
    ] {
        ca.control(
            "POST",
            "accounts/7412005839/state",
            json!({ "state": state }),
        );
        assert_eq!(ca.refused("GetGroupDetails", json!({})), code);
    }
    ca.control(
        "POST",
        "accounts/7412005839/state",
        json!({ "state": "active", "accessKey": "k" }),
    );
    assert_eq!(ca.refused("GetGroupDetails", json!({})), "EMS-1065");
    ca.key = "k".to_owned();
    ca.ok("GetGroupDetails", json!({}));
}
