//! Random histories with lost answers, crashes and a careless queue; see
//! `certwright_tests::simulation`. `cargo xtask faults` plays more of them.

#![allow(clippy::print_stdout, reason = "a campaign tells what it consisted of")]

use std::{num::NonZero, thread};

use certwright_tests::simulation::{Campaign, Plan, Simulation, shrunk};

/// Histories of a plain `cargo test`.
const RUNS: u64 = 200;
/// Steps of trouble in each.
const STEPS: usize = 60;

#[test]
fn random_histories_end_well() {
    let campaign = Campaign {
        first: 1,
        runs: RUNS,
        plan: Plan::of(STEPS),
        goes_on: false,
        jobs: thread::available_parallelism().map_or(2, NonZero::get),
    };
    let report = campaign.run(|_| {}).unwrap();
    println!("{}", report.tally);
    if let Some(bad) = report.bad.first() {
        let simulation = Simulation::prepare().unwrap();
        let (_, least) = shrunk(&simulation, bad.seed, &campaign.plan).unwrap();
        println!("{}", least.trace.join("\n"));
        panic!(
            "history {} ended badly: {:?}; `cargo xtask faults --runs 1 --seed {}` plays it again",
            bad.seed, bad.violations, bad.seed
        );
    }
}

#[test]
fn a_seed_plays_the_same_history_again() {
    let simulation = Simulation::prepare().unwrap();
    for seed in [3, 4_000_000_007] {
        let first = simulation.run(seed, &Plan::of(STEPS)).unwrap();
        let second = simulation.run(seed, &Plan::of(STEPS)).unwrap();
        assert_eq!(first.trace, second.trace);
    }
}
