//! `cargo xtask build` and `cargo xtask bindgen`.

use anyhow::Result;
use certwright_harness::artifacts::Effort;
use certwright_harness::{Tools, Workspace, artifacts, command};

/// Arguments of `cargo xtask build`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Leave out the optimization of size; good for trying things out, not for deploying.
    #[arg(long)]
    quick: bool,
}

/// Arguments of `cargo xtask bindgen`.
#[derive(clap::Args)]
pub(crate) struct Bindgen {
    /// `generate` or `test`, then the arguments of `wasm-bindgen` or `wasm-bindgen-test-runner`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    arguments: Vec<String>,
}

/// Builds everything that runs.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::find()?;
    let tools = Tools::prepare(&workspace)?;
    let effort = if arguments.quick {
        Effort::Quick
    } else {
        Effort::Full
    };
    artifacts::build_all(&workspace, &tools, effort)?;
    println!("\nWorker     {}", workspace.worker_build().display());
    println!("Console    {}", workspace.console().display());
    println!(
        "Extension  {} (load it unpacked)",
        workspace.extension().display()
    );
    Ok(())
}

/// Runs the wasm-bindgen tools of the locked version.
pub(crate) fn bindgen(arguments: &Bindgen) -> Result<()> {
    let workspace = Workspace::find()?;
    artifacts::cargo(&workspace, &["build", "--package", "certwright-bindgen"])?;
    let mut program = std::process::Command::new(workspace.program("certwright-bindgen"));
    command::run(program.args(&arguments.arguments))
}
