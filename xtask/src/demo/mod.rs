//! `cargo xtask demo`: the whole job over HTTP, against the system that `cargo xtask dev` runs.

#![allow(
    clippy::indexing_slicing,
    reason = "indexing JSON by a name gives null for what is missing"
)]

mod directory;
mod license;
mod order;
mod table;

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use certwright_harness::progress::seconds;
use certwright_harness::{Client, Secrets, Workspace};

use self::table::{head, row};
use crate::running;

/// How long a job of the demo may take: an import of 10,000 orders from a slow CA ends well before.
const JOB_LIMIT: Duration = Duration::from_secs(1800);
/// How long the CA may take for one order.
const CA_LIMIT: Duration = Duration::from_secs(90);

/// Arguments of `cargo xtask demo`.
#[derive(clap::Args)]
pub(crate) struct Arguments {}

/// What the steps share.
struct Demo {
    /// The Worker's API.
    worker: Client,
    /// The sandbox's control API.
    ca: Client,
    /// Holds the key that signs licenses.
    secrets: Secrets,
}

/// Drives the running system and prints what happened.
pub(crate) fn run(_: &Arguments) -> Result<()> {
    let began = Instant::now();
    let running = running::find(&Workspace::find()?)?;
    let sandbox = running
        .sandbox
        .context("the demo needs the sandbox CA; start `cargo xtask dev` without --no-sandbox")?;
    let secrets = running.admin_token_file.parent();
    let secrets = Secrets::open(secrets.context("the note names no folder of secrets")?)?;
    let demo = Demo {
        worker: Client::new(&running.worker, secrets.admin_token()),
        ca: Client::anonymous(&sandbox),
        secrets,
    };
    println!(
        "Certwright at {}, sandbox CA at {sandbox}\n",
        running.worker
    );
    head();
    demo.tell()?;
    println!(
        "\nThe whole job took {}. Look at it at {}/",
        seconds(began.elapsed()),
        running.worker
    );
    Ok(())
}

impl Demo {
    fn tell(&self) -> Result<()> {
        let credential = row("Link", || self.link())?;
        let domain = row("Sync domains", || self.sync(&credential))?;
        row("Import", || self.import(&credential))?;
        row("Import again", || self.import_again(&credential))?;
        row("License", || self.small_license())?;
        let csr = row("Fresh CSR", || self.fresh_csr(&domain))?;
        let order = row("Rehearse", || self.rehearse(&credential, &csr))?;
        let placed = row("Order", || self.place(&order))?;
        row("Issue", || self.issue(&placed))?;
        row("Held by license", || self.hold(&credential, &domain))?;
        row("Bigger license", || self.bigger_license())?;
        row("Admitted", || self.admit())?;
        row("Revoked", || self.revoke(&placed))?;
        row("Deleted", || self.delete(&placed))?;
        row("Undone", || self.restore(&placed))
    }

    /// The items on the first page of a list.
    fn items(&self, path: &str) -> Result<Vec<serde_json::Value>> {
        let page = self.worker.get_ok(path)?;
        Ok(page["items"].as_array().cloned().unwrap_or_default())
    }
}

/// A member that must be text.
fn text<'v>(value: &'v serde_json::Value, member: &str) -> Result<&'v str> {
    value[member]
        .as_str()
        .with_context(|| format!("the reply has no {member}: {value:#}"))
}

/// A number of things: `1 seat`, `2 seats`.
fn many(count: u64, thing: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{ending}")
}
