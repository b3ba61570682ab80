//! License and seats.

use certwright_core::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Sets the license.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetLicense {
    /// The license text as it was received.
    pub license: String,
}

/// Where the seats come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LicenseSource {
    /// No license is set.
    Community,
    /// A license is in force.
    Licensed,
    /// A license is set, but not in force; the community license applies.
    Lapsed,
}

/// The license as it counts now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LicenseView {
    /// Where the seats come from.
    pub source: LicenseSource,
    /// Who it was given to.
    pub licensee: Option<String>,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// How many certificates may be stored.
    pub seats: u64,
    /// How many seats are taken: stored certificates that are neither revoked nor expired.
    pub used: u64,
    /// How many issued orders wait for a seat.
    pub held: u64,
}
