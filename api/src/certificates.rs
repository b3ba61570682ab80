//! Certificates of the inventory.

use certwright_core::{
    ids::{CertificateId, CredentialId, OrderId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateView {
    /// Identity.
    pub id: CertificateId,
    /// The account under which it was ordered.
    pub credential_id: CredentialId,
    /// The order that it came of.
    pub order_id: OrderId,
    /// Names that it is good for, the first being the common name where there is one.
    pub names: Vec<String>,
    /// The subject as text (RFC 4514).
    pub subject: String,
    /// The issuer's common name.
    pub issuer: String,
    /// The serial number, upper-case hex.
    pub serial: String,
    /// First instant of validity.
    pub not_before: Timestamp,
    /// Last instant of validity.
    pub not_after: Timestamp,
    /// The key's algorithm and size.
    pub key: String,
    /// SHA-256 of the public key (SubjectPublicKeyInfo), hex.
    pub key_fingerprint: String,
    /// SHA-256 of the certificate's DER, hex.
    pub fingerprint: String,
    /// When it was revoked, as far as the CA said so.
    pub revoked_at: Option<Timestamp>,
    /// How it differs from what was ordered, in words.
    pub differences: Vec<String>,
    /// When it was stored.
    pub stored_at: Timestamp,
    /// In a search by host, the name that was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched_name: Option<String>,
}
