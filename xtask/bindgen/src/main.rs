//! The wasm-bindgen tools in one program, built from the version that `Cargo.lock` names.
//!
//! wasm-bindgen's code generator must have exactly the version of the crate that the compiled
//! module used. Building it as a member of the workspace makes a difference impossible and
//! downloads nothing but crates.
//!
//! * `certwright-bindgen generate …` takes the arguments of `wasm-bindgen`;
//! * `certwright-bindgen test …` takes those of `wasm-bindgen-test-runner`.

use std::env::args_os;
use std::ffi::OsString;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let mut arguments = args_os();
    let program = arguments
        .next()
        .unwrap_or_else(|| OsString::from("certwright-bindgen"));
    let command = arguments.next();
    let passed_on = std::iter::once(program).chain(arguments);
    match command.as_ref().and_then(|command| command.to_str()) {
        Some("generate") => wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(passed_on),
        Some("test") => wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(passed_on),
        _ => bail!("expected `generate` or `test` as the first argument"),
    }
}
