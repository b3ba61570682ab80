//! What cargo knows about our crates and their dependencies.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use certwright_harness::{Workspace, command};
use serde::Deserialize;

/// The graph of packages.
#[derive(Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
}

/// One package of the graph.
#[derive(Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) license: Option<String>,
    /// Where it comes from; absent for ours.
    pub(super) source: Option<String>,
    pub(super) manifest_path: PathBuf,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) targets: Vec<Target>,
}

/// Something that a package asks for.
#[derive(Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// Set for a crate of ours.
    pub(super) path: Option<PathBuf>,
}

/// A library, program or test of a package.
#[derive(Deserialize)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) kind: Vec<String>,
}

impl Metadata {
    /// Asks cargo.
    pub(super) fn read(workspace: &Workspace) -> Result<Self> {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["metadata", "--format-version", "1", "--locked"]);
        let text = command::capture(cargo.current_dir(workspace.root()))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// The package of a name.
    pub(super) fn package(&self, name: &str) -> Option<&Package> {
        self.packages.iter().find(|package| package.name == name)
    }

    /// Our own packages.
    pub(super) fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages
            .iter()
            .filter(|package| package.source.is_none())
    }
}
