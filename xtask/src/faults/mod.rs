//! `cargo xtask faults`: long campaigns of the simulation, and the proof that it would notice.

mod mutants;

use std::process::Command;

use anyhow::{Result, bail};
use certwright_harness::artifacts::{self, Effort, cargo};
use certwright_harness::progress::{Done, step};
use certwright_harness::{Tools, Workspace};

pub(crate) use self::mutants::read as read_mutants;

/// Arguments of `cargo xtask faults`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many histories; with --mutants, how many at most for each.
    #[arg(long, default_value_t = 1_000)]
    runs: u64,
    /// The seed of the first; the others follow it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Steps of trouble in each history.
    #[arg(long, default_value_t = 60)]
    steps: usize,
    /// How many histories are played at once; as many as there are cores when absent.
    #[arg(long)]
    jobs: Option<usize>,
    /// Go on after a history that ends badly.
    #[arg(long)]
    keep_going: bool,
    /// Play over the real runtime and kill it so many times in each history; the sandbox and the
    /// Worker are built first. Minutes each, so say how many with --runs.
    #[arg(long, value_name = "KILLS")]
    real: Option<u32>,
    /// Break one guard of the code at a time, as tests/mutants.toml says, and see whether the
    /// simulation notices.
    #[arg(long)]
    mutants: bool,
    /// With --mutants: only those whose guard contains this text.
    #[arg(long, requires = "mutants", value_name = "TEXT")]
    only: Option<String>,
}

/// The cargo profile of the simulation.
const PROFILE: [&str; 6] = [
    "--profile",
    "simulation",
    "--package",
    "certwright-tests",
    "--bin",
    "simulate",
];

/// Plays histories, or breaks guards.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::find()?;
    if arguments.mutants {
        return mutants::run(&workspace, arguments);
    }
    if arguments.real.is_some() {
        let tools = Tools::prepare(&workspace)?;
        artifacts::build_all(&workspace, &tools, Effort::Quick)?;
    }
    step("simulation: compile", || {
        cargo(&workspace, &[&["build"], PROFILE.as_slice()].concat())?;
        Ok(Done::Yes)
    })?;
    let program = workspace.target().join("simulation").join("simulate");
    let status = Command::new(program).args(flags(arguments)).status()?;
    if !status.success() {
        bail!("not every history ended well");
    }
    Ok(())
}

fn flags(arguments: &Arguments) -> Vec<String> {
    let mut flags = vec![
        format!("--runs={}", arguments.runs),
        format!("--seed={}", arguments.seed),
        format!("--steps={}", arguments.steps),
    ];
    flags.extend(arguments.real.map(|kills| format!("--real={kills}")));
    flags.extend(arguments.jobs.map(|jobs| format!("--jobs={jobs}")));
    flags.extend(arguments.keep_going.then(|| "--keep-going".to_owned()));
    flags
}
