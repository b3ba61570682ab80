//! The portable dump: everything but secrets, as JSON lines that can be checked anywhere.
//!
//! The first line is the header, the last the trailer; between them stands a record a line, kinds in
//! the order of [`Kind`], so that what a record refers to stands before it. Every line is chained
//! to the ones before it: `h(0) = 0…0`, `h(n) = SHA-256(h(n−1) ‖ line n ‖ LF)`, and the trailer
//! tells the last `h` before it, so a line that is changed, lost, added or moved is noticed. That
//! guards against accidents; it is no signature.
//!
//! Not in it: access keys, sealed or not, and anything else that opens a door. Times are Unix
//! seconds.

mod reader;
mod record;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use self::{
    reader::{DumpFault, Entry, LineFault, Position},
    record::{
        CertificateRecord, ChainRecord, CredentialRecord, CsrRecord, DirectoryRecord,
        IdempotencyRecord, JobRecord, LicenseRecord, Record,
    },
};

/// What dumps call themselves.
pub const FORMAT: &str = "certwright-dump";
/// The version that is written and read. The first one held audit entries without their chains.
pub const VERSION: u32 = 2;
/// The longest line, in bytes. Larger than any record that is stored.
pub const MAX_LINE: usize = 200 * 1024;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// When the dump was begun, in Unix seconds.
    pub created_at: i64,
}

/// The last line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trailer {
    /// How many records stand before it.
    pub records: u64,
    /// The chain's last value before this line, hex.
    pub sha256: String,
}

/// The kinds of records, in the order in which they stand in a dump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// The license token. It is signed, and no secret.
    License,
    /// A linked account, without its access key.
    Credential,
    /// An entry of an account's directory.
    Directory,
    /// A stored request.
    Csr,
    /// An order, deleted ones included.
    Order,
    /// What an idempotency key stands for.
    Idempotency,
    /// The chain of one or many certificates.
    Chain,
    /// A certificate.
    Certificate,
    /// A job.
    Job,
    /// Where a pruned chain of the audit trail begins.
    AuditCheckpoint,
    /// An entry of the audit trail.
    Audit,
}

impl Kind {
    /// Every kind, in order.
    pub const ALL: [Self; 11] = [
        Self::License,
        Self::Credential,
        Self::Directory,
        Self::Csr,
        Self::Order,
        Self::Idempotency,
        Self::Chain,
        Self::Certificate,
        Self::Job,
        Self::AuditCheckpoint,
        Self::Audit,
    ];
}

/// The chain over the lines of a dump.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    value: [u8; 32],
    /// Lines so far, the header included.
    pub lines: u64,
}

impl Chain {
    /// Goes on where another one stopped. `None` when the text is not 64 hex digits.
    #[must_use]
    pub fn resume(hex: &str, lines: u64) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).ok()?;
        let value = bytes.try_into().ok()?;
        Some(Self { value, lines })
    }

    /// Adds a line, which is given without its line feed.
    pub fn add(&mut self, line: &str) {
        let mut digest = Sha256::new();
        digest.update(self.value);
        digest.update(line.as_bytes());
        digest.update(b"\n");
        self.value = digest.finalize().into();
        self.lines = self.lines.saturating_add(1);
    }

    /// The value, hex.
    #[must_use]
    pub fn hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.value)
    }

    /// The trailer that fits now.
    #[must_use]
    pub fn trailer(&self) -> Trailer {
        Trailer {
            records: self.lines.saturating_sub(1),
            sha256: self.hex(),
        }
    }
}
