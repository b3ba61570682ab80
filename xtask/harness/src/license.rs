//! Signs license tokens with a local key.
//!
//! A token is `cwl1.PAYLOAD.SIGNATURE`: both parts base64url without padding, the signature Ed25519
//! over the ASCII bytes of `cwl1.PAYLOAD`.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey};
use serde::Serialize;

/// What a license says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct License {
    /// Whom it was given to.
    pub licensee: String,
    /// How many certificates it covers.
    pub seats: u32,
    /// The first moment at which it holds, as RFC 3339 text.
    pub not_before: String,
    /// The moment it ends, as RFC 3339 text.
    pub expires: String,
}

impl License {
    /// A license that starts now and lasts for some days.
    ///
    /// # Errors
    ///
    /// When the end lies beyond what a calendar can say.
    pub fn starting_now(licensee: &str, seats: u32, days: u32) -> Result<Self> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        let end = now + Duration::from_secs(u64::from(days) * 86_400);
        Ok(Self {
            licensee: licensee.to_owned(),
            seats,
            not_before: rfc3339(now.as_secs())?,
            expires: rfc3339(end.as_secs())?,
        })
    }

    /// The token for this license.
    ///
    /// # Errors
    ///
    /// When the license can't be written as JSON.
    pub fn sign(&self, key: &SigningKey) -> Result<String> {
        let payload = BASE64URL_NOPAD.encode(&serde_json::to_vec(self)?);
        let signed = format!("cwl1.{payload}");
        let signature = key.sign(signed.as_bytes());
        Ok(format!(
            "{signed}.{}",
            BASE64URL_NOPAD.encode(&signature.to_bytes())
        ))
    }
}

fn rfc3339(unix_seconds: u64) -> Result<String> {
    let time = time::UtcDateTime::from_unix_timestamp(i64::try_from(unix_seconds)?)
        .context("the license would end too far in the future")?;
    Ok(time.format(&time::format_description::well_known::Rfc3339)?)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signature, Verifier};

    use super::*;

    #[test]
    fn the_public_key_verifies_the_token_as_it_stands() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let license = License::starting_now("Example Ltd", 250, 365).unwrap();
        let token = license.sign(&key).unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
        let signature = Signature::from_slice(&signature).unwrap();
        key.verifying_key()
            .verify(signed.as_bytes(), &signature)
            .unwrap();
        let payload = signed.strip_prefix("cwl1.").unwrap();
        let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap();
        let payload: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!(payload["seats"], 250);
        assert!(payload["notBefore"].as_str().unwrap().ends_with('Z'));
    }
}
