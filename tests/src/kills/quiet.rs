//! After the last kill: everything comes to rest, and is held against the CA's books.

#![allow(
    clippy::indexing_slicing,
    reason = "indexing JSON by a name gives null for what is missing"
)]

use std::{collections::BTreeMap, thread, time::Duration};

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::Siege;
use crate::live::text;

/// Leaps of the clock in seconds after which everything has had its turn: leases run out, answers
/// that were lost are reconciled, pauses end.
const LEAPS: [i64; 7] = [150, 200, 700, 700, 700, 3_700, 3_700];
/// How long the schedule and its work may take after each leap.
const SETTLING: Duration = Duration::from_secs(3);

/// Certificate states of the CA's books in which there is a certificate (emSign API reference, A13).
const ISSUED: [u64; 2] = [20, 9];

impl Siege {
    /// Lets everything come to rest, and gives how many orders the CA has.
    pub(super) fn quiet(&mut self) -> Result<usize> {
        self.note("quiet");
        self.live.ca.send("DELETE", "/control/faults", &[], None)?;
        for index in 0..self.wishes.len() {
            self.repeat(index)?;
        }
        self.settle()?;
        self.seats_hold()?;
        self.live.license(10_000)?;
        let import = self.live.import(&self.credential.clone(), SETTLING * 100)?;
        self.note(format!("import: {import}"));
        self.live
            .worker
            .json("POST", "/v1/certificates/admit-held", &[], &Value::Null)?;
        self.settle()?;
        let again = self.live.import(&self.credential.clone(), SETTLING * 100)?;
        ensure!(
            again.get("added") == Some(&json!(0)),
            "a second import added orders: {again}"
        );
        for index in 0..self.wishes.len() {
            self.repeat(index)?;
        }
        self.hold_against_books()
    }

    fn settle(&mut self) -> Result<()> {
        for leap in LEAPS {
            self.live.system.kill_worker();
            self.start(leap)?;
            thread::sleep(SETTLING);
            self.live.system.run_schedule()?;
            thread::sleep(SETTLING);
        }
        let letters = self.live.worker.get_ok("/v1/dead-letters")?;
        ensure!(
            letters.get("items") == Some(&json!([])),
            "work was set aside: {letters}"
        );
        for job in self.live.all("/v1/jobs")? {
            ensure!(
                job.get("state") == Some(&json!("done")),
                "a job is not done: {job}"
            );
        }
        Ok(())
    }

    fn seats_hold(&self) -> Result<()> {
        let (used, _) = self.live.seats()?;
        ensure!(
            used <= self.seats,
            "{used} seats are used of {}",
            self.seats
        );
        Ok(())
    }

    fn hold_against_books(&self) -> Result<usize> {
        let mut orders = self.live.all("/v1/orders")?;
        orders.extend(self.live.all("/v1/orders?deleted=true")?);
        let books = self.live.books()?;
        let booked: Vec<&Value> = books
            .iter()
            .filter(|entry| entry["orderNumber"] != "")
            .collect();
        let mut by_number: BTreeMap<&str, &Value> = BTreeMap::new();
        for order in orders
            .iter()
            .filter(|order| order["caOrderNumber"].is_string())
        {
            let number = text(&order["caOrderNumber"])?;
            ensure!(
                by_number.insert(number, order).is_none(),
                "{number} is two orders here"
            );
        }
        for entry in &booked {
            let number = text(&entry["orderNumber"])?;
            ensure!(entry["timesPlaced"] == 1, "ordered more than once: {entry}");
            let Some(order) = by_number.get(number) else {
                anyhow::bail!("order {number} of the CA's is not known here: {entry}");
            };
            let status = entry["certificateStatusId"].as_u64().unwrap_or(0);
            let state = text(&order["status"]["state"])?;
            let is_whole =
                !ISSUED.contains(&status) || matches!(state, "fulfilled" | "expired" | "held");
            ensure!(
                is_whole,
                "order {number} is issued at the CA and {state} here"
            );
            ensure!(
                state != "held",
                "order {number} is held although seats are free"
            );
        }
        self.intents_are_orders(&orders, &booked)?;
        Ok(booked.len())
    }

    /// Every wish is one order here, with one audit entry, and at most one at the CA.
    fn intents_are_orders(&self, orders: &[Value], booked: &[&Value]) -> Result<()> {
        for wish in &self.wishes {
            let name = text(&wish.body["domain"])?;
            let here = orders.iter().filter(|order| order["domain"] == name);
            let here: Vec<&Value> = here.collect();
            let there = booked
                .iter()
                .filter(|entry| entry["domainName"] == name)
                .count();
            ensure!(here.len() == 1, "{name} is {} orders here", here.len());
            ensure!(there == 1, "{name} was ordered {there} times");
            let Some(order) = here.first() else { continue };
            let id = text(&order["id"])?;
            let is_told = wish.told.as_deref().is_none_or(|told| told == id);
            ensure!(is_told, "{name} is {id}; a reply told {:?}", wish.told);
            let trail = self.live.all(&format!("/v1/audit?subject={id}"))?;
            let intents = trail
                .iter()
                .filter(|entry| entry["action"] == "order.intend")
                .count();
            ensure!(
                intents == 1,
                "{name} has {intents} audit entries of its intent"
            );
        }
        Ok(())
    }
}
