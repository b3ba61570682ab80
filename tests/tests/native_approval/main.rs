//! Approval by a second person: what waits reaches the CA only when somebody else agrees.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod deciding;
mod races;
mod restore;
mod revoking;
mod rules;

use certwright_core::permission::Role;
use certwright_tests::{
    requests::Key,
    story::{Story, text},
};
use certwright_worker::{caller::Caller, platform::Platform as _};
use futures_executor::block_on;
use serde_json::{Value, json};

/// Somebody with a role, known by a name.
#[derive(Clone, Copy)]
struct Person(&'static str, Role);

const REQUESTER: Person = Person("token:requester", Role::Requester);
const COLLEAGUE: Person = Person("token:colleague", Role::Requester);
const OPERATOR: Person = Person("token:operator", Role::Operator);
const ADMIN: Person = Person("token:admin", Role::Admin);

impl Person {
    fn caller(self) -> Caller {
        Caller {
            address: Some("203.0.113.7".to_owned()),
            ..Caller::named(self.0, Some(self.1))
        }
    }

    async fn sends(self, story: &Story, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let key = [("idempotency-key", "key-1")];
        let request = story
            .world
            .request_as(self.caller(), method, path, &key, body);
        request.await
    }

    fn send(self, story: &Story, method: &str, path: &str, body: &Value) -> (u16, Value) {
        block_on(self.sends(story, method, path, body))
    }

    fn ok(self, story: &Story, method: &str, path: &str, body: &Value) -> Value {
        let (status, value) = self.send(story, method, path, body);
        assert!((200..300).contains(&status), "{path}: {status} {value:#}");
        value
    }

    /// Sends what must be refused with this code.
    fn refused(self, story: &Story, path: &str, body: &Value, refusal: (u16, &str)) -> Value {
        let (status, problem) = self.send(story, "POST", path, body);
        let code = problem["code"].as_str().unwrap_or("");
        assert_eq!((status, code), refusal, "{path}: {problem:#}");
        assert!(problem["remedy"].is_string(), "{problem:#}");
        problem
    }
}

fn order(credential: &str, name: &str) -> Value {
    let csr = Key::of(name.len() as u64)
        .unwrap()
        .request(&[name])
        .unwrap();
    json!({
        "credentialId": credential, "productCode": "842", "groupNumber": "3107745521",
        "domain": name, "csr": csr, "agreement": { "accepted": true, "signerPlace": "Portland" },
    })
}

/// A system whose account has this rule.
fn with_rule(rule: &str) -> (Story, String) {
    let story = Story::begin(0);
    let credential = story.link();
    let path = format!("/v1/credentials/{credential}/approval");
    let account = story.ok("PUT", &path, &json!({ "approval": rule }));
    assert_eq!(account["approval"], rule, "{account:#}");
    (story, credential)
}

/// An order of the requester's that waits, and its address.
fn waiting(story: &Story, credential: &str) -> String {
    let asked = REQUESTER.ok(
        story,
        "POST",
        "/v1/orders",
        &order(credential, "app.whitlock.example"),
    );
    assert_eq!(asked["status"]["state"], "awaitingApproval", "{asked:#}");
    // The trail tells seconds apart.
    story.pass(1);
    format!("/v1/orders/{}", text(&asked["id"]))
}

fn at_the_ca(story: &Story) -> usize {
    let now = story.world.now().unix();
    story.sandbox.borrow_mut().books(now).orders.len()
}

/// Actions by which an order waits and stops waiting.
const DECISIONS: [&str; 5] = [
    "order.request",
    "order.approve",
    "order.decline",
    "order.withdraw",
    "order.lapse",
];

/// What the trail tells of an order's approval: action, actor, outcome; the oldest first.
fn trail(story: &Story, path: &str) -> Vec<(String, String, String)> {
    let id = path.rsplit('/').next().unwrap();
    let entries = story.get(&format!("/v1/audit?subject={id}&limit=100"));
    let mut entries: Vec<_> = entries["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| DECISIONS.contains(&text(&entry["action"]).as_str()))
        .map(|entry| {
            let [action, actor, outcome] =
                ["action", "actor", "outcome"].map(|name| text(&entry[name]));
            (action, actor, outcome)
        })
        .collect();
    entries.reverse();
    entries
}

fn entry(action: &str, person: Person, outcome: &str) -> (String, String, String) {
    (action.to_owned(), person.0.to_owned(), outcome.to_owned())
}
