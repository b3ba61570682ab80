//! Rules about our own code that no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use certwright_harness::progress::Done;

use super::metadata::Metadata;
use super::{Context, Report};
use crate::faults;

/// Which of our crates may depend on which, tests included. Everything else is refused.
const EDGES: [(&str, &[&str]); 11] = [
    ("certwright-core", &[]),
    ("certwright-api", &["certwright-core"]),
    ("certwright-emsign", &["certwright-core"]),
    // No wire types are shared with the sandbox, so that one misreading can't cancel another.
    ("emsign-sandbox", &[]),
    (
        "certwright-worker",
        &["certwright-core", "certwright-api", "certwright-emsign"],
    ),
    ("certwright-plugin", &["certwright-core", "certwright-api"]),
    ("certwright-harness", &[]),
    ("certwright-bindgen", &[]),
    (
        "certwright-fuzz-targets",
        &[
            "certwright-core",
            "certwright-api",
            "certwright-emsign",
            "certwright-worker",
        ],
    ),
    (
        "certwright-tests",
        &[
            "certwright-core",
            "certwright-api",
            "certwright-emsign",
            "certwright-worker",
            "emsign-sandbox",
            "certwright-harness",
        ],
    ),
    (
        "xtask",
        &["certwright-core", "certwright-harness", "emsign-sandbox"],
    ),
];

/// From here on a file should be split.
const LONG: usize = 400;
/// From here on it must be.
const TOO_LONG: usize = 600;

pub(super) fn check(context: &Context) -> Result<Report> {
    let metadata = Metadata::read(&context.workspace)?;
    let mut found = forbidden_edges(&metadata);
    let mut long = 0;
    for file in source_files(&metadata)? {
        let lines = fs::read_to_string(&file)?.lines().count();
        let name = file
            .strip_prefix(context.workspace.root())
            .unwrap_or(&file)
            .display();
        if lines > TOO_LONG {
            found.push(format!("{name} has {lines} lines; {TOO_LONG} are allowed"));
        } else if lines > LONG {
            println!("  {name} has {lines} lines; split it before it reaches {TOO_LONG}");
            long += 1;
        }
    }
    let root = context.workspace.root();
    for mutant in faults::read_mutants(root)? {
        found.extend(mutant.broken(root).err().map(|error| error.to_string()));
    }
    if !found.is_empty() {
        bail!("{}", found.join("; "));
    }
    Ok(Done::With(format!("{long} files should be shorter")).into())
}

fn forbidden_edges(metadata: &Metadata) -> Vec<String> {
    let mut faults = Vec::new();
    for package in metadata.ours() {
        let Some((_, allowed)) = EDGES.iter().find(|(name, _)| *name == package.name) else {
            faults.push(format!(
                "{} is not listed in xtask/src/test/rules.rs",
                package.name
            ));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|one| one.path.is_some()) {
            // A crate may name itself, to test with other features.
            let known = dependency.name == package.name;
            if !known && !allowed.contains(&dependency.name.as_str()) {
                faults.push(format!(
                    "{} may not depend on {}",
                    package.name, dependency.name
                ));
            }
        }
    }
    faults
}

fn source_files(metadata: &Metadata) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for package in metadata.ours() {
        let Some(folder) = package.manifest_path.parent() else {
            continue;
        };
        for part in ["src", "tests", "benches", "examples"] {
            collect(&folder.join(part), &mut found)?;
        }
    }
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(())
}
