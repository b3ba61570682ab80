//! An account with 10,000 existing orders, imported twice.
//!
//! `CERTWRIGHT_CA_LATENCY_MS` lets the CA take that long for each answer, to see what it costs;
//! run with `--nocapture` to read the times.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and what it measured by printing"
)]

use std::time::{Duration, Instant};

use anyhow::Result;
use certwright_harness::{Options, SandboxOptions};
use certwright_tests::live::{Live, sandbox};
use serde_json::json;

const ORDERS: u32 = 10_000;
const LIMIT: Duration = Duration::from_secs(1_800);

#[test]
fn ten_thousand_orders_are_imported_once() -> Result<()> {
    let latency = std::env::var("CERTWRIGHT_CA_LATENCY_MS");
    let live = Live::with(Options {
        sandbox: Some(SandboxOptions {
            latency_ms: latency.ok().and_then(|text| text.parse().ok()),
            ..sandbox(ORDERS)
        }),
        ..Options::default()
    })?;
    let credential = live.link()?;
    live.license(20_000)?;

    let (first, calls, took) = timed_import(&live, &credential)?;
    println!("first import: {took:.1?}, {calls} calls of the CA: {first}");
    assert_eq!(first["orders"], ORDERS, "{first:#}");
    assert_eq!(first["added"], ORDERS, "{first:#}");
    assert_eq!(first["skipped"], 0, "{first:#}");
    assert_eq!(first["certificatesHeld"], 0, "{first:#}");
    assert_eq!(first["certificatesFailed"], 0, "{first:#}");

    let orders = live.all("/v1/orders")?;
    let certificates = live.all("/v1/certificates")?;
    assert_eq!(orders.len(), ORDERS as usize);
    assert_eq!(first["certificatesStored"], certificates.len());
    let fulfilled = orders
        .iter()
        .filter(|order| order["status"]["state"] == "fulfilled")
        .count();
    let unrevoked = certificates
        .iter()
        .filter(|certificate| certificate["revokedAt"].is_null())
        .count();
    assert_eq!(fulfilled, unrevoked, "an order without its certificate");
    let summary = live.worker.get_ok("/v1/summary")?;
    assert_eq!(summary["fulfilled"], fulfilled, "{summary:#}");

    let (second, calls, took) = timed_import(&live, &credential)?;
    println!("second import: {took:.1?}, {calls} calls of the CA: {second}");
    for nothing in [
        "added",
        "changed",
        "certificatesStored",
        "certificatesHeld",
        "certificatesFailed",
    ] {
        assert_eq!(second[nothing], 0, "{second:#}");
    }
    assert_eq!(second["unchanged"], ORDERS, "{second:#}");
    // Every order with its version and its times, every certificate: nothing was written.
    assert!(live.all("/v1/orders")? == orders, "an order was written");
    assert!(
        live.all("/v1/certificates")? == certificates,
        "a certificate was written"
    );
    Ok(())
}

fn timed_import(live: &Live, credential: &str) -> Result<(serde_json::Value, u64, Duration)> {
    live.ca.post_ok("/control/calls/reset", &json!({}))?;
    let began = Instant::now();
    let report = live.import(credential, LIMIT)?;
    let took = began.elapsed();
    let calls = live.ca.get_ok("/control/calls")?;
    Ok((report, calls["total"].as_u64().unwrap_or(0), took))
}
