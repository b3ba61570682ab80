//! Certificate signing requests made on the spot, with keys that nobody keeps.

use anyhow::{Context, Result, anyhow};
use p256::ecdsa::{DerSignature, SigningKey, signature::Signer};
use rcgen::{CertificateParams, DistinguishedName, DnType, PublicKeyData, SanType};

/// A P-256 key from a number: the same number gives the same key.
pub struct Key(SigningKey, Vec<u8>);

impl Key {
    /// The key of a number.
    ///
    /// # Errors
    ///
    /// When the number gives no valid scalar, which none but zero does.
    pub fn of(number: u64) -> Result<Self> {
        let mut scalar = [0x5a; 32];
        scalar[..8].copy_from_slice(&number.to_be_bytes());
        let key = SigningKey::from_slice(&scalar).context("a scalar of the curve")?;
        let public = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
        Ok(Self(key, public))
    }

    /// A key that nobody has seen before.
    ///
    /// # Errors
    ///
    /// When the system gives no randomness.
    pub fn fresh() -> Result<Self> {
        let mut number = [0; 8];
        getrandom::fill(&mut number)
            .map_err(|error| anyhow!("the system gave no randomness: {error}"))?;
        Self::of(u64::from_be_bytes(number))
    }

    /// A request for these names, the first being the common name.
    ///
    /// # Errors
    ///
    /// When a name cannot be written into a request.
    pub fn request(&self, names: &[&str]) -> Result<String> {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = DistinguishedName::new();
        let first = names.first().context("a name")?;
        parameters
            .distinguished_name
            .push(DnType::CommonName, *first);
        parameters.subject_alt_names = names
            .iter()
            .map(|name| Ok(SanType::DnsName((*name).try_into()?)))
            .collect::<Result<_>>()?;
        Ok(parameters.serialize_request(self)?.pem()?)
    }
}

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        &self.1
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signature: DerSignature = self.0.sign(message);
        Ok(signature.as_bytes().to_vec())
    }
}
