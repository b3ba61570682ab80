//! The records of a dump. They are written by the storage and read by [`super::Position`].

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Kind;
use crate::{
    audit::{Checkpoint, Sealed},
    credential::{AccountNumber, Environment, Generation, NewDomains},
    directory::DirectoryPart,
    ids::{CertificateId, CredentialId, CsrId, JobId, OrderId},
    order::{ApprovalRule, Order},
};

/// A record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Record {
    /// The license token.
    License(LicenseRecord),
    /// A linked account.
    Credential(CredentialRecord),
    /// An entry of a directory.
    Directory(DirectoryRecord),
    /// A stored request.
    Csr(CsrRecord),
    /// An order.
    Order(Box<Order>),
    /// What an idempotency key stands for.
    Idempotency(IdempotencyRecord),
    /// A chain.
    Chain(ChainRecord),
    /// A certificate.
    Certificate(Box<CertificateRecord>),
    /// A job.
    Job(JobRecord),
    /// Where a pruned chain of the audit trail begins.
    AuditCheckpoint(Checkpoint),
    /// An entry of the audit trail, with its place and hash.
    Audit(Box<Sealed>),
}

impl Record {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::License(_) => Kind::License,
            Self::Credential(_) => Kind::Credential,
            Self::Directory(_) => Kind::Directory,
            Self::Csr(_) => Kind::Csr,
            Self::Order(_) => Kind::Order,
            Self::Idempotency(_) => Kind::Idempotency,
            Self::Chain(_) => Kind::Chain,
            Self::Certificate(_) => Kind::Certificate,
            Self::Job(_) => Kind::Job,
            Self::AuditCheckpoint(_) => Kind::AuditCheckpoint,
            Self::Audit(_) => Kind::Audit,
        }
    }
}

/// The license token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LicenseRecord {
    /// The signed token.
    pub token: String,
    /// When it was set.
    pub set_at: i64,
}

/// A linked account, without its access key: after a restore it waits for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CredentialRecord {
    /// Identity.
    pub id: CredentialId,
    /// The name that people gave it.
    pub label: String,
    /// Where the account lives.
    pub environment: Environment,
    /// Which API it speaks.
    pub generation: Generation,
    /// The account number.
    pub account_number: AccountNumber,
    /// The e-mail address of the account's user.
    pub user_email: String,
    /// When it was linked.
    pub created_at: i64,
    /// When its access key was last accepted.
    pub verified_at: i64,
    /// Whose orders wait for approval.
    #[serde(default)]
    pub approval: ApprovalRule,
    /// What becomes of a DV order for a domain that the account does not have yet.
    #[serde(default)]
    pub new_domains: NewDomains,
}

/// An entry of an account's directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DirectoryRecord {
    /// The account.
    pub credential_id: CredentialId,
    /// The part.
    pub part: DirectoryPart,
    /// The entry's key in its part.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The entry as the directory knows it.
    pub entry: Value,
    /// When it was first seen.
    pub first_seen_at: i64,
    /// When it last changed.
    pub changed_at: i64,
}

/// A stored request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CsrRecord {
    /// Identity.
    pub id: CsrId,
    /// Its name.
    pub label: String,
    /// SHA-256 of its DER, hex.
    pub fingerprint: String,
    /// SHA-256 of its public key, hex.
    pub key_fingerprint: String,
    /// What it holds, the request itself included.
    pub facts: Value,
    /// When it was stored.
    pub created_at: i64,
}

/// What an idempotency key stands for, so that a request repeated after a restore orders nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IdempotencyRecord {
    /// Whose key.
    pub actor: String,
    /// The key.
    pub key: String,
    /// SHA-256 of the body, hex.
    pub body_hash: String,
    /// The order.
    pub order_id: OrderId,
    /// When it was used.
    pub created_at: i64,
}

/// The chain of one or many certificates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChainRecord {
    /// SHA-256 of the PEM, hex.
    pub id: String,
    /// Intermediate certificates, in order.
    pub pem: String,
    /// The root, where the CA gave it.
    pub root_pem: Option<String>,
}

/// A certificate with its PEM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CertificateRecord {
    /// Identity.
    pub id: CertificateId,
    /// The order that it came of.
    pub order_id: OrderId,
    /// The account.
    pub credential_id: CredentialId,
    /// Names that it is good for.
    pub names: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The issuer's common name.
    pub issuer: String,
    /// Serial number, upper-case hex.
    pub serial: String,
    /// First second of validity.
    pub not_before: i64,
    /// Last second of validity.
    pub not_after: i64,
    /// Key algorithm and size.
    pub key: String,
    /// SHA-256 of the public key, hex.
    pub key_fingerprint: String,
    /// SHA-256 of the certificate, hex.
    pub fingerprint: String,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// How it differs from what was ordered.
    pub differences: Vec<String>,
    /// When it was stored.
    pub stored_at: i64,
    /// 1 while it takes a seat of the license, else 0.
    pub seat: u8,
    /// The certificate.
    pub leaf_pem: String,
    /// Its chain.
    pub chain_id: String,
}

/// A job. One that was running when the dump was made has stopped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JobRecord {
    /// Identity.
    pub id: JobId,
    /// What it does.
    pub kind: String,
    /// The account.
    pub credential_id: Option<CredentialId>,
    /// What it has found and done.
    pub report: Value,
    /// What it could not do.
    pub problem: Option<String>,
    /// Pieces of work done.
    pub done: u64,
    /// Pieces of work known.
    pub total: u64,
    /// Certificates stored.
    pub stored: u64,
    /// Certificates held.
    pub held: u64,
    /// Certificates that failed.
    pub failed: u64,
    /// When it was started.
    pub created_at: i64,
    /// When it last moved.
    pub updated_at: i64,
}
