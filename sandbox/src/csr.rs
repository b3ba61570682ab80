//! Reading a CSR the way the CA does (emSign API reference, A10.1, A12.1).
//!
//! Blanks in place of line breaks are fine, the names in its extensions are ignored, its common
//! name must be the order's domain, and its signature must verify.

use data_encoding::BASE64;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256};
use rsa::{BoxedUint, pkcs1v15};
use sha2::{Digest, Sha256, Sha384, Sha512};
use x509_parser::{
    certification_request::X509CertificationRequest, prelude::FromDer, public_key,
    x509::SubjectPublicKeyInfo,
};

use crate::{
    keys::PublicKey,
    refusal::{self, Refusal},
};

/// A CSR that the CA takes.
#[derive(Clone, Debug)]
pub(crate) struct ReadCsr {
    pub(crate) pem: String,
    pub(crate) common_name: String,
    pub(crate) key: PublicKey,
}

/// Reads a CSR and verifies its signature.
pub(crate) fn read(text: &str) -> Result<ReadCsr, Refusal> {
    let der = decode(text).ok_or(refusal::CSR_INVALID)?;
    let (rest, csr) = X509CertificationRequest::from_der(&der).map_err(|_| refusal::CSR_INVALID)?;
    if !rest.is_empty() {
        return Err(refusal::CSR_INVALID);
    }
    let info = &csr.certification_request_info;
    let key = Key::read(&info.subject_pki)?;
    let hash = Hash::of(&csr.signature_algorithm.algorithm.to_id_string(), &key)?;
    let digest = hash.digest(info.raw);
    if !key.verifies(hash, &digest, &csr.signature_value.data) {
        return Err(refusal::CSR_SIGNATURE);
    }
    // Of several common names none is the order's domain.
    let mut names = info.subject.iter_common_name();
    let common_name = match (names.next(), names.next()) {
        (Some(only), None) => only.as_str().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    Ok(ReadCsr {
        pem: encode(&der),
        common_name,
        key: PublicKey {
            algorithm: key.algorithm(),
            bits: info.subject_pki.subject_public_key.data.to_vec(),
        },
    })
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let (_, after) = text
        .split_once("-----BEGIN CERTIFICATE REQUEST-----")
        .or_else(|| text.split_once("-----BEGIN NEW CERTIFICATE REQUEST-----"))?;
    let (body, _) = after.split_once("-----END ")?;
    let body: Vec<u8> = body
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    BASE64.decode(&body).ok()
}

fn encode(der: &[u8]) -> String {
    let mut pem = String::from("-----BEGIN CERTIFICATE REQUEST-----\n");
    let body = BASE64.encode(der);
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(64).unwrap_or((rest, ""));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem.push_str("-----END CERTIFICATE REQUEST-----\n");
    pem
}

#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// The hash of a signature algorithm, provided that it goes with the key.
    fn of(oid: &str, key: &Key) -> Result<Self, Refusal> {
        let (hash, is_rsa) = match oid {
            "1.2.840.113549.1.1.11" => (Self::Sha256, true),
            "1.2.840.113549.1.1.12" => (Self::Sha384, true),
            "1.2.840.113549.1.1.13" => (Self::Sha512, true),
            "1.2.840.10045.4.3.2" => (Self::Sha256, false),
            "1.2.840.10045.4.3.3" => (Self::Sha384, false),
            "1.2.840.10045.4.3.4" => (Self::Sha512, false),
            _ => return Err(refusal::CSR_ALGORITHM),
        };
        if is_rsa == matches!(key, Key::Rsa(_)) {
            Ok(hash)
        } else {
            Err(refusal::CSR_SIGNATURE)
        }
    }

    fn digest(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(message).to_vec(),
            Self::Sha384 => Sha384::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }
}

enum Key {
    Rsa(rsa::PublicKey),
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
}

impl Key {
    fn read(info: &SubjectPublicKeyInfo<'_>) -> Result<Self, Refusal> {
        match info.algorithm.algorithm.to_id_string().as_str() {
            "1.2.840.113549.1.1.1" => Self::read_rsa(info),
            "1.2.840.10045.2.1" => Self::read_ec(info),
            // Ed25519 and Ed448 are told that their size is wrong (A10.1).
            "1.3.101.112" | "1.3.101.113" => Err(refusal::KEY_SIZE),
            _ => Err(refusal::CSR_ALGORITHM),
        }
    }

    fn read_rsa(info: &SubjectPublicKeyInfo<'_>) -> Result<Self, Refusal> {
        let Ok(public_key::PublicKey::RSA(key)) = info.parsed() else {
            return Err(refusal::CSR_INVALID);
        };
        let modulus: Vec<u8> = key
            .modulus
            .iter()
            .copied()
            .skip_while(|byte| *byte == 0)
            .collect();
        let bits = modulus.first().map_or(0, |first| {
            modulus.len() * 8 - first.leading_zeros() as usize
        });
        match bits {
            2048 | 3072 | 4096 => {}
            0..2048 => return Err(refusal::CSR_KEY_SMALL),
            _ => return Err(refusal::KEY_SIZE),
        }
        let exponent = key.try_exponent().map_err(|_| refusal::CSR_INVALID)?;
        rsa::PublicKey::new(
            BoxedUint::from_be_slice_vartime(&modulus),
            BoxedUint::from(exponent),
        )
        .map(Self::Rsa)
        .map_err(|_| refusal::CSR_INVALID)
    }

    fn read_ec(info: &SubjectPublicKeyInfo<'_>) -> Result<Self, Refusal> {
        let curve = info
            .algorithm
            .parameters
            .as_ref()
            .and_then(|parameters| parameters.as_oid().ok())
            .map(|oid| oid.to_id_string());
        let point = &info.subject_public_key.data;
        match curve.as_deref() {
            Some("1.2.840.10045.3.1.7") => p256::ecdsa::VerifyingKey::from_sec1_bytes(point)
                .map(Self::P256)
                .map_err(|_| refusal::CSR_INVALID),
            Some("1.3.132.0.34") => p384::ecdsa::VerifyingKey::from_sec1_bytes(point)
                .map(Self::P384)
                .map_err(|_| refusal::CSR_INVALID),
            Some(_) => Err(refusal::KEY_SIZE),
            None => Err(refusal::CSR_INVALID),
        }
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        match self {
            Self::Rsa(_) => &PKCS_RSA_SHA256,
            Self::P256(_) => &PKCS_ECDSA_P256_SHA256,
            Self::P384(_) => &PKCS_ECDSA_P384_SHA384,
        }
    }

    fn verifies(&self, hash: Hash, digest: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::P256(key) => p256::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok()),
            Self::P384(key) => p384::ecdsa::Signature::from_der(signature)
                .is_ok_and(|signature| key.verify_prehash(digest, &signature).is_ok()),
            Self::Rsa(key) => {
                let Ok(signature) = pkcs1v15::Signature::try_from(signature) else {
                    return false;
                };
                let key = key.clone();
                match hash {
                    Hash::Sha256 => pkcs1v15::VerifyingKey::<Sha256>::new(key)
                        .verify_prehash(digest, &signature),
                    Hash::Sha384 => pkcs1v15::VerifyingKey::<Sha384>::new(key)
                        .verify_prehash(digest, &signature),
                    Hash::Sha512 => pkcs1v15::VerifyingKey::<Sha512>::new(key)
                        .verify_prehash(digest, &signature),
                }
                .is_ok()
            }
        }
    }
}
