//! Secrets where none belong: in wrong fields, as names of fields, in paths and queries, under wrong
//! media types, in broken JSON; and tokens that nobody gave out.

use certwright_api::endpoint::Endpoint;
use certwright_tests::story::START;
use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::{Secrets, stage::Stage};

pub(crate) fn secrets_where_none_belong(stage: &Stage, secrets: &Secrets) {
    let secret = secrets.misplaced.value.as_str();
    for endpoint in Endpoint::ALL {
        let (method, path) = (endpoint.method(), endpoint.path("none"));
        if method == Method::GET {
            in_address(stage, *endpoint, secret);
        } else if *endpoint != Endpoint::GiveUpRestore {
            in_body(stage, &method, &path, secret);
        }
    }
    in_fields_of_a_link(stage, secret);
    in_fields_of_an_order(stage, secret);
}

fn in_address(stage: &Stage, endpoint: Endpoint, secret: &str) {
    let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    stage.ask("GET", &endpoint.path(&encoded), &Value::Null);
    let path = endpoint.path("none");
    for query in [
        format!("{encoded}=1"),
        format!("token={encoded}"),
        format!("cursor={encoded}"),
        format!("limit={encoded}"),
        format!("sort={encoded}"),
        format!("state={encoded}"),
        format!("deleted={encoded}"),
        format!("credentialId={encoded}"),
        format!("expiresBefore={encoded}"),
        format!("part={encoded}"),
        format!("method={encoded}"),
        format!("host={encoded}"),
        format!("serial={encoded}"),
        format!("key={encoded}"),
    ] {
        stage.ask("GET", &format!("{path}?{query}"), &Value::Null);
    }
}

fn in_body(stage: &Stage, method: &Method, path: &str, secret: &str) {
    let method = method.as_str();
    let text = json!(secret).to_string();
    for body in [
        format!("{{{text}: 1}}"),
        format!("{{\"a\": {text}}}"),
        format!("{{\"a\": {text}"),
        format!("{{{text}"),
        format!("[{text}]"),
        text.clone(),
        secret.to_owned(),
        format!("{{\"accessKey\": [{text}]}}"),
        format!("{{\"license\": {text}}}"),
        format!("{{\"csr\": {text}}}"),
        format!("{{\"reason\": {text}, \"remark\": 1}}"),
        format!("{{\"parts\": [{text}]}}"),
        format!("{{\"credentialIds\": [{text}]}}"),
        format!("{{\"after\": {text}}}"),
    ] {
        for media_type in ["application/json", "text/plain"] {
            stage.bytes(method, path, media_type, body.as_bytes());
        }
    }
    stage.bytes(method, path, secret, b"{}");
    stage.bytes(
        method,
        path,
        "application/json",
        &[secret.as_bytes(), b"\xff"].concat(),
    );
}

fn in_fields_of_a_link(stage: &Stage, secret: &str) {
    let good = json!({
        "label": "Another", "environment": "development",
        "accountNumber": "7412005999", "accessKey": secret,
    });
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    // The CA would take this one.
    let account = json!({ "accountNumber": "7412005999", "accessKey": secret });
    let account = serde_json::from_value(account).unwrap();
    let added = stage.sandbox.borrow_mut().add_account(&account, START);
    added.unwrap();
    // With an access key in its place the same text in another field is a mistake too.
    for body in [
        with("label", json!(secret)),
        with("label", json!(format!("key {secret}"))),
        with("accountNumber", json!(secret)),
        with("environment", json!(secret)),
        with("environment", json!(format!("a`, expected `{secret}"))),
        with("environment", json!(format!("expected {secret} at line"))),
        with("generation", json!(secret)),
        with("accessKey", json!(format!("{secret} {secret}"))),
        with("accessKey", json!({ "value": secret })),
        with("accessKey", json!([secret])),
        with(secret, json!(1)),
        with(&format!("a`{secret}`"), json!(1)),
        with("accessKey", json!(secret.repeat(40))),
    ] {
        stage.refused("POST", "/v1/credentials", &body);
    }
    let twice = format!("{{\"accessKey\":{0},\"accessKey\":{0}}}", json!(secret));
    let (status, _) = stage.bytes(
        "POST",
        "/v1/credentials",
        "application/json",
        twice.as_bytes(),
    );
    assert_eq!(status, 422);
}

fn in_fields_of_an_order(stage: &Stage, secret: &str) {
    let credential = stage.ok("GET", "/v1/credentials", &Value::Null)["items"][0]["id"].clone();
    let good = json!({
        "credentialId": credential, "productCode": "842", "groupNumber": "3107745521",
        "domain": "other.whitlock.example", "csr": "none",
        "agreement": { "accepted": true, "signerPlace": "Portland" },
    });
    for field in [
        "credentialId",
        "productCode",
        "groupNumber",
        "organizationNumber",
        "domain",
        "csr",
        "csrId",
        "requestor",
        "agreement",
        "validityYears",
        "additionalDomains",
    ] {
        for value in [json!(secret), json!([secret]), json!({ secret: secret })] {
            let mut order = good.clone();
            order[field] = value;
            for path in ["/v1/orders/validate", "/v1/orders"] {
                let (status, said) = stage.ask("POST", path, &order);
                let rehearsed = said["isValid"] == false;
                assert!(status >= 400 || rehearsed, "{path} {field}: {said:#}");
            }
        }
    }
}

pub(crate) fn callers_with_foreign_tokens(stage: &Stage, secrets: &Secrets) {
    let token = secrets.foreign.value.as_str();
    let authorizations = [
        format!("Bearer {token}"),
        format!("bearer  {token} "),
        format!("Basic {token}"),
        token.to_owned(),
        format!("Bearer {token} {token}"),
    ];
    for endpoint in Endpoint::ALL.iter().filter(|one| **one != Endpoint::Health) {
        for authorization in &authorizations {
            let encoded = utf8_percent_encode(token, NON_ALPHANUMERIC).to_string();
            let path = format!("{}?token={encoded}", endpoint.path(&encoded));
            let request = http::Request::builder()
                .method(endpoint.method())
                .uri(path)
                .header("authorization", authorization)
                .header("cookie", format!("token={token}"))
                .header("origin", format!("https://{token}.example"));
            let (status, _) = stage.send(request.body(Vec::new()).unwrap());
            assert_eq!(status, 401);
        }
    }
}
