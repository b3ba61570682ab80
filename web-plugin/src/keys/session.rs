//! A certificate signing request (RFC 2986) made with a key that only signs asynchronously.
//!
//! rcgen calls for the signature while it writes the request; WebCrypto has it only later. So rcgen
//! writes the request twice: the first pass records what has to be signed and stops, the second
//! hands in the signature, provided that the very same bytes are to be signed.

use std::cell::RefCell;

use certwright_core::csr::{Csr, CsrFault};
use certwright_core::key::{KeyAlgorithm, KeyFault, PublicKey};
use certwright_core::names::{CertificateName, SubjectName};
use rcgen::string::Ia5String;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, PublicKeyData, SanType, SignatureAlgorithm,
    SigningKey,
};
use x509_parser::prelude::FromDer;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::{KeyKind, ecdsa};

/// What the request says about its holder besides the names. Empty parts are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The common name; where set, one of the request's names.
    pub common_name: Option<CertificateName>,
    /// The organization.
    pub organization: String,
    /// The town.
    pub locality: String,
    /// The state or province.
    pub state: String,
    /// The country, as two letters.
    pub country: String,
}

/// Why no request was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestFault {
    /// The browser's public key could not be read.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// The key is not of the kind that was asked for.
    #[error("the browser made a key of kind {found} instead of {wanted}; try again")]
    OtherKind {
        /// The kind asked for.
        wanted: KeyAlgorithm,
        /// The kind that the key has.
        found: KeyAlgorithm,
    },
    /// Writing the key again gives other bytes, so the certificate would be for another key.
    #[error("the browser wrote the public key in an unusual form; use another browser")]
    KeyEncoding,
    /// A request without names can't be ordered with.
    #[error("name at least one domain")]
    NoNames,
    /// The common name is not among the names.
    #[error("the common name {name} is not among the names of the request; add it")]
    CommonNameMissing {
        /// The common name.
        name: CertificateName,
    },
    /// The request could not be written.
    #[error("the request could not be written: {reason}")]
    Writing {
        /// The encoder's words.
        reason: String,
    },
    /// The signature does not have the form that this kind of key produces.
    #[error("the browser gave a signature of an unusual form; use another browser")]
    SignatureForm,
    /// The finished request did not pass the check that every request has to pass.
    #[error(transparent)]
    Unsound(#[from] CsrFault),
    /// The finished request says something else than was asked for.
    #[error("the finished request differs from what was asked for in its {part}")]
    Differs {
        /// Where.
        part: &'static str,
    },
}

/// A request between its two passes: written, waiting for its signature.
#[derive(Debug)]
pub struct CsrSession {
    key: ExportedKey,
    parameters: CertificateParams,
    names: Vec<CertificateName>,
    to_be_signed: Vec<u8>,
}

impl CsrSession {
    /// Writes the request for a key, given by its SubjectPublicKeyInfo, that the browser holds.
    ///
    /// # Errors
    /// [`RequestFault`] when the key or the names can't be used.
    pub fn begin(
        spki: &[u8],
        kind: KeyKind,
        names: &[CertificateName],
        subject: &Subject,
    ) -> Result<Self, RequestFault> {
        let key = ExportedKey::read(spki, kind)?;
        let parameters = parameters(names, subject)?;
        let recorder = Recorder {
            key: &key,
            message: RefCell::new(None),
        };
        let outcome = parameters.serialize_request(&recorder);
        let to_be_signed = match (recorder.message.into_inner(), outcome) {
            (Some(message), Err(rcgen::Error::RemoteKeyError)) => message,
            (_, Err(error)) => return Err(RequestFault::writing(&error)),
            (_, Ok(_)) => return Err(RequestFault::writing(&"nothing was to be signed")),
        };
        Ok(Self {
            key,
            parameters,
            names: names.to_vec(),
            to_be_signed,
        })
    }

    /// The bytes to sign: the CertificationRequestInfo of RFC 2986 §4.1.
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// Completes the request with the signature, in the form that WebCrypto gives it.
    ///
    /// The result has been read again, its signature verified, its names and key compared.
    ///
    /// # Errors
    /// [`RequestFault`] when the signature is not the key's over exactly these bytes.
    pub fn finish(self, signature: &[u8]) -> Result<Csr, RequestFault> {
        let signature = match self.key.kind.ecdsa_half() {
            Some(half) => ecdsa::to_der(signature, half).ok_or(RequestFault::SignatureForm)?,
            None => signature.to_vec(),
        };
        let replay = Replay {
            key: &self.key,
            message: &self.to_be_signed,
            signature,
        };
        let request = self
            .parameters
            .serialize_request(&replay)
            .map_err(|error| RequestFault::writing(&error))?;
        let csr = Csr::read(request.der())?;
        if csr.key().spki_der() != self.key.spki {
            return Err(RequestFault::Differs { part: "key" });
        }
        let asked: Vec<_> = self.names.into_iter().map(SubjectName::Dns).collect();
        if csr.subject_alternative_names() != asked {
            return Err(RequestFault::Differs { part: "names" });
        }
        Ok(csr)
    }
}

impl RequestFault {
    fn writing(reason: &impl ToString) -> Self {
        Self::Writing {
            reason: reason.to_string(),
        }
    }
}

fn parameters(
    names: &[CertificateName],
    subject: &Subject,
) -> Result<CertificateParams, RequestFault> {
    if names.is_empty() {
        return Err(RequestFault::NoNames);
    }
    let mut distinguished_name = DistinguishedName::new();
    for (kind, value) in [
        (DnType::CountryName, &subject.country),
        (DnType::StateOrProvinceName, &subject.state),
        (DnType::LocalityName, &subject.locality),
        (DnType::OrganizationName, &subject.organization),
    ] {
        if !value.is_empty() {
            distinguished_name.push(kind, value);
        }
    }
    if let Some(name) = &subject.common_name {
        if !names.contains(name) {
            return Err(RequestFault::CommonNameMissing { name: name.clone() });
        }
        distinguished_name.push(DnType::CommonName, name.to_string());
    }
    // The default carries a placeholder for the subject, so it is replaced even by an empty one.
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = distinguished_name;
    for name in names {
        let name =
            Ia5String::try_from(name.to_string()).map_err(|error| RequestFault::writing(&error))?;
        parameters.subject_alt_names.push(SanType::DnsName(name));
    }
    Ok(parameters)
}

/// The public half of a key, as the browser exports it.
#[derive(Debug)]
struct ExportedKey {
    kind: KeyKind,
    spki: Vec<u8>,
    /// The content of the bit string in `spki`, which rcgen asks for.
    bits: Vec<u8>,
}

impl ExportedKey {
    fn read(spki: &[u8], kind: KeyKind) -> Result<Self, RequestFault> {
        let found = PublicKey::from_spki(spki)?.algorithm().clone();
        let wanted = kind.algorithm();
        if found != wanted {
            return Err(RequestFault::OtherKind { wanted, found });
        }
        let (_, parsed) = SubjectPublicKeyInfo::from_der(spki).map_err(|_| KeyFault::Structure)?;
        let bits = parsed.subject_public_key.data.to_vec();
        let key = Self {
            kind,
            spki: spki.to_vec(),
            bits,
        };
        if key.subject_public_key_info() != spki {
            return Err(RequestFault::KeyEncoding);
        }
        Ok(key)
    }
}

impl PublicKeyData for ExportedKey {
    fn der_bytes(&self) -> &[u8] {
        &self.bits
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.kind.signature_algorithm()
    }
}

/// Pass one: keeps what is to be signed and stops.
struct Recorder<'a> {
    key: &'a ExportedKey,
    message: RefCell<Option<Vec<u8>>>,
}

/// Pass two: gives the signature out for the recorded bytes only.
struct Replay<'a> {
    key: &'a ExportedKey,
    message: &'a [u8],
    signature: Vec<u8>,
}

impl PublicKeyData for Recorder<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.key.der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.key.algorithm()
    }
}

impl SigningKey for Recorder<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.message.replace(Some(message.to_vec()));
        Err(rcgen::Error::RemoteKeyError)
    }
}

impl PublicKeyData for Replay<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.key.der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.key.algorithm()
    }
}

impl SigningKey for Replay<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        if message == self.message {
            Ok(self.signature.clone())
        } else {
            Err(rcgen::Error::RemoteKeyError)
        }
    }
}
