//! Notices whether inputs changed since a step last ran.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// A digest over file contents and other things that decide a step's result.
#[derive(Default)]
pub struct Inputs(Sha256);

impl Inputs {
    /// No inputs yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds some bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    /// Adds a file's content, or every file of a folder with its name.
    ///
    /// # Errors
    ///
    /// When it can't be read.
    pub fn path(&mut self, path: &Path) -> Result<()> {
        if path.is_dir() {
            let mut entries: Vec<_> = fs::read_dir(path)
                .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
                .with_context(|| format!("could not list {}", path.display()))?;
            entries.sort_by_key(fs::DirEntry::file_name);
            for entry in entries {
                self.bytes(entry.file_name().as_encoded_bytes());
                self.path(&entry.path())?;
            }
            return Ok(());
        }
        let content =
            fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
        self.bytes(&content);
        Ok(())
    }

    /// The digest as text.
    #[must_use]
    pub fn finish(self) -> String {
        HEXLOWER.encode(&self.0.finalize())
    }
}

/// Whether the stamp file says that these inputs were already dealt with.
#[must_use]
pub fn is_current(stamp: &Path, digest: &str) -> bool {
    fs::read_to_string(stamp).is_ok_and(|stored| stored == digest)
}

/// Remembers that these inputs were dealt with.
///
/// # Errors
///
/// When the stamp can't be written.
pub fn remember(stamp: &Path, digest: &str) -> Result<()> {
    if let Some(folder) = stamp.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(stamp, digest).with_context(|| format!("could not write {}", stamp.display()))
}
