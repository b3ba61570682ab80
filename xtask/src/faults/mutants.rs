//! Breaking one guard at a time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use certwright_harness::Workspace;
use serde::Deserialize;

use super::{Arguments, PROFILE, flags};

/// A way to break a guard.
#[derive(Deserialize)]
pub(crate) struct Mutant {
    /// What the guard says.
    pub(crate) guard: String,
    /// Where it stands.
    file: PathBuf,
    find: String,
    replace: String,
}

#[derive(Deserialize)]
struct Listing {
    mutant: Vec<Mutant>,
}

/// The mutants of this repository.
pub(crate) fn read(root: &Path) -> Result<Vec<Mutant>> {
    let text = fs::read_to_string(root.join("tests").join("mutants.toml"))?;
    let listing: Listing = toml::from_str(&text).context("tests/mutants.toml")?;
    Ok(listing.mutant)
}

impl Mutant {
    /// The file's text with the guard broken.
    pub(crate) fn broken(&self, root: &Path) -> Result<String> {
        let text = fs::read_to_string(root.join(&self.file))
            .with_context(|| format!("the mutant of \"{}\"", self.guard))?;
        let times = text.matches(&self.find).count();
        ensure!(
            times == 1,
            "tests/mutants.toml, \"{}\": what is to be replaced stands {times} times in {}",
            self.guard,
            self.file.display()
        );
        Ok(text.replacen(&self.find, &self.replace, 1))
    }
}

/// Breaks every guard in a copy of the tree, and says which break went unnoticed.
pub(super) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let mutants: Vec<Mutant> = read(workspace.root())?
        .into_iter()
        .filter(|mutant| {
            let wanted = arguments.only.as_deref();
            wanted.is_none_or(|text| mutant.guard.contains(text))
        })
        .collect();
    let tree = workspace.target().join("mutants");
    copy(workspace.root(), &tree)?;
    let mut unnoticed = Vec::new();
    for (number, mutant) in mutants.iter().enumerate() {
        println!("▸ {} of {}: {}", number + 1, mutants.len(), mutant.guard);
        let path = tree.join(&mutant.file);
        let whole = fs::read_to_string(&path)?;
        fs::write(&path, mutant.broken(&tree)?)?;
        let verdict = verdict(workspace, &tree, arguments);
        fs::write(&path, whole)?;
        let (is_noticed, words) = verdict?;
        println!("  {} {words}", if is_noticed { "✓" } else { "✗ UNNOTICED" });
        if !is_noticed {
            unnoticed.push(mutant.guard.as_str());
        }
    }
    println!(
        "\n{} of {} noticed",
        mutants.len() - unnoticed.len(),
        mutants.len()
    );
    if !unnoticed.is_empty() {
        bail!("the simulation does not notice that these are broken: {unnoticed:#?}");
    }
    Ok(())
}

/// Whether histories end badly, and the last words of the run.
fn verdict(workspace: &Workspace, tree: &Path, arguments: &Arguments) -> Result<(bool, String)> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .current_dir(tree)
        .env("CARGO_TARGET_DIR", workspace.target())
        // What is broken on purpose may leave something unused.
        .env("RUSTFLAGS", "--cap-lints=allow")
        .args(["build", "--quiet"])
        .args(PROFILE)
        .output()?;
    ensure!(
        built.status.success(),
        "the broken tree does not compile:\n{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let program = workspace.target().join("simulation").join("simulate");
    let output = Command::new(program)
        .args(flags(arguments))
        .arg("--quiet")
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let words: Vec<&str> = text.lines().rev().take(2).collect();
    match output.status.code() {
        Some(0) => Ok((false, words.join("; "))),
        Some(1) => Ok((true, words.join("; "))),
        // A simulation that cannot go on has noticed, too.
        _ => Ok((
            true,
            String::from_utf8_lossy(&output.stderr)
                .chars()
                .take(200)
                .collect(),
        )),
    }
}

/// Copies what the simulation is built of.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    let skipped = ["target", "node_modules", ".git", ".certwright", ".wrangler"];
    copy_folder(from, to, &|name| skipped.contains(&name))
}

fn copy_folder(from: &Path, to: &Path, is_skipped: &dyn Fn(&str) -> bool) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if is_skipped(&name.to_string_lossy()) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to.join(name), is_skipped)?;
        } else {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}
