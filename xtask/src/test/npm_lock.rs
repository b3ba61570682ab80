//! What `package-lock.json` says of the npm packages: each names the digest of what is downloaded, so that
//! npm takes nothing else.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use data_encoding::BASE64;
use serde::Deserialize;

#[derive(Deserialize)]
struct Lock {
    #[serde(rename = "lockfileVersion")]
    version: u32,
    packages: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    integrity: Option<String>,
    resolved: Option<String>,
    #[serde(default)]
    link: bool,
}

/// What is wrong with a lock file, a sentence for each entry.
pub(super) fn faults(text: &str) -> Result<Vec<String>> {
    let lock: Lock =
        serde_json::from_str(text).context("package-lock.json has another form than expected")?;
    let mut faults = Vec::new();
    if lock.version != 3 {
        faults.push(format!(
            "package-lock.json has version {}, not 3",
            lock.version
        ));
    }
    // The entry without a name is the project itself.
    for (name, entry) in lock.packages.iter().filter(|(name, _)| !name.is_empty()) {
        if entry.link || !entry.integrity.as_deref().is_some_and(is_digest) {
            faults.push(format!(
                "package-lock.json has no SHA-512 digest for {name}; take the one that `npm view` prints"
            ));
        }
        let is_elsewhere = |url: &String| !url.starts_with("https://registry.npmjs.org/");
        if let Some(url) = entry.resolved.as_ref().filter(|url| is_elsewhere(url)) {
            faults.push(format!("package-lock.json takes {name} from {url}"));
        }
    }
    Ok(faults)
}

/// Whether an integrity value (W3C Subresource Integrity) has one digest, SHA-512.
fn is_digest(integrity: &str) -> bool {
    let digest = integrity.strip_prefix("sha512-");
    digest.is_some_and(|text| {
        BASE64
            .decode(text.as_bytes())
            .is_ok_and(|bytes| bytes.len() == 64)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn lock(entry: &str) -> String {
        format!(r#"{{"lockfileVersion":3,"packages":{{"":{{}},"node_modules/x":{entry}}}}}"#)
    }

    #[test]
    fn the_lock_file_names_a_digest_for_every_package() {
        let real = include_str!("../../../package-lock.json");
        assert_eq!(faults(real).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_package_without_a_digest_or_from_elsewhere_is_named() {
        let digest = BASE64.encode(&[7; 64]);
        let good = format!(r#"{{"integrity":"sha512-{digest}"}}"#);
        assert!(faults(&lock(&good)).unwrap().is_empty());
        let weak = format!(r#"{{"integrity":"sha1-{}"}}"#, BASE64.encode(&[7; 20]));
        let short = format!(r#"{{"integrity":"sha512-{}"}}"#, BASE64.encode(&[7; 20]));
        let elsewhere =
            format!(r#"{{"integrity":"sha512-{digest}","resolved":"https://npm.example/x.tgz"}}"#);
        for bad in ["{}", r#"{"link":true}"#, &weak, &short, &elsewhere] {
            let found = faults(&lock(bad)).unwrap();
            assert!(
                found.len() == 1 && found.iter().all(|f| f.contains("node_modules/x")),
                "{bad}"
            );
        }
    }
}
