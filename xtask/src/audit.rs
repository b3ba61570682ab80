//! `cargo xtask audit`: takes the audit trail away, and checks it anywhere, without a system.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use certwright_core::audit::{ChainHash, Head, Verified, Verifier, verify};
use certwright_harness::Client;

use crate::backup::{System, counting};

/// Arguments of `cargo xtask audit`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Writes every chain of the audit trail to a file.
    Export {
        /// The file to write.
        file: PathBuf,
        #[command(flatten)]
        system: System,
    },
    /// Checks such a file, and names the first line that does not fit.
    Verify {
        /// The file that `cargo xtask audit export` wrote.
        file: PathBuf,
        /// The hash of a head that was noted earlier, which must be a part of the history.
        #[arg(long, value_name = "HASH")]
        head: Option<ChainHash>,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.command {
        Command::Export { file, system } => export(file, &system.client()?),
        Command::Verify { file, head } => {
            let verified = check(file, *head)?;
            tell(&verified);
            Ok(())
        }
    }
}

/// Writes the chains one after the other. The file has its name only when it is whole and verifies.
fn export(file: &Path, client: &Client) -> Result<()> {
    let unfinished = file.with_extension("unfinished");
    let mut out = BufWriter::new(File::create(&unfinished)?);
    let heads = client.send("GET", "/v1/audit/heads", &[], None)?;
    ensure!(
        heads.status == 200,
        "the heads were refused: {}",
        heads.body
    );
    let heads: Vec<Head> =
        serde_json::from_value(heads.body.get("items").cloned().unwrap_or_default())
            .context("the heads have another form than expected")?;
    let bar = counting("lines written");
    for head in heads {
        let mut next = Some(format!("/v1/audit/export?account={}", head.account));
        while let Some(path) = next {
            let reply = client.send("GET", &path, &[], None)?;
            ensure!(reply.status == 200, "the export failed: {}", reply.body);
            out.write_all(reply.text.as_bytes())?;
            bar.inc(reply.text.lines().count() as u64);
            next = reply.next_page();
        }
    }
    out.into_inner()?.sync_all()?;
    bar.finish_and_clear();
    let verified = check(&unfinished, None).with_context(|| {
        let kept = unfinished.display();
        format!("what was exported does not verify; it is kept in {kept}")
    })?;
    fs::rename(&unfinished, file)?;
    tell(&verified);
    Ok(())
}

fn check(file: &Path, noted: Option<ChainHash>) -> Result<Verified> {
    let input = File::open(file).with_context(|| format!("could not open {}", file.display()))?;
    let verifier = noted.map_or_else(Verifier::default, Verifier::expecting);
    let mut trouble = None;
    let lines = BufReader::new(input).lines().map_while(|line| match line {
        Ok(line) => Some(line),
        Err(error) => {
            trouble = Some(error);
            None
        }
    });
    let verdict = verify(verifier, lines);
    if let Some(error) = trouble {
        bail!("could not read {}: {error}", file.display());
    }
    verdict.map_err(|fault| anyhow::anyhow!("the audit trail does not verify: {fault}"))
}

fn tell(verified: &Verified) {
    let (entries, chains) = (verified.entries, verified.heads.len());
    println!("OK: {entries} entries in {chains} chains. Note their heads:");
    for head in &verified.heads {
        println!("  {} {:>8} {}", head.hash, head.seq, head.account);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    /// One entry, written by the lines of Python in `core/src/audit/mod.rs`.
    const FILE: &str = include_str!("audit_sample.jsonl");

    #[test]
    fn a_file_is_checked_and_the_line_at_fault_is_named() {
        let folder = std::env::temp_dir().join(format!("certwright-audit-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("audit.jsonl");
        fs::write(&file, FILE).unwrap();
        let verified = check(&file, None).unwrap();
        assert_eq!((verified.entries, verified.heads.len()), (2, 1));
        let head = verified.heads.first().unwrap().hash;
        check(&file, Some(head)).unwrap();
        let other = ChainHash::of(b"other");
        let fault = check(&file, Some(other)).unwrap_err().to_string();
        assert!(fault.contains("rewritten or cut"), "{fault}");
        fs::write(&file, FILE.replacen("admin", "nobody", 1)).unwrap();
        let fault = check(&file, None).unwrap_err().to_string();
        assert!(fault.contains("line 1 was changed"), "{fault}");
        fs::write(&file, b"\xff\xfe\n").unwrap();
        assert!(check(&file, None).is_err(), "not text");
        fs::remove_dir_all(&folder).unwrap();
    }
}
