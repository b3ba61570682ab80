//! Requests and replies of emSign as they were recorded or documented, held against what the
//! sandbox answers, what the connector sends, and what it makes of the replies. The table was
//! written from the reference and from the vendor's collection, not from our code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod connector;
mod sandbox;
mod shape;

use serde_json::{Map, Value};

const TABLE: &str = include_str!("../../fixtures/ca-shapes.json");

/// One exchange of the table.
struct Case(Map<String, Value>);

impl Case {
    fn all() -> Vec<Self> {
        let table: Vec<Map<String, Value>> = serde_json::from_str(TABLE).unwrap();
        table.into_iter().map(Self).collect()
    }

    fn named(name: &str) -> Self {
        let mut all = Self::all().into_iter();
        all.find(|case| case.text("case") == name).expect(name)
    }

    fn text(&self, member: &str) -> &str {
        self.0.get(member).and_then(Value::as_str).unwrap_or("")
    }

    fn operation(&self) -> &str {
        self.text("operation")
    }

    /// The state that the exchange needs; empty for none.
    fn after(&self) -> &str {
        self.text("after")
    }

    fn status(&self) -> u16 {
        let status = self.0.get("status").and_then(Value::as_u64);
        status.unwrap_or(200).try_into().unwrap()
    }

    fn request(&self) -> &Value {
        &self.0["request"]
    }

    fn reply(&self) -> &Value {
        &self.0["reply"]
    }

    /// Whether the connector has a call for it.
    fn is_connectors(&self) -> bool {
        self.0.get("connector") != Some(&Value::Bool(false))
    }
}

#[test]
fn the_sandbox_answers_in_the_recorded_shapes() {
    for case in Case::all() {
        let name = case.text("case");
        let (status, answer) = sandbox::answer(&case);
        assert_eq!(status, case.status(), "{name}: {answer}");
        let mut recorded = case.reply().clone();
        if let Some(beside) = case.0.get("beside").and_then(Value::as_object) {
            let meta = recorded["meta"].as_object_mut().unwrap();
            meta.extend(beside.clone());
        }
        let faults = shape::differences(&recorded, &answer);
        assert!(faults.is_empty(), "{name}: {faults:#?}\n{answer:#}");
        for member in ["status", "errorCode"] {
            let (told, expected) = (&answer["meta"][member], &recorded["meta"][member]);
            assert_eq!(told, expected, "{name}: {answer}");
        }
    }
}

#[test]
fn the_connector_sends_what_the_recorded_requests_have() {
    for case in Case::all().into_iter().filter(Case::is_connectors) {
        let (sent, _) = connector::exchange(&case);
        let known: Vec<Value> = Case::all()
            .iter()
            .filter(|other| other.operation() == case.operation())
            .map(|other| other.request().clone())
            .collect();
        let faults = shape::unknown_members(&known, &sent);
        assert!(faults.is_empty(), "{}: {faults:?}", case.text("case"));
    }
}

#[test]
fn the_connector_reads_each_recorded_reply() {
    for case in Case::all().into_iter().filter(Case::is_connectors) {
        let name = case.text("case");
        let (_, code) = connector::exchange(&case);
        assert_eq!(
            code.as_deref(),
            case.reply()["meta"]["errorCode"].as_str(),
            "{name}"
        );
    }
}
