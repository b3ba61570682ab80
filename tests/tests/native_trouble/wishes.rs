//! What a person asks the CA for is done once, and shown as the CA has it.

use std::{
    pin::pin,
    task::{Context, Waker},
};

use certwright_tests::story::{Story, text};
use emsign_sandbox::FaultKind;
use serde_json::{Value, json};

use crate::place;

#[test]
fn a_revocation_whose_answer_is_lost_is_shown_as_the_ca_has_it() {
    for (kind, first) in [
        (FaultKind::ReplyLostAfter, "sending"),
        (FaultKind::ReplyLostBefore, "sending"),
        (FaultKind::HtmlPage, "sending"),
    ] {
        let story = Story::begin(0);
        let credential = story.link();
        let order = place(&story, &credential, 2, "r.whitlock.example");
        story.pass(600);
        let path = format!("/v1/orders/{order}");
        story.ok("POST", &format!("{path}/check"), &json!({}));
        story.trouble("RevokeOrder", kind, 1);
        let wish = json!({ "reason": "superseded", "remark": "replaced" });
        let asked = story.ok("POST", &format!("{path}/revoke"), &wish);
        assert_eq!(asked["revocation"]["phase"], first, "{kind:?} {asked:#}");
        let again = story.ok("POST", &format!("{path}/revoke"), &wish);
        assert_eq!(again["id"], asked["id"]);
        for _ in 0..6 {
            story.pass(300);
            story.tick();
        }
        assert_eq!(story.get(&path)["status"]["state"], "revoked", "{kind:?}");
    }
}

#[test]
fn a_cancellation_whose_answer_is_lost_is_shown_as_the_ca_has_it() {
    for kind in [
        FaultKind::ReplyLostAfter,
        FaultKind::ReplyLostBefore,
        FaultKind::ServerErrorAfter,
        FaultKind::HtmlPage,
    ] {
        let story = Story::begin(0);
        let credential = story.link();
        let order = place(&story, &credential, 3, "stuck.whitlock.example");
        let path = format!("/v1/orders/{order}");
        story.trouble("RejectOrder", kind, 1);
        let wish = json!({ "remark": "not needed" });
        for _ in 0..2 {
            let asked = story.ok("POST", &format!("{path}/cancel"), &wish);
            assert_eq!(asked["status"]["state"], "pending", "{kind:?} {asked:#}");
            assert_eq!(asked["cancellation"]["phase"], "sending", "{kind:?}");
            assert_eq!(story.calls("RejectOrder"), 1, "{kind:?}");
        }
        for _ in 0..4 {
            story.pass(90);
            story.tick();
        }
        assert_eq!(story.get(&path)["status"]["state"], "cancelled", "{kind:?}");
        story.ok("POST", &format!("{path}/cancel"), &wish);
    }
}

#[test]
fn a_cancellation_goes_on_when_the_invocation_ends_after_the_call() {
    let story = Story::begin(0);
    let credential = story.link();
    let order = place(&story, &credential, 3, "stuck.whitlock.example");
    let path = format!("/v1/orders/{order}");
    story.world.give_way(true);
    {
        let cancel = format!("{path}/cancel");
        let wish = json!({ "remark": "not needed" });
        let mut asked = pin!(story.world.request("POST", &cancel, &[], &wish));
        let mut context = Context::from_waker(Waker::noop());
        while story.calls("RejectOrder") == 0 {
            assert!(asked.as_mut().poll(&mut context).is_pending());
        }
    }
    story.world.give_way(false);
    let left = story.get(&path);
    assert_eq!(left["cancellation"]["phase"], "sending", "{left:#}");
    story.pass(90);
    story.tick();
    assert_eq!(story.get(&path)["status"]["state"], "cancelled");
}

#[test]
fn a_refused_cancellation_is_shown_with_what_the_order_has_become() {
    let story = Story::begin(0);
    let credential = story.link();
    let order = place(&story, &credential, 4, "late.whitlock.example");
    let path = format!("/v1/orders/{order}");
    // The CA has issued it meanwhile, which is not known here.
    story.pass(600);
    let wish = json!({ "remark": "not needed" });
    let asked = story.ok("POST", &format!("{path}/cancel"), &wish);
    let guidance = text(&asked["status"]["guidance"]);
    assert!(guidance.contains("refused to cancel"), "{asked:#}");
    story.work();
    assert_eq!(story.get(&path)["status"]["state"], "fulfilled");
}

#[test]
fn a_wish_is_sent_although_the_order_was_deleted_here() {
    let story = Story::begin(0);
    let credential = story.link();
    let order = place(&story, &credential, 3, "stuck.whitlock.example");
    let path = format!("/v1/orders/{order}");
    story.trouble("RejectOrder", FaultKind::ReplyLostBefore, 1);
    let wish = json!({ "remark": "not needed" });
    story.ok("POST", &format!("{path}/cancel"), &wish);
    story.ok("DELETE", &path, &Value::Null);
    for _ in 0..4 {
        story.pass(90);
        story.tick();
    }
    assert_eq!(story.get(&path)["status"]["state"], "cancelled");
}
