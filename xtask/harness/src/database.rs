//! The local D1 database: migrations applied once, then copied into each fresh state.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};

use crate::command::capture;
use crate::digest::{self, Inputs};
use crate::{Tools, Workspace};

/// Says which migrations a state has seen.
const STAMP: &str = "migrations-applied";

/// Applies the migrations to the state that a runtime keeps in `state`; quick when nothing is new.
///
/// Returns whether there was anything to do.
///
/// # Errors
///
/// When a migration fails.
pub fn migrate(workspace: &Workspace, tools: &Tools, state: &Path) -> Result<bool> {
    let digest = migrations(workspace)?;
    let stamp = state.join(STAMP);
    if digest::is_current(&stamp, &digest) {
        return Ok(false);
    }
    if state.join("v3").exists() {
        apply(tools, state)?;
        digest::remember(&stamp, &digest)?;
    } else {
        copy(&template(workspace, tools, &digest)?, state)?;
    }
    Ok(true)
}

/// A migrated database without content; made when it is asked for the first time.
fn template(workspace: &Workspace, tools: &Tools, digest: &str) -> Result<PathBuf> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let short: String = digest.chars().take(16).collect();
    let cache = workspace.local().join("cache");
    let template = cache.join(format!("database-{short}"));
    if template.exists() {
        return Ok(template);
    }
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let unfinished = cache.join(format!("unfinished-{}-{number}", std::process::id()));
    fs::create_dir_all(&unfinished)?;
    apply(tools, &unfinished)?;
    digest::remember(&unfinished.join(STAMP), digest)?;
    // Another run may have made it meanwhile; either is good.
    if fs::rename(&unfinished, &template).is_err() {
        fs::remove_dir_all(&unfinished)?;
    }
    Ok(template)
}

fn apply(tools: &Tools, state: &Path) -> Result<()> {
    capture(
        tools
            .wrangler()
            .args(["d1", "migrations", "apply", "DB", "--local", "--persist-to"])
            .arg(state),
    )
    .context("a migration failed; correct the newest file in migrations/")?;
    Ok(())
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
