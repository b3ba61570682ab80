//! What a subject alternative name can hold besides what can be ordered (RFC 5280 §4.2.1.6), so
//! that nothing read from a certificate or a CSR is lost.

use std::{fmt, net::IpAddr};

use serde::{Deserialize, Serialize};

use super::CertificateName;

/// One entry of a subject alternative name extension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "value")]
pub enum SubjectName {
    /// A domain name or wildcard.
    Dns(CertificateName),
    /// An IP address.
    Ip(IpAddr),
    /// Anything else, kept as text.
    Other {
        /// What kind of name it claims to be.
        kind: NameKind,
        /// The name as text; hexadecimal where it has no text form.
        text: String,
    },
}

/// The kinds of GeneralName (RFC 5280 §4.2.1.6) that Certwright only reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum NameKind {
    /// A dNSName that is not a valid domain name.
    MalformedDns,
    /// An iPAddress that has neither 4 nor 16 octets.
    MalformedIp,
    /// rfc822Name.
    Email,
    /// uniformResourceIdentifier.
    Uri,
    /// directoryName.
    Directory,
    /// registeredID.
    RegisteredId,
    /// otherName, x400Address, ediPartyName, or a tag that RFC 5280 does not know.
    Unrecognised,
}

impl SubjectName {
    /// The name when it is one that can be ordered.
    #[must_use]
    pub fn as_certificate_name(&self) -> Option<&CertificateName> {
        match self {
            Self::Dns(name) => Some(name),
            Self::Ip(_) | Self::Other { .. } => None,
        }
    }
}

impl fmt::Display for SubjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => name.fmt(f),
            Self::Ip(address) => address.fmt(f),
            Self::Other { kind, text } => write!(f, "{text} ({kind})"),
        }
    }
}

impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MalformedDns => "malformed domain name",
            Self::MalformedIp => "malformed IP address",
            Self::Email => "email address",
            Self::Uri => "URI",
            Self::Directory => "directory name",
            Self::RegisteredId => "registered id",
            Self::Unrecognised => "unrecognised kind of name",
        })
    }
}
