//! Random histories with lost answers, crashes and a careless queue; see
//! `certwright_tests::simulation`.
//!
//! `SIMULATION_SEED=7 cargo test -p certwright-tests --test simulation -- --nocapture` replays one
//! history and tells it; `SIMULATION_RUNS` sets how many are played, `SIMULATION_STEPS` how long
//! they are.

#![allow(
    clippy::print_stdout,
    reason = "a campaign tells its pace, and how to replay what it found"
)]

use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Instant,
};

use certwright_tests::simulation::{Outcome, Simulation};

/// Histories of a plain `cargo test`.
const RUNS: u64 = 300;
/// Steps of trouble in each.
const STEPS: u64 = 60;
/// Failing histories after which it is enough.
const ENOUGH: usize = 5;

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn tell(outcome: &Outcome, steps: usize) {
    for line in &outcome.trace {
        println!("{line}");
    }
    println!(
        "replay: SIMULATION_SEED={} SIMULATION_STEPS={steps} cargo test -p certwright-tests \
         --test simulation -- --nocapture",
        outcome.seed
    );
}

#[test]
fn random_histories_end_well() {
    let steps = usize::try_from(variable("SIMULATION_STEPS").unwrap_or(STEPS)).unwrap();
    if let Some(seed) = variable("SIMULATION_SEED") {
        let outcome = Simulation::prepare().unwrap().run(seed, steps).unwrap();
        tell(&outcome, steps);
        assert!(outcome.violations.is_empty());
        return;
    }
    let runs = variable("SIMULATION_RUNS").unwrap_or(RUNS);
    let began = Instant::now();
    let next = AtomicU64::new(1);
    let play = || {
        let simulation = Simulation::prepare().unwrap();
        let mut bad = Vec::new();
        let (mut polls, mut orders, mut played) = (0, 0, 0_u64);
        while bad.len() < ENOUGH {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed > runs {
                break;
            }
            let outcome = simulation.run(seed, steps).unwrap();
            played += 1;
            polls += outcome.polls;
            orders += outcome.orders;
            if !outcome.violations.is_empty() {
                bad.push(outcome);
            }
        }
        (bad, polls, orders, played)
    };
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let results: Vec<_> = thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(play)).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap())
            .collect()
    });
    let seconds = began.elapsed().as_secs_f64();
    let played: u64 = results.iter().map(|(_, _, _, played)| played).sum();
    let polls: usize = results.iter().map(|(_, polls, _, _)| polls).sum();
    let orders: usize = results.iter().map(|(_, _, orders, _)| orders).sum();
    println!(
        "{played} histories, {orders} orders, {polls} operations in {seconds:.1} s: {:.0} histories a minute",
        played as f64 * 60.0 / seconds
    );
    let mut bad: Vec<Outcome> = results.into_iter().flat_map(|(bad, ..)| bad).collect();
    bad.sort_by_key(|outcome| outcome.trace.len());
    for outcome in &bad {
        println!(
            "seed {}: {} violations",
            outcome.seed,
            outcome.violations.len()
        );
        for violation in outcome.violations.iter().take(6) {
            println!("  {violation}");
        }
    }
    if let Some(shortest) = bad.first() {
        tell(shortest, steps);
    }
    assert!(bad.is_empty(), "{} histories ended badly", bad.len());
}
