//! Verifying the signatures of CSRs and certificates.
//!
//! Pure and synchronous, with the RustCrypto crates, so that the Worker, the extension and the
//! tests reach the same verdict. Nothing is signed here.

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::{BoxedUint, pkcs1v15};
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::borrow::Cow;
use x509_parser::{
    asn1_rs::{Class, Tag},
    x509::AlgorithmIdentifier,
};

use crate::{
    advice::Advice,
    certificate::asn1,
    key::{KeyAlgorithm, Material, PublicKey, exponent_value},
};

/// The largest modulus that is computed with. The work grows with its cube.
const MAX_MODULUS_BITS: u32 = 8192;
/// The smallest; below it, a signature proves nothing.
const MIN_MODULUS_BITS: u32 = 1024;

/// Why a signature is not taken as proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureFault {
    /// The hash or the scheme no longer protects against forgery.
    #[error("the signature uses {name}, which can be forged")]
    Weak {
        /// The algorithm.
        name: &'static str,
    },
    /// An algorithm that is not verified here.
    #[error("signatures with {name} are not supported")]
    Unsupported {
        /// Its name, or its object identifier.
        name: String,
    },
    /// Parameters that the algorithm does not have.
    #[error("the parameters of the signature algorithm are not what RFC 4055, 5758 or 8410 allow")]
    Parameters,
    /// The signature algorithm and the key don't belong together.
    #[error("the signature is made with {algorithm}, but the key is {key}")]
    KeyMismatch {
        /// The algorithm of the signature.
        algorithm: SignatureAlgorithm,
        /// The kind of the key.
        key: KeyAlgorithm,
    },
    /// The key is of the right kind and not usable: too large, too small, off its curve.
    #[error("the public key cannot be used to verify a signature")]
    Key,
    /// The arithmetic says no.
    #[error(
        "the signature does not verify: what was signed was changed, or signed with another key"
    )]
    Wrong,
}

impl Advice for SignatureFault {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::Weak { .. } => "Sign with SHA-256 or better.".into(),
            Self::Unsupported { .. } => {
                "Use RSA (PKCS #1 v1.5) or ECDSA with SHA-256, SHA-384 or SHA-512.".into()
            }
            Self::Parameters => "Sign it again with another tool, such as OpenSSL.".into(),
            Self::KeyMismatch { .. } => "Sign it again with the key that it names.".into(),
            Self::Key => "Make a new key.".into(),
            Self::Wrong => "Take the original again.".into(),
        }
    }
}

/// A hash of the SHA-2 family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }
}

/// A signature algorithm that is verified here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    RsaPkcs1(Hash),
    /// ECDSA (RFC 5758 §3.2).
    Ecdsa(Hash),
    /// Ed25519 (RFC 8410 §3).
    Ed25519,
}

impl SignatureAlgorithm {
    /// From an object identifier in dotted form and the DER of the parameters.
    ///
    /// # Errors
    /// [`SignatureFault::Weak`], [`SignatureFault::Unsupported`], [`SignatureFault::Parameters`].
    pub fn from_oid(oid: &str, parameters: Option<&[u8]>) -> Result<Self, SignatureFault> {
        let algorithm = match oid {
            "1.2.840.113549.1.1.11" => Self::RsaPkcs1(Hash::Sha256),
            "1.2.840.113549.1.1.12" => Self::RsaPkcs1(Hash::Sha384),
            "1.2.840.113549.1.1.13" => Self::RsaPkcs1(Hash::Sha512),
            "1.2.840.10045.4.3.2" => Self::Ecdsa(Hash::Sha256),
            "1.2.840.10045.4.3.3" => Self::Ecdsa(Hash::Sha384),
            "1.2.840.10045.4.3.4" => Self::Ecdsa(Hash::Sha512),
            "1.3.101.112" => Self::Ed25519,
            _ => return Err(refused(oid)),
        };
        // RFC 4055 §5 wants NULL for RSA and tolerates absence; RFC 5758 §3.2 wants absence for ECDSA,
        // where some tools write NULL all the same: it changes nothing, and OpenSSL and Go's
        // crypto/x509 take it. RFC 8410 §3 wants absence.
        match (algorithm, parameters) {
            (_, None) | (Self::RsaPkcs1(_) | Self::Ecdsa(_), Some([5, 0])) => Ok(algorithm),
            _ => Err(SignatureFault::Parameters),
        }
    }

    pub(crate) fn from_identifier(
        identifier: &AlgorithmIdentifier<'_>,
    ) -> Result<Self, SignatureFault> {
        let oid = asn1::oid_text(identifier.algorithm.as_bytes());
        let parameters = identifier.parameters().map(|parameters| {
            // Only NULL is ever allowed, so nothing else has to be kept apart.
            let is_null = parameters.tag() == Tag::Null
                && parameters.class() == Class::Universal
                && parameters.header.is_primitive()
                && parameters.data.is_empty();
            if is_null { &[5, 0][..] } else { &[][..] }
        });
        Self::from_oid(&oid, parameters)
    }
}

impl std::fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::RsaPkcs1(hash) => write!(f, "RSA with {}", hash.name()),
            Self::Ecdsa(hash) => write!(f, "ECDSA with {}", hash.name()),
            Self::Ed25519 => f.write_str("Ed25519"),
        }
    }
}

/// The name of a signature algorithm for a person, also of one that isn't verified here.
pub(crate) fn algorithm_name(identifier: &AlgorithmIdentifier<'_>) -> String {
    match SignatureAlgorithm::from_identifier(identifier) {
        Ok(algorithm) => algorithm.to_string(),
        Err(SignatureFault::Weak { name }) => name.to_owned(),
        Err(SignatureFault::Unsupported { name }) => name,
        Err(_) => asn1::oid_text(identifier.algorithm.as_bytes()),
    }
}

fn refused(oid: &str) -> SignatureFault {
    let weak = |name| SignatureFault::Weak { name };
    let unsupported = |name: &str| SignatureFault::Unsupported {
        name: name.to_owned(),
    };
    match oid {
        "1.2.840.113549.1.1.2" => weak("RSA with MD2"),
        "1.2.840.113549.1.1.3" => weak("RSA with MD4"),
        "1.2.840.113549.1.1.4" => weak("RSA with MD5"),
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => weak("RSA with SHA-1"),
        "1.2.840.10045.4.1" => weak("ECDSA with SHA-1"),
        "1.2.840.10040.4.3" => weak("DSA with SHA-1"),
        "1.2.840.113549.1.1.10" => unsupported("RSA-PSS"),
        "1.2.840.113549.1.1.14" => unsupported("RSA with SHA-224"),
        "1.2.840.10045.4.3.1" => unsupported("ECDSA with SHA-224"),
        "2.16.840.1.101.3.4.3.2" => unsupported("DSA with SHA-256"),
        "2.16.840.1.101.3.4.3.1" => unsupported("DSA with SHA-224"),
        "1.3.101.113" => unsupported("Ed448"),
        "2.16.840.1.101.3.4.3.17" => unsupported("ML-DSA-44"),
        "2.16.840.1.101.3.4.3.18" => unsupported("ML-DSA-65"),
        "2.16.840.1.101.3.4.3.19" => unsupported("ML-DSA-87"),
        "2.16.840.1.101.3.4.3.9" | "2.16.840.1.101.3.4.3.10" | "2.16.840.1.101.3.4.3.11" => {
            unsupported("ECDSA with SHA-3")
        }
        other => unsupported(other),
    }
}

/// Whether `signature` over `message` was made with the private half of `key`.
///
/// # Errors
/// [`SignatureFault`].
pub fn verify(
    algorithm: SignatureAlgorithm,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureFault> {
    match (algorithm, key.algorithm(), key.material()) {
        (
            SignatureAlgorithm::RsaPkcs1(hash),
            KeyAlgorithm::Rsa { bits },
            Material::Rsa { modulus, exponent },
        ) => rsa(hash, *bits, modulus, exponent, message, signature),
        (SignatureAlgorithm::Ecdsa(hash), KeyAlgorithm::P256, Material::Bits(point)) => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point)
                .map_err(|_| SignatureFault::Key)?;
            let signature =
                p256::ecdsa::Signature::from_der(signature).map_err(|_| SignatureFault::Wrong)?;
            key.verify_prehash(&hash.digest(message), &signature)
                .map_err(|_| SignatureFault::Wrong)
        }
        (SignatureAlgorithm::Ecdsa(hash), KeyAlgorithm::P384, Material::Bits(point)) => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point)
                .map_err(|_| SignatureFault::Key)?;
            let signature =
                p384::ecdsa::Signature::from_der(signature).map_err(|_| SignatureFault::Wrong)?;
            key.verify_prehash(&hash.digest(message), &signature)
                .map_err(|_| SignatureFault::Wrong)
        }
        (SignatureAlgorithm::Ecdsa(_), KeyAlgorithm::P521, _) => Err(SignatureFault::Unsupported {
            name: "ECDSA on P-521".to_owned(),
        }),
        (SignatureAlgorithm::Ed25519, KeyAlgorithm::Ed25519, Material::Bits(key)) => {
            ed25519(key, message, signature)
        }
        (algorithm, key, _) => Err(SignatureFault::KeyMismatch {
            algorithm,
            key: key.clone(),
        }),
    }
}

/// Ed25519 (RFC 8032 §5.1.7) over bare key and signature octets; small-order keys are refused.
pub(crate) fn ed25519(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureFault> {
    let key: &[u8; 32] = key.try_into().map_err(|_| SignatureFault::Key)?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(key).map_err(|_| SignatureFault::Key)?;
    let signature =
        ed25519_dalek::Signature::from_slice(signature).map_err(|_| SignatureFault::Wrong)?;
    key.verify_strict(message, &signature)
        .map_err(|_| SignatureFault::Wrong)
}

/// RSA with SHA-256 (RFC 8017 §8.2.2) over the key's bare numbers, big-endian without leading zeros.
pub(crate) fn rsa_sha256(
    modulus: &[u8],
    exponent: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureFault> {
    let bits = modulus_bits(modulus);
    rsa(Hash::Sha256, bits, modulus, exponent, message, signature)
}

/// The length of a big-endian number in bits.
pub(crate) fn modulus_bits(modulus: &[u8]) -> u32 {
    let leading = modulus.first().map_or(0, |first| first.leading_zeros());
    let bytes = u32::try_from(modulus.len()).unwrap_or(u32::MAX / 8);
    bytes.saturating_mul(8).saturating_sub(leading)
}

fn rsa(
    hash: Hash,
    bits: u32,
    modulus: &[u8],
    exponent: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureFault> {
    // Before any arithmetic: both decide how long it takes.
    if !(MIN_MODULUS_BITS..=MAX_MODULUS_BITS).contains(&bits) {
        return Err(SignatureFault::Key);
    }
    let exponent = exponent_value(exponent).ok_or(SignatureFault::Key)?;
    let key = rsa::PublicKey::new(
        BoxedUint::from_be_slice_vartime(modulus),
        BoxedUint::from(exponent),
    )
    .map_err(|_| SignatureFault::Key)?;
    let signature = pkcs1v15::Signature::try_from(signature).map_err(|_| SignatureFault::Wrong)?;
    let digest = hash.digest(message);
    match hash {
        Hash::Sha256 => {
            pkcs1v15::VerifyingKey::<Sha256>::new(key).verify_prehash(&digest, &signature)
        }
        Hash::Sha384 => {
            pkcs1v15::VerifyingKey::<Sha384>::new(key).verify_prehash(&digest, &signature)
        }
        Hash::Sha512 => {
            pkcs1v15::VerifyingKey::<Sha512>::new(key).verify_prehash(&digest, &signature)
        }
    }
    .map_err(|_| SignatureFault::Wrong)
}
