//! The demo's table: one row a step, written as soon as the step has ended.

use std::time::{Duration, Instant};

use anyhow::Result;
use certwright_harness::progress::seconds;

const WHAT: usize = 17;
const OUTCOME: usize = 66;

/// Writes the head of the table.
pub(super) fn head() {
    println!("    {:WHAT$} {:OUTCOME$} Time", "Step", "Outcome");
    println!("  {}", "─".repeat(WHAT + OUTCOME + 11));
}

/// Runs a step and writes its row; a failure ends the demo.
pub(super) fn row<T>(what: &str, step: impl FnOnce() -> Result<(T, String)>) -> Result<T> {
    let began = Instant::now();
    match step() {
        Ok((value, outcome)) => {
            write("✓", what, &outcome, began.elapsed());
            Ok(value)
        }
        Err(error) => {
            write("✗", what, &format!("{error:#}"), began.elapsed());
            Err(error.context(format!("the step \"{what}\" failed")))
        }
    }
}

fn write(mark: &str, what: &str, outcome: &str, took: Duration) {
    let took = seconds(took);
    for (index, line) in wrapped(outcome).iter().enumerate() {
        if index == 0 {
            println!("  {mark} {what:WHAT$} {line:OUTCOME$} {took:>7}");
        } else {
            println!("    {:WHAT$} {line}", "");
        }
    }
}

/// The text in lines that fit the column; a word that is longer stands alone.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        if let Some(line) = lines.last_mut() {
            if line.is_empty() {
                line.push_str(word);
                continue;
            }
            if line.chars().count() + 1 + word.chars().count() <= OUTCOME {
                line.push(' ');
                line.push_str(word);
                continue;
            }
        }
        lines.push(word.to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_lose_none() {
        let text = format!("one {} two", "x".repeat(OUTCOME));
        let lines = wrapped(&text);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines.join(" "), text);
        assert_eq!(wrapped(""), [""]);
    }
}
