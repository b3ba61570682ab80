//! A program that runs until it is told to stop, with everything that it starts in turn.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a program may take to stop by itself before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// A running program; dropping it stops the program and its descendants.
#[derive(Debug)]
pub struct Service {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Service {
    /// Starts a program in a process group of its own, its output going to a log file.
    ///
    /// # Errors
    ///
    /// When it can't be started.
    pub fn start(name: &'static str, command: &mut Command, log: &Path) -> Result<Self> {
        if let Some(folder) = log.parent() {
            fs::create_dir_all(folder)?;
        }
        let output =
            File::create(log).with_context(|| format!("could not write {}", log.display()))?;
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        // A Ctrl-C at the terminal reaches us only, and we stop the group in order.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command
            .spawn()
            .with_context(|| format!("could not start {name}"))?;
        Ok(Self {
            name,
            child,
            log: log.to_owned(),
        })
    }

    /// The process id, which is also the id of its group.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The file that holds its output.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Waits until `ready` says yes.
    ///
    /// # Errors
    ///
    /// When the program ends before, or the time is over; with the end of its log.
    pub fn wait_until(&mut self, limit: Duration, ready: impl Fn() -> bool) -> Result<()> {
        let start = Instant::now();
        while !ready() {
            self.check()?;
            if start.elapsed() > limit {
                bail!(
                    "{} did not answer within {} s; its log {} ends with:\n{}",
                    self.name,
                    limit.as_secs(),
                    self.log.display(),
                    self.log_tail(),
                );
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Makes sure that the program still runs.
    ///
    /// # Errors
    ///
    /// When it has ended; with the end of its log.
    pub fn check(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!(
                "{} ended with {status}; its log {} ends with:\n{}",
                self.name,
                self.log.display(),
                self.log_tail(),
            );
        }
        Ok(())
    }

    fn log_tail(&self) -> String {
        const TAIL: u64 = 3000;
        let read = || -> std::io::Result<String> {
            let mut file = File::open(&self.log)?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().unwrap_or_default()
    }

    /// Ends the program and all that it has started, without a word to them.
    pub fn kill(&mut self) {
        signal_group(self.id(), Signal::Kill);
        let _ = self.child.wait();
    }

    /// Stops the program and all that it has started.
    pub fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            signal_group(self.id(), Signal::Terminate);
            let start = Instant::now();
            while start.elapsed() < GRACE {
                if !matches!(self.child.try_wait(), Ok(None)) {
                    break;
                }
                thread::sleep(Duration::from_millis(20));
            }
        }
        // Descendants may outlive the one that was waited for.
        signal_group(self.id(), Signal::Kill);
        let _ = self.child.wait();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop();
    }
}

/// What to tell a process group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Please stop.
    Terminate,
    /// Stop at once.
    Kill,
}

/// Sends a signal to every process of a group; a group that is gone is fine.
#[cfg(unix)]
pub fn signal_group(group: u32, signal: Signal) {
    use rustix::process::{Pid, Signal as Unix, kill_process_group};
    let signal = match signal {
        Signal::Terminate => Unix::TERM,
        Signal::Kill => Unix::KILL,
    };
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, signal);
    }
}

/// Elsewhere than on Unix the tree of processes is ended by the system's own tool.
#[cfg(not(unix))]
pub fn signal_group(group: u32, _signal: Signal) {
    let _ = Command::new("taskkill")
        .args(["/T", "/F", "/PID", &group.to_string()])
        .status();
}
