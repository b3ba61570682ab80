//! The secrets of a local system: made once, kept in files that only their owner can read.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::SigningKey;

/// What a local Worker needs and must not be told in public.
pub struct Secrets {
    folder: PathBuf,
    master_key: String,
    admin_token: String,
    license_key: SigningKey,
}

impl Secrets {
    /// Reads the secrets in a folder and makes those that are missing.
    ///
    /// # Errors
    ///
    /// When the folder can't be written or holds something else.
    pub fn open(folder: &Path) -> Result<Self> {
        let license_key = text(&folder.join("license-signing-key"), || {
            Ok(BASE64.encode(&random()?))
        })?;
        let license_key: [u8; 32] = BASE64
            .decode(license_key.as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| anyhow!("license-signing-key is not a key; delete the file"))?;
        Ok(Self {
            folder: folder.to_owned(),
            master_key: text(&folder.join("master-key"), || Ok(BASE64.encode(&random()?)))?,
            admin_token: text(&folder.join("admin-token"), || {
                Ok(format!("cw_{}", HEXLOWER.encode(&random()?)))
            })?,
            license_key: SigningKey::from_bytes(&license_key),
        })
    }

    /// The token that a person signs in with as administrator.
    #[must_use]
    pub fn admin_token(&self) -> &str {
        &self.admin_token
    }

    /// The file that holds the administrator's token.
    #[must_use]
    pub fn admin_token_file(&self) -> PathBuf {
        self.folder.join("admin-token")
    }

    /// The key that signs licenses for this system.
    #[must_use]
    pub fn license_key(&self) -> &SigningKey {
        &self.license_key
    }

    /// Writes the file through which the runtime hands secrets and settings to the Worker.
    ///
    /// # Errors
    ///
    /// When it can't be written.
    pub fn write_environment(&self, settings: &[(String, String)]) -> Result<PathBuf> {
        let public = BASE64.encode(self.license_key.verifying_key().as_bytes());
        let mut lines = vec![
            format!("MASTER_KEY_V1=\"{}\"", self.master_key),
            format!("ADMIN_TOKEN=\"{}\"", self.admin_token),
            format!("LICENSE_PUBLIC_KEY=\"{public}\""),
            // Tests and demonstrations send thousands of requests with one token.
            "REQUESTS_PER_MINUTE=\"1000000\"".to_owned(),
            "FAILED_SIGN_INS_PER_MINUTE=\"1000000\"".to_owned(),
        ];
        lines.extend(
            settings
                .iter()
                .map(|(name, value)| format!("{name}=\"{value}\"")),
        );
        lines.push(String::new());
        let path = self.folder.join("worker.env");
        write_private(&path, &lines.join("\n"))?;
        Ok(path)
    }
}

fn text(path: &Path, make: impl FnOnce() -> Result<String>) -> Result<String> {
    if path.exists() {
        let content = fs::read_to_string(path)
            .with_context(|| format!("could not read {}", path.display()))?;
        return Ok(content.trim().to_owned());
    }
    let made = make()?;
    write_private(path, &made)?;
    Ok(made)
}

fn random() -> Result<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| anyhow!("the system gave no randomness: {error}"))?;
    Ok(bytes)
}

/// Writes a file that only its owner can read.
///
/// # Errors
///
/// When it can't be written.
pub fn write_private(path: &Path, content: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .with_context(|| format!("could not write {}", path.display()))?;
    file.write_all(content.as_bytes())?;
    Ok(())
}
