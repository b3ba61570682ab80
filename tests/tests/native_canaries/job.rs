//! The whole job, with everything that goes wrong in it.

use certwright_api::endpoint::Endpoint;
use certwright_core::seal::MASTER_KEY_BYTES;
use certwright_tests::{requests::Key, story::text};
use emsign_sandbox::{DEFAULT_ACCOUNT_NUMBER, FaultKind};
use http::Method;
use serde_json::{Value, json};

use crate::{Secrets, stage::Stage};

pub(crate) fn whole_job_with_trouble(stage: &mut Stage, secrets: &Secrets) {
    let credential = linking(stage, secrets);
    let credential = credential.as_str();
    stage.keep_database("after linking");
    rotating(stage, secrets, credential);
    stage.keep_database("after rotating");
    directory_and_import(stage, credential);
    ordering(stage, credential);
    stage.keep_database("after ordering");
    resealing(stage, credential);
    restoring(stage, secrets);
}

fn linking(stage: &Stage, secrets: &Secrets) -> String {
    let link = |key: &str| stage.link(DEFAULT_ACCOUNT_NUMBER, key);
    assert_eq!(link(&secrets.refused_key.value).0, 422);
    for kind in [
        FaultKind::ReplyLostBefore,
        FaultKind::ServerError,
        FaultKind::HtmlPage,
        FaultKind::TruncatedJson,
        FaultKind::TooManyRequests,
    ] {
        stage.trouble("ValidateCredentials", kind, 9);
        assert!(link(&secrets.key.value).0 >= 400, "{kind}");
        stage.sandbox.borrow_mut().clear_faults();
    }
    let (status, linked) = link(&secrets.key.value);
    assert_eq!(status, 201, "{linked:#}");
    assert_eq!(link(&secrets.key.value).0, 409);
    stage.work();
    text(&linked["credential"]["id"])
}

fn rotating(stage: &Stage, secrets: &Secrets, credential: &str) {
    let path = format!("/v1/credentials/{credential}/rotate");
    let key = |key: &str| json!({ "accessKey": key });
    stage.refused("POST", &path, &key(&secrets.refused_key.value));
    stage.refused("POST", &path, &key(&secrets.next_key.value));
    stage.change_key(DEFAULT_ACCOUNT_NUMBER, &secrets.next_key.value);
    stage.refused(
        "POST",
        &format!("/v1/credentials/{credential}/verify"),
        &json!({}),
    );
    stage.ok("POST", &path, &key(&secrets.next_key.value));
    stage.ok(
        "POST",
        &format!("/v1/credentials/{credential}/verify"),
        &json!({}),
    );
}

fn directory_and_import(stage: &Stage, credential: &str) {
    stage.trouble("GetDomainDetails", FaultKind::ServerError, 3);
    stage.ok("POST", "/v1/sync", &json!({}));
    stage.rounds(3);
    stage.trouble("GetOrderReport", FaultKind::TruncatedJson, 40);
    let path = format!("/v1/credentials/{credential}/import");
    stage.ok("POST", &path, &json!({}));
    for _ in 0..12 {
        stage.pass(7_200);
        stage.rounds(1);
    }
    stage.sandbox.borrow_mut().clear_faults();
    let dead = stage.ok("GET", "/v1/dead-letters", &Value::Null);
    assert_ne!(dead["items"], json!([]), "{dead:#}");
    stage.ok("POST", "/v1/dead-letters/retry", &json!({}));
    stage.rounds(6);
}

fn ordering(stage: &Stage, credential: &str) {
    let order = |number: u64, name: &str| {
        let csr = Key::of(number).unwrap().request(&[name]).unwrap();
        json!({
            "credentialId": credential, "productCode": "842", "groupNumber": "3107745521",
            "domain": name, "csr": csr, "agreement": { "accepted": true, "signerPlace": "Portland" },
        })
    };
    let first = order(1, "app.whitlock.example");
    stage.ok("POST", "/v1/orders/validate", &first);
    stage.trouble("GenerateOrderSSL", FaultKind::ReplyLostAfter, 1);
    let placed = stage.ok("POST", "/v1/orders", &first);
    stage.rounds(8);
    let path = format!("/v1/orders/{}", text(&placed["id"]));
    stage.trouble("TrackOrder", FaultKind::HtmlPage, 2);
    stage.refused("POST", &format!("{path}/check"), &json!({}));
    stage.sandbox.borrow_mut().clear_faults();
    let checked = stage.ok("POST", &format!("{path}/check"), &json!({}));
    assert_eq!(checked["status"]["state"], "fulfilled", "{checked:#}");
    let pem = format!("/v1/certificates/{}/pem", text(&checked["certificateId"]));
    stage.ok("GET", &pem, &Value::Null);
    stage.trouble("RevokeOrder", FaultKind::ReplyLostBefore, 1);
    let revoke = json!({ "reason": "superseded", "remark": "replaced" });
    stage.ok("POST", &format!("{path}/revoke"), &revoke);
    stage.rounds(6);
    stage.ok("DELETE", &path, &Value::Null);
    stage.ok("POST", &format!("{path}/restore"), &Value::Null);
    stage.refused(
        "POST",
        &format!("{path}/cancel"),
        &json!({ "remark": "too late" }),
    );
    let (status, _) = stage.ask("GET", &format!("{path}/dcv"), &Value::Null);
    assert!(status >= 200);
}

/// The first master key goes wrong, is lost, and comes back; the second takes over.
fn resealing(stage: &mut Stage, credential: &str) {
    let first = certwright_core::seal::MasterKeyVersion::FIRST;
    let verify = format!("/v1/credentials/{credential}/verify");
    let right = *b"m1/Can+ary\"Master\\key-4b8f02d7..";
    stage.world.settings_mut().master_key = "2".parse().unwrap();
    for key in [Some([1; MASTER_KEY_BYTES]), None] {
        stage.world.set_master_key(first, key);
        stage.refused("POST", &verify, &json!({}));
        stage.ok("POST", "/v1/credentials/reseal", &json!({}));
        stage.ok("POST", "/v1/sync", &json!({}));
        stage.rounds(2);
    }
    stage.world.set_master_key(first, Some(right));
    let report = stage.ok("POST", "/v1/credentials/reseal", &json!({}));
    assert_eq!(report["resealed"], 1, "{report:#}");
    stage.ok("POST", &verify, &json!({}));
}

fn restoring(stage: &Stage, secrets: &Secrets) {
    let broken = format!("{{\"format\":{}}}", json!(secrets.misplaced.value));
    let (status, _) = stage.bytes(
        "POST",
        "/v1/restore?from=1",
        "application/jsonl",
        broken.as_bytes(),
    );
    assert!(status >= 400);
}

/// A token's life: made, used, refused what its role does not do, revoked, refused altogether.
pub(crate) fn token_is_used_and_revoked(stage: &Stage) -> String {
    let token = stage.make_token();
    assert_eq!(stage.with_token(&token, "GET", "/v1/me"), 200);
    assert_eq!(stage.with_token(&token, "GET", "/v1/tokens"), 403);
    assert_eq!(stage.with_token(&token, "POST", "/v1/sync"), 403);
    let all = stage.ok("GET", "/v1/tokens", &Value::Null);
    let id = text(&all["items"][0]["id"]);
    stage.ok("DELETE", &format!("/v1/tokens/{id}"), &Value::Null);
    assert_eq!(stage.with_token(&token, "GET", "/v1/me"), 401);
    token
}

/// Every list, every single thing, the dump, CSV and the trail.
pub(crate) fn everything_is_read(stage: &Stage) {
    let id_of = |list: &str| {
        let page = stage.ok("GET", list, &Value::Null);
        page["items"][0]["id"].as_str().unwrap_or("none").to_owned()
    };
    for endpoint in Endpoint::ALL {
        if endpoint.method() != Method::GET {
            continue;
        }
        let template = endpoint.template();
        let list = template.split("/{").next().unwrap_or(template);
        let id = if template.contains('{') {
            id_of(list)
        } else {
            String::new()
        };
        let mut path = endpoint.path(&id);
        for _ in 0..200 {
            let (_, page) = stage.ask("GET", &path, &Value::Null);
            match page["nextCursor"].as_str() {
                Some(cursor) => path = format!("{}?cursor={cursor}", endpoint.path(&id)),
                None => break,
            }
        }
    }
    let heads = stage.ok("GET", "/v1/audit/heads", &Value::Null);
    for head in heads["items"].as_array().unwrap() {
        let account = text(&head["account"]);
        let path = format!("/v1/audit/export?account={account}");
        stage.ok("GET", &path, &Value::Null);
    }
    let mut line = 0;
    let dump = stage.ask("GET", "/v1/dump", &Value::Null).1;
    for record in dump.as_str().unwrap().lines() {
        line += 1;
        assert!(!record.contains("sealed"), "line {line}: {record}");
    }
    assert!(line > 5, "{line} lines");
}
