//! The whole system in the real runtime, with what most tests over it begin with.

#![allow(
    clippy::indexing_slicing,
    reason = "indexing JSON by a name gives null for what is missing"
)]

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use certwright_harness::{
    Client, Options, SandboxOptions, System, Workspace,
    client::wait_until,
    license::License,
    system::{SANDBOX_ACCESS_KEY, SANDBOX_ACCOUNT},
};
use serde_json::{Value, json};

/// How long anything may take that is over in seconds on an idle machine.
pub const LIMIT: Duration = Duration::from_secs(120);

/// A DV product of the sandbox for one name.
pub const DV: &str = "842";
/// The sandbox account's default group.
pub const GROUP: &str = "3107745521";

/// A running system: workerd with D1, KV and Queues, and the sandbox CA.
pub struct Live {
    /// The parts; dropping them stops them.
    pub system: System,
    /// The Worker's API, as administrator.
    pub worker: Client,
    /// The sandbox's control API.
    pub ca: Client,
}

impl Live {
    /// A system without a past whose CA account has this many orders.
    ///
    /// # Errors
    /// When a part was not built or does not start.
    pub fn start(orders: u32) -> Result<Self> {
        Self::with(Options {
            sandbox: Some(sandbox(orders)),
            ..Options::default()
        })
    }

    /// A system as the options say.
    ///
    /// # Errors
    /// When a part was not built or does not start.
    pub fn with(options: Options) -> Result<Self> {
        let system = System::start(&Workspace::find()?, options)?;
        let worker = Client::new(system.worker_url(), system.secrets().admin_token());
        let ca = Client::anonymous(system.sandbox_url().context("a sandbox")?);
        Ok(Self { system, worker, ca })
    }

    /// Links the sandbox's account and waits for its first sync; gives its id.
    ///
    /// # Errors
    /// When the Worker refuses it or the sync fails.
    pub fn link(&self) -> Result<String> {
        self.link_account(SANDBOX_ACCOUNT, SANDBOX_ACCESS_KEY)
    }

    /// Links an account of the sandbox and waits for its first sync; gives its id.
    ///
    /// # Errors
    /// When the Worker refuses it or the sync fails.
    pub fn link_account(&self, number: &str, key: &str) -> Result<String> {
        let account = json!({
            "label": format!("Sandbox {number}"),
            "environment": "development",
            "accountNumber": number,
            "accessKey": key,
        });
        let linked = self.worker.post_ok("/v1/credentials", &account)?;
        self.job(text(&linked["syncJobId"])?)?;
        Ok(text(&linked["credential"]["id"])?.to_owned())
    }

    /// Waits until a job is done; gives it.
    ///
    /// # Errors
    /// When it fails or does not end.
    pub fn job(&self, id: &str) -> Result<Value> {
        self.worker.wait_for_job(id, LIMIT, |_| {})
    }

    /// Posts what starts a job, and waits until it is done; gives it.
    ///
    /// # Errors
    /// When it is refused, fails or does not end.
    pub fn run_job(&self, path: &str, body: &Value, limit: Duration) -> Result<Value> {
        let started = self.worker.post_ok(path, body)?;
        self.worker
            .wait_for_job(text(&started["jobIds"][0])?, limit, |_| {})
    }

    /// Imports an account's orders; gives the report.
    ///
    /// # Errors
    /// When the import fails or does not end.
    pub fn import(&self, credential: &str, limit: Duration) -> Result<Value> {
        let path = format!("/v1/credentials/{credential}/import");
        let job = self.run_job(&path, &json!({}), limit)?;
        Ok(job["report"]["import"].clone())
    }

    /// Sets a license for so many seats.
    ///
    /// # Errors
    /// When the Worker refuses it.
    pub fn license(&self, seats: u64) -> Result<Value> {
        let license = License::starting_now("Test", u32::try_from(seats)?, 30)?;
        let token = license.sign(self.system.secrets().license_key())?;
        self.worker
            .put_ok("/v1/license", &json!({ "license": token }))
    }

    /// The seats that are used, and the orders that are held.
    ///
    /// # Errors
    /// When the Worker does not say.
    pub fn seats(&self) -> Result<(u64, u64)> {
        let license = self.worker.get_ok("/v1/license")?;
        Ok((number(&license["used"])?, number(&license["held"])?))
    }

    /// Places an order under a key.
    ///
    /// # Errors
    /// When it is refused.
    pub fn place(&self, key: &str, order: &Value) -> Result<Value> {
        let header = [("Idempotency-Key", key)];
        self.worker.json("POST", "/v1/orders", &header, order)?.ok()
    }

    /// Checks an order until it is in a state.
    ///
    /// # Errors
    /// When it does not get there.
    pub fn check_until(&self, order: &Value, state: &str) -> Result<Value> {
        let path = format!("/v1/orders/{}/check", text(&order["id"])?);
        let mut last = Value::Null;
        wait_until(LIMIT, || {
            last = self.worker.post_ok(&path, &json!({}))?;
            Ok(last["status"]["state"] == state)
        })
        .with_context(|| format!("the order did not become {state}: {last:#}"))?;
        Ok(last)
    }

    /// Runs the schedule until an order is in a state.
    ///
    /// # Errors
    /// When it does not get there.
    pub fn schedule_until(&self, order: &Value, state: &str, limit: Duration) -> Result<Value> {
        let path = format!("/v1/orders/{}", text(&order["id"])?);
        let mut last = Value::Null;
        wait_until(limit, || {
            self.system.run_schedule()?;
            last = self.worker.get_ok(&path)?;
            Ok(last["status"]["state"] == state)
        })
        .with_context(|| format!("the order did not become {state}: {last:#}"))?;
        Ok(last)
    }

    /// Every item of a list, page by page.
    ///
    /// # Errors
    /// When a page is refused, or the list does not end.
    pub fn all(&self, path: &str) -> Result<Vec<Value>> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let mut items = Vec::new();
        let mut cursor = String::new();
        for _ in 0..1_000 {
            let page = self
                .worker
                .get_ok(&format!("{path}{joint}limit=100{cursor}"))?;
            items.extend(page["items"].as_array().context("items")?.iter().cloned());
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
        bail!("{path} has no end")
    }

    /// How often each operation of the CA was called.
    ///
    /// # Errors
    /// When the sandbox does not say.
    pub fn calls(&self) -> Result<Value> {
        Ok(self.ca.get_ok("/control/calls")?["calls"].clone())
    }

    /// The orders in the CA's books.
    ///
    /// # Errors
    /// When the sandbox does not say.
    pub fn books(&self) -> Result<Vec<Value>> {
        let books = self.ca.get_ok("/control/books")?;
        Ok(books["orders"].as_array().context("orders")?.clone())
    }

    /// Makes the CA misbehave.
    ///
    /// # Errors
    /// When the sandbox does not know the fault.
    pub fn fault(&self, rule: &Value) -> Result<()> {
        self.ca.post_ok("/control/faults", rule)?;
        Ok(())
    }

    /// Books orders at the CA that are issued already, as `n1.` to `nN.` of a domain.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub fn issue_many(&self, count: u64, domain: &str) -> Result<()> {
        let many = json!({ "count": count, "domainName": domain });
        let numbers = self.ca.post_ok("/control/orders/issue-many", &many)?;
        let issued = numbers.as_array().map_or(0, Vec::len) as u64;
        ensure!(issued == count, "{issued} instead of {count} were issued");
        Ok(())
    }
}

/// A sandbox whose account has so many orders, and that takes orders in quick succession.
#[must_use]
pub fn sandbox(orders: u32) -> SandboxOptions {
    SandboxOptions {
        orders: Some(orders),
        arguments: ["--no-rate-limit", "--seed", "7"]
            .map(str::to_owned)
            .to_vec(),
        ..SandboxOptions::default()
    }
}

/// An order for one name at the DV product.
#[must_use]
pub fn order(credential: &str, name: &str, csr: &str) -> Value {
    json!({
        "credentialId": credential,
        "productCode": DV,
        "groupNumber": GROUP,
        "domain": name,
        "csr": csr,
        "agreement": { "accepted": true, "signerPlace": "Portland" },
    })
}

/// A value that must be text.
///
/// # Errors
/// When it is something else.
pub fn text(value: &Value) -> Result<&str> {
    value.as_str().with_context(|| format!("no text: {value}"))
}

/// A value that must be a number.
///
/// # Errors
/// When it is something else.
pub fn number(value: &Value) -> Result<u64> {
    value
        .as_u64()
        .with_context(|| format!("no number: {value}"))
}
