//! Work that was set aside and waits for a person.

use certwright_core::{
    ids::{CredentialId, JobId, OrderId, WorkId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// A piece of work that did not succeed and is not tried again by itself. A check or fetch of an
/// order is asked for anew, and leaves the dead letters, when the order is next due for a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetterView {
    /// Identity.
    pub id: WorkId,
    /// What was to be done: `check`, `fetch`, `sync` or `import`.
    pub kind: String,
    /// The order that it is about, if it is about one.
    pub order_id: Option<OrderId>,
    /// That order's name on its certificate.
    pub domain: Option<String>,
    /// The account that it is about.
    pub credential_id: Option<CredentialId>,
    /// The job that it belongs to, which cannot finish without it.
    pub job_id: Option<JobId>,
    /// How often it was tried. Waiting for the CA's rate limit is no attempt.
    pub attempts: u32,
    /// What went wrong the last time.
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was set aside.
    pub set_aside_at: Timestamp,
}

/// How many pieces of work are tried again, or were discarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeadLettersMoved {
    /// The number.
    pub moved: u32,
}
