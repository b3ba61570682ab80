//! Whose orders wait, and for how long.

use serde_json::{Value, json};

use crate::{ADMIN, OPERATOR, REQUESTER, at_the_ca, order, trail, waiting, with_rule};

const DAY: i64 = 86_400;

#[test]
fn only_those_wait_whom_the_rule_names() {
    for (rule, person, waits) in [
        ("none", REQUESTER, false),
        ("requesters", OPERATOR, false),
        ("requesters", ADMIN, false),
        ("everyone", ADMIN, true),
    ] {
        let (story, credential) = with_rule(rule);
        let wish = order(&credential, "app.whitlock.example");
        let placed = person.ok(&story, "POST", "/v1/orders", &wish);
        let state = if waits { "awaitingApproval" } else { "pending" };
        assert_eq!(placed["status"]["state"], state, "{rule}: {placed:#}");
        assert_eq!(at_the_ca(&story), usize::from(!waits), "{rule}");
    }
}

#[test]
fn the_rule_is_set_by_administrators_and_lets_waiting_orders_wait() {
    let (story, credential) = with_rule("requesters");
    let path = waiting(&story, &credential);
    let rule = format!("/v1/credentials/{credential}/approval");
    let none = json!({ "approval": "none" });
    assert_eq!(OPERATOR.send(&story, "PUT", &rule, &none).0, 403);
    let unknown = json!({ "approval": "sometimes" });
    assert_eq!(ADMIN.send(&story, "PUT", &rule, &unknown).0, 422);
    story.pass(1);
    ADMIN.ok(&story, "PUT", &rule, &none);
    let id = rule.split('/').nth(3).unwrap();
    let entries = story.get(&format!("/v1/audit?subject={id}"));
    assert_eq!(entries["items"][0]["action"], "credential.approval");
    assert_eq!(entries["items"][0]["detail"], "requesters to none");
    story.pass(600);
    story.tick();
    assert_eq!(story.get(&path)["status"]["state"], "awaitingApproval");
    assert_eq!(at_the_ca(&story), 0);
}

#[test]
fn what_nobody_decides_on_ends_after_thirty_days() {
    let (story, credential) = with_rule("requesters");
    let path = waiting(&story, &credential);
    story.pass(30 * DAY - 60);
    story.tick();
    assert_eq!(story.get(&path)["status"]["state"], "awaitingApproval");
    story.pass(60);
    let approve = format!("{path}/approve");
    OPERATOR.refused(&story, &approve, &Value::Null, (409, "approval-lapsed"));
    story.tick();
    let ended = story.get(&path);
    assert_eq!(ended["status"]["state"], "lapsed", "{ended:#}");
    assert_eq!(ended["approval"]["decidedBy"], Value::Null, "{ended:#}");
    assert_eq!(trail(&story, &path).last().unwrap().0, "order.lapse");
    assert_eq!(at_the_ca(&story), 0);
    assert_eq!(story.get("/v1/summary")["awaitingApproval"], 0);
}
