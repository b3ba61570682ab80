//! The account, its directory and its existing orders.

use anyhow::{Context, Result, bail, ensure};
use certwright_harness::client::wait_until;
use certwright_harness::system::{SANDBOX_ACCESS_KEY, SANDBOX_ACCOUNT};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::{CA_LIMIT, Demo, JOB_LIMIT, many, text};

/// What the names of the demo's own domains start with.
const OWN: &str = "demo-";

impl Demo {
    /// Links the sandbox's account, or checks the key that is stored.
    pub(super) fn link(&self) -> Result<(String, String)> {
        let linked = self.items("/v1/credentials")?;
        let known = linked
            .iter()
            .find(|credential| credential["accountNumber"] == SANDBOX_ACCOUNT);
        let (id, how) = match known {
            Some(credential) => {
                let id = text(credential, "id")?.to_owned();
                let path = format!("/v1/credentials/{id}/verify");
                self.worker.post_ok(&path, &json!({}))?;
                (id, "was linked already, its key is accepted")
            }
            None => (self.link_now()?, "linked after a live check of its key"),
        };
        // Its first sync may still be running.
        wait_until(CA_LIMIT, || {
            Ok(self.worker.get_ok("/v1/summary")?["runningJobs"] == 0)
        })
        .context("the jobs that were started before have not ended")?;
        let mut parts = Vec::new();
        for part in ["group", "organization", "domain", "product"] {
            let path = format!("/v1/{part}s?credentialId={id}&limit=100");
            parts.push(many(self.items(&path)?.len() as u64, part));
        }
        let outcome = format!("account {SANDBOX_ACCOUNT} {how}: {}", parts.join(", "));
        Ok((id, outcome))
    }

    fn link_now(&self) -> Result<String> {
        let account = json!({
            "label": "Sandbox",
            "environment": "development",
            "accountNumber": SANDBOX_ACCOUNT,
            "accessKey": SANDBOX_ACCESS_KEY,
        });
        let linked = self.worker.post_ok("/v1/credentials", &account)?;
        self.worker
            .wait_for_job(text(&linked, "syncJobId")?, JOB_LIMIT, |_| {})?;
        Ok(text(&linked["credential"], "id")?.to_owned())
    }

    /// Lets a domain come and another go at the CA, and syncs; gives the new one.
    pub(super) fn sync(&self, credential: &str) -> Result<(String, String)> {
        let mut former = self.own_domains()?;
        if former.is_empty() {
            // The first run has none to take away yet.
            former.push(self.add_domain()?);
            self.sync_domains(credential)?;
        }
        let added = self.add_domain()?;
        for domain in &former {
            let gone = json!({ "domainName": domain, "remove": true });
            self.ca.post_ok("/control/domains", &gone)?;
        }
        let diff = self.sync_domains(credential)?;
        let names = |kind: &str| -> Vec<&str> {
            let names = diff[kind].as_array().into_iter().flatten();
            names.filter_map(Value::as_str).collect()
        };
        ensure!(
            names("added").contains(&added.as_str()),
            "the sync did not see the new domain {added}: {diff}"
        );
        let mut outcome = format!("{} new", names("added").join(", "));
        if !names("changed").is_empty() {
            outcome.push_str(&format!(", {} changed", names("changed").join(", ")));
        }
        if !names("gone").is_empty() {
            outcome.push_str(&format!(", {} gone", names("gone").join(", ")));
        }
        outcome.push_str(&format!(", {} unchanged", diff["unchanged"]));
        Ok((added, outcome))
    }

    fn own_domains(&self) -> Result<Vec<String>> {
        let accounts = self.ca.get_ok("/control/accounts")?;
        let accounts = accounts["accounts"].as_array().into_iter().flatten();
        let domains = accounts.flat_map(|account| account["domains"].as_array().into_iter());
        let names = domains
            .flatten()
            .filter_map(|domain| domain["domainName"].as_str());
        Ok(names
            .filter(|name| name.starts_with(OWN))
            .map(str::to_owned)
            .collect())
    }

    fn add_domain(&self) -> Result<String> {
        let groups = self.ca.get_ok("/control/accounts")?;
        let owner = &groups["accounts"][0]["organizations"][0]["organizationNumber"];
        let name = format!("{OWN}{}.example", short_random()?);
        let domain = json!({
            "domainName": name,
            "organizationNumber": owner,
            "dcvMethod": 1,
            "dcvStatus": 1,
            "status": 1,
        });
        self.ca.post_ok("/control/domains", &domain)?;
        Ok(name)
    }

    fn sync_domains(&self, credential: &str) -> Result<Value> {
        let path = format!("/v1/credentials/{credential}/sync");
        let started = self
            .worker
            .post_ok(&path, &json!({ "parts": ["domains"] }))?;
        let job = text_of_first_job(&started)?;
        let job = self.worker.wait_for_job(job, JOB_LIMIT, |_| {})?;
        Ok(job["report"]["sync"]["domains"].clone())
    }

    /// Imports the account's orders.
    pub(super) fn import(&self, credential: &str) -> Result<((), String)> {
        let import = self.import_orders(credential)?;
        let number = |name: &str| import[name].as_u64().unwrap_or(0);
        let mut outcome = format!(
            "{}: {} new, {} changed, {} unchanged; certificates: {} stored, {} held",
            many(number("orders"), "order"),
            number("added"),
            number("changed"),
            number("unchanged") + number("leftDeleted"),
            number("certificatesStored"),
            number("certificatesHeld"),
        );
        if number("certificatesFailed") > 0 {
            outcome.push_str(&format!(", {} failed", number("certificatesFailed")));
        }
        Ok(((), outcome))
    }

    /// Imports once more.
    pub(super) fn import_again(&self, credential: &str) -> Result<((), String)> {
        let import = self.import_orders(credential)?;
        let number = |name: &str| import[name].as_u64().unwrap_or(0);
        if number("added") > 0 {
            bail!(
                "the second import found {} again",
                many(number("added"), "order")
            );
        }
        let outcome = format!(
            "{}: none new, {} changed at the CA meanwhile",
            many(number("orders"), "order"),
            number("changed"),
        );
        Ok(((), outcome))
    }

    /// Runs an import under a progress bar and gives its report.
    pub(super) fn import_orders(&self, credential: &str) -> Result<Value> {
        let path = format!("/v1/credentials/{credential}/import");
        let started = self.worker.post_ok(&path, &json!({}))?;
        let bar = ProgressBar::new(0);
        let style = "    {bar:30} {percent:>3} %  {msg}";
        bar.set_style(ProgressStyle::with_template(style)?);
        let job = self
            .worker
            .wait_for_job(text_of_first_job(&started)?, JOB_LIMIT, |job| {
                let (position, length) = progress(job);
                bar.set_length(length);
                bar.set_position(position);
                let import = &job["report"]["import"];
                bar.set_message(format!(
                    "{} of {} pages, {} certificates stored, {} held",
                    import["pagesRead"],
                    import["pages"],
                    import["certificatesStored"],
                    import["certificatesHeld"],
                ));
            });
        bar.finish_and_clear();
        Ok(job?["report"]["import"].clone())
    }
}

/// How far an import is: the pages that the CA has still got count as work that is known.
fn progress(job: &Value) -> (u64, u64) {
    let number = |value: &Value| value.as_u64().unwrap_or(0);
    let import = &job["report"]["import"];
    let (read, pages) = (number(&import["pagesRead"]), number(&import["pages"]));
    let (done, total) = (number(&job["done"]), number(&job["total"]));
    (done, total + pages.saturating_sub(read))
}

pub(super) fn text_of_first_job(started: &Value) -> Result<&str> {
    started["jobIds"][0]
        .as_str()
        .with_context(|| format!("no job was started: {started:#}"))
}

/// Six letters and digits that no earlier run has used.
fn short_random() -> Result<String> {
    let mut bytes = [0; 3];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow::anyhow!("the system gave no randomness: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
