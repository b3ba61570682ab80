//! Putting an unordered bag of certificates into the order in which a server presents them.

use std::{borrow::Cow, cmp::Reverse};

use x509_parser::{certificate::X509Certificate, prelude::FromDer};

use super::{Certificate, CertificateFault};
use crate::{
    advice::Advice,
    signature::{self, SignatureAlgorithm, SignatureFault},
    time::Timestamp,
};

/// The most certificates that are looked at together. It bounds the signatures to verify.
pub const MAX_CERTIFICATES: usize = 10;

/// Why certificates do not form a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainFault {
    /// A certificate could not be read.
    #[error("{0}")]
    Certificate(#[from] CertificateFault),
    /// More certificates than a chain has.
    #[error("there are more than {limit} certificates")]
    TooMany {
        /// How many are looked at.
        limit: usize,
    },
    /// No certificate but those of CAs.
    #[error("there is no server certificate among these, only certificates of CAs")]
    NoLeaf,
    /// More than one certificate that is not a CA's.
    #[error("there are {count} server certificates among these")]
    SeveralLeaves {
        /// How many.
        count: usize,
    },
    /// Everything but the signature says that one was issued by the other.
    #[error(
        "\"{subject}\" names \"{issuer}\" as its issuer, but the signature is not good: {fault}"
    )]
    Signature {
        /// Whose signature it is about.
        subject: String,
        /// The supposed issuer.
        issuer: String,
        /// What is wrong.
        fault: SignatureFault,
    },
}

impl Advice for ChainFault {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::Certificate(fault) => fault.remedy(),
            Self::TooMany { .. } => "Give one chain only.".into(),
            Self::NoLeaf => "Add the certificate of the server.".into(),
            Self::SeveralLeaves { .. } => "Give one chain only.".into(),
            Self::Signature { .. } => "Fetch the chain from the CA again.".into(),
        }
    }
}

/// A leaf with what stands between it and a root. Every step has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    leaf: Certificate,
    intermediates: Vec<Certificate>,
    root: Option<Certificate>,
    unrelated: Vec<Certificate>,
}

impl Chain {
    /// The server's own certificate.
    #[must_use]
    pub fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    /// The CA certificates from the leaf's issuer upwards, without the root.
    #[must_use]
    pub fn intermediates(&self) -> &[Certificate] {
        &self.intermediates
    }

    /// The self-signed end, when it was among the certificates.
    #[must_use]
    pub fn root(&self) -> Option<&Certificate> {
        self.root.as_ref()
    }

    /// What was given and has no place in the chain.
    #[must_use]
    pub fn unrelated(&self) -> &[Certificate] {
        &self.unrelated
    }

    /// The distinguished name of the issuer at which the chain ends, when it is not at hand. After
    /// at least one intermediate it is normally the root, which clients have themselves.
    #[must_use]
    pub fn missing_issuer(&self) -> Option<&str> {
        let last = self.intermediates.last().unwrap_or(&self.leaf);
        (self.root.is_none() && !last.is_self_issued()).then(|| last.issuer())
    }

    /// What a server presents: leaf and intermediates (RFC 8446 §4.4.2: the root may be omitted).
    #[must_use]
    pub fn full_chain_pem(&self) -> String {
        std::iter::once(&self.leaf)
            .chain(&self.intermediates)
            .map(Certificate::pem)
            .collect()
    }

    /// The intermediates alone, for servers that want them in a file of their own.
    #[must_use]
    pub fn intermediates_pem(&self) -> String {
        self.intermediates.iter().map(Certificate::pem).collect()
    }

    /// The root alone.
    #[must_use]
    pub fn root_pem(&self) -> Option<String> {
        self.root.as_ref().map(Certificate::pem)
    }
}

/// Reads every certificate of a PEM text and orders them around the one that is not a CA's.
///
/// # Errors
/// [`ChainFault`].
pub fn read(pem: &str, now: Timestamp) -> Result<Chain, ChainFault> {
    let mut all = Certificate::read_all(pem)?;
    drop_duplicates(&mut all);
    let (authorities, mut leaves): (Vec<_>, Vec<_>) = all.into_iter().partition(Certificate::is_ca);
    match (leaves.pop(), leaves.len()) {
        (Some(leaf), 0) => order(leaf, authorities, now),
        (None, _) => Err(ChainFault::NoLeaf),
        (Some(_), others) => Err(ChainFault::SeveralLeaves { count: others + 1 }),
    }
}

/// Orders `candidates` above `leaf`: each next one is the issuer by name (RFC 5280 §7.1), by key
/// identifier where both have one, and by signature.
///
/// Of several issuers of equal name and key, one that is valid at `now` comes first; of those, one that
/// was itself issued by another CA, since a bundle that holds a cross-certificate holds it for clients
/// that lack the newer root; and of those the one that is valid longest.
///
/// # Errors
/// [`ChainFault::TooMany`], and [`ChainFault::Signature`] when certificates that should belong
/// together do not. An issuer that is not at hand is no fault: see [`Chain::missing_issuer`].
pub fn order(
    leaf: Certificate,
    mut candidates: Vec<Certificate>,
    now: Timestamp,
) -> Result<Chain, ChainFault> {
    if candidates.len() >= MAX_CERTIFICATES {
        return Err(ChainFault::TooMany {
            limit: MAX_CERTIFICATES,
        });
    }
    candidates.retain(|candidate| candidate.der() != leaf.der());
    drop_duplicates(&mut candidates);
    candidates.sort_by_key(|candidate| {
        let is_valid = candidate.is_valid_at(now);
        (
            !is_valid,
            candidate.is_self_issued(),
            Reverse(candidate.not_after()),
        )
    });

    let mut intermediates: Vec<Certificate> = Vec::new();
    let mut root = None;
    loop {
        let last = intermediates.last().unwrap_or(&leaf);
        if last.is_self_issued() {
            break;
        }
        let Some(position) = issuer_of(last, &candidates)? else {
            break;
        };
        let issuer = candidates.remove(position);
        if issuer.is_self_issued() {
            root = Some(issuer);
            break;
        }
        intermediates.push(issuer);
    }
    Ok(Chain {
        leaf,
        intermediates,
        root,
        unrelated: candidates,
    })
}

fn drop_duplicates(certificates: &mut Vec<Certificate>) {
    let mut seen = Vec::with_capacity(certificates.len());
    certificates.retain(|certificate| {
        let fingerprint = certificate.fingerprint();
        let is_new = !seen.contains(&fingerprint);
        seen.push(fingerprint);
        is_new
    });
}

/// The position of the certificate that issued `subject`.
fn issuer_of(
    subject: &Certificate,
    candidates: &[Certificate],
) -> Result<Option<usize>, ChainFault> {
    let mut fault = None;
    for (position, candidate) in candidates.iter().enumerate() {
        if !may_have_issued(candidate, subject) {
            continue;
        }
        match verify(subject, candidate) {
            Ok(()) => return Ok(Some(position)),
            // There may be another with the same name: a CA that has changed its key.
            Err(wrong) => {
                fault.get_or_insert_with(|| ChainFault::Signature {
                    subject: subject.subject().to_owned(),
                    issuer: candidate.subject().to_owned(),
                    fault: wrong,
                });
            }
        }
    }
    fault.map_or(Ok(None), Err)
}

fn may_have_issued(issuer: &Certificate, subject: &Certificate) -> bool {
    // Names are compared as encoded. RFC 5280 §7.1 allows more, and requires CAs not to need it.
    let same_name = issuer.raw_subject == subject.raw_issuer;
    let same_key = match (issuer.subject_key_id(), subject.authority_key_id()) {
        (Some(of_issuer), Some(named)) => of_issuer == named,
        _ => true,
    };
    // Roots from before RFC 5280 have no basic constraints.
    let is_authority = issuer.is_ca() || issuer.is_self_issued();
    same_name && same_key && is_authority && issuer.may_sign_certificates
}

/// Whether `issuer` signed `subject`.
///
/// # Errors
/// [`SignatureFault`].
pub fn verify(subject: &Certificate, issuer: &Certificate) -> Result<(), SignatureFault> {
    let (_, parsed) =
        X509Certificate::from_der(subject.der()).map_err(|_| SignatureFault::Wrong)?;
    let algorithm = SignatureAlgorithm::from_identifier(&parsed.signature_algorithm)?;
    if parsed.signature_value.unused_bits != 0 {
        return Err(SignatureFault::Wrong);
    }
    signature::verify(
        algorithm,
        issuer.key(),
        parsed.tbs_certificate.as_ref(),
        parsed.signature_value.data.as_ref(),
    )
}
