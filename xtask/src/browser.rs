//! A real browser against the whole system: which one there is, and what the scripts in
//! `tests/browser` are told.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use certwright_harness::command::run;
use certwright_harness::license::License;
use certwright_harness::system::{SANDBOX_ACCESS_KEY, SANDBOX_ACCOUNT};
use certwright_harness::{Options, SandboxOptions, System, Tools, Workspace};

/// Programs that are Chromium at heart and load an unpacked extension, by name. Chrome as Google
/// ships it no longer does so from the command line.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "microsoft-edge",
    "microsoft-edge-stable",
];
/// Where they lie on systems that do not put programs on the search path.
const PLACES: [&str; 3] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
];
/// How many orders the sandbox's account has.
const ORDERS: u32 = 120;

/// The browser of this machine: what `CERTWRIGHT_CHROMIUM` names, what is installed, or, on a
/// Debian where we are root, what its package manager installs now.
pub(crate) fn find() -> Option<PathBuf> {
    installed().or_else(|| {
        install_on_debian();
        installed()
    })
}

fn installed() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CERTWRIGHT_CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path =
        std::env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    on_path
        .chain(PLACES.map(PathBuf::from))
        .find(|program| program.is_file())
}

/// The program that drives it: what `CHROMEDRIVER` names, or what is installed beside it.
pub(crate) fn driver() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("CHROMEDRIVER") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(format!("chromedriver{}", std::env::consts::EXE_SUFFIX)))
        .find(|program| program.is_file())
}

fn install_on_debian() {
    // Debian's list of packages, which only root may write.
    let may_install = OpenOptions::new()
        .append(true)
        .open("/var/lib/dpkg/status")
        .is_ok();
    if !may_install {
        return;
    }
    for arguments in [
        &["update"][..],
        &["install", "-y", "chromium", "chromium-driver"],
    ] {
        let mut apt = Command::new("apt-get");
        apt.args(["-q"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        if run(&mut apt).is_err() {
            return;
        }
    }
}

/// Starts a system without a past, and runs each script of `tests/browser` against it in turn.
///
/// # Errors
///
/// When a part does not start or a script fails.
pub(crate) fn scripts(
    workspace: &Workspace,
    tools: &Tools,
    browser: &Path,
    scripts: &[&[&str]],
) -> Result<()> {
    let options = Options {
        sandbox: Some(SandboxOptions {
            orders: Some(ORDERS),
            ..SandboxOptions::default()
        }),
        ..Options::default()
    };
    let system = System::start(workspace, options)?;
    let license = |seats| {
        License::starting_now("Whitlock Ltd", seats, 30)?.sign(system.secrets().license_key())
    };
    let (small, large) = (license(1)?, license(1_000)?);
    let mut failed = Vec::new();
    for arguments in scripts {
        let mut node = tools.node();
        node.current_dir(workspace.root().join("tests/browser"))
            .args(*arguments)
            .env("CERTWRIGHT_WORKER", system.worker_url())
            .env(
                "CERTWRIGHT_SANDBOX",
                system.sandbox_url().unwrap_or_default(),
            )
            .env("CERTWRIGHT_TOKEN", system.secrets().admin_token())
            .env("CERTWRIGHT_ACCOUNT", SANDBOX_ACCOUNT)
            .env("CERTWRIGHT_ACCESS_KEY", SANDBOX_ACCESS_KEY)
            .env("CERTWRIGHT_LICENSE_SMALL", &small)
            .env("CERTWRIGHT_LICENSE_LARGE", &large)
            .env("CERTWRIGHT_EXTENSION", workspace.extension())
            .env("CERTWRIGHT_CHROMIUM", browser);
        // The rest is told too: a person mends all of it at once.
        if let Err(fault) = run(&mut node) {
            failed.push(format!("{fault:#}"));
        }
    }
    anyhow::ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}
