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
    /// Finds the repository that is being worked in: the one whose package cargo runs, else the one
    /// around the current folder. A path from compile time would name the place of an earlier
    /// build when the repository was copied or moved together with its target folder.
    ///
    /// # Errors
    ///
    /// When neither lies in a checkout of Certwright.
    pub fn find() -> Result<Self> {
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let current = env::current_dir().context("the current folder cannot be read")?;
        let root = package
            .iter()
            .chain([&current])
            .find_map(|start| containing(start))
            .context(
                "This folder is not in a checkout of Certwright. Change into the checkout and run the command again.",
            )?;
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

/// The nearest folder from `start` upward that holds the whole workspace.
fn containing(start: &Path) -> Option<PathBuf> {
    let start = start.canonicalize().ok()?;
    let is_root = |folder: &&Path| {
        folder.join("wrangler.toml").is_file() && folder.join("xtask/harness/Cargo.toml").is_file()
    };
    start.ancestors().find(is_root).map(Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_found_and_not_the_place_of_the_build() {
        let copy = env::temp_dir().join(format!("certwright-copy-{}", std::process::id()));
        let deep = copy.join("xtask/harness");
        std::fs::create_dir_all(&deep).unwrap();
        assert_eq!(containing(&deep), None);
        std::fs::write(copy.join("wrangler.toml"), "").unwrap();
        std::fs::write(deep.join("Cargo.toml"), "").unwrap();
        assert_eq!(containing(&deep), copy.canonicalize().ok());
        std::fs::remove_dir_all(copy).unwrap();
    }
}
