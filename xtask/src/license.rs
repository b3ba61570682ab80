//! `cargo xtask license`: signs a license that the development system accepts.

use anyhow::Result;
use certwright_harness::license::License;
use certwright_harness::{Secrets, Workspace};

/// Arguments of `cargo xtask license`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How many certificates the license covers.
    #[arg(long)]
    seats: u32,
    /// Whom it is given to.
    #[arg(long)]
    licensee: String,
    /// How many days it lasts, from now.
    #[arg(long, default_value_t = 365)]
    days: u32,
}

/// Prints the signed token.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::find()?;
    let secrets = Secrets::open(&workspace.dev_state().join("secrets"))?;
    let license = License::starting_now(&arguments.licensee, arguments.seats, arguments.days)?;
    println!("{}", license.sign(secrets.license_key())?);
    Ok(())
}
