//! Certificate signing requests.

use certwright_core::{ids::CsrId, time::Timestamp};
use serde::{Deserialize, Serialize};

use crate::{endpoint::Endpoint, operation::Located};

/// Checks or stores a CSR.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CsrRequest {
    /// The request as PEM, or as base64 of its DER.
    pub csr: String,
    /// A name to find it by; the common name when absent.
    #[serde(default)]
    pub label: Option<String>,
}

/// What a CSR holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CsrFacts {
    /// The subject as text (RFC 4514).
    pub subject: String,
    /// The subject's common name.
    pub common_name: Option<String>,
    /// DNS names of the subjectAltName extension.
    pub names: Vec<String>,
    /// Other names of that extension, as text.
    pub other_names: Vec<String>,
    /// The key's algorithm and size.
    pub key: String,
    /// SHA-256 of the public key (SubjectPublicKeyInfo), hex.
    pub key_fingerprint: String,
    /// The algorithm of the request's own signature.
    pub signature_algorithm: String,
    /// SHA-256 of the request's DER, hex.
    pub fingerprint: String,
    /// The request as canonical PEM.
    pub pem: String,
}

/// A stored CSR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CsrView {
    /// Identity.
    pub id: CsrId,
    /// Its name.
    pub label: String,
    /// What it holds.
    #[serde(flatten)]
    pub facts: CsrFacts,
    /// When it was stored.
    pub created_at: Timestamp,
}

impl Located for CsrView {
    fn location(&self) -> String {
        Endpoint::GetCsr.path(self.id.as_str())
    }
}
