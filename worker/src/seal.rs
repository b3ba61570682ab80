//! Sealing of secrets: the core's form around the platform's encryption.

use certwright_core::{
    credential::AccessKey,
    ids::CredentialId,
    seal::{Place, Purpose, Seal},
};

use crate::platform::{Encrypted, Platform, SealFault};

/// Seals an access key under the current master key, for the row that will hold it.
///
/// # Errors
/// [`SealFault`].
pub async fn seal(
    platform: &impl Platform,
    row: &CredentialId,
    key: &AccessKey,
) -> Result<Seal, SealFault> {
    let version = platform.settings().master_key;
    let additional_data = place(row).additional_data();
    let Encrypted { nonce, ciphertext } = platform
        .encrypt(version, &additional_data, key.expose().as_bytes())
        .await?;
    Ok(Seal::new(version, nonce, ciphertext))
}

/// Opens the sealed access key of a row.
///
/// # Errors
/// [`SealFault`].
pub async fn unseal(
    platform: &impl Platform,
    row: &CredentialId,
    sealed: &str,
) -> Result<AccessKey, SealFault> {
    let seal = Seal::parse(sealed).map_err(|_| SealFault::Damaged)?;
    let encrypted = Encrypted {
        nonce: *seal.nonce(),
        ciphertext: seal.ciphertext().to_vec(),
    };
    let additional_data = seal.additional_data(&place(row));
    let opened = platform
        .decrypt(seal.version(), &additional_data, &encrypted)
        .await?;
    let text = String::from_utf8(opened).map_err(|_| SealFault::Damaged)?;
    AccessKey::parse(&text).map_err(|_| SealFault::Damaged)
}

fn place(row: &CredentialId) -> Place<'_> {
    Place {
        purpose: Purpose::AccessKey,
        row: row.as_str(),
    }
}
