//! `cargo xtask audit`: takes the audit trail away, and checks it anywhere, without a system.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use certwright_core::audit::{Archive, ChainHash, KEPT, Line, Verified, Verifier, verify};
use certwright_core::time::Timestamp;
use certwright_harness::Client;
use serde_json::{Value, json};

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
    /// Exports to a file, verifies it, then removes what is older than a day from the system.
    Archive {
        /// The file to write. From then on it is the only place where those entries are.
        file: PathBuf,
        /// The first day that is kept, such as 2026-01-31, in UTC. At least 90 days ago.
        #[arg(long, value_name = "DATE", value_parser = day)]
        before: i64,
        #[command(flatten)]
        system: System,
    },
    /// Checks such files, and names the first line that does not fit.
    Verify {
        /// The files that `cargo xtask audit export` or `archive` wrote, the oldest first: each must
        /// go on from those before it.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The hash of a head that was noted earlier, which must be a part of the history.
        #[arg(long, value_name = "HASH")]
        head: Option<ChainHash>,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.command {
        Command::Export { file, system } => export(file, &system.client()?),
        Command::Archive {
            file,
            before,
            system,
        } => archive(file, *before, &system.client()?),
        Command::Verify { files, head } => {
            tell(&check_all(files, *head)?);
            Ok(())
        }
    }
}

/// The first second of a day, in seconds since 1970.
fn day(text: &str) -> Result<i64, String> {
    let instant = Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z"));
    let instant = instant.map_err(|_| "must be a day such as 2026-01-31".to_owned())?;
    Ok(instant.unix())
}

/// Exports everything, and removes what is older than `before` only after the file was verified.
fn archive(file: &Path, before: i64, client: &Client) -> Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let latest = i64::try_from(now)?.saturating_sub(KEPT);
    ensure!(
        before <= latest,
        "Entries of the last 90 days are always kept. Choose a day up to {}.",
        Timestamp::from_unix(latest).to_date_time().date()
    );
    ensure!(
        !file.exists(),
        "{} exists already. Choose another file, since an archive is the only copy of what it holds.",
        file.display()
    );
    export(file, client)?;
    let last = last_before(file, before)?;
    if last.is_empty() {
        println!("No entry is older. Nothing was removed.");
    }
    for (account, (seq, hash)) in last {
        let bar = counting(&format!("entries of {account} removed"));
        let wanted = json!({ "account": account, "seq": seq, "hash": hash });
        loop {
            let reply = client.post("/v1/audit/prune", &wanted)?;
            let removed = reply.body.get("removed").and_then(Value::as_u64);
            let left = reply.body.get("left").and_then(Value::as_u64);
            let (Some(removed), Some(left)) = (removed, left) else {
                bail!("the removal was refused: {}", reply.body);
            };
            bar.inc(removed);
            if left == 0 {
                break;
            }
        }
        bar.finish_and_clear();
        println!("Removed the entries of {account} up to {seq}.");
    }
    println!(
        "Keep {}: later exports begin where it ends.",
        file.display()
    );
    Ok(())
}

/// The last entry of each chain before a time, but never the chain's last one.
fn last_before(file: &Path, before: i64) -> Result<BTreeMap<String, (u64, ChainHash)>> {
    let mut last = BTreeMap::new();
    let mut found = None;
    let mut is_over = false;
    for line in BufReader::new(File::open(file)?).lines() {
        match Line::read(&line?) {
            Some(Line::Entry(sealed)) => {
                is_over |= sealed.entry.at >= before;
                if !is_over {
                    found = Some((sealed.entry.seq, sealed.hash));
                }
            }
            Some(Line::Head(head)) => {
                let found = found.take().filter(|(seq, _)| *seq < head.seq);
                last.extend(found.map(|found| (head.account, found)));
                is_over = false;
            }
            Some(Line::Checkpoint(_)) | None => {}
        }
    }
    Ok(last)
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
    let heads = heads.body.get("items").and_then(Value::as_array);
    let accounts = heads.map(|heads| heads.iter().map(|head| head.get("account")?.as_str()));
    let accounts: Option<Vec<&str>> = accounts.and_then(Iterator::collect);
    let accounts = accounts.context("the heads have another form than expected")?;
    let bar = counting("lines written");
    for account in accounts {
        let mut next = Some(format!("/v1/audit/export?account={account}"));
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

/// Checks files that go on from each other. The noted hash may be in any of them.
fn check_all(files: &[PathBuf], noted: Option<ChainHash>) -> Result<Verified> {
    if let [file] = files {
        return check(file, noted);
    }
    let mut archive = Archive::default();
    let mut whole = Verified::default();
    for file in files {
        let part = read(file, Verifier::default().after(archive))
            .with_context(|| format!("{} does not fit", file.display()))?;
        archive = part.archive.unwrap_or_default();
        whole.entries = archive.entries();
        whole.heads = part.heads;
        whole.checkpoints.extend(part.checkpoints);
    }
    if let Some(noted) = noted {
        ensure!(
            archive.has(&noted),
            "no entry has the hash that was noted: history was rewritten or cut after it was noted"
        );
    }
    Ok(whole)
}

fn check(file: &Path, noted: Option<ChainHash>) -> Result<Verified> {
    read(
        file,
        noted.map_or_else(Verifier::default, Verifier::expecting),
    )
}

fn read(file: &Path, verifier: Verifier) -> Result<Verified> {
    let input = File::open(file).with_context(|| format!("could not open {}", file.display()))?;
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
    for checkpoint in &verified.checkpoints {
        println!(
            "The chain of {} begins after entry {}. What was before is in an archive, which was not given.",
            checkpoint.account, checkpoint.seq
        );
    }
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
        let same = [file.clone(), file.clone()];
        assert_eq!(check_all(&same, Some(head)).unwrap().entries, 2);
        assert!(check_all(&same, Some(other)).is_err());
        let last = last_before(&file, i64::MAX).unwrap();
        assert_eq!(last.len(), 0, "the last entry of a chain is kept");
        fs::write(&file, FILE.replacen("admin", "nobody", 1)).unwrap();
        let fault = check(&file, None).unwrap_err().to_string();
        assert!(fault.contains("line 1 was changed"), "{fault}");
        fs::write(&file, b"\xff\xfe\n").unwrap();
        assert!(check(&file, None).is_err(), "not text");
        fs::remove_dir_all(&folder).unwrap();
    }
}
