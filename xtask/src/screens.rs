//! `cargo xtask screens`: a picture of every screen, for people to look at.

use std::path::PathBuf;

use anyhow::{Context, Result};
use certwright_harness::artifacts::{self, Effort};
use certwright_harness::{Tools, Workspace};

use crate::browser;

/// Arguments of `cargo xtask screens`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder for the pictures.
    #[arg(long, default_value = "target/screens")]
    out: PathBuf,
}

/// Builds the system, starts it, and photographs each screen, light and dark, wide and narrow.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::find()?;
    let tools = Tools::prepare(&workspace)?;
    artifacts::build_all(&workspace, &tools, Effort::Quick)?;
    let browser = browser::find().context("no Chromium was found; install one")?;
    let folder = workspace.root().join(&arguments.out);
    let folder = folder
        .to_str()
        .context("the folder's name is not readable")?;
    browser::scripts(&workspace, &tools, &browser, &[&["screens.mjs", folder]])
}
