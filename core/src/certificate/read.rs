//! From bytes to a [`Certificate`].

use x509_parser::{
    certificate::X509Certificate,
    error::X509Error,
    extensions::{ParsedExtension, X509Extension},
    nom,
    prelude::FromDer,
};

use super::{Certificate, CertificateFault, Serial, asn1, chain, subject};
use crate::{
    key::PublicKey,
    names::SubjectName,
    pem::{self, PemFault},
    signature,
    time::Timestamp,
};

pub(super) fn one(input: &[u8]) -> Result<Certificate, CertificateFault> {
    pem::refuse_secrets(input)?;
    let limit = Certificate::MAX_INPUT;
    if input.len() > limit {
        return Err(PemFault::TooLarge { limit }.into());
    }
    // A SEQUENCE; no base64 of one and no PEM starts with this octet.
    if input.first() == Some(&0x30) {
        return der(input);
    }
    let text = std::str::from_utf8(input).map_err(|_| PemFault::NotPem {
        expected: pem::CERTIFICATE.to_owned(),
    })?;
    der(&pem::decode(text, pem::CERTIFICATE, limit)?)
}

pub(super) fn all(text: &str) -> Result<Vec<Certificate>, CertificateFault> {
    let found = pem::decode_all(text, pem::CERTIFICATE, pem::MAX_CHAIN)?;
    let limit = chain::MAX_CERTIFICATES;
    if found.len() > limit {
        return Err(CertificateFault::TooMany { limit });
    }
    found.iter().map(|octets| der(octets)).collect()
}

fn der(octets: &[u8]) -> Result<Certificate, CertificateFault> {
    let (rest, certificate) = X509Certificate::from_der(octets).map_err(structure_fault)?;
    if !rest.is_empty() {
        return Err(malformed("end: extra bytes follow"));
    }
    if !asn1::is_signed(octets) {
        return Err(malformed("structure"));
    }
    let tbs = &certificate.tbs_certificate;
    // RFC 5280 §4.1.1.2: the algorithm inside, which is signed, must be the one outside.
    if tbs.signature != certificate.signature_algorithm {
        return Err(malformed("signature algorithm"));
    }
    let extensions = Extensions::read(tbs.extensions())?;
    let first = |names: Vec<Option<String>>| names.into_iter().next().flatten();
    Ok(Certificate {
        der: octets.to_vec(),
        serial: Serial::from_der_content(tbs.raw_serial())
            .ok_or_else(|| malformed("serial number"))?,
        subject: subject::distinguished_name(&tbs.subject),
        issuer: subject::distinguished_name(&tbs.issuer),
        raw_subject: tbs.subject.as_raw().to_vec(),
        raw_issuer: tbs.issuer.as_raw().to_vec(),
        common_name: first(subject::common_names(&tbs.subject)),
        issuer_common_name: first(subject::common_names(&tbs.issuer)),
        subject_names: extensions.subject_names,
        not_before: Timestamp::from_unix(tbs.validity.not_before.timestamp()),
        not_after: Timestamp::from_unix(tbs.validity.not_after.timestamp()),
        key: PublicKey::from_parsed(&tbs.subject_pki).map_err(|_| malformed("public key"))?,
        signature_algorithm: signature::algorithm_name(&certificate.signature_algorithm),
        is_ca: extensions.is_ca,
        may_sign_certificates: extensions.may_sign.unwrap_or(true),
        subject_key_id: extensions.subject_key_id,
        authority_key_id: extensions.authority_key_id,
    })
}

fn malformed(part: &'static str) -> CertificateFault {
    CertificateFault::Malformed { part }
}

fn structure_fault(error: nom::Err<X509Error>) -> CertificateFault {
    malformed(match error {
        nom::Err::Incomplete(_) => "length: it is cut off",
        nom::Err::Error(error) | nom::Err::Failure(error) => match error {
            X509Error::InvalidVersion => "version",
            X509Error::InvalidSerial => "serial number",
            X509Error::InvalidX509Name => "subject or issuer",
            X509Error::InvalidDate => "validity",
            X509Error::InvalidSPKI => "public key",
            X509Error::InvalidExtensions | X509Error::DuplicateExtensions => "extensions",
            X509Error::InvalidAlgorithmIdentifier => "signature algorithm",
            X509Error::InvalidSignatureValue => "signature",
            _ => "structure",
        },
    })
}

/// What the extensions say that is of use here.
#[derive(Default)]
struct Extensions {
    subject_names: Vec<SubjectName>,
    is_ca: bool,
    may_sign: Option<bool>,
    subject_key_id: Option<Vec<u8>>,
    authority_key_id: Option<Vec<u8>>,
}

impl Extensions {
    fn read(extensions: &[X509Extension<'_>]) -> Result<Self, CertificateFault> {
        let mut found = Self::default();
        // RFC 5280 §4.2: two of a kind would let two readers see two certificates.
        if asn1::has_repeated_extension(extensions) {
            return Err(malformed("extensions: one stands there twice"));
        }
        for extension in extensions {
            let oid = extension.oid.as_bytes();
            match extension.parsed_extension() {
                ParsedExtension::SubjectAlternativeName(san) => {
                    found.subject_names = san
                        .general_names
                        .iter()
                        .map(subject::subject_name)
                        .collect();
                }
                ParsedExtension::BasicConstraints(constraints) => found.is_ca = constraints.ca,
                ParsedExtension::KeyUsage(usage) => found.may_sign = Some(usage.key_cert_sign()),
                ParsedExtension::SubjectKeyIdentifier(id) => {
                    found.subject_key_id = Some(id.0.to_vec());
                }
                ParsedExtension::AuthorityKeyIdentifier(id) => {
                    found.authority_key_id = id.key_identifier.as_ref().map(|id| id.0.to_vec());
                }
                ParsedExtension::ParseError { .. } if is_read_here(oid) => {
                    return Err(malformed("extensions"));
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

/// id-ce 14, 15, 17, 19 and 35: a damaged one among them would change what is reported; damage in
/// others (in signed certificate timestamps, say) is nobody's business here.
fn is_read_here(oid: &[u8]) -> bool {
    matches!(oid, [0x55, 0x1d, 14 | 15 | 17 | 19 | 35])
}
