//! Callers, addresses and parameters that are not right, and access keys that the CA refuses.

use anyhow::Result;
use certwright_harness::{
    Client,
    system::{SANDBOX_ACCESS_KEY, SANDBOX_ACCOUNT},
};
use certwright_tests::live::Live;
use serde_json::json;

use super::Case;

pub(super) fn callers_and_addresses(live: &Live, _: &str) -> Result<Vec<Case>> {
    let url = live.system.worker_url();
    let none = Client::anonymous(url);
    let wrong = Client::new(url, "cw_0000");
    let unknown = "ord_aaaaaaaaaaaaaaaaaaaaaaaaaa";
    let case = |what, reply, status, code| Case {
        what,
        reply,
        status,
        code,
        field: None,
    };
    Ok(vec![
        case("no token", none.get("/v1/orders")?, 401, "token-missing"),
        case(
            "a wrong token",
            wrong.get("/v1/orders")?,
            401,
            "token-unknown",
        ),
        case(
            "no such order",
            live.worker.get(&format!("/v1/orders/{unknown}"))?,
            404,
            "not-found",
        ),
        case(
            "no id",
            live.worker.get("/v1/orders/1%20or%201=1")?,
            404,
            "not-found",
        ),
        case(
            "no address",
            live.worker.get("/v1/nothing")?,
            404,
            "no-such-address",
        ),
        case(
            "another method",
            live.worker.put("/v1/orders", &json!({}))?,
            405,
            "method-not-allowed",
        ),
    ])
}

pub(super) fn parameters_of_lists(live: &Live, _: &str) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (what, path, code, field) in [
        (
            "a page of none",
            "/v1/orders?limit=0",
            "out-of-range",
            "limit",
        ),
        (
            "a page of too many",
            "/v1/orders?limit=101",
            "out-of-range",
            "limit",
        ),
        ("no cursor", "/v1/orders?cursor=x%25", "malformed", "cursor"),
        ("no such state", "/v1/orders?state=lost", "unknown", "state"),
        (
            "no such parameter",
            "/v1/certificates?color=red",
            "unknown-parameter",
            "color",
        ),
        (
            "no time",
            "/v1/certificates?expiresBefore=soon",
            "malformed-time",
            "expiresBefore",
        ),
        (
            "no host",
            "/v1/certificates?host=a..b",
            "malformed-name",
            "host",
        ),
        (
            "no flag",
            "/v1/orders?deleted=maybe",
            "malformed-flag",
            "deleted",
        ),
    ] {
        cases.push(Case {
            what,
            reply: live.worker.get(path)?,
            status: 422,
            code,
            field: Some(field),
        });
    }
    Ok(cases)
}

pub(super) fn wrong_access_keys(live: &Live) -> Result<Vec<Case>> {
    let another = json!({ "accountNumber": "7412005999", "accessKey": "the-right-one" });
    live.ca.post_ok("/control/accounts", &another)?;
    let account = |number: &str, key: &str| {
        json!({
            "label": "Another", "environment": "development",
            "accountNumber": number, "accessKey": key,
        })
    };
    let link = |number, key| live.worker.post("/v1/credentials", &account(number, key));
    Ok(vec![
        Case {
            what: "a wrong access key",
            reply: link("7412005999", "not-the-key")?,
            status: 422,
            code: "ca-credential-refused",
            field: Some("accessKey"),
        },
        Case {
            what: "an account that is linked",
            reply: link(SANDBOX_ACCOUNT, SANDBOX_ACCESS_KEY)?,
            status: 409,
            code: "already-linked",
            field: Some("accountNumber"),
        },
        Case {
            what: "no account number",
            reply: link("741", "not-the-key")?,
            status: 422,
            code: "malformed",
            field: Some("accountNumber"),
        },
        Case {
            what: "an empty access key",
            reply: link("7412005999", "")?,
            status: 422,
            code: "malformed",
            field: Some("accessKey"),
        },
    ])
}
