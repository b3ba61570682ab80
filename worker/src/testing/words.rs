//! The rule that every problem document of every native test is held to: what is wrong and what to do
//! are two texts, each of whole sentences.

use certwright_api::problem::Problem;

/// The first text of this reply that is not a sentence, or runs into another; nothing when all is well
/// or the reply is no problem document.
pub(super) fn misfit(body: &[u8]) -> Option<String> {
    let problem: Problem = serde_json::from_slice(body).ok()?;
    let own = [Some(&problem.detail), problem.remedy.as_ref()];
    let of_fields = problem
        .errors
        .iter()
        .flat_map(|error| [Some(&error.message), error.remedy.as_ref()]);
    let bad = own
        .into_iter()
        .chain(of_fields)
        .flatten()
        .find(|text| !is_told(text));
    let is_repeated = problem.errors.iter().any(|error| {
        let remedy = error.remedy.as_deref().unwrap_or("\0");
        error.message.contains(remedy.trim_end_matches('.'))
    });
    match bad {
        Some(text) => Some(text.clone()),
        None => is_repeated.then(|| problem.detail.clone()),
    }
}

/// Sentences only: an end, no second clause that ought to be one of its own, nothing doubled.
fn is_told(text: &str) -> bool {
    text.ends_with(['.', '!', '?'])
        && !text.contains("; ")
        && !text.contains("..")
        && text == text.trim()
}
