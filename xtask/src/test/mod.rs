//! `cargo xtask test`: every check and every test.
//!
//! A failed step does not keep the others from running, except those that need its result. The last
//! line says how many passed and failed.

mod browser;
mod cargo;
mod metadata;
mod npm_lock;
mod packages;
mod rules;
mod size;

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use certwright_harness::artifacts::Effort;
use certwright_harness::progress::{Done, seconds, step};
use certwright_harness::{Tools, Workspace, artifacts};

/// Arguments of `cargo xtask test`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Leave out the tests over the real runtime.
    #[arg(long)]
    skip_e2e: bool,
    /// Run only this step, or these: the flag can be repeated.
    #[arg(long, value_name = "STEP", value_parser = STEPS.map(|step| step.name))]
    only: Vec<String>,
}

/// What every step works with.
struct Context {
    workspace: Workspace,
    tools: Tools,
}

/// One thing that can pass or fail.
struct Step {
    /// For `--only`.
    name: &'static str,
    /// For people.
    title: &'static str,
    /// What to do when it fails.
    advice: &'static str,
    /// The step without whose success this one makes no sense.
    needs: Option<&'static str>,
    run: fn(&Context) -> Result<Report>,
}

/// The outcome of a step that did not fail.
struct Report {
    done: Done,
    /// How many tests it consisted of.
    tests: u32,
}

impl From<Done> for Report {
    fn from(done: Done) -> Self {
        Self { done, tests: 0 }
    }
}

const STEPS: [Step; 13] = [
    Step {
        name: "fmt",
        title: "Formatting",
        advice: "run `cargo fmt --all`",
        needs: None,
        run: cargo::fmt,
    },
    Step {
        name: "rules",
        title: "Edges between our crates, sizes of files",
        advice: "ARCHITECTURE.md names the edges; split a file by concepts",
        needs: None,
        run: rules::check,
    },
    Step {
        name: "packages",
        title: "Licenses, sources and bans of dependencies",
        advice: "choose another crate, or change deny.toml and say why",
        needs: None,
        run: packages::check,
    },
    Step {
        name: "clippy",
        title: "Lints, native",
        advice: "follow the compiler's advice above",
        needs: None,
        run: cargo::clippy,
    },
    Step {
        name: "clippy-wasm",
        title: "Lints, wasm32",
        advice: "follow the compiler's advice above",
        needs: None,
        run: cargo::clippy_wasm,
    },
    Step {
        name: "native",
        title: "Native tests",
        advice: "run the failed test alone: `cargo test -p PACKAGE NAME`",
        needs: None,
        run: cargo::native_tests,
    },
    Step {
        name: "fuzz",
        title: "Fuzz targets: their corpora and mutations of them",
        advice: "repair the reader and put the input into fuzz/corpus/TARGET",
        needs: None,
        run: cargo::fuzz_targets,
    },
    Step {
        name: "build",
        title: "Sandbox CA, Worker, console and extension",
        advice: "follow the compiler's advice above; `cargo xtask build` does the same",
        needs: None,
        run: build,
    },
    Step {
        name: "wasm",
        title: "Tests in wasm, under Node.js",
        advice: "run this step alone: `cargo xtask test --only build --only wasm`",
        needs: Some("build"),
        run: cargo::wasm_tests,
    },
    Step {
        name: "wasm-browser",
        title: "Keys in wasm, in a real browser",
        advice: "run this step alone: `cargo xtask test --only build --only wasm-browser`",
        needs: Some("build"),
        run: cargo::wasm_tests_in_browser,
    },
    Step {
        name: "size",
        title: "Size budgets",
        advice: "see what grew with `cargo tree -e features` and `twiggy`",
        needs: Some("build"),
        run: size::check,
    },
    Step {
        name: E2E,
        title: "Tests over the real runtime",
        advice: "logs of failed runs stay in .certwright/runs",
        needs: Some("build"),
        run: cargo::end_to_end_tests,
    },
    Step {
        name: "browser",
        title: "Extension and console in a real browser",
        advice: "run this step alone: `cargo xtask test --only build --only browser`",
        needs: Some("build"),
        run: browser::check,
    },
];

const E2E: &str = "e2e";

fn build(context: &Context) -> Result<Report> {
    artifacts::build_all(&context.workspace, &context.tools, Effort::Full)?;
    Ok(Done::Yes.into())
}

/// Runs the steps and sums them up.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let began = Instant::now();
    let workspace = Workspace::find()?;
    let tools = Tools::prepare(&workspace)?;
    let context = Context { workspace, tools };
    let mut tally = Tally::default();
    for wanted in STEPS.iter().filter(|step| is_wanted(step, arguments)) {
        tally.add(wanted, &context);
    }
    tally.finish(began.elapsed())
}

fn is_wanted(step: &Step, arguments: &Arguments) -> bool {
    if step.name == E2E && arguments.skip_e2e {
        return false;
    }
    arguments.only.is_empty() || arguments.only.iter().any(|name| name == step.name)
}

/// What has been run so far.
#[derive(Default)]
struct Tally {
    passed: u32,
    skipped: u32,
    tests: u32,
    failed: Vec<&'static Step>,
}

impl Tally {
    fn add(&mut self, wanted: &'static Step, context: &Context) {
        if let Some(needed) = wanted.needs.filter(|needed| self.has_failed(needed)) {
            println!("▸ {}\n  – skipped: `{needed}` has failed", wanted.title);
            self.skipped += 1;
            return;
        }
        let mut tests = 0;
        let outcome = step(wanted.title, || {
            let report = (wanted.run)(context)?;
            tests = report.tests;
            Ok(report.done)
        });
        self.tests += tests;
        match outcome {
            Ok(Done::Skipped(_)) => self.skipped += 1,
            Ok(_) => self.passed += 1,
            Err(error) => {
                println!("  ✗ {error:#}\n  → {}", wanted.advice);
                self.failed.push(wanted);
            }
        }
    }

    fn has_failed(&self, name: &str) -> bool {
        self.failed.iter().any(|step| step.name == name)
    }

    fn finish(self, took: Duration) -> Result<()> {
        println!();
        for step in &self.failed {
            println!("✗ {} (`cargo xtask test --only {}`)", step.title, step.name);
        }
        let (tests, took) = (self.tests, seconds(took));
        println!(
            "{tests} tests passed; {} steps skipped; {took}",
            self.skipped
        );
        println!("{} passed, {} failed", self.passed, self.failed.len());
        if self.failed.is_empty() {
            Ok(())
        } else {
            bail!("not everything passed")
        }
    }
}
