//! The commands of this repository, run as `cargo xtask COMMAND`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command speaks to its user"
)]

mod audit;
mod backup;
mod browser;
mod build;
mod demo;
mod dev;
mod faults;
mod fuzz;
mod license;
mod package;
mod reseal;
mod running;
mod screens;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, runs and tests Certwright. Needs Rust and Node.js; fetches everything else.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the whole system on this machine, with a sandbox CA, until Ctrl-C.
    Dev(dev::Arguments),
    /// Drives the running system through the whole job and prints what happened.
    Demo(demo::Arguments),
    /// Builds the Worker, the console and the unpacked extension.
    Build(build::Arguments),
    /// Runs every check and every test.
    Test(test::Arguments),
    /// Writes everything but secrets to a file.
    Dump(backup::Dump),
    /// Restores such a file into an empty system.
    Restore(backup::Restore),
    /// Seals every access key anew under the current master key.
    Reseal(reseal::Arguments),
    /// Exports the audit trail, or verifies an export.
    Audit(audit::Arguments),
    /// Plays random histories of the whole system under faults.
    Faults(faults::Arguments),
    /// Looks for inputs that break a reader of foreign bytes.
    Fuzz(fuzz::Arguments),
    /// Packs the extension for the stores of both browsers.
    Package(package::Arguments),
    /// Writes a picture of every screen, light and dark, wide and narrow.
    Screens(screens::Arguments),
    /// Signs a license with the key of the development system.
    License(license::Arguments),
    /// Runs wasm-bindgen (`generate …`) or its test runner (`test …`) in the locked version.
    Bindgen(build::Bindgen),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Dev(arguments) => dev::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Dump(arguments) => backup::dump(&arguments),
        Command::Restore(arguments) => backup::restore(&arguments),
        Command::Reseal(arguments) => reseal::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Faults(arguments) => faults::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Package(arguments) => package::run(&arguments),
        Command::Screens(arguments) => screens::run(&arguments),
        Command::License(arguments) => license::run(&arguments),
        Command::Bindgen(arguments) => build::bindgen(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n✗ {error:#}");
            ExitCode::FAILURE
        }
    }
}
