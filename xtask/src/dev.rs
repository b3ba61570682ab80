//! `cargo xtask dev`: the whole system on this machine, until Ctrl-C.

use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use certwright_harness::artifacts::Effort;
use certwright_harness::progress::{Done, seconds, step};
use certwright_harness::{
    Options, SandboxOptions, System, Tools, Workspace, artifacts, database, ports, system,
};
use serde_json::{Value, json};

use crate::running::{self, Note};

const WORKER_PORT: u16 = 8787;
const SANDBOX_PORT: u16 = 8788;

/// Arguments of `cargo xtask dev`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The port of the Worker and its console [default: 8787, or any free one].
    #[arg(long)]
    port: Option<u16>,
    /// How many orders the sandbox account has from the start.
    #[arg(long)]
    orders: Option<u32>,
    /// How long the sandbox takes for each answer.
    #[arg(long)]
    latency_ms: Option<u32>,
    /// Do not start the sandbox CA.
    #[arg(long)]
    no_sandbox: bool,
    /// Forget all state of earlier runs first, secrets included.
    #[arg(long)]
    reset: bool,
}

/// Sets up, starts, prints how to use it, and runs until Ctrl-C.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let began = Instant::now();
    let workspace = Workspace::find()?;
    running::ensure_none(&workspace)?;
    let worker_port = match arguments.port {
        Some(port) => ports::exactly(port)?,
        None => ports::preferably(WORKER_PORT)?,
    };
    let interrupted = interruption()?;

    let tools = Tools::prepare(&workspace)?;
    artifacts::build_all(&workspace, &tools, Effort::Quick)?;
    let state = workspace.dev_state();
    if arguments.reset && state.exists() {
        std::fs::remove_dir_all(&state)?;
    }
    step("Database migrations", || {
        let fresh = database::migrate(&workspace, &tools, &state.join("worker"))?;
        Ok(if fresh { Done::Yes } else { Done::Already })
    })?;
    let mut system = None;
    step("Sandbox CA and Worker", || {
        let options = options(arguments, &state, worker_port)?;
        system = Some(System::start(&workspace, options)?);
        Ok(Done::Yes)
    })?;
    let mut system = system.context("the system did not start")?;
    step("Sandbox account", || seed(&system))?;
    let note = Note::write(&workspace, &system)?;
    print_address(&workspace, &system, began.elapsed());
    keep_running(&workspace, &mut system, &note, &interrupted)?;
    println!("\nStopping.");
    Ok(())
}

fn options(arguments: &Arguments, state: &Path, worker_port: u16) -> Result<Options> {
    let sandbox = if arguments.no_sandbox {
        None
    } else {
        Some(SandboxOptions {
            port: Some(ports::preferably(SANDBOX_PORT)?),
            orders: arguments.orders,
            latency_ms: arguments.latency_ms,
            arguments: Vec::new(),
        })
    };
    Ok(Options {
        state: Some(state.to_owned()),
        worker_port: Some(worker_port),
        sandbox,
        variables: Vec::new(),
    })
}

/// A channel that says when the person wants to stop.
fn interruption() -> Result<mpsc::Receiver<()>> {
    let (sender, receiver) = mpsc::channel();
    ctrlc::set_handler(move || {
        let _ = sender.send(());
    })
    .context("could not listen for Ctrl-C")?;
    Ok(receiver)
}

/// Links the sandbox's account unless an account is linked already.
fn seed(system: &System) -> Result<Done> {
    if system.sandbox_url().is_none() {
        return Ok(Done::Skipped("no sandbox was started".to_owned()));
    }
    let url = format!("{}/v1/credentials", system.worker_url());
    let bearer = format!("Bearer {}", system.secrets().admin_token());
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let mut listed = agent.get(&url).header("Authorization", &bearer).call()?;
    if listed.status() == 404 {
        return Ok(Done::Skipped("this Worker can't link accounts".to_owned()));
    }
    let listed: Value = listed.body_mut().read_json()?;
    if listed
        .get("items")
        .and_then(Value::as_array)
        .is_some_and(|items| !items.is_empty())
    {
        return Ok(Done::Already);
    }
    let mut answer = agent
        .post(&url)
        .header("Authorization", &bearer)
        .header("Idempotency-Key", "development-sandbox-account")
        .send_json(sandbox_account())?;
    if !answer.status().is_success() {
        let reason = answer.body_mut().read_to_string()?;
        anyhow::bail!(
            "the Worker refused the sandbox account: {} {reason}",
            answer.status()
        );
    }
    Ok(Done::Yes)
}

/// The account that every sandbox has.
fn sandbox_account() -> Value {
    json!({
        "label": "Sandbox",
        "environment": "development",
        "generation": "v1",
        "accountNumber": system::SANDBOX_ACCOUNT,
        "accessKey": system::SANDBOX_ACCESS_KEY,
    })
}

fn print_address(workspace: &Workspace, system: &System, took: Duration) {
    println!("\nCertwright runs (ready after {}).\n", seconds(took));
    println!("  Console     {}/", system.worker_url());
    println!("  Sign in     {}", system.secrets().admin_token());
    println!(
        "  Extension   {} (load it unpacked)",
        workspace.extension().display()
    );
    if let Some(sandbox) = system.sandbox_url() {
        println!("  Sandbox CA  {sandbox}/");
    }
    println!("  Logs        {}", system.state().join("*.log").display());
    println!("\nCtrl-C stops everything.");
}

/// Runs the schedule every minute until the person stops it or a part ends. A runtime that was
/// killed is started again, as the platform would do it.
fn keep_running(
    workspace: &Workspace,
    system: &mut System,
    note: &Note,
    interrupted: &mpsc::Receiver<()>,
) -> Result<()> {
    const PULSE: Duration = Duration::from_secs(1);
    const SCHEDULE: Duration = Duration::from_secs(60);
    // A runtime that loads a new build or has much to do is away for a moment, too.
    const UNREACHABLE: u32 = 3;
    let mut last = Instant::now();
    let mut unreachable = 0;
    loop {
        match interrupted.recv_timeout(PULSE) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        unreachable = if system.is_reachable() {
            0
        } else {
            unreachable + 1
        };
        if unreachable >= UNREACHABLE {
            println!("The Worker's runtime has ended; it is started again over the same state.");
            system.restart_worker()?;
            note.update(workspace, system)?;
            unreachable = 0;
        }
        system.check()?;
        if last.elapsed() >= SCHEDULE {
            last = Instant::now();
            let url = system.worker_url().to_owned();
            // On its own thread, so that a slow run does not delay Ctrl-C.
            std::thread::spawn(move || {
                if let Err(error) = system::run_schedule(&url) {
                    eprintln!("{error:#}");
                }
            });
        }
    }
}
