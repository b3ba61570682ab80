//! Linked emSign accounts.

use certwright_core::{
    credential::{Environment, Generation, NewDomains},
    directory::DirectoryPart,
    ids::{CredentialId, JobId},
    order::{ApprovalRule, ProposedRule},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{endpoint::Endpoint, operation::Located};

/// Links an account.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkCredential {
    /// The name that people give it.
    pub label: String,
    /// Where the account lives.
    pub environment: Environment,
    /// Which API it speaks.
    #[serde(default = "v1")]
    pub generation: Generation,
    /// The ten-digit account number.
    pub account_number: String,
    /// The access key; stored sealed, never returned.
    pub access_key: String,
}

fn v1() -> Generation {
    Generation::V1
}

/// Replaces an access key.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RotateCredential {
    /// The new access key.
    pub access_key: String,
}

/// Sets whose orders wait for a second person's approval. Orders that wait already go on waiting. Where
/// everybody's wait, a laxer rule holds only when another person asks for the same within 30 days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetApproval {
    /// `none`, `requesters` (operators and administrators order at once) or `everyone`.
    pub approval: ApprovalRule,
}

/// Sets what becomes of a DV order for a domain that the account does not have yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetNewDomains {
    /// `validate` (a warning; emSign validates the domain as part of the order) or `refuse`.
    pub new_domains: NewDomains,
}

/// A linked account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CredentialView {
    /// Identity.
    pub id: CredentialId,
    /// The name that people gave it.
    pub label: String,
    /// Where the account lives.
    pub environment: Environment,
    /// Which API it speaks.
    pub generation: Generation,
    /// The account number.
    pub account_number: String,
    /// The e-mail address of the account's user.
    pub user_email: String,
    /// When it was linked.
    pub created_at: Timestamp,
    /// When its access key was last accepted by the CA.
    pub verified_at: Timestamp,
    /// Whether its access key is missing, as after a restore: dumps hold none. Until it is given
    /// (`rotate`) the CA is not called for this account.
    #[serde(default)]
    pub needs_key: bool,
    /// Until when background work leaves the account alone, since the CA asked for fewer calls. The
    /// CA says the same of a user that was made inactive, so a pause that does not end is a reason
    /// to look at the account's user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<Timestamp>,
    /// Whose orders wait for a second person's approval.
    #[serde(default)]
    pub approval: ApprovalRule,
    /// A laxer rule that another person has to confirm, by asking for the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_approval: Option<ProposedRule>,
    /// What becomes of a DV order for a domain that the account does not have yet.
    #[serde(default)]
    pub new_domains: NewDomains,
}

/// An account that was linked just now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkedCredential {
    /// The account.
    pub credential: CredentialView,
    /// The job that fetches its directory.
    pub sync_job_id: JobId,
}

impl Located for LinkedCredential {
    fn location(&self) -> String {
        Endpoint::GetCredential.path(self.credential.id.as_str())
    }
}

/// Starts a sync of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SyncRequest {
    /// The parts; all when empty.
    #[serde(default)]
    pub parts: Vec<DirectoryPart>,
}

/// Starts a sync of several accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SyncAllRequest {
    /// The accounts; all when empty.
    #[serde(default)]
    pub credential_ids: Vec<CredentialId>,
    /// The parts; all when empty.
    #[serde(default)]
    pub parts: Vec<DirectoryPart>,
}

/// Starts an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportRequest {
    /// Whether orders that were deleted here come back.
    #[serde(default)]
    pub restore_deleted: bool,
    /// The most orders that are read. A report that announces more is not believed, and none of it
    /// is imported.
    #[serde(default = "default_max_orders")]
    pub max_orders: u32,
}

impl Default for ImportRequest {
    fn default() -> Self {
        Self {
            restore_deleted: false,
            max_orders: default_max_orders(),
        }
    }
}

fn default_max_orders() -> u32 {
    DEFAULT_MAX_ORDERS
}

/// How many orders an import reads unless a person allows more.
pub const DEFAULT_MAX_ORDERS: u32 = 100_000;

/// Jobs that were started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StartedJobs {
    /// Their ids.
    pub job_ids: Vec<JobId>,
}
