//! Placing exactly once, whatever happens on the way.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and what it measured by printing"
)]

use std::{collections::BTreeSet, thread, time::Duration};

use anyhow::Result;
use certwright_tests::{
    live::{Live, order, text},
    requests::Key,
};
use serde_json::{Value, json};

/// The CA's list is looked at some seconds after an answer was lost.
const RECONCILED: Duration = Duration::from_secs(240);

#[test]
fn an_order_is_placed_exactly_once() -> Result<()> {
    let live = Live::start(0)?;
    let credential = live.link()?;
    a_key_stands_for_one_order(&live, &credential)?;
    simultaneous_duplicates_are_one_order(&live, &credential)?;
    a_refusal_is_told_and_not_repeated(&live, &credential)?;
    lost_answers_are_found_again(&live, &credential)?;
    for booked in live.books()? {
        assert_eq!(booked["timesPlaced"], 1, "{booked:#}");
    }
    Ok(())
}

fn fresh(credential: &str, name: &str) -> Result<Value> {
    let csr = Key::fresh()?.request(&[name])?;
    Ok(order(credential, name, &csr))
}

/// How many orders the CA has for a name.
fn booked(live: &Live, name: &str) -> Result<usize> {
    let orders = live.books()?;
    Ok(orders
        .iter()
        .filter(|order| order["domainName"] == name)
        .count())
}

fn a_key_stands_for_one_order(live: &Live, credential: &str) -> Result<()> {
    let name = "once.whitlock.example";
    let order = fresh(credential, name)?;
    let first = live.place("once", &order)?;
    let second = live.place("once", &order)?;
    assert_eq!(first["id"], second["id"]);
    assert_eq!(first["caOrderNumber"], second["caOrderNumber"]);
    assert_eq!(booked(live, name)?, 1);

    let mut other = order.clone();
    other["remarks"] = json!("changed");
    let key = [("Idempotency-Key", "once")];
    let refused = live.worker.json("POST", "/v1/orders", &key, &other)?;
    assert_eq!(refused.status, 422, "{refused}");
    assert_eq!(refused.body["code"], "idempotency-key-reused", "{refused}");
    let refused = live.worker.post("/v1/orders", &order)?;
    assert_eq!(refused.body["code"], "idempotency-key-missing", "{refused}");
    assert_eq!(booked(live, name)?, 1);
    Ok(())
}

fn simultaneous_duplicates_are_one_order(live: &Live, credential: &str) -> Result<()> {
    let name = "rush.whitlock.example";
    let order = fresh(credential, name)?;
    let ids: Vec<Result<String>> = thread::scope(|scope| {
        let calls: Vec<_> = (0..12)
            .map(|_| {
                let order = &order;
                scope.spawn(move || {
                    let placed = live.place("rush", order)?;
                    Ok(text(&placed["id"])?.to_owned())
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let ids: BTreeSet<String> = ids.into_iter().collect::<Result<_>>()?;
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(booked(live, name)?, 1);
    assert_eq!(live.all(&format!("/v1/orders?host={name}"))?.len(), 1);
    Ok(())
}

fn a_refusal_is_told_and_not_repeated(live: &Live, credential: &str) -> Result<()> {
    let name = "refused.whitlock.example";
    live.fault(&json!({
        "operation": "GenerateOrderSSL", "kind": "refusal", "count": 1,
        "code": "EMS-917", "message": "Insufficient balance",
    }))?;
    let placed = live.place("refused", &fresh(credential, name)?)?;
    assert_eq!(placed["status"]["state"], "failed", "{placed:#}");
    assert!(placed["status"]["guidance"].is_string(), "{placed:#}");
    live.system.run_schedule()?;
    assert_eq!(booked(live, name)?, 0);
    Ok(())
}

fn lost_answers_are_found_again(live: &Live, credential: &str) -> Result<()> {
    let mut unknown = Vec::new();
    for kind in [
        "reply-lost-after",
        "server-error-after",
        "html-page",
        "truncated-json",
    ] {
        live.fault(&json!({ "operation": "GenerateOrderSSL", "kind": kind, "count": 1 }))?;
        let name = format!("{kind}.whitlock.example");
        let placed = live.place(kind, &fresh(credential, &name)?)?;
        assert_eq!(placed["status"]["state"], "placing", "{kind}: {placed:#}");
        assert_eq!(placed["status"]["stage"], "unknown", "{kind}: {placed:#}");
        unknown.push((name, placed));
    }
    for (name, placed) in unknown {
        live.schedule_until(&placed, "fulfilled", RECONCILED)?;
        assert_eq!(booked(live, &name)?, 1, "{name}");
    }
    Ok(())
}
