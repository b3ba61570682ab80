//! The license gate: never one certificate too many, never one lost.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and what it measured by printing"
)]

use std::{collections::BTreeSet, thread};

use anyhow::Result;
use certwright_tests::{
    live::{DV, LIMIT, Live, order, text},
    requests::Key,
};
use serde_json::{Value, json};

const SEATS: u64 = 10;
const ARRIVING: u64 = 50;

#[test]
fn fifty_imported_at_once_for_ten_seats() -> Result<()> {
    let live = Live::start(0)?;
    let credential = live.link()?;
    live.license(SEATS)?;
    live.issue_many(ARRIVING, "whitlock.example")?;
    let import = live.import(&credential, LIMIT)?;
    assert_eq!(import["added"], ARRIVING, "{import:#}");
    assert_eq!(import["certificatesStored"], SEATS, "{import:#}");
    assert_eq!(import["certificatesHeld"], ARRIVING - SEATS, "{import:#}");
    assert_eq!(import["certificatesFailed"], 0, "{import:#}");
    ten_are_stored_and_forty_wait(&live)?;

    // Without seats nothing is admitted, by asking or by importing again.
    live.run_job("/v1/certificates/admit-held", &json!({}), LIMIT)?;
    live.import(&credential, LIMIT)?;
    ten_are_stored_and_forty_wait(&live)?;

    a_bigger_license_admits_as_far_as_it_goes(&live)?;

    // A lapsed or smaller license takes nothing away.
    live.license(1)?;
    assert_eq!(live.seats()?, (ARRIVING, 0));
    assert_eq!(live.all("/v1/certificates")?.len() as u64, ARRIVING);
    Ok(())
}

#[test]
fn fifty_checked_side_by_side_for_ten_seats() -> Result<()> {
    let live = Live::start(0)?;
    let credential = live.link()?;
    live.license(SEATS)?;
    let mut placed = Vec::new();
    for index in 0..ARRIVING {
        let name = format!("race{index}.whitlock.example");
        let csr = Key::of(1_000 + index)?.request(&[&name])?;
        placed.push(live.place(&name, &order(&credential, &name, &csr))?);
    }
    // The CA needs some seconds for each certificate.
    live.ca
        .post_ok("/control/advance", &json!({ "seconds": 600 }))?;

    let checked: Vec<Result<Value>> = thread::scope(|scope| {
        let checks: Vec<_> = placed
            .iter()
            .map(|order| {
                let live = &live;
                scope.spawn(move || {
                    let path = format!("/v1/orders/{}/check", text(&order["id"])?);
                    live.worker.post_ok(&path, &json!({}))
                })
            })
            .collect();
        checks
            .into_iter()
            .map(|check| check.join().unwrap())
            .collect()
    });
    let mut states = Vec::new();
    for order in checked {
        states.push(text(&order?["status"]["state"])?.to_owned());
    }
    states.sort();
    let mut expected = vec!["fulfilled"; 10];
    expected.extend(["held"; 40]);
    assert_eq!(states, expected);
    ten_are_stored_and_forty_wait(&live)?;
    a_bigger_license_admits_as_far_as_it_goes(&live)?;
    assert_eq!(live.books()?.len() as u64, ARRIVING, "none ordered twice");
    Ok(())
}

fn ten_are_stored_and_forty_wait(live: &Live) -> Result<()> {
    assert_eq!(live.seats()?, (SEATS, ARRIVING - SEATS));
    let stored = live.all("/v1/certificates")?;
    assert_eq!(stored.len() as u64, SEATS);
    let held = live.all("/v1/orders?state=held")?;
    assert_eq!(held.len() as u64, ARRIVING - SEATS);
    for order in &held {
        assert!(order["caOrderNumber"].is_string(), "{order:#}");
        assert_eq!(order["productCode"], DV, "{order:#}");
        assert!(order["certificateId"].is_null(), "{order:#}");
    }
    assert_eq!(live.all("/v1/orders?state=fulfilled")?.len() as u64, SEATS);
    assert_eq!(live.all("/v1/orders")?.len() as u64, ARRIVING);
    Ok(())
}

fn a_bigger_license_admits_as_far_as_it_goes(live: &Live) -> Result<()> {
    live.license(SEATS + 15)?;
    let job = live.run_job("/v1/certificates/admit-held", &json!({}), LIMIT)?;
    assert_eq!(job["report"]["import"]["certificatesStored"], 15, "{job:#}");
    assert_eq!(live.seats()?, (25, 25));
    live.license(100)?;
    live.run_job("/v1/certificates/admit-held", &json!({}), LIMIT)?;
    assert_eq!(live.seats()?, (ARRIVING, 0));
    let stored = live.all("/v1/certificates")?;
    let names: BTreeSet<&str> = stored
        .iter()
        .filter_map(|certificate| certificate["names"][0].as_str())
        .collect();
    assert_eq!(names.len() as u64, ARRIVING, "each of them, once");
    Ok(())
}
