//! Public keys: what kind they are, how they are told apart, and which of them the CA accepts.
//!
//! Private keys do not occur in this crate.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use x509_parser::{
    asn1_rs::Tag,
    prelude::FromDer,
    public_key::RSAPublicKey,
    x509::{AlgorithmIdentifier, SubjectPublicKeyInfo},
};

use crate::{advice::Advice, certificate::asn1};

mod fingerprint;
mod other;
mod weak;

pub use fingerprint::InvalidFingerprint;
pub(crate) use fingerprint::fingerprint;

fingerprint! {
    /// SHA-256 of a SubjectPublicKeyInfo in DER. Two requests with equal fingerprints were made
    /// for the same key.
    KeyFingerprint
}

/// rsaEncryption, RFC 8017 appendix A.1.
const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";
/// id-ecPublicKey, RFC 5480 §2.1.1.
const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
/// secp256r1, RFC 5480 §2.1.1.1.
const SECP256R1: &str = "1.2.840.10045.3.1.7";
/// secp384r1, RFC 5480 §2.1.1.1.
const SECP384R1: &str = "1.3.132.0.34";
/// secp521r1, RFC 5480 §2.1.1.1.
const SECP521R1: &str = "1.3.132.0.35";
/// id-Ed25519, RFC 8410 §3.
const ED25519: &str = "1.3.101.112";

/// The kind and size of a key. The text form is what `Display` writes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum KeyAlgorithm {
    /// RSA, with the exact length of the modulus.
    Rsa {
        /// Bits of the modulus.
        bits: u32,
    },
    /// ECDSA on secp256r1.
    P256,
    /// ECDSA on secp384r1.
    P384,
    /// ECDSA on secp521r1.
    P521,
    /// Ed25519.
    Ed25519,
    /// Something else: the object identifier of the algorithm, or of the curve when it is an EC
    /// key.
    Other(String),
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "RSA {bits}"),
            Self::P256 => f.write_str("P-256"),
            Self::P384 => f.write_str("P-384"),
            Self::P521 => f.write_str("P-521"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Other(oid) => f.write_str(other::name(oid)),
        }
    }
}

impl From<String> for KeyAlgorithm {
    fn from(text: String) -> Self {
        match text.as_str() {
            "P-256" => Self::P256,
            "P-384" => Self::P384,
            "P-521" => Self::P521,
            "Ed25519" => Self::Ed25519,
            other => match other.strip_prefix("RSA ").map(u32::from_str) {
                Some(Ok(bits)) => Self::Rsa { bits },
                // The name, or what has none.
                _ => Self::Other(
                    other::identifier(&text).map_or_else(|| text.clone(), str::to_owned),
                ),
            },
        }
    }
}

impl From<KeyAlgorithm> for String {
    fn from(algorithm: KeyAlgorithm) -> Self {
        algorithm.to_string()
    }
}

/// The structure that holds the key is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFault {
    /// Not a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
    #[error("the public key is not a DER SubjectPublicKeyInfo")]
    Structure,
    /// The modulus or the exponent is not a positive number.
    #[error("the RSA public key is damaged")]
    Rsa,
    /// The point has the wrong length for its curve.
    #[error("the elliptic curve public key is damaged")]
    Point,
    /// A curve given by its parameters instead of its name, which RFC 5480 §2.1.1 forbids.
    #[error("the elliptic curve is given by explicit parameters")]
    ExplicitCurve,
}

impl Advice for KeyFault {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::Structure => "Make the request again.".into(),
            Self::Rsa => "Make a new key.".into(),
            Self::Point => "Make a new key.".into(),
            Self::ExplicitCurve => "Make a new key on the named curve P-256 or P-384.".into(),
        }
    }
}

/// A sound key of a kind or size that the CA does not accept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRefused {
    /// An RSA modulus below 2048 bits.
    #[error("an RSA key of {bits} bits is too weak")]
    RsaTooSmall {
        /// Bits of the modulus.
        bits: u32,
    },
    /// An RSA modulus of an unusual length.
    #[error("an RSA key of {bits} bits is not accepted")]
    RsaSize {
        /// Bits of the modulus.
        bits: u32,
    },
    /// A modulus that can be factored: small factors, close primes, or ROCA (CVE-2017-15361).
    #[error("the key can be factored, so that anybody can compute its private key")]
    RsaFactorable,
    /// An RSA exponent that is even or below 3 (CA/Browser Forum BR §6.1.6), or absurdly large.
    #[error("the RSA public exponent is not accepted")]
    RsaExponent,
    /// P-521.
    #[error("the curve P-521 is not accepted by the CA")]
    P521,
    /// Ed25519.
    #[error("Ed25519 keys are not accepted by public CAs")]
    Ed25519,
    /// An algorithm or curve without a name here.
    #[error("keys of the kind {name} are not accepted")]
    Unknown {
        /// Its name, or its object identifier.
        name: String,
    },
}

impl Advice for KeyRefused {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::RsaTooSmall { .. } => "Make a new key of at least 2048 bits.".into(),
            Self::RsaSize { .. } => "Make a new key of 2048, 3072 or 4096 bits.".into(),
            Self::RsaFactorable => "Make a new key.".into(),
            Self::RsaExponent => "Make a new key with the usual exponent 65537.".into(),
            Self::P521 => "Make a new key on P-256 or P-384.".into(),
            Self::Ed25519 => {
                "Make a new key on P-256 or P-384, or RSA of at least 2048 bits.".into()
            }
            Self::Unknown { .. } => {
                "Make a new key on P-256 or P-384, or RSA of at least 2048 bits.".into()
            }
        }
    }
}

/// Whether the CA issues for keys of this kind: RSA 2048, 3072 and 4096, P-256, P-384.
///
/// # Errors
/// [`KeyRefused`] says which key to make instead.
pub fn check_accepted(algorithm: &KeyAlgorithm) -> Result<(), KeyRefused> {
    match algorithm {
        KeyAlgorithm::Rsa {
            bits: 2048 | 3072 | 4096,
        }
        | KeyAlgorithm::P256
        | KeyAlgorithm::P384 => Ok(()),
        KeyAlgorithm::Rsa { bits } if *bits < 2048 => Err(KeyRefused::RsaTooSmall { bits: *bits }),
        KeyAlgorithm::Rsa { bits } => Err(KeyRefused::RsaSize { bits: *bits }),
        KeyAlgorithm::P521 => Err(KeyRefused::P521),
        KeyAlgorithm::Ed25519 => Err(KeyRefused::Ed25519),
        KeyAlgorithm::Other(oid) => Err(KeyRefused::Unknown {
            name: other::name(oid).to_owned(),
        }),
    }
}

/// A public key as it stands in a CSR or certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: KeyAlgorithm,
    spki: Vec<u8>,
    material: Material,
}

/// What the arithmetic needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Material {
    /// Big-endian, without leading zeros.
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    /// The content of the bit string: a SEC 1 point or an Ed25519 key.
    Bits(Vec<u8>),
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo in DER.
    ///
    /// # Errors
    /// [`KeyFault`]. A key of an unknown kind is not a fault.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyFault> {
        match SubjectPublicKeyInfo::from_der(der) {
            Ok(([], spki)) => Self::from_parsed(&spki),
            _ => Err(KeyFault::Structure),
        }
    }

    pub(crate) fn from_parsed(spki: &SubjectPublicKeyInfo<'_>) -> Result<Self, KeyFault> {
        let bits = spki.subject_public_key.data.as_ref();
        let (algorithm, material) = match asn1::oid_text(spki.algorithm.algorithm.as_bytes())
            .as_str()
        {
            RSA_ENCRYPTION => rsa(bits)?,
            EC_PUBLIC_KEY => elliptic(&spki.algorithm, bits)?,
            ED25519 if bits.len() == 32 => (KeyAlgorithm::Ed25519, Material::Bits(bits.to_vec())),
            ED25519 => return Err(KeyFault::Point),
            oid => (
                KeyAlgorithm::Other(oid.to_owned()),
                Material::Bits(bits.to_vec()),
            ),
        };
        Ok(Self {
            algorithm,
            spki: spki.raw.to_vec(),
            material,
        })
    }

    /// Kind and size.
    #[must_use]
    pub fn algorithm(&self) -> &KeyAlgorithm {
        &self.algorithm
    }

    /// The SubjectPublicKeyInfo in DER, as it came.
    #[must_use]
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// What tells this key from others.
    #[must_use]
    pub fn fingerprint(&self) -> KeyFingerprint {
        KeyFingerprint::of(&self.spki)
    }

    /// Whether the CA issues for this key: its kind, its size, its RSA exponent, and that it can't be
    /// factored.
    ///
    /// # Errors
    /// [`KeyRefused`] says which key to make instead.
    pub fn check_accepted(&self) -> Result<(), KeyRefused> {
        check_accepted(&self.algorithm)?;
        let Material::Rsa { modulus, exponent } = &self.material else {
            return Ok(());
        };
        // "An odd number equal to 3 or more"; 65537 and above is only a SHOULD there.
        let is_odd = exponent_value(exponent).is_some_and(|value| value >= 3 && value % 2 == 1);
        if !is_odd {
            return Err(KeyRefused::RsaExponent);
        }
        if weak::can_be_factored(modulus) {
            Err(KeyRefused::RsaFactorable)
        } else {
            Ok(())
        }
    }

    /// Whether it is an RSA key whose exponent is below 65537.
    #[must_use]
    pub fn has_small_exponent(&self) -> bool {
        match &self.material {
            Material::Rsa { exponent, .. } => {
                exponent_value(exponent).is_some_and(|value| value < 65537)
            }
            Material::Bits(_) => false,
        }
    }

    pub(crate) fn material(&self) -> &Material {
        &self.material
    }
}

/// The exponent when it fits 32 bits. Larger ones only make verification slow (denial of service).
pub(crate) fn exponent_value(exponent: &[u8]) -> Option<u32> {
    (exponent.len() <= 4).then(|| {
        exponent
            .iter()
            .fold(0, |value, byte| (value << 8) | u32::from(*byte))
    })
}

fn rsa(bits: &[u8]) -> Result<(KeyAlgorithm, Material), KeyFault> {
    let Ok(([], key)) = RSAPublicKey::from_der(bits) else {
        return Err(KeyFault::Rsa);
    };
    let modulus = positive(key.modulus)?;
    let exponent = positive(key.exponent)?;
    let top = modulus.first().copied().unwrap_or_default();
    let bits = u32::try_from(modulus.len())
        .ok()
        .and_then(|octets| octets.checked_mul(8))
        .and_then(|bits| bits.checked_sub(top.leading_zeros()))
        .ok_or(KeyFault::Rsa)?;
    // A product of two odd primes is odd; the arithmetic relies on it.
    if modulus.last().is_none_or(|last| last % 2 == 0) {
        return Err(KeyFault::Rsa);
    }
    Ok((
        KeyAlgorithm::Rsa { bits },
        Material::Rsa {
            modulus: modulus.to_vec(),
            exponent: exponent.to_vec(),
        },
    ))
}

/// The octets of a positive DER INTEGER without the leading zero (X.690 §8.3).
fn positive(integer: &[u8]) -> Result<&[u8], KeyFault> {
    let octets = match integer {
        [0, rest @ ..] => rest,
        [first, ..] if *first < 0x80 => integer,
        _ => return Err(KeyFault::Rsa),
    };
    match octets.first() {
        Some(first) if *first != 0 => Ok(octets),
        _ => Err(KeyFault::Rsa),
    }
}

fn elliptic(
    algorithm: &AlgorithmIdentifier<'_>,
    bits: &[u8],
) -> Result<(KeyAlgorithm, Material), KeyFault> {
    let curve = algorithm
        .parameters()
        .filter(|parameters| parameters.tag() == Tag::Oid)
        .map(|parameters| asn1::oid_text(parameters.data))
        .ok_or(KeyFault::ExplicitCurve)?;
    let (kind, octets) = match curve.as_str() {
        SECP256R1 => (KeyAlgorithm::P256, 32),
        SECP384R1 => (KeyAlgorithm::P384, 48),
        SECP521R1 => (KeyAlgorithm::P521, 66),
        _ => {
            return Ok((KeyAlgorithm::Other(curve), Material::Bits(bits.to_vec())));
        }
    };
    // SEC 1 §2.3.3. Whether the point lies on the curve shows when a signature is verified.
    let sound = match bits {
        [4, coordinates @ ..] => coordinates.len() == 2 * octets,
        [2 | 3, x @ ..] => x.len() == octets,
        _ => false,
    };
    if !sound {
        return Err(KeyFault::Point);
    }
    Ok((kind, Material::Bits(bits.to_vec())))
}
