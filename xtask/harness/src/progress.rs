//! Says what is being done and how long it took.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// How a step ended that did not fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It did what its name says.
    Yes,
    /// It did, and there is something to add.
    With(String),
    /// There was nothing to do.
    Already,
    /// It was left out, for this reason.
    Skipped(String),
}

/// Announces a step, runs it and reports how long it took.
///
/// # Errors
///
/// Those of the step, with its name.
#[expect(
    clippy::print_stdout,
    reason = "the progress of a command is its output"
)]
pub fn step(name: &str, work: impl FnOnce() -> Result<Done>) -> Result<Done> {
    println!("▸ {name}");
    let start = Instant::now();
    let outcome = work().with_context(|| format!("failed: {name}"))?;
    let took = seconds(start.elapsed());
    match &outcome {
        Done::Yes => println!("  ✓ {took}"),
        Done::With(note) => println!("  ✓ {took}: {note}"),
        Done::Already => println!("  ✓ {took}: nothing to do"),
        Done::Skipped(reason) => println!("  – skipped: {reason}"),
    }
    Ok(outcome)
}

/// A duration for people: tenths below a minute, whole seconds above.
#[must_use]
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole < 60 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{} min {} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_naturally() {
        assert_eq!(seconds(Duration::from_millis(1250)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 5 s");
    }
}
