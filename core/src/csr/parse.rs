//! From bytes to a verified [`Csr`].
//!
//! The order of the checks matters: what must not be repeated (a private key) first, then what
//! bounds the work (size, kind of key), then structure, then the signature.

use x509_parser::{
    certification_request::X509CertificationRequest,
    cri_attributes::{ParsedCriAttribute, X509CriAttribute},
    error::X509Error,
    extensions::{ParsedExtension, X509Extension},
    nom,
    prelude::FromDer,
};

use super::{Csr, CsrFault, RequestedExtension};
use crate::{
    certificate::{asn1, subject},
    key::{KeyFault, PublicKey},
    names::{CertificateName, NameFault},
    pem::{self, PemFault},
    secret::{self, Detection},
    signature::{self, SignatureAlgorithm, SignatureFault},
};

/// extensionRequest, RFC 2985 §5.4.2.
const EXTENSION_REQUEST: &str = "1.2.840.113549.1.9.14";
/// The same in Microsoft's own attribute (szOID_CERT_EXTENSIONS, [MS-WCCE] §2.2.2.7.10).
const MICROSOFT_EXTENSION_REQUEST: &str = "1.3.6.1.4.1.311.2.1.14";
/// challengePassword, RFC 2985 §5.4.1.
const CHALLENGE_PASSWORD: &str = "1.2.840.113549.1.9.7";

pub(super) fn read(input: &[u8]) -> Result<Csr, CsrFault> {
    match secret::detect(input) {
        Detection::Certain(kind) => return Err(CsrFault::Secret(kind)),
        Detection::Suspected(why) => return Err(CsrFault::SuspectedSecret(why)),
        Detection::None => {}
    }
    if input.len() > Csr::MAX_INPUT {
        return Err(CsrFault::TooLarge {
            limit: Csr::MAX_INPUT,
        });
    }
    let der = unwrap(input)?;
    // Lengths that don't add up come from copying; what is wrong within them, from the tool.
    if der.first() == Some(&0x30) && asn1::split_value(&der).is_none() {
        return Err(CsrFault::Incomplete);
    }
    let (rest, request) =
        X509CertificationRequest::from_der(&der).map_err(|error| structure_fault(&der, error))?;
    if !rest.is_empty() {
        return Err(CsrFault::TrailingBytes);
    }
    examine(&request)
}

/// DER from whatever it is wrapped in.
fn unwrap(input: &[u8]) -> Result<Vec<u8>, CsrFault> {
    // A SEQUENCE; no base64 of one and no PEM starts with this octet.
    if input.first() == Some(&0x30) {
        return Ok(input.to_vec());
    }
    let text = std::str::from_utf8(input).map_err(|_| CsrFault::NotPemOrDer)?;
    let blocks = pem::split(text, Csr::MAX_INPUT).map_err(pem_fault)?;
    let Some(first) = blocks.first() else {
        return pem::bare(text, pem::CERTIFICATE_REQUEST).map_err(pem_fault);
    };
    let label = first.label.clone();
    let mut requests: Vec<_> = blocks
        .into_iter()
        .filter(|block| {
            [pem::CERTIFICATE_REQUEST, pem::NEW_CERTIFICATE_REQUEST]
                .iter()
                .any(|label| block.label.trim().eq_ignore_ascii_case(label))
        })
        .collect();
    match (requests.pop(), requests.len()) {
        (Some(only), 0) => Ok(only.der),
        (Some(_), others) => Err(CsrFault::SeveralBlocks { count: others + 1 }),
        (None, _) if label.trim().eq_ignore_ascii_case(pem::CERTIFICATE) => {
            Err(CsrFault::Certificate)
        }
        (None, _) => Err(CsrFault::WrongLabel {
            label: pem::shown(&label),
        }),
    }
}

fn pem_fault(fault: PemFault) -> CsrFault {
    match fault {
        PemFault::Secret(kind) => CsrFault::Secret(kind),
        PemFault::TooLarge { limit } => CsrFault::TooLarge { limit },
        PemFault::Several { count, .. } => CsrFault::SeveralBlocks { count },
        PemFault::WrongLabel { found, .. } => CsrFault::WrongLabel { label: found },
        PemFault::Unterminated { .. } | PemFault::NotBase64 => CsrFault::Incomplete,
        PemFault::NotPem { .. } => CsrFault::NotPemOrDer,
    }
}

/// Why the parser gave up: a certificate by mistake, or damage, and where.
fn structure_fault(der: &[u8], error: nom::Err<X509Error>) -> CsrFault {
    if looks_like_certificate(der) {
        return CsrFault::Certificate;
    }
    let part = match error {
        nom::Err::Incomplete(_) => "length: it is cut off",
        nom::Err::Error(error) | nom::Err::Failure(error) => match error {
            X509Error::InvalidVersion => "version",
            X509Error::InvalidX509Name => "subject",
            X509Error::InvalidSPKI => "public key",
            X509Error::InvalidAttributes => "attributes",
            X509Error::InvalidExtensions | X509Error::DuplicateExtensions => "extensions",
            X509Error::InvalidAlgorithmIdentifier | X509Error::SignatureUnsupportedAlgorithm => {
                "signature algorithm"
            }
            X509Error::InvalidSignatureValue => "signature",
            _ => "structure",
        },
    };
    CsrFault::Malformed { part }
}

/// A TBSCertificate starts with [0] version or its serial number and then has a SEQUENCE
/// (RFC 5280 §4.1); a CertificationRequestInfo has exactly four parts (RFC 2986 §4.1).
fn looks_like_certificate(der: &[u8]) -> bool {
    let shape = asn1::split_value(der)
        .and_then(|(_, content, _)| asn1::split_value(content))
        .and_then(|(_, content, _)| asn1::tags(content));
    matches!(
        shape.as_deref(),
        Some([0xa0, 0x02, 0x30, ..] | [0x02, 0x30, 0x30, 0x30, 0x30, 0x30, ..])
    )
}

fn examine(request: &X509CertificationRequest<'_>) -> Result<Csr, CsrFault> {
    check_shape(request)?;
    let info = &request.certification_request_info;
    if info.version.0 != 0 {
        return Err(CsrFault::Malformed { part: "version" });
    }
    let key = PublicKey::from_parsed(&info.subject_pki).map_err(key_fault)?;
    // Before the signature: an unaccepted key may be arbitrarily costly to compute with.
    key.check_accepted()?;
    check_signature(request, &key)?;

    let requested = requested_extensions(info.attributes(), info.raw)?;
    let mut subject_alternative_names = Vec::new();
    let mut requests_ca = false;
    let mut damaged: Vec<String> = requested
        .iter()
        .filter(|extension| !matches!(asn1::split_value(extension.value), Some((_, _, []))))
        .map(|extension| requested_extension(extension).name)
        .collect();
    for extension in &requested {
        match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(san) => {
                subject_alternative_names
                    .extend(san.general_names.iter().map(subject::subject_name));
            }
            ParsedExtension::BasicConstraints(constraints) => requests_ca |= constraints.ca,
            // The CA decides about extensions by itself, so this one only has to be told.
            ParsedExtension::ParseError { .. } => {
                damaged.push(requested_extension(extension).name);
            }
            _ => {}
        }
    }
    Ok(Csr {
        der: request.as_raw().to_vec(),
        subject: subject::distinguished_name(&info.subject),
        common_names: common_names(&info.subject)?,
        subject_alternative_names,
        key,
        signature_algorithm: signature::algorithm_name(&request.signature_algorithm),
        extensions: requested.iter().map(requested_extension).collect(),
        requests_ca,
        damaged_extensions: damaged,
        has_challenge_password: info
            .attributes()
            .iter()
            .any(|attribute| attribute_oid(attribute) == CHALLENGE_PASSWORD),
    })
}

/// The parser ignores what follows the known parts of a SEQUENCE; DER does not allow it there.
fn check_shape(request: &X509CertificationRequest<'_>) -> Result<(), CsrFault> {
    if !asn1::is_signed(request.as_raw()) {
        return Err(CsrFault::Malformed { part: "structure" });
    }
    let info = asn1::split_value(request.certification_request_info.raw)
        .and_then(|(_, content, _)| asn1::tags(content));
    if info.as_deref() != Some(&[0x02, 0x30, 0x30, 0xa0]) {
        return Err(CsrFault::Malformed {
            part: "request information",
        });
    }
    Ok(())
}

fn key_fault(fault: KeyFault) -> CsrFault {
    CsrFault::Malformed {
        part: match fault {
            KeyFault::ExplicitCurve => "public key: the curve is not given by its name",
            KeyFault::Structure | KeyFault::Rsa | KeyFault::Point => "public key",
        },
    }
}

fn check_signature(
    request: &X509CertificationRequest<'_>,
    key: &PublicKey,
) -> Result<(), CsrFault> {
    let algorithm = SignatureAlgorithm::from_identifier(&request.signature_algorithm)
        .map_err(CsrFault::SignatureAlgorithm)?;
    if request.signature_value.unused_bits != 0 {
        return Err(CsrFault::Malformed { part: "signature" });
    }
    signature::verify(
        algorithm,
        key,
        request.certification_request_info.raw,
        request.signature_value.data.as_ref(),
    )
    .map_err(|fault| match fault {
        SignatureFault::Wrong => CsrFault::SignatureWrong,
        SignatureFault::Key => CsrFault::Malformed { part: "public key" },
        other => CsrFault::SignatureAlgorithm(other),
    })
}

/// The extensions that are requested, in the standard attribute, in Microsoft's, or in both. Two
/// attributes of one kind, or two extensions of one kind in one of them (RFC 5280 §4.2), would let two
/// readers see two different requests.
fn requested_extensions<'a>(
    attributes: &'a [X509CriAttribute<'a>],
    info: &'a [u8],
) -> Result<Vec<X509Extension<'a>>, CsrFault> {
    let mut found = Vec::new();
    let mut seen = Vec::new();
    for attribute in attributes {
        let oid = attribute_oid(attribute);
        let extensions = match (oid.as_str(), attribute.parsed_attribute()) {
            (EXTENSION_REQUEST, ParsedCriAttribute::ExtensionRequest(request)) => {
                request.extensions.clone()
            }
            (EXTENSION_REQUEST, _) => return Err(CsrFault::Malformed { part: "attributes" }),
            (MICROSOFT_EXTENSION_REQUEST, _) => attribute_value(info, attribute.oid.as_bytes())
                .and_then(extensions_of_set)
                .ok_or(CsrFault::Malformed { part: "attributes" })?,
            _ => continue,
        };
        if seen.contains(&oid) {
            return Err(CsrFault::Malformed {
                part: "attributes: the extension request is there twice",
            });
        }
        seen.push(oid);
        if asn1::has_repeated_extension(&extensions) {
            return Err(CsrFault::Malformed {
                part: "extensions: one is there twice",
            });
        }
        found.extend(extensions);
    }
    Ok(found)
}

/// The content of an attribute's SET, of which the parser keeps nothing when it does not know the
/// attribute.
fn attribute_value<'i>(info: &'i [u8], wanted: &[u8]) -> Option<&'i [u8]> {
    let (_, mut content, _) = asn1::split_value(info)?;
    // Version, subject, key; then the attributes (RFC 2986 §4.1).
    for _ in 0..3 {
        content = asn1::split_value(content)?.2;
    }
    let (_, mut attributes, _) = asn1::split_value(content)?;
    while !attributes.is_empty() {
        let (_, attribute, rest) = asn1::split_value(attributes)?;
        let (_, oid, set) = asn1::split_value(attribute)?;
        if oid == wanted {
            return asn1::split_value(set).map(|(_, set, _)| set);
        }
        attributes = rest;
    }
    None
}

/// The extensions in a SET of one SEQUENCE of them.
fn extensions_of_set(set: &[u8]) -> Option<Vec<X509Extension<'_>>> {
    let (0x30, mut rest, []) = asn1::split_value(set)? else {
        return None;
    };
    let mut extensions = Vec::new();
    while !rest.is_empty() {
        let (after, extension) = X509Extension::from_der(rest).ok()?;
        extensions.push(extension);
        rest = after;
    }
    Some(extensions)
}

fn attribute_oid(attribute: &X509CriAttribute<'_>) -> String {
    asn1::oid_text(attribute.oid.as_bytes())
}

fn common_names(name: &x509_parser::x509::X509Name<'_>) -> Result<Vec<CertificateName>, CsrFault> {
    let mut names = Vec::new();
    for text in subject::common_names(name) {
        let text = text.ok_or(CsrFault::Malformed {
            part: "subject: the common name is not text",
        })?;
        // Some tools write the attribute also when they have nothing to put into it.
        if text.is_empty() {
            continue;
        }
        // The CA compares what was signed: a dot at the end is no name there.
        let read = match CertificateName::parse(&text) {
            Ok(_) if text.ends_with('.') => Err(NameFault::TrailingDot),
            read => read,
        };
        names.push(read.map_err(|fault| name_malformed(&text, fault))?);
    }
    Ok(names)
}

fn name_malformed(name: &str, fault: NameFault) -> CsrFault {
    CsrFault::NameMalformed {
        name: name.chars().take(100).collect(),
        fault,
    }
}

fn requested_extension(extension: &X509Extension<'_>) -> RequestedExtension {
    let oid = asn1::oid_text(extension.oid.as_bytes());
    RequestedExtension {
        name: extension_name(&oid).to_owned(),
        critical: extension.critical,
        oid,
    }
}

/// RFC 5280 §4.2.1 and RFC 7633.
fn extension_name(oid: &str) -> &str {
    match oid {
        "2.5.29.14" => "subject key identifier",
        "2.5.29.15" => "key usage",
        "2.5.29.17" => "subject alternative name",
        "2.5.29.19" => "basic constraints",
        "2.5.29.30" => "name constraints",
        "2.5.29.31" => "CRL distribution points",
        "2.5.29.32" => "certificate policies",
        "2.5.29.35" => "authority key identifier",
        "2.5.29.37" => "extended key usage",
        "1.3.6.1.5.5.7.1.1" => "authority information access",
        "1.3.6.1.5.5.7.1.24" => "TLS feature",
        other => other,
    }
}
