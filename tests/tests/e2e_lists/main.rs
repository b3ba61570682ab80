//! Every list, filter and search at 20,000 certificates, with the rows that D1 says it read.
//!
//! Run with `--nocapture` to read the rows.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and what it measured by printing"
)]

use std::{collections::HashSet, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use certwright_harness::{Options, Tools, Workspace, client::Reply, command};
use certwright_tests::{
    live::{LIMIT, Live, sandbox, text},
    requests::Key,
};
use serde_json::{Value, json};

/// What a page of 50 may read.
const MOST_ROWS: u64 = 120;
/// What a page may read that is found by one filter and sifted by another: the search looks at ten pages of
/// the first at most, whatever there is, before it answers with a cursor.
const MOST_ROWS_SIFTED: u64 = 1_300;
/// What a page of the audit trail may read: each entry looks up the names of its subject and account.
const MOST_ROWS_NAMED: u64 = 300;
/// What showing one thing may read.
const MOST_ROWS_OF_ONE: u64 = 10;

/// The folder of this run; gone when it is over.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_page_costs_rows_in_proportion_to_the_page() -> Result<()> {
    let workspace = Workspace::find()?;
    let name = format!("lists-{}", std::process::id());
    let folder = Folder(workspace.local().join("runs").join(name));
    let options = Options {
        state: Some(folder.0.clone()),
        sandbox: Some(sandbox(120)),
        ..Options::default()
    };

    let live = Live::with(options.clone())?;
    let first = live.link()?;
    let account = json!({ "accountNumber": "7412005840", "accessKey": "another-key" });
    live.ca.post_ok("/control/accounts", &account)?;
    let second = live.link_account("7412005840", "another-key")?;
    live.license(20)?;
    live.import(&first, LIMIT)?;
    let csr = Key::of(1)?.request(&["www.whitlock.example"])?;
    live.worker.post_ok("/v1/csrs", &json!({ "csr": csr }))?;
    let real = live.all("/v1/certificates")?.len();
    drop(live);
    fill(&workspace, &folder)?;

    let live = Live::with(options)?;
    let mut faults = Vec::new();
    for path in paths(&first, &second) {
        faults.extend(fault_of(&live, &path)?);
    }
    faults.extend(faults_of_single_things(&live)?);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    pages_add_up(&live, &first, &second, real)
}

fn fill(workspace: &Workspace, folder: &Folder) -> Result<()> {
    let sql = workspace.root().join("tests/tests/e2e_lists/fill.sql");
    let mut wrangler = Tools::find(workspace)?.wrangler();
    wrangler.args(["d1", "execute", "DB", "--local", "--yes", "--persist-to"]);
    wrangler.arg(folder.0.join("worker"));
    wrangler.arg("--file").arg(sql);
    command::capture(&mut wrangler)?;
    Ok(())
}

/// Lists, filters, searches and their combinations.
fn paths(first: &str, second: &str) -> Vec<String> {
    let mut paths: Vec<String> = [
        "/v1/credentials",
        "/v1/certificates",
        "/v1/certificates?host=bulk.example",
        "/v1/certificates?host=z7.bulk.example",
        "/v1/certificates?host=h47.z7.bulk.example",
        "/v1/certificates?host=*.z7.bulk.example",
        "/v1/certificates?host=nothing.example",
        "/v1/certificates?issuer=Issuer%201",
        "/v1/certificates?issuer=nobody",
        "/v1/certificates?key=P-384",
        "/v1/certificates?serial=000000000000000000000000000004D2",
        "/v1/certificates?expiresBefore=2096-11-01T00:00:00Z",
        "/v1/certificates?expiresAfter=2096-11-01T00:00:00Z",
        "/v1/certificates?expiresAfter=2096-11-01T00:00:00Z&expiresBefore=2096-12-01T00:00:00Z",
        "/v1/certificates?issuer=Issuer%201&key=P-384",
        "/v1/certificates?issuer=Issuer%201&expiresAfter=2096-11-01T00:00:00Z",
        "/v1/certificates?host=bulk.example&key=P-384",
        "/v1/certificates?host=bulk.example&expiresBefore=2096-11-01T00:00:00Z",
        "/v1/certificates?key=P-384&expiresBefore=2096-11-01T00:00:00Z",
        "/v1/orders",
        "/v1/orders?deleted=true",
        "/v1/orders?sort=oldest",
        "/v1/orders?sort=oldest&state=fulfilled",
        "/v1/domains?expiresBefore=2100-01-01T00:00:00Z",
        "/v1/orders?host=bulk.example",
        "/v1/orders?host=z7.bulk.example",
        "/v1/orders?host=h47.z7.bulk.example",
        "/v1/orders?host=bulk.example&deleted=true",
        "/v1/orders?host=bulk.example&state=held",
        "/v1/orders?state=fulfilled&deleted=true",
        "/v1/orders?stuck=true",
        "/v1/orders?stuck=true&sort=oldest",
        "/v1/csrs",
        "/v1/jobs",
        "/v1/audit",
        "/v1/audit?subject=ord_1",
        "/v1/audit?actor=admin",
        "/v1/audit?account=cred_bulk",
        "/v1/audit?account=cred_bulk&seq=7000",
        "/v1/audit/heads",
        "/v1/summary",
        "/v1/license",
    ]
    .map(str::to_owned)
    .into();
    let fingerprint = format!("{:064x}", 1_234);
    paths.push(format!("/v1/certificates?fingerprint={fingerprint}"));
    paths.push(format!("/v1/certificates?keyFingerprint={fingerprint}"));
    for state in [
        "placing",
        "failed",
        "pending",
        "held",
        "fulfilled",
        "rejected",
        "cancelled",
        "expired",
        "revoked",
    ] {
        paths.push(format!("/v1/orders?state={state}"));
    }
    for id in [first, second] {
        for rest in [
            "",
            "&key=P-384",
            "&issuer=Issuer%201",
            "&expiresAfter=2096-11-01T00:00:00Z",
            "&expiresBefore=2096-11-01T00:00:00Z",
            "&host=bulk.example",
        ] {
            paths.push(format!("/v1/certificates?credentialId={id}{rest}"));
        }
        for rest in [
            "",
            "&state=held",
            "&deleted=true",
            "&host=bulk.example",
            "&sort=oldest",
        ] {
            paths.push(format!("/v1/orders?credentialId={id}{rest}"));
        }
    }
    for part in ["accounts", "groups", "organizations", "domains", "products"] {
        paths.push(format!("/v1/{part}"));
        paths.push(format!("/v1/{part}?credentialId={first}"));
    }
    paths
}

/// What is wrong with the first, the second and the third page.
fn fault_of(live: &Live, path: &str) -> Result<Option<String>> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let mut cursor = None;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let page = match &cursor {
            None => path.to_owned(),
            Some(cursor) => format!("{path}{joint}cursor={cursor}"),
        };
        let reply = live.worker.get(&page)?;
        ensure!(reply.status == 200, "{reply}");
        seen.push((rows(&reply)?, items(&reply)));
        cursor = reply.body["nextCursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    let told: Vec<String> = seen
        .iter()
        .map(|(rows, items)| format!("{rows} rows for {items} items"))
        .collect();
    println!("{path}: {}", told.join(", "));
    let most = if path.contains('&') {
        MOST_ROWS_SIFTED
    } else if path.starts_with("/v1/audit") {
        MOST_ROWS_NAMED
    } else {
        MOST_ROWS
    };
    let is_too_much = seen.iter().any(|(rows, _)| *rows > most);
    Ok(is_too_much.then(|| format!("{path}: {}", told.join(", "))))
}

fn rows(reply: &Reply) -> Result<u64> {
    let cost = reply.cost();
    let cost = cost.with_context(|| format!("{} does not tell its cost", reply.asked))?;
    Ok(cost.rows_read)
}

fn items(reply: &Reply) -> usize {
    reply.body["items"].as_array().map_or(1, Vec::len)
}

fn faults_of_single_things(live: &Live) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for list in ["orders", "certificates", "csrs", "jobs", "credentials"] {
        let page = live.worker.get_ok(&format!("/v1/{list}"))?;
        let id = text(&page["items"][0]["id"])?.to_owned();
        let path = format!("/v1/{list}/{id}");
        let rows = rows(&live.worker.get(&path)?)?;
        println!("/v1/{list}/ID: {rows} rows");
        if rows > MOST_ROWS_OF_ONE {
            faults.push(format!("{path}: {rows} rows"));
        }
    }
    Ok(faults)
}

/// Every page together is the whole: nothing is left out at the seams, nothing comes twice.
fn pages_add_up(live: &Live, first: &str, second: &str, real: usize) -> Result<()> {
    let issuer = "issuer=Issuer%201";
    for (path, count) in [
        ("/v1/certificates".to_owned(), 20_000 + real),
        (format!("/v1/certificates?{issuer}"), 5_000),
        (format!("/v1/certificates?{issuer}&key=P-384"), 1_667),
        (format!("/v1/certificates?credentialId={second}"), 10_000),
        (
            format!("/v1/certificates?credentialId={second}&{issuer}"),
            5_000,
        ),
        ("/v1/orders".to_owned(), 18_000 + 120),
        ("/v1/orders?sort=oldest".to_owned(), 18_000 + 120),
        ("/v1/orders?deleted=true".to_owned(), 2_000),
        (format!("/v1/orders?credentialId={first}"), 10_000 + 120),
        (format!("/v1/orders?credentialId={second}"), 8_000),
        ("/v1/orders?host=bulk.example".to_owned(), 18_000),
        ("/v1/orders?host=z7.bulk.example".to_owned(), 500),
        ("/v1/csrs".to_owned(), 20_001),
        ("/v1/audit?subject=ord_1".to_owned(), 10_000),
        ("/v1/domains".to_owned(), 2_000 + 24),
    ] {
        let all = live.all(&path)?;
        assert_eq!(all.len(), count, "{path}");
        let distinct: HashSet<String> = all.iter().map(identity).collect();
        assert_eq!(distinct.len(), count, "{path}: something comes twice");
    }
    let found = live.all("/v1/certificates?host=z7.bulk.example")?;
    let distinct: HashSet<String> = found.iter().map(identity).collect();
    assert_eq!(distinct.len(), 500, "found by host");
    assert_rising(live, "/v1/certificates?key=P-384", "/notAfter")?;
    assert_rising(live, "/v1/orders?sort=oldest", "/orderedAt")?;
    let by_expiry = "/v1/domains?expiresBefore=2100-01-01T00:00:00Z";
    assert_rising(live, by_expiry, "/entry/expires")
}

/// The list is sorted by these times, from the first to the last page.
fn assert_rising(live: &Live, path: &str, at: &str) -> Result<()> {
    let all = live.all(path)?;
    assert!(all.len() > 2, "{path} shows nothing");
    let mut before = String::new();
    for item in &all {
        let now = text(item.pointer(at).context("no time")?)?.to_owned();
        assert!(before <= now, "{path}: {now} after {before}");
        before = now;
    }
    Ok(())
}

fn identity(item: &Value) -> String {
    match item["id"].as_str() {
        Some(id) => id.to_owned(),
        None => item.to_string(),
    }
}
