//! The kinds of key that a person can choose.

use certwright_core::key::KeyAlgorithm;
use rcgen::SignatureAlgorithm;
use serde::{Deserialize, Serialize};

/// A kind of key that browsers can make and the CA certifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeyKind {
    /// ECDSA on P-256, signing with SHA-256.
    P256,
    /// ECDSA on P-384, signing with SHA-384.
    P384,
    /// RSA with 2048 bits, signing with SHA-256.
    Rsa2048,
    /// RSA with 3072 bits, signing with SHA-256.
    Rsa3072,
    /// RSA with 4096 bits, signing with SHA-256.
    Rsa4096,
}

impl KeyKind {
    /// Every kind, the recommended one first.
    pub const ALL: [Self; 5] = [
        Self::P256,
        Self::P384,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
    ];

    /// The kind with this name of an algorithm, as [`KeyAlgorithm`] writes it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.algorithm().to_string() == name)
    }

    /// The same kind in the core's words.
    #[must_use]
    pub fn algorithm(self) -> KeyAlgorithm {
        match self.rsa_bits() {
            Some(bits) => KeyAlgorithm::Rsa { bits },
            None if self == Self::P384 => KeyAlgorithm::P384,
            None => KeyAlgorithm::P256,
        }
    }

    /// The length of the modulus, for RSA.
    #[must_use]
    pub fn rsa_bits(self) -> Option<u32> {
        match self {
            Self::P256 | Self::P384 => None,
            Self::Rsa2048 => Some(2048),
            Self::Rsa3072 => Some(3072),
            Self::Rsa4096 => Some(4096),
        }
    }

    /// The octets of each half of an ECDSA signature (RFC 5480 §2.2 by way of SEC 1 §4.1).
    pub(crate) fn ecdsa_half(self) -> Option<usize> {
        match self {
            Self::P256 => Some(32),
            Self::P384 => Some(48),
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => None,
        }
    }

    /// The algorithm that a request with such a key is signed with.
    pub(crate) fn signature_algorithm(self) -> &'static SignatureAlgorithm {
        match self {
            Self::P256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Self::P384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => &rcgen::PKCS_RSA_SHA256,
        }
    }
}
