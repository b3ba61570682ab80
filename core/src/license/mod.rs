//! How many certificates may be managed at once.
//!
//! A seat is taken by a certificate in the inventory. Counting seats is the storage's work; this
//! says how many there are.

use crate::time::Timestamp;

pub mod token;

pub use token::LicenseFault;

/// The certificates that anyone may manage without a license.
pub const COMMUNITY_SEATS: u32 = 100;

/// A license whose signature has been verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    /// Who it was issued to.
    pub licensee: String,
    /// How many certificates it is good for.
    pub seats: u32,
    /// When it begins.
    pub not_before: Timestamp,
    /// When it ends; at this second it no longer applies.
    pub expires: Timestamp,
}

/// Where the number of seats comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LicenseSource {
    /// There is no license.
    Community,
    /// A license that applies now.
    Licensed(License),
    /// A license that has expired; the community license applies.
    Lapsed(License),
    /// A license that cannot be used for another reason; the community license applies.
    Unusable(LicenseFault),
}

/// What applies now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveLicense {
    /// How many certificates may be managed.
    pub seats: u32,
    /// Why that many.
    pub source: LicenseSource,
}

/// What applies at `now`, given the stored token, if any.
#[must_use]
pub fn effective(token: Option<&str>, public_key: &[u8; 32], now: Timestamp) -> EffectiveLicense {
    let Some(text) = token else {
        return community(LicenseSource::Community);
    };
    match token::verify(text, public_key, now) {
        Ok(license) => EffectiveLicense {
            seats: license.seats,
            source: LicenseSource::Licensed(license),
        },
        Err(LicenseFault::Expired(license)) => community(LicenseSource::Lapsed(license)),
        Err(fault) => community(LicenseSource::Unusable(fault)),
    }
}

fn community(source: LicenseSource) -> EffectiveLicense {
    EffectiveLicense {
        seats: COMMUNITY_SEATS,
        source,
    }
}
