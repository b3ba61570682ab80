//! Revocations under the strictest rule: two people, as for orders.

use certwright_core::permission::Role;
use certwright_tests::story::{Story, text};
use serde_json::{Value, json};

use crate::{ADMIN, OPERATOR, Person, order, with_rule};

const SECOND: Person = Person("token:second", Role::Operator);
const DAY: i64 = 86_400;

/// An issued order under the strictest rule, and its address.
fn issued() -> (Story, String, String) {
    let (story, credential) = with_rule("none");
    let wish = order(&credential, "app.whitlock.example");
    let placed = OPERATOR.ok(&story, "POST", "/v1/orders", &wish);
    let path = format!("/v1/orders/{}", text(&placed["id"]));
    story.pass(600);
    let checked = story.ok("POST", &format!("{path}/check"), &json!({}));
    assert_eq!(checked["status"]["state"], "fulfilled", "{checked:#}");
    let rule = format!("/v1/credentials/{credential}/approval");
    let strict = json!({ "approval": "everyoneAndRevocations" });
    let account = ADMIN.ok(&story, "PUT", &rule, &strict);
    assert_eq!(account["approval"], "everyoneAndRevocations");
    (story, path, rule)
}

fn wish(reason: &str) -> Value {
    json!({ "reason": reason, "remark": "replaced" })
}

fn has(order: &Value, action: &str) -> bool {
    order["allowed"]
        .as_array()
        .unwrap()
        .contains(&json!(action))
}

#[test]
fn the_ca_hears_of_a_revocation_when_a_second_person_confirms_it() {
    let (story, path, _) = issued();
    let revoke = format!("{path}/revoke");
    for _ in 0..2 {
        let asked = OPERATOR.ok(&story, "POST", &revoke, &wish("superseded"));
        let phase = &asked["revocation"]["phase"]["awaitingApproval"];
        assert_eq!(phase["asked"]["by"], "token:operator", "{asked:#}");
        assert_eq!(asked["status"]["state"], "fulfilled");
        assert!(has(&asked, "discardRevocation") && !has(&asked, "confirmRevocation"));
        assert!(!has(&asked, "revoke"), "{asked:#}");
    }
    story.pass(2 * DAY);
    story.tick();
    assert_eq!(story.calls("RevokeOrder"), 0);
    let other = (409, "revocation-reason-differs");
    SECOND.refused(&story, &revoke, &wish("keyCompromise"), other);
    let shown = SECOND.ok(&story, "GET", &path, &Value::Null);
    assert!(has(&shown, "confirmRevocation"), "{shown:#}");

    let confirmed = SECOND.ok(&story, "POST", &revoke, &wish("superseded"));
    assert_eq!(
        confirmed["revocation"]["phase"], "requested",
        "{confirmed:#}"
    );
    assert_eq!(story.calls("RevokeOrder"), 1);
    OPERATOR.ok(&story, "POST", &revoke, &wish("superseded"));
    assert_eq!(story.calls("RevokeOrder"), 1);
}

#[test]
fn a_revocation_that_waits_is_taken_back_and_does_not_wait_for_ever() {
    let (story, path, _) = issued();
    let revoke = format!("{path}/revoke");
    OPERATOR.ok(&story, "POST", &revoke, &wish("superseded"));
    let kept = SECOND.ok(&story, "DELETE", &revoke, &Value::Null);
    assert_eq!(kept["revocation"], Value::Null, "{kept:#}");
    assert_eq!(SECOND.send(&story, "DELETE", &revoke, &Value::Null).0, 409);

    OPERATOR.ok(&story, "POST", &revoke, &wish("superseded"));
    story.pass(31 * DAY);
    let late = SECOND.ok(&story, "POST", &revoke, &wish("superseded"));
    let phase = &late["revocation"]["phase"]["awaitingApproval"];
    assert_eq!(phase["asked"]["by"], "token:second", "{late:#}");
    assert_eq!(story.calls("RevokeOrder"), 0);
}

#[test]
fn one_person_cannot_make_the_strictest_rule_laxer() {
    let (story, path, rule) = issued();
    for laxer in ["everyone", "requesters", "none"] {
        let account = ADMIN.ok(&story, "PUT", &rule, &json!({ "approval": laxer }));
        assert_eq!(account["approval"], "everyoneAndRevocations", "{laxer}");
    }
    let asked = OPERATOR.ok(
        &story,
        "POST",
        &format!("{path}/revoke"),
        &wish("superseded"),
    );
    assert!(asked["revocation"]["phase"]["awaitingApproval"].is_object());
    let second = Person("token:second", Role::Admin);
    let account = second.ok(&story, "PUT", &rule, &json!({ "approval": "none" }));
    assert_eq!(account["approval"], "none", "{account:#}");
}
