//! Many histories, on every core.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

use anyhow::{Result, anyhow};

use super::{Outcome, Plan, Simulation, Tally};

/// Which histories are played.
pub struct Campaign {
    /// The seed of the first; the others follow it.
    pub first: u64,
    /// How many.
    pub runs: u64,
    /// How much of each.
    pub plan: Plan,
    /// Whether to go on after one that ended badly.
    pub goes_on: bool,
    /// How many are played at once.
    pub jobs: usize,
}

/// What came of a campaign.
#[derive(Default)]
pub struct Report {
    /// What the histories consisted of.
    pub tally: Tally,
    /// Those that ended badly, the shortest first.
    pub bad: Vec<Outcome>,
}

impl Campaign {
    /// Plays the histories. `seen` is told how many are done, now and then.
    ///
    /// # Errors
    /// When the simulation itself fails.
    pub fn run(&self, seen: impl Fn(u64) + Sync) -> Result<Report> {
        let (taken, done) = (AtomicU64::new(0), AtomicU64::new(0));
        let enough = AtomicBool::new(false);
        let play = || -> Result<Report> {
            let simulation = Simulation::prepare()?;
            let mut report = Report::default();
            while !enough.load(Ordering::Relaxed) {
                let number = taken.fetch_add(1, Ordering::Relaxed);
                if number >= self.runs {
                    break;
                }
                let seed = self.first.wrapping_add(number);
                let outcome = simulation.run(seed, &self.plan)?;
                report.tally.add(&outcome.tally);
                if !outcome.violations.is_empty() {
                    report.bad.push(outcome);
                    enough.fetch_or(!self.goes_on, Ordering::Relaxed);
                }
                seen(done.fetch_add(1, Ordering::Relaxed).saturating_add(1));
            }
            Ok(report)
        };
        let mut whole = Report::default();
        thread::scope(|scope| {
            let handles: Vec<_> = (0..self.jobs.max(1)).map(|_| scope.spawn(play)).collect();
            for handle in handles {
                let part = handle.join().map_err(|_| anyhow!("a history panicked"))??;
                whole.tally.add(&part.tally);
                whole.bad.extend(part.bad);
            }
            Ok::<_, anyhow::Error>(())
        })?;
        whole.bad.sort_by_key(|outcome| outcome.trace.len());
        Ok(whole)
    }
}
