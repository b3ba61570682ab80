//! Every endpoint, called so that it succeeds: its status, media type and body are those of the table.

use std::collections::BTreeSet;

use certwright_api::endpoint::Endpoint;
use certwright_core::time::DAY;
use certwright_tests::{
    requests::Key,
    story::{Story, text},
};
use certwright_worker::testing::ADMIN_TOKEN;
use emsign_sandbox::{DEFAULT_ACCESS_KEY, FaultKind};
use futures_executor::block_on;
use serde_json::{Value, json};

use crate::stage::order;

/// Somebody who calls, and what has been called.
struct Walk<'s> {
    story: &'s Story,
    seen: BTreeSet<String>,
    calls: u32,
}

impl Walk<'_> {
    /// Calls an endpoint with what stands for the id, and after it the query.
    fn call(&mut self, endpoint: Endpoint, id: &str, body: &Value) -> Value {
        self.call_as(ADMIN_TOKEN, endpoint, id, &body.to_string())
    }

    fn call_as(&mut self, token: &str, endpoint: Endpoint, id: &str, body: &str) -> Value {
        self.calls += 1;
        let (id, query) = id.split_once('?').unwrap_or((id, ""));
        let mark = if query.is_empty() { "" } else { "?" };
        let path = format!("{}{mark}{query}", endpoint.path(id));
        let media_type = endpoint.request_media_type().unwrap_or("application/json");
        let request = http::Request::builder()
            .method(endpoint.method())
            .uri(&path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", media_type)
            .header("cf-connecting-ip", "203.0.113.9")
            .header("idempotency-key", format!("walk-{}", self.calls))
            .body(body.as_bytes().to_vec())
            .unwrap();
        let reply = block_on(certwright_worker::http::handle(&self.story.world, request));
        let (parts, body) = reply.into_parts();
        let body = String::from_utf8(body).unwrap();
        let case = format!("{endpoint:?} {path}: {} {body}", parts.status);
        assert_eq!(parts.status.as_u16(), endpoint.reply_status(), "{case}");
        let media_type = parts.headers["content-type"].to_str().unwrap();
        assert_eq!(media_type, endpoint.reply_media_type(), "{case}");
        let again = endpoint
            .reread(&body)
            .unwrap_or_else(|error| panic!("{error}: {case}"));
        assert_eq!(String::from_utf8(again).unwrap(), body, "{case}");
        assert_eq!(
            parts.headers.contains_key("location"),
            parts.status == 201,
            "{case}"
        );
        self.seen.insert(format!("{endpoint:?}"));
        serde_json::from_str(&body).unwrap_or(Value::String(body))
    }

    /// An order for one name of the account, placed.
    fn place(&mut self, token: &str, credential: &str, host: &str, key: u64) -> String {
        let order = order(&self.story.world, credential, host, key).to_string();
        let placed = self.call_as(token, Endpoint::PlaceOrder, "", &order);
        text(&placed["id"])
    }
}

#[test]
fn every_reply_is_what_the_table_says() {
    let story = Story::begin(3);
    let none = Value::Null;
    let mut walk = Walk {
        story: &story,
        seen: BTreeSet::new(),
        calls: 0,
    };
    let account = json!({
        "label": "Walked", "environment": "development",
        "accountNumber": emsign_sandbox::DEFAULT_ACCOUNT_NUMBER, "accessKey": DEFAULT_ACCESS_KEY,
    });
    walk.call(Endpoint::Health, "", &none);
    let linked = walk.call(Endpoint::LinkCredential, "", &account);
    let credential = text(&linked["credential"]["id"]);
    story.work();
    walk.call(
        Endpoint::SetLicense,
        "",
        &json!({ "license": story.license_token(50) }),
    );
    accounts(&mut walk, &credential);
    let order = ordering(&mut walk, &credential);
    approving(&mut walk, &credential);
    certificates(&mut walk, &order);
    work_and_trail(&mut walk, &credential);
    dumping(&story, &mut walk);
    pruning(&mut walk);
    let missing: Vec<_> = Endpoint::ALL
        .iter()
        .filter(|endpoint| !walk.seen.contains(&format!("{endpoint:?}")))
        .collect();
    assert!(missing.is_empty(), "not walked: {missing:?}");
}

fn accounts(walk: &mut Walk<'_>, credential: &str) {
    let none = Value::Null;
    walk.call(Endpoint::ListCredentials, "", &none);
    walk.call(Endpoint::GetCredential, credential, &none);
    walk.call(Endpoint::VerifyCredential, credential, &none);
    let key = json!({ "accessKey": DEFAULT_ACCESS_KEY });
    walk.call(Endpoint::RotateCredential, credential, &key);
    walk.call(
        Endpoint::SetApproval,
        credential,
        &json!({ "approval": "none" }),
    );
    let new_domains = json!({ "newDomains": "validate" });
    walk.call(Endpoint::SetNewDomains, credential, &new_domains);
    walk.call(Endpoint::SyncCredential, credential, &json!({}));
    walk.call(Endpoint::SyncAll, "", &json!({}));
    walk.call(Endpoint::ImportOrders, credential, &json!({}));
    walk.call(Endpoint::ResealCredentials, "", &json!({}));
    walk.story.work();
    for list in [
        Endpoint::ListAccounts,
        Endpoint::ListGroups,
        Endpoint::ListOrganizations,
        Endpoint::ListDomains,
        Endpoint::ListProducts,
    ] {
        let page = walk.call(list, &format!("?credentialId={credential}"), &none);
        assert_ne!(page["items"], json!([]), "{list:?}");
    }
    walk.call(
        Endpoint::ListDomains,
        "?expiresBefore=2030-01-01T00:00:00Z",
        &none,
    );
}

/// An order's life; gives the id of one that was fulfilled.
fn ordering(walk: &mut Walk<'_>, credential: &str) -> String {
    let none = Value::Null;
    let host = "www.whitlock.example";
    let csr = json!({ "csr": Key::of(900).unwrap().request(&[host]).unwrap() });
    walk.call(Endpoint::InspectCsr, "", &csr);
    let stored = walk.call(Endpoint::StoreCsr, "", &csr);
    walk.call(Endpoint::GetCsr, &text(&stored["id"]), &none);
    walk.call(Endpoint::ListCsrs, "", &none);
    let rehearsed = order(&walk.story.world, credential, host, 901);
    walk.call(Endpoint::ValidateOrder, "", &rehearsed);
    let id = walk.place(ADMIN_TOKEN, credential, host, 901);
    walk.call(Endpoint::GetOrder, &id, &none);
    walk.story.pass(600);
    let checked = walk.call(Endpoint::CheckOrder, &id, &none);
    assert_eq!(checked["status"]["state"], "fulfilled", "{checked:#}");
    walk.call(Endpoint::ListOrders, "", &none);
    walk.call(Endpoint::ExportOrders, "", &none);
    walk.call(Endpoint::CheckDueOrders, "", &none);
    walk.story.work();
    let stuck = walk.place(ADMIN_TOKEN, credential, "www.fresh-whitlock.example", 902);
    // The CA offers the validation some time after it has taken the order.
    walk.story.pass(600);
    walk.call(Endpoint::CheckOrder, &stuck, &none);
    let dcv = walk.call(Endpoint::GetDcv, &stuck, &none);
    let verify = json!({ "domain": text(&dcv["domain"]), "method": "dnsTxt" });
    walk.call(Endpoint::VerifyDcv, &stuck, &verify);
    walk.call(
        Endpoint::CancelOrder,
        &stuck,
        &json!({ "remark": "not needed" }),
    );
    walk.call(Endpoint::DeleteOrder, &stuck, &none);
    walk.call(Endpoint::RestoreOrder, &stuck, &none);
    id
}

fn approving(walk: &mut Walk<'_>, credential: &str) {
    let none = Value::Null;
    let rule = json!({ "approval": "everyoneAndRevocations" });
    walk.call(Endpoint::SetApproval, credential, &rule);
    // Of another person than the administrator, who approves.
    let requester = json!({
        "label": "stage", "role": "requester", "credentialId": credential, "person": "rae",
    });
    let requester = text(&walk.call(Endpoint::CreateToken, "", &requester)["secret"]);
    let [approved, declined, withdrawn] = [903, 904, 905].map(|key| {
        let host = format!("a{key}{}.whitlock.example", "x".repeat(key as usize - 903));
        walk.place(&requester, credential, &host, key)
    });
    walk.call(Endpoint::ApproveOrder, &approved, &none);
    walk.call(
        Endpoint::DeclineOrder,
        &declined,
        &json!({ "reason": "not needed" }),
    );
    walk.call(Endpoint::WithdrawOrder, &withdrawn, &none);
}

fn certificates(walk: &mut Walk<'_>, order: &str) {
    let none = Value::Null;
    let page = walk.call(Endpoint::ListCertificates, "", &none);
    let id = text(&page["items"][0]["id"]);
    walk.call(Endpoint::ExportCertificates, "", &none);
    walk.call(Endpoint::GetCertificate, &id, &none);
    walk.call(Endpoint::ExportCertificate, &id, &none);
    walk.call(Endpoint::AdmitHeld, "", &none);
    let revoke = json!({ "reason": "superseded", "remark": "replaced" });
    walk.call(Endpoint::RevokeOrder, order, &revoke);
    walk.call(Endpoint::DiscardRevocation, order, &none);
}

fn work_and_trail(walk: &mut Walk<'_>, credential: &str) {
    let none = Value::Null;
    let story = walk.story;
    story.work();
    let jobs = walk.call(Endpoint::ListJobs, "", &none);
    walk.call(Endpoint::GetJob, &text(&jobs["items"][0]["id"]), &none);
    walk.call(Endpoint::StopJob, &text(&jobs["items"][0]["id"]), &none);
    let lost = |walk: &mut Walk<'_>| {
        story.trouble("GetOrderReport", FaultKind::ServerError, 1_000);
        walk.call(Endpoint::ImportOrders, credential, &json!({}));
        for _ in 0..30 {
            story.pass(3_600);
            story.tick();
        }
        story.sandbox.borrow_mut().clear_faults();
        let letters = walk.call(Endpoint::ListDeadLetters, "", &none);
        text(&letters["items"][0]["id"])
    };
    let letter = lost(walk);
    walk.call(Endpoint::RetryDeadLetter, &letter, &none);
    let letter = lost(walk);
    walk.call(Endpoint::DiscardDeadLetter, &letter, &none);
    lost(walk);
    walk.call(Endpoint::RetryDeadLetters, "", &none);
    walk.call(Endpoint::GetLicense, "", &none);
    walk.call(Endpoint::RemoveLicense, "", &none);
    walk.call(Endpoint::GetMe, "", &none);
    let made = json!({ "label": "walk", "role": "viewer" });
    let made = walk.call(Endpoint::CreateToken, "", &made);
    walk.call(Endpoint::ListTokens, "", &none);
    walk.call(Endpoint::RevokeToken, &text(&made["token"]["id"]), &none);
    let made = json!({ "label": "walk", "role": "viewer", "person": "bob" });
    walk.call(Endpoint::CreateToken, "", &made);
    let bob = json!({ "person": "person:bob" });
    walk.call(Endpoint::RevokeTokens, "", &bob);
    walk.call(Endpoint::GetSummary, "", &none);
    walk.call(Endpoint::ListAudit, "", &none);
    walk.call(Endpoint::ListAuditHeads, "", &none);
    walk.call(
        Endpoint::ExportAudit,
        &format!("?account={credential}"),
        &none,
    );
}

/// In a story of its own, since time passes.
fn pruning(walk: &mut Walk<'_>) {
    let story = Story::begin(0);
    let credential = story.link();
    story.pass(100 * DAY);
    let exported = story.pages(&format!("/v1/audit/export?account={credential}"));
    let first: Value = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
    let mut aged = Walk {
        story: &story,
        seen: BTreeSet::new(),
        calls: 0,
    };
    let archived = json!({ "account": credential, "seq": 1, "hash": first["hash"] });
    aged.call(Endpoint::PruneAudit, "", &archived);
    aged.call(Endpoint::ListAuditHeads, "", &Value::Null);
    walk.seen.append(&mut aged.seen);
}

fn dumping(story: &Story, walk: &mut Walk<'_>) {
    walk.call(Endpoint::Dump, "", &Value::Null);
    let dump = story.pages("/v1/dump");
    let empty = story.beside();
    let mut beside = Walk {
        story: &empty,
        seen: BTreeSet::new(),
        calls: 0,
    };
    let part: String = dump
        .lines()
        .take(5)
        .map(|line| format!("{line}\n"))
        .collect();
    beside.call_as(ADMIN_TOKEN, Endpoint::Restore, "?from=1", &part);
    beside.call(Endpoint::GiveUpRestore, "", &Value::Null);
    walk.seen.append(&mut beside.seen);
}
