//! Where things are: the repository, cargo's output, and the folder for local state.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The checked-out repository.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the repository that this program was built from.
    ///
    /// # Errors
    ///
    /// When the repository has been moved since: build again from its new place.
    pub fn find() -> Result<Self> {
        let harness = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = harness
            .join("../..")
            .canonicalize()
            .context("the repository is no longer where this program was built; build it again")?;
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(chosen) => root.join(chosen),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// The repository's root.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Cargo's output folder.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The folder for everything that a run on this machine leaves behind; never committed.
    #[must_use]
    pub fn local(&self) -> PathBuf {
        self.root.join(".certwright")
    }

    /// State that `cargo xtask dev` keeps from one start to the next.
    #[must_use]
    pub fn dev_state(&self) -> PathBuf {
        self.local().join("dev")
    }

    /// The Worker as the runtime loads it.
    #[must_use]
    pub fn worker_build(&self) -> PathBuf {
        self.root.join("worker/build")
    }

    /// The console's static files, served by the Worker.
    #[must_use]
    pub fn console(&self) -> PathBuf {
        self.root.join("web-plugin/dist/console")
    }

    /// The unpacked extension for Chromium.
    #[must_use]
    pub fn extension(&self) -> PathBuf {
        self.root.join("web-plugin/dist/chromium")
    }

    /// The unpacked extension for Firefox.
    #[must_use]
    pub fn firefox_extension(&self) -> PathBuf {
        self.root.join("web-plugin/dist/firefox")
    }

    /// A program that a development build of this workspace made.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.target
            .join("debug")
            .join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }

    /// The module that a release build for the browser and the Workers runtime made.
    #[must_use]
    pub fn wasm_module(&self, profile: &str, name: &str) -> PathBuf {
        self.target
            .join("wasm32-unknown-unknown")
            .join(profile)
            .join(format!("{name}.wasm"))
    }
}
