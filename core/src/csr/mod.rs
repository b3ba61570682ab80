//! Certificate signing requests (RFC 2986): what a request says, and proof that its key signed it.
//!
//! [`Csr::read`] is the only way to a [`Csr`], so every value of the type has been verified and
//! has a key that the CA accepts. Whether it fits an order is for [`policy`] to say.

use std::{borrow::Cow, collections::BTreeSet};

use crate::{
    advice::Advice,
    key::{KeyFingerprint, KeyRefused, PublicKey, fingerprint},
    names::{CertificateName, NameFault, SubjectName},
    pem,
    secret::{SecretKind, Suspicion},
    signature::SignatureFault,
};

mod parse;
pub mod policy;

fingerprint! {
    /// SHA-256 of a whole CertificationRequest in DER.
    CsrFingerprint
}

/// Why a text or file is not a usable CSR. No message repeats more of the input than a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CsrFault {
    /// There is a private key or another secret, alone or beside the request.
    #[error("{}", .0.message().trim_end_matches('.'))]
    Secret(SecretKind),
    /// There is something beside the request that may be a part of a private key.
    #[error("{}", .0.message().trim_end_matches('.'))]
    SuspectedSecret(Suspicion),
    /// A certificate was given instead.
    #[error("this is a certificate")]
    Certificate,
    /// Another kind of PEM block was given.
    #[error("this is {}", pem::named(label))]
    WrongLabel {
        /// The label.
        label: String,
    },
    /// More than any CSR needs.
    #[error("the text is larger than {limit} bytes, which no certificate signing request is")]
    TooLarge {
        /// How much is read.
        limit: usize,
    },
    /// Neither PEM nor DER.
    #[error("this is not a certificate signing request in PEM or DER")]
    NotPemOrDer,
    /// More than one request.
    #[error("this holds {count} certificate signing requests")]
    SeveralBlocks {
        /// How many there are.
        count: usize,
    },
    /// The bytes end early, or lengths within do not add up: a line was lost or changed on the way.
    #[error("part of the certificate signing request is missing or changed")]
    Incomplete,
    /// The structure is not that of RFC 2986 §4, though nothing is missing.
    #[error(
        "the tool that made the certificate signing request wrote its {part} in a way that RFC 2986 does not allow"
    )]
    Malformed {
        /// Where.
        part: &'static str,
    },
    /// Bytes follow the request.
    #[error("there are extra bytes after the certificate signing request")]
    TrailingBytes,
    /// The key in the request is not accepted.
    #[error("{0}")]
    KeyRefused(#[from] KeyRefused),
    /// The signature uses a hash that can be forged, or an algorithm that isn't verified here.
    #[error("{0}")]
    SignatureAlgorithm(SignatureFault),
    /// The signature is not by the key in the request.
    #[error("the signature does not verify, so the request was changed after it was made")]
    SignatureWrong,
    /// A common name that no certificate can carry.
    #[error("the common name \"{name}\" can't be certified: {fault}")]
    NameMalformed {
        /// The name, shortened.
        name: String,
        /// What is wrong with it.
        fault: NameFault,
    },
}

impl Advice for CsrFault {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::Secret(kind) => kind.remedy_when_sent().into(),
            Self::SuspectedSecret(why) => why.remedy_when_sent().into(),
            Self::Certificate => "Paste the certificate signing request, which starts with -----BEGIN CERTIFICATE REQUEST-----.".into(),
            Self::WrongLabel { .. } => "Paste the certificate signing request.".into(),
            Self::TooLarge { .. } => "Paste the request alone.".into(),
            Self::NotPemOrDer => "Paste everything from -----BEGIN CERTIFICATE REQUEST----- to -----END CERTIFICATE REQUEST-----.".into(),
            Self::SeveralBlocks { .. } => "Paste exactly one.".into(),
            Self::Incomplete => "Copy it again, from -----BEGIN CERTIFICATE REQUEST----- to -----END CERTIFICATE REQUEST-----.".into(),
            Self::Malformed { .. } => "Make the request with another tool, such as OpenSSL.".into(),
            Self::TrailingBytes => "Copy it again.".into(),
            Self::KeyRefused(fault) => fault.remedy(),
            Self::SignatureAlgorithm(..) => "Make the certificate signing request again.".into(),
            Self::SignatureWrong => "Copy it again, and when that does not help, make it again.".into(),
            Self::NameMalformed { fault, .. } => fault.remedy(),
        }
    }
}

impl CsrFault {
    /// A stable name of the kind of fault.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Secret(_) => "csr-private-key",
            Self::SuspectedSecret(_) => "csr-suspected-key",
            Self::Certificate | Self::WrongLabel { .. } => "csr-wrong-kind",
            Self::TooLarge { .. } => "csr-too-large",
            Self::KeyRefused(_) => "csr-key-refused",
            Self::SignatureAlgorithm(_) => "csr-signature-algorithm",
            Self::SignatureWrong => "csr-signature-wrong",
            Self::NameMalformed { .. } => "csr-name-malformed",
            Self::NotPemOrDer
            | Self::SeveralBlocks { .. }
            | Self::Incomplete
            | Self::Malformed { .. }
            | Self::TrailingBytes => "csr-malformed",
        }
    }
}

/// An extension that the request asks for (RFC 2985 §5.4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedExtension {
    /// Its object identifier in dotted form.
    pub oid: String,
    /// Its name in RFC 5280, or the object identifier again.
    pub name: String,
    /// Whether it is marked critical.
    pub critical: bool,
}

/// A certificate signing request whose signature has been verified and whose key is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Csr {
    der: Vec<u8>,
    subject: String,
    common_names: Vec<CertificateName>,
    subject_alternative_names: Vec<SubjectName>,
    key: PublicKey,
    signature_algorithm: String,
    extensions: Vec<RequestedExtension>,
    requests_ca: bool,
    damaged_extensions: Vec<String>,
    has_challenge_password: bool,
}

impl Csr {
    /// The largest text or file that is read.
    pub const MAX_INPUT: usize = pem::MAX_SINGLE;

    /// Reads PEM, bare base64 or DER, and verifies the proof of possession.
    ///
    /// # Errors
    /// [`CsrFault`] says what is wrong and what to do.
    pub fn read(text_or_der: &[u8]) -> Result<Self, CsrFault> {
        parse::read(text_or_der)
    }

    /// The request in DER, exactly as it was signed.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The request in PEM, written anew: nothing that stood around it remains.
    #[must_use]
    pub fn pem(&self) -> String {
        pem::encode(pem::CERTIFICATE_REQUEST, &self.der)
    }

    /// What tells this request from others.
    #[must_use]
    pub fn fingerprint(&self) -> CsrFingerprint {
        CsrFingerprint::of(&self.der)
    }

    /// The subject's distinguished name as text; empty when it is.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The first common name.
    #[must_use]
    pub fn common_name(&self) -> Option<&CertificateName> {
        self.common_names.first()
    }

    /// All common names; more than one is unusual.
    #[must_use]
    pub fn common_names(&self) -> &[CertificateName] {
        &self.common_names
    }

    /// The subject alternative names, of every kind.
    #[must_use]
    pub fn subject_alternative_names(&self) -> &[SubjectName] {
        &self.subject_alternative_names
    }

    /// The domain names and wildcards that the request names, common name first, each once.
    #[must_use]
    pub fn names(&self) -> Vec<CertificateName> {
        let alternative = self
            .subject_alternative_names
            .iter()
            .filter_map(SubjectName::as_certificate_name);
        let mut seen = BTreeSet::new();
        self.common_names
            .iter()
            .chain(alternative)
            .filter(|name| seen.insert(*name))
            .cloned()
            .collect()
    }

    /// The public key.
    #[must_use]
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The fingerprint of the public key, by which reuse is found.
    #[must_use]
    pub fn key_fingerprint(&self) -> KeyFingerprint {
        self.key.fingerprint()
    }

    /// The signature algorithm as text, such as `ECDSA with SHA-256`.
    #[must_use]
    pub fn signature_algorithm(&self) -> &str {
        &self.signature_algorithm
    }

    /// The extensions that the request asks for.
    #[must_use]
    pub fn extensions(&self) -> &[RequestedExtension] {
        &self.extensions
    }

    /// Whether the request asks for a CA certificate (RFC 5280 §4.2.1.9).
    #[must_use]
    pub fn requests_ca(&self) -> bool {
        self.requests_ca
    }

    /// The names of requested extensions whose value is not what it should be.
    #[must_use]
    pub fn damaged_extensions(&self) -> &[String] {
        &self.damaged_extensions
    }

    /// Whether the request holds a challenge password (RFC 2985 §5.4.1), readable by everyone.
    #[must_use]
    pub fn has_challenge_password(&self) -> bool {
        self.has_challenge_password
    }
}
