//! Long work that a person can follow.

use std::collections::BTreeMap;

use certwright_core::{
    ids::{CredentialId, JobId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum JobKind {
    /// Refreshes parts of the directory.
    Sync,
    /// Imports the orders of an account.
    Import,
    /// Stores held certificates.
    AdmitHeld,
    /// Asks the CA about orders that are due.
    CheckDue,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum JobState {
    /// Work is left.
    Running,
    /// Everything is done.
    Done,
    /// It ran to its end, and what it was to find is not all there; `problem` says what is missing.
    Incomplete,
    /// A person stopped it.
    Stopped,
    /// It could not be done; `problem` says why.
    Failed,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobView {
    /// Identity.
    pub id: JobId,
    /// What it does.
    pub kind: JobKind,
    /// The account that it works on; absent when it works on all.
    pub credential_id: Option<CredentialId>,
    /// How far it is.
    pub state: JobState,
    /// Pieces of work done. Pieces come up as the job proceeds, so the total grows at first.
    pub done: u64,
    /// Pieces of work known so far.
    pub total: u64,
    /// What it has found and done so far.
    pub report: JobReport,
    /// Why it stopped, or what it could not do.
    pub problem: Option<String>,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it last moved.
    pub updated_at: Timestamp,
}

/// What a job has found and done so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobReport {
    /// The difference that a sync found, by part.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sync: BTreeMap<String, PartReport>,
    /// What an import found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub import: Option<ImportReport>,
}

/// What a sync found in one part of the directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PartReport {
    /// Names that are new.
    pub added: Vec<String>,
    /// Names whose contents changed.
    pub changed: Vec<String>,
    /// Names that the CA no longer shows.
    pub gone: Vec<String>,
    /// How many are the same.
    pub unchanged: u64,
}

/// What an import found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// How often the CA's report was read from its first page.
    #[serde(default)]
    pub looks: u32,
    /// Pages of the CA's report that were read, each time counted.
    pub pages_read: u32,
    /// Pages that the CA has.
    pub pages: u32,
    /// Orders that the CA announces.
    pub orders: u32,
    /// Different orders and drafts that it listed.
    #[serde(default)]
    pub listed: u32,
    /// Orders that it announces and did not list.
    #[serde(default)]
    pub missing: u32,
    /// Orders that are new here.
    pub added: u32,
    /// Orders of which the CA says something new.
    pub changed: u32,
    /// Orders of which it says nothing new.
    pub unchanged: u32,
    /// Orders that were deleted here and were left so.
    pub left_deleted: u32,
    /// Rows that could not be read, or that have no number.
    pub skipped: u32,
    /// Certificates that were fetched and stored.
    pub certificates_stored: u32,
    /// Certificates for which no seat was free.
    pub certificates_held: u32,
    /// Certificates that could not be fetched or were not the right ones.
    pub certificates_failed: u32,
}
