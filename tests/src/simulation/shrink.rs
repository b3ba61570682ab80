//! The least of a history that still ends badly.

use anyhow::Result;

use super::{Outcome, Plan, Simulation};

/// Leaves out of a bad history what it does not need: first its end, then whole kinds of events, one
/// after the other. What is left is told with its plan; a history that does not end badly is given
/// back as it is.
///
/// # Errors
/// When the simulation itself fails.
pub fn shrunk(simulation: &Simulation, seed: u64, plan: &Plan) -> Result<(Plan, Outcome)> {
    let mut plan = plan.clone();
    let mut outcome = simulation.run(seed, &plan)?;
    if outcome.violations.is_empty() {
        return Ok((plan, outcome));
    }
    // A shorter history is a beginning of the longer one, so the shortest bad one is not far in.
    for steps in 1..plan.steps {
        let shorter = Plan {
            steps,
            ..plan.clone()
        };
        let tried = simulation.run(seed, &shorter)?;
        if !tried.violations.is_empty() {
            (plan, outcome) = (shorter, tried);
            break;
        }
    }
    let kinds: Vec<&'static str> = super::workload::KINDS.to_vec();
    for kind in kinds {
        let mut without = plan.clone();
        without.muted.insert(kind);
        let tried = simulation.run(seed, &without)?;
        if !tried.violations.is_empty() {
            (plan, outcome) = (without, tried);
        }
    }
    Ok((plan, outcome))
}
