//! `cargo xtask dump` and `cargo xtask restore`: everything but secrets, to a file and back.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use certwright_harness::dump_chain::DumpChain;
use certwright_harness::{Client, Secrets, Workspace};
use indicatif::{ProgressBar, ProgressStyle};

use crate::running;

/// How often a dump is begun anew when the system changes under it.
const BEGINNINGS: u32 = 5;
/// How much is sent at once, in bytes; the Worker takes 256 KiB.
const PART: usize = 200 * 1024;

/// Arguments of `cargo xtask dump`.
#[derive(clap::Args)]
pub(crate) struct Dump {
    /// The file to write.
    file: PathBuf,
    #[command(flatten)]
    system: System,
}

/// Arguments of `cargo xtask restore`.
#[derive(clap::Args)]
pub(crate) struct Restore {
    /// The file that `cargo xtask dump` wrote.
    file: PathBuf,
    #[command(flatten)]
    system: System,
}

/// Which system; the development system when no address is given.
#[derive(clap::Args)]
pub(crate) struct System {
    /// The address of the Worker.
    #[arg(long, env = "CERTWRIGHT_ADDRESS")]
    address: Option<String>,
    /// The administrator's token. Best given as an environment variable: arguments are seen by
    /// everybody on this machine.
    #[arg(
        long,
        env = "CERTWRIGHT_TOKEN",
        hide_env_values = true,
        requires = "address"
    )]
    token: Option<String>,
}

impl System {
    /// A client that is signed in.
    pub(crate) fn client(&self) -> Result<Client> {
        if let Some(address) = &self.address {
            let token = self.token.as_deref();
            let token = token.context("set CERTWRIGHT_TOKEN to the administrator's token")?;
            return Ok(Client::new(address, token));
        }
        let running = running::find(&Workspace::find()?)?;
        let secrets = running.admin_token_file.parent();
        let secrets = Secrets::open(secrets.context("the note names no folder of secrets")?)?;
        Ok(Client::new(&running.worker, secrets.admin_token()))
    }
}

/// Writes a dump. The file has its name only when it is whole.
pub(crate) fn dump(arguments: &Dump) -> Result<()> {
    let client = arguments.system.client()?;
    let unfinished = arguments.file.with_extension("unfinished");
    for _ in 0..BEGINNINGS {
        if let Some(lines) = write(&client, &unfinished)? {
            fs::rename(&unfinished, &arguments.file)?;
            println!("{lines} lines in {}", arguments.file.display());
            return Ok(());
        }
        println!("  the system has changed meanwhile; once more");
    }
    fs::remove_file(&unfinished)?;
    bail!("the system changes all the time; try again when its jobs are done")
}

/// Writes every page; `None` when the system has changed.
fn write(client: &Client, file: &Path) -> Result<Option<usize>> {
    let mut out = BufWriter::new(File::create(file)?);
    let bar = counting("lines written");
    let mut lines = 0;
    let mut next = Some("/v1/dump".to_owned());
    while let Some(path) = next {
        let reply = client.send("GET", &path, &[], None)?;
        if reply.status == 409 {
            bar.finish_and_clear();
            return Ok(None);
        }
        ensure!(reply.status == 200, "the dump failed: {}", reply.body);
        let text = &reply.text;
        lines += text.lines().count();
        bar.set_position(lines as u64);
        out.write_all(text.as_bytes())?;
        next = reply.next_page();
    }
    out.into_inner()?.sync_all()?;
    bar.finish_and_clear();
    Ok(Some(lines))
}

/// Restores a dump, after the file was checked as a whole.
pub(crate) fn restore(arguments: &Restore) -> Result<()> {
    let lines = check(&arguments.file)?;
    let client = arguments.system.client()?;
    let bar = counting(&format!("of {lines} lines restored"));
    let mut from = 1_u64;
    let mut part = String::new();
    let mut held = 0_u64;
    for line in BufReader::new(File::open(&arguments.file)?).lines() {
        let line = line?;
        if !part.is_empty() && part.len() + line.len() > PART {
            from = send(&client, from, &std::mem::take(&mut part), held)?;
            held = 0;
            bar.set_position(from - 1);
        }
        part.push_str(&line);
        part.push('\n');
        held += 1;
    }
    send(&client, from, &part, held)?;
    bar.finish_and_clear();
    println!("{lines} lines restored; give each account its access key to go on");
    Ok(())
}

/// Sends a part, and says which line comes next. A part that was taken although its answer was
/// lost is not sent again.
fn send(client: &Client, from: u64, part: &str, lines: u64) -> Result<u64> {
    let path = format!("/v1/restore?from={from}");
    let headers = [("Content-Type", "application/jsonl")];
    let reply = client.send("POST", &path, &headers, Some(part.as_bytes().to_vec()))?;
    ensure!(
        reply.status == 200,
        "the restore stopped at line {from}: {:#}\nGive it up with DELETE /v1/restore to begin anew.",
        reply.body
    );
    Ok(from + lines)
}

/// Checks the chain over the lines, before anything is sent.
fn check(file: &Path) -> Result<u64> {
    let input = File::open(file).with_context(|| format!("could not open {}", file.display()))?;
    let mut chain = DumpChain::default();
    let mut last = None;
    for line in BufReader::new(input).lines() {
        if let Some(before) = last.replace(line?) {
            chain.add(&before);
        }
    }
    let trailer = last.context("the file is empty")?;
    ensure!(
        chain.is_closed_by(&trailer),
        "the file is not whole: it was changed or cut; take another copy"
    );
    Ok(chain.lines() + 1)
}

/// Counts what is done while it is done.
pub(crate) fn counting(what: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    let template = format!("  {{spinner}} {{pos}} {what}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}
