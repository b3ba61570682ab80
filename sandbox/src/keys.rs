//! Keys: the CA's own and those of seeded orders, both derived from the seed, and the public keys
//! that arrive in CSRs.

use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use rcgen::{PKCS_ECDSA_P256_SHA256, PublicKeyData, SignatureAlgorithm};
use sha2::{Digest, Sha256};

use crate::draws::digest;

/// A P-256 key derived from the seed. Everybody who knows the seed has it; that is what makes the
/// sandbox useless as a real CA.
pub(crate) struct DerivedKey {
    key: SigningKey,
    point: Vec<u8>,
}

impl DerivedKey {
    /// The key for `purpose` and `key`.
    pub(crate) fn new(seed: u64, purpose: &str, key: &str) -> Option<Self> {
        // A digest that is no scalar of the curve has a chance of 2^-32; the next one is taken.
        (0_u8..8).find_map(|attempt| {
            let scalar = digest(seed, &format!("key {attempt} {purpose}"), key);
            let key = SigningKey::from_slice(&scalar).ok()?;
            let point = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
            Some(Self { key, point })
        })
    }

    /// The public half.
    pub(crate) fn public(&self) -> PublicKey {
        PublicKey {
            algorithm: &PKCS_ECDSA_P256_SHA256,
            bits: self.point.clone(),
        }
    }
}

impl PublicKeyData for DerivedKey {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl rcgen::SigningKey for DerivedKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        // Deterministic (RFC 6979): the same certificate comes back each time.
        let signature: Signature = self.key.sign(message);
        Ok(signature.to_der().as_bytes().to_vec())
    }
}

/// A public key to be certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicKey {
    pub(crate) algorithm: &'static SignatureAlgorithm,
    /// Content of the bit string in SubjectPublicKeyInfo.
    pub(crate) bits: Vec<u8>,
}

impl PublicKeyData for PublicKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bits
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

/// The key identifier of a public key: RFC 7093, section 2, method 1.
pub(crate) fn key_identifier(key: &impl PublicKeyData) -> Vec<u8> {
    let hash = Sha256::digest(key.der_bytes());
    hash.iter().take(20).copied().collect()
}
