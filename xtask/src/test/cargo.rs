//! The steps that cargo carries out.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use certwright_harness::artifacts::{cargo, wasm_test_runner};
use certwright_harness::progress::Done;

use super::metadata::Metadata;
use super::{Context, Report};
use crate::browser;

const WASM: &str = "wasm32-unknown-unknown";

/// The crates that run in the Workers runtime or in a browser.
const WASM_PACKAGES: [&str; 5] = [
    "certwright-core",
    "certwright-api",
    "certwright-emsign",
    "certwright-worker",
    "certwright-plugin",
];

/// The package of the tests across crates. Its targets named `e2e…` need a running system.
const TESTS: &str = "certwright-tests";

/// The package of what is fuzzed.
const FUZZ_TARGETS: &str = "certwright-fuzz-targets";

pub(super) fn fmt(context: &Context) -> Result<Report> {
    cargo(&context.workspace, &["fmt", "--all", "--check"])?;
    Ok(Done::Yes.into())
}

pub(super) fn clippy(context: &Context) -> Result<Report> {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    cargo(&context.workspace, &arguments)?;
    Ok(Done::Yes.into())
}

pub(super) fn clippy_wasm(context: &Context) -> Result<Report> {
    let mut arguments = vec!["clippy", "--target", WASM];
    arguments.extend(
        WASM_PACKAGES
            .iter()
            .flat_map(|package| ["--package", package]),
    );
    arguments.extend(["--", "-D", "warnings"]);
    cargo(&context.workspace, &arguments)?;
    // Of the wasm tests only the plugin's are made for a JavaScript engine.
    let tests = [
        "clippy",
        "--target",
        WASM,
        "--package",
        "certwright-plugin",
        "--all-targets",
    ];
    cargo(
        &context.workspace,
        &[&tests[..], &["--", "-D", "warnings"]].concat(),
    )?;
    Ok(Done::Yes.into())
}

pub(super) fn native_tests(context: &Context) -> Result<Report> {
    // The code generator is wasm-bindgen's own and has no tests of ours.
    let excluded = ["certwright-bindgen", TESTS, FUZZ_TARGETS];
    let excluded = excluded.iter().flat_map(|package| ["--exclude", package]);
    let arguments: Vec<_> = ["--workspace"].into_iter().chain(excluded).collect();
    let units = test(context, &arguments)?;
    let (_, native) = test_targets(context)?;
    let targets = native.iter().flat_map(|name| ["--test", name]);
    let arguments: Vec<_> = ["--package", TESTS, "--lib"]
        .into_iter()
        .chain(targets)
        .collect();
    let across = test(context, &arguments)?;
    Ok(report(units + across))
}

/// On stable Rust, in seconds; `cargo xtask fuzz` looks further.
pub(super) fn fuzz_targets(context: &Context) -> Result<Report> {
    Ok(report(test(context, &["--package", FUZZ_TARGETS])?))
}

pub(super) fn wasm_tests(context: &Context) -> Result<Report> {
    let node = [&PLUGIN_IN_WASM[..], &["--test", "csr_in_node"]].concat();
    Ok(report(test(context, &node)?))
}

/// The browser's driver starts the browser that the wasm tests run in.
pub(super) fn wasm_tests_in_browser(context: &Context) -> Result<Report> {
    let Some(driver) = browser::find().and_then(|_| browser::driver()) else {
        let reason = "NO CHROMEDRIVER: install it beside Chromium, or name one in CHROMEDRIVER; \
                      keys were not tested in a browser";
        return Ok(Done::Skipped(reason.to_owned()).into());
    };
    let arguments = [&PLUGIN_IN_WASM[..], &["--test", "in_browser"]].concat();
    let tests = test_with(context, &arguments, &[("CHROMEDRIVER", driver.as_os_str())])?;
    Ok(report(tests))
}

const PLUGIN_IN_WASM: [&str; 4] = ["--package", "certwright-plugin", "--target", WASM];

pub(super) fn end_to_end_tests(context: &Context) -> Result<Report> {
    let (end_to_end, _) = test_targets(context)?;
    if end_to_end.is_empty() {
        return Ok(Done::Skipped("there are none".to_owned()).into());
    }
    let targets = end_to_end.iter().flat_map(|name| ["--test", name]);
    let arguments: Vec<_> = ["--package", TESTS, "--features", "e2e"]
        .into_iter()
        .chain(targets)
        .collect();
    Ok(report(test(context, &arguments)?))
}

fn report(tests: u32) -> Report {
    Report {
        done: Done::With(format!("{tests} tests")),
        tests,
    }
}

/// The names of the tests across crates: those over the real runtime, and the others.
fn test_targets(context: &Context) -> Result<(Vec<String>, Vec<String>)> {
    let metadata = Metadata::read(&context.workspace)?;
    let package = metadata
        .package(TESTS)
        .with_context(|| format!("{TESTS} is missing"))?;
    let tests = package
        .targets
        .iter()
        .filter(|target| target.kind.iter().any(|k| k == "test"));
    Ok(tests
        .map(|target| target.name.clone())
        .partition(|name| name.starts_with("e2e")))
}

fn test(context: &Context, arguments: &[&str]) -> Result<u32> {
    test_with(context, arguments, &[])
}

/// Runs `cargo test`, shows what it says, and counts the tests that passed.
fn test_with(context: &Context, arguments: &[&str], variables: &[(&str, &OsStr)]) -> Result<u32> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(context.workspace.root())
        .args(["test", "--no-fail-fast"])
        .args(arguments)
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            wasm_test_runner(&context.workspace),
        )
        .env("PATH", context.tools.path()?)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    let mut child = command.spawn().context("could not start cargo")?;
    let output = child.stdout.take().context("cargo's output is missing")?;
    let mut passed = 0;
    for line in BufReader::new(output).lines() {
        let line = line?;
        passed += passed_in(&line).unwrap_or(0);
        // What passed is only counted.
        if !is_routine(&line) {
            println!("  {line}");
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("`cargo test {}` ended with {status}", arguments.join(" "));
    }
    Ok(passed)
}

/// Whether a line says nothing but that all is well.
fn is_routine(line: &str) -> bool {
    line.is_empty()
        || line == "no tests to run!"
        || line.ends_with(" ... ok")
        || line.starts_with("running ")
        || line.starts_with("test result: ok.")
}

/// The number in `test result: ok. 12 passed; …`.
fn passed_in(line: &str) -> Option<u32> {
    let (_, rest) = line.strip_prefix("test result: ")?.split_once(". ")?;
    rest.split_once(" passed")?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::passed_in;

    #[test]
    fn results_are_counted() {
        let line = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out";
        assert_eq!(passed_in(line), Some(12));
        assert_eq!(
            passed_in("test result: FAILED. 3 passed; 1 failed"),
            Some(3)
        );
        assert_eq!(passed_in("test names::wildcard ... ok"), None);
    }
}
