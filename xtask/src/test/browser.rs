//! The extension and the console in a real browser.

use anyhow::Result;
use certwright_harness::progress::Done;

use super::{Context, Report};
use crate::browser;

/// In this order: the first starts with nothing, the others find what it has left.
const SCRIPTS: [&[&str]; 8] = [
    &["--test", "--test-reporter=spec", "job.test.mjs"],
    &["--test", "--test-reporter=spec", "console.test.mjs"],
    &["--test", "--test-reporter=spec", "new_order.test.mjs"],
    &["--test", "--test-reporter=spec", "people.test.mjs"],
    &["--test", "--test-reporter=spec", "live.test.mjs"],
    &["--test", "--test-reporter=spec", "actions.test.mjs"],
    &["--test", "--test-reporter=spec", "roles.test.mjs"],
    &["--test", "--test-reporter=spec", "accessibility.test.mjs"],
];

pub(super) fn check(context: &Context) -> Result<Report> {
    let Some(program) = browser::find() else {
        let reason = "NO BROWSER: install Chromium, or name one in CERTWRIGHT_CHROMIUM; \
                      the extension and the console were not tested";
        return Ok(Done::Skipped(reason.to_owned()).into());
    };
    browser::scripts(&context.workspace, &context.tools, &program, &SCRIPTS)?;
    Ok(Done::With(program.display().to_string()).into())
}

#[cfg(test)]
mod tests {
    use certwright_harness::{Workspace, artifacts};

    use super::SCRIPTS;

    #[test]
    fn every_browser_test_is_run() {
        let folder = Workspace::find().unwrap().root().join("tests/browser");
        let files = artifacts::names_of_files(&folder).unwrap();
        let tests = files.iter().filter_map(|file| file.to_str());
        for test in tests.filter(|file| file.ends_with(".test.mjs")) {
            let is_run = SCRIPTS.iter().any(|arguments| arguments.contains(&test));
            assert!(is_run, "{test} is not run by `cargo xtask test`");
        }
    }
}
