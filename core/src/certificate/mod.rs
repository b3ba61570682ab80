//! Issued certificates (RFC 5280): what they say, how they form a chain, and whether they are what
//! was asked for.
//!
//! Reading judges nothing: an expired certificate, or one with a strange name, is read all the same.
//! Trust in a root is for clients to decide.

use crate::{
    advice::Advice,
    csr::Csr,
    key::{KeyFingerprint, PublicKey, fingerprint},
    names::{CertificateName, DomainName, SubjectName},
    time::Timestamp,
};
use std::borrow::Cow;

pub(crate) mod asn1;
pub mod chain;
mod compare;
mod read;
mod serial;
pub(crate) mod subject;

pub use compare::{Difference, compare, left_out};
pub use serial::{InvalidSerial, Serial};

fingerprint! {
    /// SHA-256 of a whole certificate in DER, as browsers and OpenSSL show it.
    CertificateFingerprint
}

/// Why a text or file is not a readable certificate. No message repeats the input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateFault {
    /// Neither PEM with the right label nor DER.
    #[error("{0}")]
    Pem(#[from] crate::pem::PemFault),
    /// The structure is not that of RFC 5280 §4.1.
    #[error("the certificate is damaged in its {part}")]
    Malformed {
        /// Where.
        part: &'static str,
    },
    /// More certificates than a chain has.
    #[error("there are more than {limit} certificates")]
    TooMany {
        /// How many are read.
        limit: usize,
    },
}

impl Advice for CertificateFault {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::Pem(fault) => fault.remedy(),
            Self::Malformed { .. } => "Fetch it again.".into(),
            Self::TooMany { .. } => "Give one chain only.".into(),
        }
    }
}

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    serial: Serial,
    subject: String,
    issuer: String,
    raw_subject: Vec<u8>,
    raw_issuer: Vec<u8>,
    common_name: Option<String>,
    issuer_common_name: Option<String>,
    subject_names: Vec<SubjectName>,
    not_before: Timestamp,
    not_after: Timestamp,
    key: PublicKey,
    signature_algorithm: String,
    is_ca: bool,
    may_sign_certificates: bool,
    subject_key_id: Option<Vec<u8>>,
    authority_key_id: Option<Vec<u8>>,
}

impl Certificate {
    /// The largest text or file that is read as one certificate.
    pub const MAX_INPUT: usize = crate::pem::MAX_SINGLE;

    /// Reads PEM, bare base64 or DER with exactly one certificate.
    ///
    /// # Errors
    /// [`CertificateFault`].
    pub fn read(pem_or_der: &[u8]) -> Result<Self, CertificateFault> {
        read::one(pem_or_der)
    }

    /// Reads every certificate of a PEM text, at least one and at most [`chain::MAX_CERTIFICATES`].
    ///
    /// # Errors
    /// [`CertificateFault`].
    pub fn read_all(pem: &str) -> Result<Vec<Self>, CertificateFault> {
        read::all(pem)
    }

    /// The certificate in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate in PEM, written anew: nothing that stood around it remains.
    #[must_use]
    pub fn pem(&self) -> String {
        crate::pem::encode(crate::pem::CERTIFICATE, &self.der)
    }

    /// What tells this certificate from all others.
    #[must_use]
    pub fn fingerprint(&self) -> CertificateFingerprint {
        CertificateFingerprint::of(&self.der)
    }

    /// SHA-1 of the DER, lower case hexadecimal: many tools still tell certificates by it. It is good
    /// for finding one, not for trusting one.
    #[must_use]
    pub fn sha1(&self) -> String {
        data_encoding::HEXLOWER.encode(&<sha1::Sha1 as sha1::Digest>::digest(&self.der))
    }

    /// The serial number.
    #[must_use]
    pub fn serial(&self) -> &Serial {
        &self.serial
    }

    /// The subject's distinguished name as text.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The issuer's distinguished name as text.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The subject's first common name.
    #[must_use]
    pub fn common_name(&self) -> Option<&str> {
        self.common_name.as_deref()
    }

    /// The issuer's first common name.
    #[must_use]
    pub fn issuer_common_name(&self) -> Option<&str> {
        self.issuer_common_name.as_deref()
    }

    /// The subject alternative names, of every kind, in order.
    #[must_use]
    pub fn subject_names(&self) -> &[SubjectName] {
        &self.subject_names
    }

    /// The domain names and wildcards among the subject alternative names. The common name does
    /// not count (RFC 9525 §2).
    pub fn names(&self) -> impl Iterator<Item = &CertificateName> {
        self.subject_names
            .iter()
            .filter_map(SubjectName::as_certificate_name)
    }

    /// The first second of validity.
    #[must_use]
    pub fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// The last second of validity.
    #[must_use]
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// How many seconds the certificate is valid; both ends count (RFC 5280 §4.1.2.5). Not
    /// positive when the dates are the wrong way round.
    #[must_use]
    pub fn validity_seconds(&self) -> i64 {
        self.not_after
            .seconds_since(self.not_before)
            .saturating_add(1)
    }

    /// Whether `at` lies within the validity.
    #[must_use]
    pub fn is_valid_at(&self, at: Timestamp) -> bool {
        (self.not_before..=self.not_after).contains(&at)
    }

    /// The public key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The fingerprint of the public key.
    #[must_use]
    pub fn key_fingerprint(&self) -> KeyFingerprint {
        self.key.fingerprint()
    }

    /// The signature algorithm as text, such as `RSA with SHA-256`.
    #[must_use]
    pub fn signature_algorithm(&self) -> &str {
        &self.signature_algorithm
    }

    /// Whether basic constraints say that this is a CA (RFC 5280 §4.2.1.9).
    #[must_use]
    pub fn is_ca(&self) -> bool {
        self.is_ca
    }

    /// Whether subject and issuer are the same name, as in a root.
    #[must_use]
    pub fn is_self_issued(&self) -> bool {
        self.raw_subject == self.raw_issuer
    }

    /// The subject key identifier (RFC 5280 §4.2.1.2).
    #[must_use]
    pub fn subject_key_id(&self) -> Option<&[u8]> {
        self.subject_key_id.as_deref()
    }

    /// The issuer's key identifier (RFC 5280 §4.2.1.1).
    #[must_use]
    pub fn authority_key_id(&self) -> Option<&[u8]> {
        self.authority_key_id.as_deref()
    }

    /// Whether the certificate was issued for the key of this request.
    #[must_use]
    pub fn matches_key(&self, csr: &Csr) -> bool {
        self.key.spki_der() == csr.key().spki_der()
    }

    /// Whether the certificate has this name, or a wildcard that makes it unnecessary.
    #[must_use]
    pub fn covers(&self, name: &CertificateName) -> bool {
        self.names().any(|own| own.covers(name))
    }

    /// Whether a client that connects to `host` accepts the name (RFC 9525 §6).
    #[must_use]
    pub fn covers_host(&self, host: &DomainName) -> bool {
        self.names().any(|own| own.matches(host))
    }
}
