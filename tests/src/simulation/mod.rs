//! Random histories of the whole system, each repeatable from its seed.
//!
//! A history runs many invocations against each other: at every await another one may go on, time
//! may pass, or the invocation may end for good, as when a machine fails. The queue loses, repeats
//! and reorders messages; the CA loses answers, answers with junk, hides rows and goes back in
//! time. Then all trouble ends, and after some quiet hours the Worker's database is held against
//! the CA's books: nothing ordered twice, no certificate lost, no seat too many, nothing stuck.
//!
//! What cannot be defended against is left out, and said so where it is drawn.

mod approvals;
mod books;
mod campaign;
mod chains;
mod faults;
mod history;
mod inspect;
mod shrink;
mod stage;
mod tally;
mod task;
mod workload;

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    rc::Rc,
};

use anyhow::Result;

pub use self::{
    campaign::{Campaign, Report},
    shrink::shrunk,
    tally::Tally,
};
use self::{history::History, stage::Beginning};

/// What came of one history.
pub struct Outcome {
    /// Its seed.
    pub seed: u64,
    /// What happened, a line each.
    pub trace: Vec<String>,
    /// What should not have happened.
    pub violations: Vec<String>,
    /// What it consisted of.
    pub tally: Tally,
}

/// How much of a history is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Steps of trouble before the quiet.
    pub steps: usize,
    /// Kinds of events that are left out. The others stay as they were, since every step has draws
    /// of its own.
    pub muted: BTreeSet<&'static str>,
}

impl Plan {
    /// A whole history of so many steps.
    #[must_use]
    pub fn of(steps: usize) -> Self {
        Self {
            steps,
            muted: BTreeSet::new(),
        }
    }
}

/// What histories have in common, made once.
pub struct Simulation {
    beginning: Beginning,
    requests: Requests,
}

/// Signing requests that were made already, by name: the same name always has the same key.
type Requests = Rc<RefCell<HashMap<String, String>>>;

impl Simulation {
    /// An account linked and synced, from which every history goes on.
    ///
    /// # Errors
    /// When that fails.
    pub fn prepare() -> Result<Self> {
        Ok(Self {
            beginning: Beginning::make()?,
            requests: Requests::default(),
        })
    }

    /// Plays the history of a seed.
    ///
    /// # Errors
    /// When the simulation itself fails; what the system does wrong is in the outcome.
    pub fn run(&self, seed: u64, plan: &Plan) -> Result<Outcome> {
        let stage = self
            .beginning
            .stage(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))?;
        let credential = self.beginning.credential.clone();
        let requests = Rc::clone(&self.requests);
        let mut history = History::new(seed, stage, credential, requests, plan);
        history.play()?;
        history.quiet()?;
        inspect::all(&mut history)?;
        history.finale()?;
        Ok(history.outcome())
    }
}
