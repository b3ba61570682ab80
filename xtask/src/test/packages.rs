//! What dependencies may be: `deny.toml`, checked from what cargo knows, without a network.
//!
//! Advisories need a database of their own: cargo-deny brings one, the npm registry has the other. Where
//! one can't be reached the step says so, with the day; `CERTWRIGHT_REQUIRE_ADVISORIES=1` makes it fail.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use certwright_core::time::Timestamp;
use certwright_harness::command;
use certwright_harness::progress::Done;
use serde::Deserialize;

use super::metadata::{Metadata, Package};
use super::{Context, Report, npm_lock};

/// The parts of `deny.toml` that are checked here.
#[derive(Deserialize)]
struct Policy {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

pub(super) fn check(context: &Context) -> Result<Report> {
    let root = context.workspace.root();
    let policy: Policy = toml::from_str(&fs::read_to_string(root.join("deny.toml"))?)
        .context("deny.toml has another form than expected")?;
    let metadata = Metadata::read(&context.workspace)?;
    let lock = fs::read_to_string(root.join("package-lock.json"))?;
    let mut faults = npm_lock::faults(&lock)?;
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some())
    {
        faults.extend(policy.fault(package));
        versions
            .entry(&package.name)
            .or_default()
            .insert(&package.version);
    }
    if !faults.is_empty() {
        bail!("{}", faults.join("; "));
    }
    let doubled = doubled(&versions);
    println!("  in several versions: {}", doubled.join(", "));
    let advisories = advisories(context)?;
    let note = format!(
        "{} packages, {} in several versions; {advisories}",
        versions.len(),
        doubled.len()
    );
    Ok(Done::With(note).into())
}

/// The packages of which there are several versions, each with them.
fn doubled(versions: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<String> {
    versions
        .iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, versions)| {
            let versions: Vec<_> = versions.iter().copied().collect();
            format!("{name} {}", versions.join(" and "))
        })
        .collect()
}

impl Policy {
    fn fault(&self, package: &Package) -> Option<String> {
        let Package { name, version, .. } = package;
        if self.bans.deny.iter().any(|ban| ban.name == *name) {
            return Some(format!(
                "{name} is banned; `cargo tree -i {name}` says who wants it"
            ));
        }
        let source = package.source.as_deref().unwrap_or_default();
        if !self
            .sources
            .allow_registry
            .iter()
            .any(|url| source == format!("registry+{url}"))
        {
            return Some(format!("{name} {version} comes from {source}"));
        }
        let license = package.license.as_deref().unwrap_or_default();
        if !is_fulfilled(license, &self.licenses.allow) {
            return Some(format!("{name} {version} has license \"{license}\""));
        }
        None
    }
}

/// Set to `1` where advisories must be checked, such as before a release: what can't be checked fails
/// then, and is not skipped.
const REQUIRED: &str = "CERTWRIGHT_REQUIRE_ADVISORIES";

/// Asks cargo-deny and npm for advisories, and says what was found out. A database that can't be reached
/// is told with the day, since an old result is none.
fn advisories(context: &Context) -> Result<String> {
    let mut unchecked = Vec::new();
    unchecked.extend(cargo_advisories(context)?);
    unchecked.extend(npm_advisories(context)?);
    if unchecked.is_empty() {
        return Ok("no advisories".to_owned());
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let today = Timestamp::from_unix(i64::try_from(now)?);
    let said = format!(
        "ADVISORIES NOT CHECKED at {today}: {}",
        unchecked.join("; ")
    );
    println!("  {said}");
    if std::env::var(REQUIRED).is_ok_and(|value| value == "1") {
        bail!("{said}");
    }
    Ok(said)
}

/// Why the advisories on crates are not checked, if they are not.
fn cargo_advisories(context: &Context) -> Result<Option<&'static str>> {
    let mut version = Command::new("cargo-deny");
    if command::capture(version.arg("--version")).is_err() {
        let install = "crates: run `cargo install cargo-deny --locked`, then this again";
        return Ok(Some(install));
    }
    let deny = |check: &[&str]| {
        let mut command = Command::new("cargo-deny");
        command
            .args(["--all-features", "check"])
            .args(check)
            .current_dir(context.workspace.root());
        command::capture(&mut command)
    };
    deny(&["bans", "licenses", "sources"])?;
    match deny(&["advisories"]) {
        Ok(_) => Ok(None),
        Err(error) if error.to_string().contains("advisory database") => Ok(Some(
            "crates: the database at github.com/rustsec can't be reached; run this again with a network",
        )),
        Err(error) => Err(error),
    }
}

/// Why the advisories on npm packages are not checked, if they are not.
fn npm_advisories(context: &Context) -> Result<Option<&'static str>> {
    let mut audit = Command::new("npm");
    audit
        .args(["audit", "--package-lock-only", "--audit-level=high"])
        .current_dir(context.workspace.root());
    match command::capture(&mut audit) {
        Ok(_) => Ok(None),
        Err(error) => {
            let said = error.to_string();
            let unreachable = ["audit endpoint", "ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT"];
            if unreachable.iter().any(|sign| said.contains(sign)) {
                return Ok(Some(
                    "npm packages: the registry answers no audit; run this again with a network",
                ));
            }
            Err(error)
        }
    }
}

/// Whether a license expression (SPDX, annex D) can be fulfilled with the allowed licenses alone.
///
/// Old manifests separate alternatives with a slash.
fn is_fulfilled(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    !rest.is_empty() && alternatives(&mut rest, allowed) && rest.is_empty()
}

fn alternatives(words: &mut &[&str], allowed: &[String]) -> bool {
    let mut fulfilled = conjunction(words, allowed);
    while let Some((&"OR", rest)) = words.split_first() {
        *words = rest;
        fulfilled |= conjunction(words, allowed);
    }
    fulfilled
}

fn conjunction(words: &mut &[&str], allowed: &[String]) -> bool {
    let mut fulfilled = single(words, allowed);
    while let Some((&"AND", rest)) = words.split_first() {
        *words = rest;
        fulfilled &= single(words, allowed);
    }
    fulfilled
}

fn single(words: &mut &[&str], allowed: &[String]) -> bool {
    let Some((&first, mut rest)) = words.split_first() else {
        return false;
    };
    let fulfilled = if first == "(" {
        let inner = alternatives(&mut rest, allowed);
        let Some((&")", after)) = rest.split_first() else {
            return false;
        };
        rest = after;
        inner
    } else if let [exception_word, exception, after @ ..] = rest
        && *exception_word == "WITH"
    {
        rest = after;
        allowed.contains(&format!("{first} WITH {exception}"))
    } else {
        allowed.iter().any(|license| license == first)
    };
    *words = rest;
    fulfilled
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    /// The file that counts.
    const POLICY: &str = include_str!("../../../deny.toml");
    const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

    fn fault(name: &str, license: Option<&str>, source: &str) -> Option<String> {
        let policy: Policy = toml::from_str(POLICY).unwrap();
        policy.fault(&Package {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: license.map(str::to_owned),
            source: Some(source.to_owned()),
            manifest_path: std::path::PathBuf::new(),
            dependencies: Vec::new(),
            targets: Vec::new(),
        })
    }

    #[test]
    fn what_the_policy_does_not_allow_is_refused() {
        assert_eq!(fault("good", Some("MIT OR Apache-2.0"), CRATES_IO), None);
        let banned = fault("openssl-sys", Some("MIT"), CRATES_IO).unwrap();
        assert!(banned.contains("banned"), "{banned}");
        for license in [Some("AGPL-3.0-only"), Some("MIT AND GPL-3.0"), None] {
            let refused = fault("bad", license, CRATES_IO).unwrap();
            assert!(refused.contains("license"), "{refused}");
        }
        for source in [
            "git+https://github.com/somebody/crate?rev=1#1",
            "registry+https://registry.example/index",
        ] {
            let refused = fault("bad", Some("MIT"), source).unwrap();
            assert!(refused.contains("comes from"), "{refused}");
        }
    }

    #[test]
    fn packages_of_several_versions_are_named() {
        let versions = [("one", vec!["1.0"]), ("two", vec!["1.0", "2.0"])];
        let versions = versions.map(|(name, all)| (name, all.into_iter().collect()));
        assert_eq!(
            doubled(&versions.into_iter().collect()),
            ["two 1.0 and 2.0"]
        );
    }

    #[test]
    fn expressions_are_understood() {
        let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned);
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
        ] {
            assert!(is_fulfilled(good, &allowed), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "GPL-3.0 OR MIT AND BSD-3-Clause",
            "Apache-2.0 WITH LLVM-exception",
            "(MIT",
            "MIT MIT",
        ] {
            assert!(!is_fulfilled(bad, &allowed), "{bad}");
        }
    }
}
