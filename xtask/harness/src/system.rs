//! The whole system on one machine: the sandbox CA and the Worker in the real runtime.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::service::Service;
use crate::{Secrets, Tools, Workspace, database, ports};

/// The account number of the sandbox CA's account.
pub const SANDBOX_ACCOUNT: &str = "7412005839";

/// Its access key; public, and useless anywhere else.
pub const SANDBOX_ACCESS_KEY: &str = "sandbox-access-key-not-a-secret";

/// How long a part may take until it answers.
const START_LIMIT: Duration = Duration::from_secs(60);

/// What to start, and where its state lives.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where state, secrets and logs go; a folder that vanishes with the system when absent.
    pub state: Option<PathBuf>,
    /// The Worker's port; any free one when absent.
    pub worker_port: Option<u16>,
    /// The sandbox CA; none is started when absent.
    pub sandbox: Option<SandboxOptions>,
    /// Further variables for the Worker, over those of `wrangler.toml`.
    pub variables: Vec<(String, String)>,
}

/// How the sandbox CA behaves.
#[derive(Debug, Clone, Default)]
pub struct SandboxOptions {
    /// The port; any free one when absent.
    pub port: Option<u16>,
    /// How many orders its account has from the start.
    pub orders: Option<u32>,
    /// How long each answer takes.
    pub latency_ms: Option<u32>,
    /// Further arguments of the `emsign-sandbox` program.
    pub arguments: Vec<String>,
}

impl Options {
    /// A system without a past, with a sandbox CA, gone without a trace when it is dropped.
    #[must_use]
    pub fn fresh() -> Self {
        Self {
            sandbox: Some(SandboxOptions::default()),
            ..Self::default()
        }
    }
}

/// A running system; dropping it stops its processes.
pub struct System {
    // Fields are dropped in this order: the Worker before the CA that it calls.
    worker: Service,
    sandbox: Option<(Service, String)>,
    worker_url: String,
    secrets: Secrets,
    state: PathBuf,
    keep_state: bool,
    settings: Settings,
}

/// What is needed to start the Worker once more.
struct Settings {
    tools: Tools,
    port: u16,
    environment: PathBuf,
    variables: Vec<(String, String)>,
}

impl System {
    /// Starts a system and waits until it answers. The parts must have been built.
    ///
    /// # Errors
    ///
    /// When a part was not built, does not start or does not answer.
    pub fn start(workspace: &Workspace, options: Options) -> Result<Self> {
        let tools = Tools::find(workspace)?;
        if !workspace.worker_build().join("shim.mjs").exists() {
            bail!("the Worker has not been built; run `cargo xtask build`");
        }
        let keep_state = options.state.is_some();
        let state = options.state.unwrap_or_else(|| unused_folder(workspace));
        let secrets = Secrets::open(&state.join("secrets"))?;
        database::migrate(workspace, &tools, &state.join("worker"))?;

        let mut variables = options.variables;
        let sandbox = match &options.sandbox {
            Some(wanted) => {
                let (service, url) = start_sandbox(workspace, &state, wanted)?;
                variables.push((
                    "DEVELOPMENT_CA_BASE".to_owned(),
                    format!("{url}/emSignHub-API/"),
                ));
                Some((service, url))
            }
            None => None,
        };
        let environment = secrets.write_environment(&variables)?;
        let port = options.worker_port.map_or_else(ports::any, Ok)?;
        let settings = Settings {
            tools,
            port,
            environment,
            variables,
        };
        let worker = start_worker(&settings, &state)?;
        Ok(Self {
            worker,
            sandbox,
            worker_url: format!("http://127.0.0.1:{port}"),
            secrets,
            state,
            keep_state,
            settings,
        })
    }

    /// The address of the Worker and of the console that it serves, without a slash at the end.
    #[must_use]
    pub fn worker_url(&self) -> &str {
        &self.worker_url
    }

    /// The address of the sandbox CA, without a slash at the end.
    #[must_use]
    pub fn sandbox_url(&self) -> Option<&str> {
        self.sandbox.as_ref().map(|(_, url)| url.as_str())
    }

    /// The secrets that this system was given.
    #[must_use]
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The folder of state, secrets and logs.
    #[must_use]
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// The ids of the process groups that belong to this system.
    #[must_use]
    pub fn processes(&self) -> Vec<u32> {
        let sandbox = self.sandbox.as_ref().map(|(service, _)| service.id());
        std::iter::once(self.worker.id()).chain(sandbox).collect()
    }

    /// Runs what the platform runs on schedule; the local runtime does not do it by itself.
    ///
    /// # Errors
    ///
    /// When the Worker's schedule fails.
    pub fn run_schedule(&self) -> Result<()> {
        run_schedule(&self.worker_url)
    }

    /// Whether the Worker answers within seconds. A runtime that was killed may leave something
    /// behind that listens and never answers.
    #[must_use]
    pub fn is_reachable(&self) -> bool {
        answers(&format!("{}/healthz", self.worker_url))
    }

    /// Ends the Worker's runtime at once, as a power cut does: nothing is finished, and what its
    /// queue held in memory is gone.
    pub fn kill_worker(&mut self) {
        self.worker.kill();
    }

    /// Starts the Worker again over the same state, with its clock so many seconds ahead.
    ///
    /// # Errors
    ///
    /// When it does not come back.
    pub fn start_worker_ahead(&mut self, seconds: i64) -> Result<()> {
        let mut variables = self.settings.variables.clone();
        variables.push(("DEVELOPMENT_CLOCK_AHEAD".to_owned(), seconds.to_string()));
        self.secrets.write_environment(&variables)?;
        self.worker.stop();
        self.worker = start_worker(&self.settings, &self.state)?;
        Ok(())
    }

    /// Stops the Worker and starts it again over the same state, as after a crash.
    ///
    /// # Errors
    ///
    /// When it does not come back.
    pub fn restart_worker(&mut self) -> Result<()> {
        self.worker.stop();
        self.worker = start_worker(&self.settings, &self.state)?;
        Ok(())
    }

    /// Makes sure that every part still runs.
    ///
    /// # Errors
    ///
    /// When one has ended; with the end of its log.
    pub fn check(&mut self) -> Result<()> {
        self.worker.check()?;
        match &mut self.sandbox {
            Some((service, _)) => service.check(),
            None => Ok(()),
        }
    }
}

impl Drop for System {
    fn drop(&mut self) {
        self.worker.stop();
        if let Some((service, _)) = &mut self.sandbox {
            service.stop();
        }
        if !self.keep_state && !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.state);
        }
    }
}

/// Runs the schedule of the Worker at an address.
///
/// # Errors
///
/// When it can't be reached or fails.
pub fn run_schedule(worker_url: &str) -> Result<()> {
    let url = format!("{worker_url}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*");
    ureq::get(&url)
        .call()
        .context("the Worker's schedule failed")?;
    Ok(())
}

/// Whether an address answers with success.
#[must_use]
pub fn answers(url: &str) -> bool {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(5)))
        .build()
        .into();
    agent.get(url).call().is_ok()
}

fn start_worker(settings: &Settings, state: &Path) -> Result<Service> {
    let mut command = settings.tools.wrangler();
    command
        .args([
            "dev",
            "--local",
            "--ip",
            "127.0.0.1",
            "--show-interactive-dev-session=false",
        ])
        .args(["--port", &settings.port.to_string()])
        .args(["--inspector-port", &ports::any()?.to_string()])
        .arg("--persist-to")
        .arg(state.join("worker"))
        .arg("--env-file")
        .arg(&settings.environment);
    let mut service = Service::start("the Worker", &mut command, &state.join("worker.log"))?;
    let health = format!("http://127.0.0.1:{}/healthz", settings.port);
    service.wait_until(START_LIMIT, || answers(&health))?;
    Ok(service)
}

fn start_sandbox(
    workspace: &Workspace,
    state: &Path,
    wanted: &SandboxOptions,
) -> Result<(Service, String)> {
    let program = workspace.program("emsign-sandbox");
    if !program.exists() {
        bail!("the sandbox CA has not been built; run `cargo xtask build`");
    }
    let port = wanted.port.map_or_else(ports::any, Ok)?;
    let mut command = Command::new(program);
    command
        .args(["--listen", &format!("127.0.0.1:{port}")])
        .args([
            "--account-number",
            SANDBOX_ACCOUNT,
            "--access-key",
            SANDBOX_ACCESS_KEY,
        ])
        .arg("--state")
        .arg(state.join("sandbox.json"));
    if let Some(orders) = wanted.orders {
        command.args(["--orders", &orders.to_string()]);
    }
    if let Some(latency) = wanted.latency_ms {
        command.args(["--latency-ms", &latency.to_string()]);
    }
    command.args(&wanted.arguments);
    let mut service = Service::start("the sandbox CA", &mut command, &state.join("sandbox.log"))?;
    service.wait_until(START_LIMIT, || {
        std::net::TcpStream::connect((std::net::Ipv4Addr::LOCALHOST, port)).is_ok()
    })?;
    Ok((service, format!("http://127.0.0.1:{port}")))
}

/// A folder of its own for each system of this process.
fn unused_folder(workspace: &Workspace) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    workspace
        .local()
        .join("runs")
        .join(format!("{}-{number}", std::process::id()))
}
