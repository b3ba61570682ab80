//! The tools beside cargo: Node.js, the pinned npm packages and the wasm target.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, anyhow, bail};

use crate::command::capture;
use crate::progress::{Done, step};
use crate::{Workspace, digest};

/// The oldest Node.js that the Workers runtime's tooling accepts.
const OLDEST_NODE: (u32, u32) = (22, 12);

/// Tools that are ready for use.
#[derive(Debug, Clone)]
pub struct Tools {
    workspace: Workspace,
    node: PathBuf,
}

impl Tools {
    /// Checks what must be there and fetches the rest.
    ///
    /// # Errors
    ///
    /// When Node.js, npm or rustup is missing, or a download fails; the message says what to do.
    pub fn prepare(workspace: &Workspace) -> Result<Self> {
        step("Node.js and npm", || {
            let node = version_of("node")?;
            let npm = version_of("npm")?;
            Ok(Done::With(format!("node {node}, npm {npm}")))
        })?;
        step("wasm32 target of the Rust toolchain", || {
            wasm_target(workspace)
        })?;
        step("npm packages as locked", || npm_packages(workspace))?;
        Self::find(workspace)
    }

    /// Uses what an earlier [`prepare`](Self::prepare) has installed.
    ///
    /// # Errors
    ///
    /// When the npm packages are missing.
    pub fn find(workspace: &Workspace) -> Result<Self> {
        let wrangler = workspace
            .root()
            .join("node_modules/wrangler/bin/wrangler.js");
        if !wrangler.exists() {
            bail!("the npm packages are missing; run `cargo xtask build` once");
        }
        // The packages bring a Node.js of their own for machines whose Node.js is too old.
        let bundled = workspace.root().join("node_modules/.bin/node");
        let node = if bundled.exists() {
            bundled
        } else {
            PathBuf::from("node")
        };
        let tools = Self {
            workspace: workspace.clone(),
            node,
        };
        let version = capture(Command::new(&tools.node).arg("--version"))?;
        if parse_version(&version).is_none_or(|version| version < OLDEST_NODE) {
            bail!(
                "Node.js {} is too old and no newer one could be installed for this machine; \
                 install Node.js {}.{} or newer from https://nodejs.org",
                version.trim(),
                OLDEST_NODE.0,
                OLDEST_NODE.1,
            );
        }
        Ok(tools)
    }

    /// Node.js.
    #[must_use]
    pub fn node(&self) -> Command {
        Command::new(&self.node)
    }

    /// Node.js with a script of a package, for example `wrangler/bin/wrangler.js`.
    #[must_use]
    pub fn script(&self, script: &str) -> Command {
        let mut command = Command::new(&self.node);
        command.arg(self.workspace.root().join("node_modules").join(script));
        command.current_dir(self.workspace.root());
        // Scripts start `node` by name again.
        if let Ok(path) = self.path() {
            command.env("PATH", path);
        }
        command
    }

    /// The search path for programs, with those of the npm packages first.
    ///
    /// # Errors
    ///
    /// When the repository's own path can't be part of a search path.
    pub fn path(&self) -> Result<OsString> {
        let own = self.workspace.root().join("node_modules/.bin");
        let path = env::var_os("PATH").unwrap_or_default();
        env::join_paths(std::iter::once(own).chain(env::split_paths(&path)))
            .context("the path of the repository contains a character that separates paths")
    }

    /// wrangler, kept from asking questions and from calling home, and told that the Worker is built.
    #[must_use]
    pub fn wrangler(&self) -> Command {
        let mut command = self.script("wrangler/bin/wrangler.js");
        command
            .env("CERTWRIGHT_BUILT", "1")
            .env("CI", "1")
            .env("NO_COLOR", "1")
            .env("WRANGLER_SEND_METRICS", "false")
            .env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
        command
    }

    /// binaryen's optimizer.
    #[must_use]
    pub fn wasm_opt(&self) -> Command {
        self.script("binaryen/bin/wasm-opt")
    }
}

fn version_of(program: &str) -> Result<String> {
    let version = capture(Command::new(program).arg("--version")).map_err(|_| {
        anyhow!(
            "`{program}` was not found; install Node.js (any version from 18, with npm) from \
             https://nodejs.org or with your system's package manager, then try again"
        )
    })?;
    Ok(version.trim().to_owned())
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

fn wasm_target(workspace: &Workspace) -> Result<Done> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let libraries = capture(
        Command::new("rustc")
            .args(["--print", "target-libdir", "--target", TARGET])
            .current_dir(workspace.root()),
    )?;
    if PathBuf::from(libraries.trim()).is_dir() {
        return Ok(Done::Already);
    }
    capture(
        Command::new("rustup")
            .args(["target", "add", TARGET])
            .current_dir(workspace.root()),
    )
    .with_context(|| format!("the toolchain lacks {TARGET}; install it with your Rust"))?;
    Ok(Done::Yes)
}

fn npm_packages(workspace: &Workspace) -> Result<Done> {
    let mut inputs = digest::Inputs::new();
    inputs.path(&workspace.root().join("package-lock.json"))?;
    inputs.bytes(env::consts::OS.as_bytes());
    inputs.bytes(env::consts::ARCH.as_bytes());
    let digest = inputs.finish();
    let stamp = workspace.root().join("node_modules/.certwright-lock");
    if digest::is_current(&stamp, &digest) {
        return Ok(Done::Already);
    }
    // No package needs its install script: their programs come as optional dependencies.
    capture(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(workspace.root()),
    )
    .context("npm could not install the packages; is the registry reachable?")?;
    digest::remember(&stamp, &digest)?;
    Ok(Done::Yes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_as_numbers() {
        assert_eq!(parse_version("v22.23.3\n"), Some((22, 23)));
        assert!(parse_version("v9.11.2") < Some(OLDEST_NODE));
        assert_eq!(parse_version("unknown"), None);
    }
}
