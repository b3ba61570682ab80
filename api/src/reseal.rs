//! Sealing every access key anew, under the current master key.

use certwright_core::ids::CredentialId;
use serde::{Deserialize, Serialize};

/// Asks for one step of a reseal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResealRequest {
    /// The account after which the step begins: `next` of the step before. From the start when
    /// absent.
    #[serde(default)]
    pub after: Option<CredentialId>,
}

/// What a step did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResealReport {
    /// The version of the master key that is current.
    pub master_key: u32,
    /// How many access keys were sealed anew.
    pub resealed: u32,
    /// How many tokens were bound anew.
    #[serde(default)]
    pub tokens: u32,
    /// The accounts whose access key did not open. They were left as they are.
    pub failed: Vec<ResealFailure>,
    /// How many accounts are left for further steps.
    pub left: u32,
    /// Where the next step begins; absent after the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<CredentialId>,
}

/// An account whose access key did not open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResealFailure {
    /// The account.
    pub credential_id: CredentialId,
    /// Its name.
    pub label: String,
    /// What is wrong.
    pub detail: String,
    /// What to do about it.
    pub remedy: String,
}
