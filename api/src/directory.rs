//! Entries of the directory as they are listed.

use certwright_core::{ids::CredentialId, time::Timestamp};
use serde::{Deserialize, Serialize};

/// An entry with what we know about its coming and going.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryEntryView<T> {
    /// The account that it belongs to.
    pub credential_id: CredentialId,
    /// The entry itself: an account, group, organization, domain or product of the core.
    pub entry: T,
    /// When it was first seen.
    pub first_seen_at: Timestamp,
    /// When its contents last changed.
    pub changed_at: Timestamp,
}
