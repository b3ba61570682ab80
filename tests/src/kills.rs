//! Kills over the real runtime: people and schedule at work, the CA out of order, and the runtime
//! ended again and again as by a power cut. Then quiet, and everything held against the CA's books.
//!
//! What is drawn is repeatable by its seed; when exactly a kill strikes is not.

mod quiet;

use std::{fmt, thread, time::Duration};

use anyhow::Result;
use certwright_harness::{Client, Options, requests::Key};
use serde_json::{Value, json};

use crate::{
    draws::Draws,
    live::{Live, order, sandbox},
};

/// Names of the account that orders are placed for.
const DOMAIN: &str = "whitlock.example";
/// Faults that the CA is given, a few calls each.
const FAULTS: [&str; 7] = [
    "reply-lost-after",
    "reply-lost-before",
    "server-error-after",
    "html-page",
    "truncated-json",
    "unmarked-rate-limit",
    "slow",
];
/// Operations that they strike.
const OPERATIONS: [&str; 5] = [
    "GenerateOrderSSL",
    "GenerateOrderSSL",
    "GetOrderReport",
    "GetCertificate",
    "TrackOrder",
];

/// An order that somebody wants, under one idempotency key.
struct Wish {
    key: String,
    body: Value,
    /// The order's id, once a reply has told it.
    told: Option<String>,
}

/// A system under siege.
pub struct Siege {
    live: Live,
    credential: String,
    draws: Draws,
    wishes: Vec<Wish>,
    seats: u64,
    /// Seconds by which the clocks are ahead.
    ahead: i64,
    log: Vec<String>,
}

/// What a siege consisted of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told {
    /// Kills.
    pub kills: u32,
    /// Orders that somebody wanted.
    pub wishes: usize,
    /// Orders in the CA's books at the end.
    pub booked: usize,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kills,
            wishes,
            booked,
        } = self;
        write!(
            f,
            "{kills} kills, {wishes} orders wanted, {booked} at the CA, each once"
        )
    }
}

impl Siege {
    /// A linked account with so many orders at the CA.
    ///
    /// # Errors
    /// When the system does not start.
    pub fn begin(seed: u64, orders: u32) -> Result<Self> {
        let live = Live::with(Options {
            sandbox: Some(sandbox(orders)),
            ..Options::default()
        })?;
        let credential = live.link()?;
        let seats = u64::from(orders) / 2;
        live.license(seats)?;
        Ok(Self {
            live,
            credential,
            draws: Draws::new(seed),
            wishes: Vec::new(),
            seats,
            ahead: 0,
            log: Vec::new(),
        })
    }

    /// Kills the runtime so many times in the middle of work, then holds what is left against the
    /// CA's books.
    ///
    /// # Errors
    /// What is not as it should be, with what happened before.
    pub fn hold(mut self, kills: u32) -> Result<Told> {
        for round in 1..=kills {
            if let Err(error) = self.round(round) {
                return Err(error.context(self.log.join("\n")));
            }
        }
        let told = Told {
            kills,
            wishes: self.wishes.len(),
            booked: 0,
        };
        match self.quiet() {
            Ok(booked) => Ok(Told { booked, ..told }),
            Err(error) => Err(error.context(self.log.join("\n"))),
        }
    }

    fn note(&mut self, line: impl Into<String>) {
        self.log.push(line.into());
    }

    /// Trouble, work, and a kill in its middle.
    fn round(&mut self, round: u32) -> Result<()> {
        self.trouble()?;
        let mut hands = Vec::new();
        for (what, method, path, key, body) in self.deeds()? {
            self.note(format!("round {round}: {what}"));
            let client = self.live.worker.clone();
            hands.push(thread::spawn(move || {
                (key.clone(), send(&client, method, &path, &key, &body))
            }));
        }
        let pause = self.draws.seconds(0, 1_800);
        thread::sleep(Duration::from_millis(u64::try_from(pause)?));
        self.live.system.kill_worker();
        for hand in hands {
            let Ok((Some(key), Some(id))) = hand.join() else {
                continue;
            };
            self.told(&key, &id)?;
        }
        let leap = self.draws.pick(&[0, 0, 30, 150, 700]).copied().unwrap_or(0);
        self.note(format!(
            "round {round}: killed after {pause} ms; {leap} s later"
        ));
        self.start(leap)?;
        // People whose request was cut repeat it.
        for index in 0..self.wishes.len() {
            if self
                .wishes
                .get(index)
                .is_some_and(|wish| wish.told.is_none())
                && self.draws.happens(600)
            {
                self.repeat(index)?;
            }
        }
        Ok(())
    }

    fn start(&mut self, leap: i64) -> Result<()> {
        self.ahead = self.ahead.saturating_add(leap);
        if leap > 0 {
            self.live
                .ca
                .post_ok("/control/advance", &json!({ "seconds": leap }))?;
        }
        self.live.system.start_worker_ahead(self.ahead)?;
        self.live.system.run_schedule()
    }

    fn trouble(&mut self) -> Result<()> {
        for _ in 0..2 {
            let kind = self.draws.pick(&FAULTS).copied().unwrap_or("slow");
            let operation = self.draws.pick(&OPERATIONS).copied().unwrap_or("*");
            let count = self.draws.below(3).saturating_add(1);
            let mut rule = json!({ "operation": operation, "kind": kind, "count": count });
            if kind == "slow"
                && let Some(members) = rule.as_object_mut()
            {
                members.insert("seconds".to_owned(), json!(3));
            }
            self.note(format!("{kind} of {operation}, {count} times"));
            self.live.fault(&rule)?;
        }
        Ok(())
    }

    /// What people do at the same time in one round.
    fn deeds(&mut self) -> Result<Vec<Deed>> {
        let mut deeds: Vec<Deed> = Vec::new();
        for _ in 0..self.draws.below(2).saturating_add(1) {
            let number = self.wishes.len();
            let name = format!("k{number}.{DOMAIN}");
            let csr = Key::fresh()?.request(&[&name])?;
            let body = order(&self.credential, &name, &csr);
            let key = format!("siege-{number}");
            self.wishes.push(Wish {
                key: key.clone(),
                body: body.clone(),
                told: None,
            });
            deeds.push((
                format!("order {name}"),
                "POST",
                "/v1/orders".to_owned(),
                Some(key),
                body,
            ));
        }
        let import = format!("/v1/credentials/{}/import", self.credential);
        let deed = match self.draws.below(6) {
            0..=2 => ("import".to_owned(), "POST", import, None, json!({})),
            3 => {
                let path = "/v1/orders/check-due".to_owned();
                ("check due".to_owned(), "POST", path, None, Value::Null)
            }
            4 => {
                let path = "/v1/certificates/admit-held".to_owned();
                ("admit held".to_owned(), "POST", path, None, Value::Null)
            }
            _ => {
                let fulfilled = self
                    .live
                    .worker
                    .get_ok("/v1/orders?state=fulfilled&limit=1")?;
                let id = fulfilled
                    .pointer("/items/0/id")
                    .and_then(Value::as_str)
                    .unwrap_or("none");
                let path = format!("/v1/orders/{id}/revoke");
                let body = json!({ "reason": "superseded", "remark": "siege" });
                (format!("revoke {id}"), "POST", path, None, body)
            }
        };
        deeds.push(deed);
        Ok(deeds)
    }

    fn repeat(&mut self, index: usize) -> Result<()> {
        let Some(wish) = self.wishes.get(index) else {
            return Ok(());
        };
        let key = Some(wish.key.clone());
        let told = send(&self.live.worker, "POST", "/v1/orders", &key, &wish.body);
        match (key, told) {
            (Some(key), Some(id)) => self.told(&key, &id),
            _ => Ok(()),
        }
    }

    /// A reply has told an order's id: every other one under this key must tell the same.
    fn told(&mut self, key: &str, id: &str) -> Result<()> {
        let wish = self.wishes.iter_mut().find(|wish| wish.key == key);
        let Some(wish) = wish else { return Ok(()) };
        let first = wish.told.get_or_insert_with(|| id.to_owned());
        anyhow::ensure!(first == id, "the key {key} stands for {first} and for {id}");
        Ok(())
    }
}

/// What is done: in words, method, path, idempotency key, body.
type Deed = (String, &'static str, String, Option<String>, Value);

/// Sends a request that may be cut; the id in a reply that grants it.
fn send(
    client: &Client,
    method: &str,
    path: &str,
    key: &Option<String>,
    body: &Value,
) -> Option<String> {
    let headers: Vec<(&str, &str)> = key
        .iter()
        .map(|key| ("Idempotency-Key", key.as_str()))
        .collect();
    let reply = client.json(method, path, &headers, body).ok()?;
    let id = reply
        .body
        .get("id")
        .and_then(Value::as_str)
        .map(str::to_owned);
    id.filter(|_| (200..300).contains(&reply.status))
}
