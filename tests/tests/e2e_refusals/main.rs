//! Requests that must be refused: each with a problem document that names the field and the
//! remedy, nothing stored, nothing sent to the CA.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and what it measured by printing"
)]

mod bodies;
mod broken;
mod callers;
mod orders;

use anyhow::Result;
use certwright_harness::{client::Reply, system::SANDBOX_ACCESS_KEY};
use certwright_tests::live::Live;
use serde_json::Value;

const NAME: &str = "app.whitlock.example";

/// A request and what must come of it.
struct Case {
    what: &'static str,
    reply: Reply,
    status: u16,
    code: &'static str,
    field: Option<&'static str>,
}

#[test]
fn each_refusal_names_field_and_remedy_and_leaves_no_trace() -> Result<()> {
    let live = Live::start(0)?;
    let credential = live.link()?;
    let mut faults = Vec::new();
    let mut count = 0;
    for cases in [
        orders::requests_for_csrs,
        orders::orders_that_cannot_be,
        bodies::bodies_that_are_no_requests,
        bodies::licenses_that_do_not_hold,
        callers::callers_and_addresses,
        callers::parameters_of_lists,
    ] {
        let (before, calls) = (stored(&live)?, live.calls()?);
        let cases = cases(&live, &credential)?;
        count += cases.len();
        faults.extend(cases.iter().flat_map(Case::faults));
        assert_eq!(stored(&live)?, before, "something was stored");
        assert_eq!(live.calls()?, calls, "something was sent to the CA");
    }
    broken::bodies_that_break_off(&live)?;
    let (before, calls) = (stored(&live)?, live.calls()?);
    let cases = callers::wrong_access_keys(&live)?;
    count += cases.len();
    faults.extend(cases.iter().flat_map(Case::faults));
    assert_eq!(stored(&live)?, before, "something was stored");
    // The one refusal that only the CA can decide: a live check, and nothing after it.
    let asked = |calls: &Value| calls["ValidateCredentials"].as_u64().unwrap_or(0);
    let after = live.calls()?;
    assert_eq!(asked(&after), asked(&calls) + 1, "{after:#}");
    let others = |calls: &Value| {
        let mut calls = calls.clone();
        calls["ValidateCredentials"] = Value::Null;
        calls
    };
    assert_eq!(others(&after), others(&calls));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count > 30, "{count} cases");
    Ok(())
}

impl Case {
    /// What is wrong with the reply.
    fn faults(&self) -> Vec<String> {
        let Self { what, reply, .. } = self;
        println!("{what}: {} {}", reply.status, reply.body);
        let mut faults = Vec::new();
        let mut expect = |is_so: bool, name: &str| {
            if !is_so {
                faults.push(format!("{what}: {name}: {} {:#}", reply.status, reply.body));
            }
        };
        let body = &reply.body;
        let is_text = |member: &str| body[member].as_str().is_some_and(|text| text.len() > 5);
        expect(reply.status == self.status, "the status");
        expect(
            reply.content_type() == "application/problem+json",
            "the content type",
        );
        expect(body["status"] == self.status, "the status inside");
        expect(body["code"] == self.code, "the code");
        expect(body["field"].as_str() == self.field, "the field");
        expect(is_text("type"), "the type");
        expect(is_text("title"), "the title");
        expect(is_text("detail"), "the sentence");
        expect(self.field.is_none() || is_text("remedy"), "the remedy");
        let text = body.to_string();
        expect(!text.contains(SANDBOX_ACCESS_KEY), "no secrets");
        expect(!text.contains("not-the-key"), "no secrets");
        faults
    }
}

/// Everything that a request may have left behind.
fn stored(live: &Live) -> Result<Value> {
    let mut all = serde_json::Map::new();
    for list in ["credentials", "orders", "csrs", "certificates", "jobs"] {
        let items = live.worker.get_ok(&format!("/v1/{list}"))?;
        all.insert(list.to_owned(), items);
    }
    let deleted = live.worker.get_ok("/v1/orders?deleted=true")?;
    all.insert("deleted".to_owned(), deleted);
    all.insert("license".to_owned(), live.worker.get_ok("/v1/license")?);
    Ok(Value::Object(all))
}
