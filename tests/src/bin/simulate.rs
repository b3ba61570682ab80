//! Plays many histories of the simulation; `cargo xtask faults` builds and runs it.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to its user"
)]

use std::{num::NonZero, process::ExitCode, thread, time::Instant};

use anyhow::Result;
use certwright_tests::kills::Siege;
use certwright_tests::simulation::{Campaign, Outcome, Plan, Report, Simulation, shrunk};
use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

/// Random histories of the whole system, held against the CA's books.
#[derive(Parser)]
struct Arguments {
    /// How many histories.
    #[arg(long, default_value_t = 1_000)]
    runs: u64,
    /// The seed of the first; the others follow it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Steps of trouble in each.
    #[arg(long, default_value_t = 60)]
    steps: usize,
    /// How many are played at once; as many as there are cores when absent.
    #[arg(long)]
    jobs: Option<usize>,
    /// Go on after a history that ends badly.
    #[arg(long)]
    keep_going: bool,
    /// Over the real runtime, which is killed so many times in each history. Needs what
    /// `cargo xtask build` makes; a history takes some minutes.
    #[arg(long, value_name = "KILLS")]
    real: Option<u32>,
    /// Say only how it ended.
    #[arg(long)]
    quiet: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("the simulation itself failed: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool> {
    if let Some(kills) = arguments.real {
        return besiege(arguments, kills);
    }
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let campaign = Campaign {
        first: arguments.seed,
        runs: arguments.runs,
        plan: Plan::of(arguments.steps),
        goes_on: arguments.keep_going,
        jobs: arguments.jobs.unwrap_or(cores),
    };
    let bar = if arguments.quiet {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(arguments.runs)
    };
    let style = "  {bar:30} {pos} of {len} histories, {per_sec}, {eta} left";
    bar.set_style(ProgressStyle::with_template(style)?);
    let began = Instant::now();
    let report = campaign.run(|done| bar.set_position(done))?;
    bar.finish_and_clear();
    if !arguments.quiet {
        println!("{}", report.tally);
        let minutes = began.elapsed().as_secs_f64() / 60.0;
        let pace = report.tally.histories as f64 / minutes;
        println!("{pace:.0} histories a minute on {} threads", campaign.jobs);
    }
    tell_bad(arguments, &campaign.plan, &report)?;
    Ok(report.bad.is_empty())
}

/// Orders that the CA has before a siege: some pages of them.
const ORDERS: u32 = 400;

/// Histories over the real runtime, one after the other.
fn besiege(arguments: &Arguments, kills: u32) -> Result<bool> {
    let mut is_well = true;
    for number in 0..arguments.runs {
        let seed = arguments.seed.wrapping_add(number);
        match Siege::begin(seed, ORDERS)?.hold(kills) {
            Ok(told) => println!("seed {seed}: {told}"),
            Err(error) => {
                println!("seed {seed} ended badly: {error:?}");
                is_well = false;
                if !arguments.keep_going {
                    break;
                }
            }
        }
    }
    Ok(is_well)
}

/// The bad ones by seed, and the least of the shortest.
fn tell_bad(arguments: &Arguments, plan: &Plan, report: &Report) -> Result<()> {
    let Some(shortest) = report.bad.first() else {
        println!("all {} ended well", report.tally.histories);
        return Ok(());
    };
    for bad in &report.bad {
        let first = bad.violations.first().map_or("", String::as_str);
        println!("seed {} ended badly: {first}", bad.seed);
    }
    println!("after {} histories", report.tally.histories);
    if arguments.quiet {
        return Ok(());
    }
    let (least_plan, least) = shrunk(&Simulation::prepare()?, shortest.seed, plan)?;
    tell(&least, &least_plan, arguments.steps);
    Ok(())
}

fn tell(least: &Outcome, plan: &Plan, steps: usize) {
    println!(
        "\nthe least of seed {}, {} steps, without {:?}:\n",
        least.seed, plan.steps, plan.muted
    );
    for line in &least.trace {
        println!("{line}");
    }
    println!(
        "\nplay it again: cargo xtask faults --runs 1 --seed {} --steps {steps}",
        least.seed
    );
}
