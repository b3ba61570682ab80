//! The sandbox CA as a program; `--help` and the package's `README.md` say how to use it.

use std::{
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clap::{Parser, ValueEnum};
use emsign_sandbox::{
    DEFAULT_ACCESS_KEY, DEFAULT_ACCOUNT_NUMBER, DcvMode, Options, Sandbox,
    listener::{self, Shared, clock},
    store,
};
use tokio::net::TcpListener;

/// An emSign look-alike for tests and demos. It issues real certificates that nobody should trust.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Where to listen; port 0 takes any free one. Only loopback addresses are allowed.
    #[arg(long, default_value = "127.0.0.1:8788")]
    listen: SocketAddr,

    /// Existing orders of the seeded account.
    #[arg(long, default_value_t = 120)]
    orders: u32,

    /// From which keys, numbers and misbehaviour are derived; a new one each time if not given.
    #[arg(long)]
    seed: Option<u64>,

    /// How long every answer takes.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,

    /// Keep the books in this file. The seed and the accounts are those in the file if it exists.
    #[arg(long)]
    state: Option<PathBuf>,

    /// Account number of the seeded account.
    #[arg(long, default_value = DEFAULT_ACCOUNT_NUMBER)]
    account_number: String,

    /// Access key of the seeded account.
    #[arg(long, default_value = DEFAULT_ACCESS_KEY)]
    access_key: String,

    /// When a domain validation succeeds: always, or when the control API says so.
    #[arg(long, value_enum, default_value_t = Dcv::Auto)]
    dcv: Dcv,

    /// Seconds from the last requirement met to the certificate being generated.
    #[arg(long, default_value_t = 2)]
    auto_approve: u32,

    /// Seconds from an order to the challenges of its domains.
    #[arg(long, default_value_t = 2)]
    challenge_after: u32,

    /// Seconds by which the certificate's file lags its status.
    #[arg(long, default_value_t = 1)]
    certificate_lag: u32,

    /// Seconds from a revocation being requested to its being processed.
    #[arg(long, default_value_t = 3)]
    revoke_after: u32,

    /// Lifetime of new certificates in days, instead of what product and industry rules give.
    #[arg(long)]
    validity_days: Option<u32>,

    /// Seconds by which a request's time may be off; any if not given.
    #[arg(long)]
    ts_window: Option<u32>,

    /// Do not refuse more than 16 orders in 10 seconds.
    #[arg(long)]
    no_rate_limit: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Dcv {
    Auto,
    Control,
}

impl Arguments {
    fn options(&self) -> Options {
        Options {
            seed: self.seed.unwrap_or_else(fresh_seed),
            account_number: self.account_number.clone(),
            access_key: self.access_key.clone(),
            orders: self.orders,
            dcv: match self.dcv {
                Dcv::Auto => DcvMode::Auto,
                Dcv::Control => DcvMode::Control,
            },
            auto_approve: self.auto_approve,
            challenge_after: self.challenge_after,
            certificate_lag: self.certificate_lag,
            revoke_after: self.revoke_after,
            rate_limit: !self.no_rate_limit,
            ts_window: self.ts_window,
            validity_days: self.validity_days,
            latency: Duration::from_millis(self.latency_ms),
        }
    }
}

/// Differs from start to start, so that nobody gets used to the CA's keys.
fn fresh_seed() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::from(since.subsec_nanos()) ^ (since.as_secs() << 20)
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "emsign-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    if !arguments.listen.ip().is_loopback() {
        return Err("only loopback addresses are allowed: the control API asks nobody".into());
    }
    let options = arguments.options();
    let books = match &arguments.state {
        Some(path) => {
            store::load(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?
        }
        None => None,
    };
    let sandbox = match books {
        Some(books) => Sandbox::restore(options, books)?,
        None => Sandbox::new(options, clock())?,
    };
    let listener = TcpListener::bind(arguments.listen).await?;
    announce(&listener, &sandbox)?;
    let shared = Shared::new(sandbox);
    let keeper = arguments
        .state
        .clone()
        .map(|path| tokio::spawn(keep(path, shared.clone())));
    listener::serve(listener, shared.clone(), stopped()).await?;
    if let (Some(keeper), Some(path)) = (keeper, &arguments.state) {
        keeper.abort();
        // A save that has begun ends first: both write the same file.
        let _ = keeper.await;
        save(path, &shared)?;
    }
    Ok(())
}

/// Tells what a caller needs; the last line says that calls are answered.
fn announce(listener: &TcpListener, sandbox: &Sandbox) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    if let Some((number, key)) = sandbox.credentials() {
        writeln!(out, "account number: {number}")?;
        writeln!(out, "access key: {key}")?;
    }
    writeln!(out, "seed: {}", sandbox.seed())?;
    writeln!(
        out,
        "emsign-sandbox listening on http://{}",
        listener.local_addr()?
    )?;
    out.flush()
}

/// Saves the books soon after they have changed, many changes at once.
async fn keep(path: PathBuf, shared: Shared) {
    let mut saved = shared.lock().revision();
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let revision = shared.lock().revision();
        if revision != saved {
            saved = revision;
            if let Err(error) = save(&path, &shared) {
                let _ = writeln!(std::io::stderr(), "emsign-sandbox: {error}");
            }
        }
    }
}

fn save(path: &Path, shared: &Shared) -> std::io::Result<()> {
    // Copying is quick; calls need not wait for the writing.
    let ledger = shared.lock().ledger().clone();
    store::save(path, &serde_json::to_vec(&ledger)?)
}

/// Ctrl-C or SIGTERM.
async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
