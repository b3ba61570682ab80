//! The local D1 database: migrations applied once, then copied into each fresh state.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::command::capture;
use crate::digest::{self, Inputs};
use crate::{Tools, Workspace};

/// Applies the migrations to the state that a runtime keeps in `state`; quick when nothing is new.
///
/// Returns whether there was anything to do.
///
/// # Errors
///
/// When a migration fails.
pub fn migrate(workspace: &Workspace, tools: &Tools, state: &Path) -> Result<bool> {
    let digest = migrations(workspace)?;
    let stamp = state.join("migrations-applied");
    if digest::is_current(&stamp, &digest) {
        return Ok(false);
    }
    let template = template(workspace, &digest);
    if !state.join("v3").exists() && template.exists() {
        copy(&template, state)?;
        return Ok(true);
    }
    fs::create_dir_all(state)?;
    capture(
        tools
            .wrangler()
            .args(["d1", "migrations", "apply", "DB", "--local", "--persist-to"])
            .arg(state),
    )
    .context("a migration failed; correct the newest file in migrations/")?;
    digest::remember(&stamp, &digest)?;
    Ok(true)
}

/// Makes the template that fresh states are copied from, unless it is there.
///
/// # Errors
///
/// When a migration fails.
pub fn prepare_template(workspace: &Workspace, tools: &Tools) -> Result<bool> {
    let template = template(workspace, &migrations(workspace)?);
    if template.exists() {
        return Ok(false);
    }
    let unfinished = template.with_extension(format!("{}", std::process::id()));
    migrate(workspace, tools, &unfinished)?;
    // Two runs may have made it at the same time; either is good.
    if fs::rename(&unfinished, &template).is_err() {
        fs::remove_dir_all(&unfinished)?;
    }
    Ok(true)
}

fn migrations(workspace: &Workspace) -> Result<String> {
    let mut inputs = Inputs::new();
    let folder = workspace.root().join("migrations");
    if folder.exists() {
        inputs.path(&folder)?;
    }
    inputs.path(&workspace.root().join("wrangler.toml"))?;
    Ok(inputs.finish())
}

fn template(workspace: &Workspace, digest: &str) -> PathBuf {
    let short: String = digest.chars().take(16).collect();
    workspace
        .local()
        .join("cache")
        .join(format!("database-{short}"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
