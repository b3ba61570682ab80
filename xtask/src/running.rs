//! The note by which other commands find the system that `cargo xtask dev` runs.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use certwright_harness::service::{Signal, signal_group};
use certwright_harness::{System, Workspace, command};
use serde::{Deserialize, Serialize};

/// A running development system, as noted in `.certwright/dev/running.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Running {
    /// The process that runs it.
    pub process: u32,
    /// The process groups of its parts.
    pub parts: Vec<u32>,
    /// The address of the Worker and the console.
    pub worker: String,
    /// The address of the sandbox CA.
    pub sandbox: Option<String>,
    /// The file that holds the administrator's token.
    pub admin_token_file: PathBuf,
    /// The unpacked extension.
    pub extension: PathBuf,
}

/// The note on disk; it is removed when this value is dropped.
pub(crate) struct Note(PathBuf);

impl Note {
    /// Writes the note about a system.
    pub(crate) fn write(workspace: &Workspace, system: &System) -> Result<Self> {
        let note = Self(path(workspace));
        note.update(workspace, system)?;
        Ok(note)
    }

    /// Writes it anew, after a part was started again.
    pub(crate) fn update(&self, workspace: &Workspace, system: &System) -> Result<()> {
        let running = Running {
            process: std::process::id(),
            parts: system.processes(),
            worker: system.worker_url().to_owned(),
            sandbox: system.sandbox_url().map(str::to_owned),
            admin_token_file: system.secrets().admin_token_file(),
            extension: workspace.extension(),
        };
        fs::write(&self.0, serde_json::to_vec_pretty(&running)?)?;
        Ok(())
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The development system that runs.
///
/// # Errors
///
/// When none runs, with how to start one.
pub(crate) fn find(workspace: &Workspace) -> Result<Running> {
    let running = fs::read_to_string(path(workspace))
        .ok()
        .and_then(|text| serde_json::from_str::<Running>(&text).ok())
        .filter(|running| command_line(running.process).contains("xtask"));
    running.context(
        "no development system is running; start one with `cargo xtask dev` and leave it running, \
         then try again in another terminal",
    )
}

/// Makes sure that no development system runs, and ends what a killed one has left behind.
pub(crate) fn ensure_none(workspace: &Workspace) -> Result<()> {
    let Ok(text) = fs::read_to_string(path(workspace)) else {
        return Ok(());
    };
    let Ok(running) = serde_json::from_str::<Running>(&text) else {
        return Ok(());
    };
    if command_line(running.process).contains("xtask") {
        bail!(
            "the development system already runs at {}; stop it (process {}) before starting another",
            running.worker,
            running.process,
        );
    }
    for part in running.parts {
        // The number may belong to another program by now.
        if is_part(part) {
            signal_group(part, Signal::Kill);
            // Its ports are free again only when it is gone.
            for _ in 0..40 {
                if !is_part(part) {
                    break;
                }
                thread::sleep(Duration::from_millis(50));
            }
            thread::sleep(Duration::from_millis(200));
        }
    }
    fs::remove_file(path(workspace))?;
    Ok(())
}

/// Whether a process is one that a development system consists of.
fn is_part(process: u32) -> bool {
    let line = command_line(process);
    line.contains("wrangler") || line.contains("emsign-sandbox")
}

fn command_line(process: u32) -> String {
    let mut ps = Command::new("ps");
    command::capture(ps.args(["-o", "command=", "-p", &process.to_string()])).unwrap_or_default()
}

fn path(workspace: &Workspace) -> PathBuf {
    workspace.dev_state().join("running.json")
}
