//! `cargo xtask fuzz`: libFuzzer over the targets of `fuzz/`, each for its share of the time.
//!
//! It needs nightly Rust and cargo-fuzz, which is built once into `target/tools`. What breaks is kept
//! under `fuzz/artifacts/`; put it into `fuzz/corpus/TARGET/` with the repair, where every later
//! `cargo xtask test` feeds it again.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use certwright_harness::progress::{Done, step};
use certwright_harness::{Workspace, command};

/// The version of cargo-fuzz that is used.
const CARGO_FUZZ: &str = "0.13.1";
/// Longest input, in bytes. A little above the limit of a single CSR or certificate.
const LONGEST: u32 = 70_000;
/// Seconds that one input may take.
const PATIENCE: u32 = 10;

/// Arguments of `cargo xtask fuzz`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Minutes in all.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    minutes: u32,
    /// Only this target.
    #[arg(long)]
    target: Option<String>,
    /// `address` finds more, `none` builds and runs faster.
    #[arg(long, default_value = "address")]
    sanitizer: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::find()?;
    let targets = targets(&workspace, arguments.target.as_deref())?;
    let mut toolchain = Command::new("rustc");
    command::capture(toolchain.args(["+nightly", "--version"])).context(
        "fuzzing needs nightly Rust, whose compiler can watch what the code does; \
         get it with `rustup toolchain install nightly`",
    )?;
    let mut tool = None;
    step("cargo-fuzz", || {
        let (path, done) = cargo_fuzz(&workspace)?;
        tool = Some(path);
        Ok(done)
    })?;
    let tool = tool.context("cargo-fuzz is missing")?;
    let share = arguments.minutes.saturating_mul(60) / u32::try_from(targets.len())?;
    let mut broken = Vec::new();
    for target in &targets {
        println!("▸ {target}, {share} s");
        if let Err(error) = fuzz(
            &workspace,
            &tool,
            target,
            share.max(1),
            &arguments.sanitizer,
        ) {
            println!("  ✗ {error:#}");
            broken.push(target.as_str());
        }
    }
    ensure!(
        broken.is_empty(),
        "broken: {}; the inputs are under fuzz/artifacts/",
        broken.join(", ")
    );
    println!("{} targets withstood {share} s each", targets.len());
    Ok(())
}

/// The names of the targets, or the one that is wanted.
fn targets(workspace: &Workspace, wanted: Option<&str>) -> Result<Vec<String>> {
    let folder = workspace.root().join("fuzz/fuzz_targets");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        names.extend(
            path.file_stem()
                .map(|name| name.to_string_lossy().into_owned()),
        );
    }
    names.sort();
    let Some(wanted) = wanted else {
        return Ok(names);
    };
    if !names.iter().any(|name| name == wanted) {
        bail!(
            "there is no target {wanted}; there are {}",
            names.join(", ")
        );
    }
    Ok(vec![wanted.to_owned()])
}

/// The program, built when it is not there yet.
fn cargo_fuzz(workspace: &Workspace) -> Result<(PathBuf, Done)> {
    let root = workspace.target().join("tools");
    let program = root.join("bin/cargo-fuzz");
    let installed = command::capture(Command::new(&program).arg("--version"));
    if installed.is_ok_and(|version| version.trim().ends_with(CARGO_FUZZ)) {
        return Ok((program, Done::Already));
    }
    let mut install = Command::new("cargo");
    install
        .args([
            "install",
            "cargo-fuzz",
            "--locked",
            "--version",
            CARGO_FUZZ,
            "--root",
        ])
        .arg(&root);
    command::run(&mut install).context("cargo-fuzz could not be fetched and built")?;
    Ok((program, Done::Yes))
}

/// New inputs go to a folder of their own, so that the committed corpus stays small and chosen.
fn fuzz(
    workspace: &Workspace,
    tool: &PathBuf,
    target: &str,
    seconds: u32,
    sanitizer: &str,
) -> Result<()> {
    let found = workspace.target().join("fuzz-corpus").join(target);
    fs::create_dir_all(&found)?;
    let seeds = workspace.root().join("fuzz/corpus").join(target);
    let mut command = Command::new(tool);
    command
        .env("RUSTUP_TOOLCHAIN", "nightly")
        .current_dir(workspace.root())
        .args(["run", "--sanitizer", sanitizer, target])
        .args([&found, &seeds])
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={LONGEST}"))
        .arg(format!("-timeout={PATIENCE}"))
        .args(["-verbosity=0", "-print_final_stats=1"]);
    command::run(&mut command)
}
