//! Waiting orders in a dump.

use certwright_tests::story::Story;
use emsign_sandbox::DEFAULT_ACCESS_KEY;
use serde_json::{Value, json};

use crate::{OPERATOR, at_the_ca, text, waiting, with_rule};

fn restore(story: &Story, credential: &str, dump: &str) {
    let mut from = 1;
    for part in dump.lines().collect::<Vec<_>>().chunks(40) {
        let path = format!("/v1/restore?from={from}");
        let reply = story.raw("POST", &path, "application/jsonl", &part.join("\n"));
        assert_eq!(reply.status, 200, "{}", reply.text);
        from += part.len();
    }
    let rotate = format!("/v1/credentials/{credential}/rotate");
    story.ok("POST", &rotate, &json!({ "accessKey": DEFAULT_ACCESS_KEY }));
}

#[test]
fn restored_from_a_dump_it_waits_on_and_is_placed_once_wherever_it_was_approved() {
    for was_approved_there in [false, true] {
        let (story, credential) = with_rule("requesters");
        let path = waiting(&story, &credential);
        let dump = story.pages("/v1/dump");
        story.pass(60);
        if was_approved_there {
            OPERATOR.ok(&story, "POST", &format!("{path}/approve"), &Value::Null);
        }
        let copy = story.beside();
        restore(&copy, &credential, &dump);
        let account = copy.get(&format!("/v1/credentials/{credential}"));
        assert_eq!(account["approval"], "requesters", "{account:#}");
        assert_eq!(copy.get("/v1/summary")["awaitingApproval"], 1);
        // The booking is left to the order that may be its own.
        let import = copy.import(&credential);
        assert_eq!(import["report"]["import"]["added"], 0, "{import:#}");
        assert_eq!(copy.get(&path)["status"]["state"], "awaitingApproval");

        let approve = format!("{path}/approve");
        let approved = OPERATOR.ok(&copy, "POST", &approve, &Value::Null);
        let state = text(&approved["status"]["state"]);
        assert_eq!(state == "pending", was_approved_there, "{approved:#}");
        for _ in 0..10 {
            copy.pass(300);
            copy.tick();
        }
        assert_eq!(copy.get(&path)["status"]["state"], "fulfilled");
        assert_eq!(at_the_ca(&copy), 1, "{was_approved_there}");
    }
}
