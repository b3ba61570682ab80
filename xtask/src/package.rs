//! `cargo xtask package`: the zips that go to the extension stores.
//!
//! The same source makes the same bytes: files in the order of their names, all with the first time
//! that the format can hold.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use certwright_harness::artifacts::{self, Effort};
use certwright_harness::{Tools, Workspace};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Arguments of `cargo xtask package`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder for the zips.
    #[arg(long, default_value = "target/packages")]
    out: PathBuf,
}

/// Builds the extension and packs it for both stores.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let workspace = Workspace::find()?;
    let tools = Tools::prepare(&workspace)?;
    artifacts::build_all(&workspace, &tools, Effort::Full)?;
    let out = workspace.root().join(&arguments.out);
    fs::create_dir_all(&out)?;
    println!();
    for (name, folder) in [
        ("chromium", workspace.extension()),
        ("firefox", workspace.firefox_extension()),
    ] {
        let bytes = packed(&folder)?;
        let path = out.join(format!(
            "certwright-{}-{name}.zip",
            env!("CARGO_PKG_VERSION")
        ));
        fs::write(&path, &bytes)?;
        let digest = HEXLOWER.encode(&Sha256::digest(&bytes));
        let size = bytes.len().div_ceil(1000);
        println!("{}\n  {size} kB, SHA-256 {digest}", path.display());
    }
    Ok(())
}

/// The files of a folder as a zip.
fn packed(folder: &Path) -> Result<Vec<u8>> {
    let mut names = artifacts::names_of_files(folder)?;
    names.sort();
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        // Beyond 9 the crate packs by zopfli, which is slow and saves a twentieth.
        .compression_level(Some(24))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        // In a zip the parts of a path are joined by `/` everywhere.
        let parts: Option<Vec<_>> = name.iter().map(|part| part.to_str()).collect();
        let inside = parts.context("a file's name is not readable")?.join("/");
        zip.start_file(inside, options)?;
        zip.write_all(&fs::read(folder.join(&name))?)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::packed;

    #[test]
    fn the_same_files_make_the_same_bytes() {
        let folder = std::env::temp_dir().join(format!("certwright-zip-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("b")).unwrap();
        std::fs::write(folder.join("b/2.txt"), "two").unwrap();
        std::fs::write(folder.join("1.txt"), "one").unwrap();
        let first = packed(&folder).unwrap();
        std::fs::remove_file(folder.join("1.txt")).unwrap();
        std::fs::write(folder.join("1.txt"), "one").unwrap();
        assert_eq!(first, packed(&folder).unwrap());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
