//! `cargo xtask reseal`: seals every access key anew under the current master key.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::backup::System;

/// Arguments of `cargo xtask reseal`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    system: System,
}

/// Drives the Worker's steps to the end. Run again, it begins with what is left.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let client = arguments.system.client()?;
    let mut request = json!({});
    let mut resealed = 0;
    let mut failed = 0;
    let mut tokens = 0;
    loop {
        let report = client.post_ok("/v1/credentials/reseal", &request)?;
        resealed += number(&report, "resealed")?;
        tokens += number(&report, "tokens")?;
        for failure in report
            .get("failed")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            failed += 1;
            let said = |name: &str| failure.get(name).and_then(Value::as_str).unwrap_or("?");
            let (label, id) = (said("label"), said("credentialId"));
            println!("  ✗ {label} ({id}): {}; {}", said("detail"), said("remedy"));
        }
        let left = number(&report, "left")?;
        println!("  {resealed} sealed anew, {left} left");
        match report.get("next") {
            Some(next) if !next.is_null() => request = json!({ "after": next }),
            _ => {
                let version = number(&report, "masterKey")?;
                if failed > 0 {
                    bail!("{failed} access keys did not open and were left as they are");
                }
                println!(
                    "Every access key is sealed under MASTER_KEY_V{version}. Tokens bound to it: {tokens}."
                );
                return Ok(());
            }
        }
    }
}

fn number(report: &Value, name: &str) -> Result<u64> {
    let number = report.get(name).and_then(Value::as_u64);
    number.with_context(|| format!("the Worker did not say {name}: {report}"))
}
