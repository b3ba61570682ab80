//! Keeping the books in a file.

use std::{fs, io, path::Path};

use crate::Ledger;

/// Reads the books; `None` if there is no file.
///
/// # Errors
/// When the file cannot be read, or does not hold books.
pub fn load(path: &Path) -> io::Result<Option<Ledger>> {
    match fs::read(path) {
        Ok(text) => serde_json::from_slice(&text)
            .map(Some)
            .map_err(io::Error::from),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the books beside the file and renames them into place: whoever reads sees the old ones
/// or the new ones.
///
/// # Errors
/// When the folder or the disk does not let it.
pub fn save(path: &Path, books: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, books)?;
    fs::rename(&beside, path)
}
