//! The license: which one counts, and setting it.

use certwright_api::license::{LicenseSource, LicenseView};
use certwright_core::{
    advice::advised,
    license::{self, COMMUNITY_SEATS, EffectiveLicense, LicenseSource as Source},
};

use crate::{
    caller::Caller,
    database::Database,
    fault::Fault,
    platform::Platform,
    storage::{audit, certificates::SeatLimit, counters, license as stored},
};

/// The license that counts now.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn effective<P: Platform>(platform: &P) -> Result<EffectiveLicense, Fault> {
    let token = stored::token(platform.database()).await?;
    Ok(read(platform, token.as_deref()))
}

/// How many certificates may be stored now, for the license gate.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn seat_limit<P: Platform>(platform: &P) -> Result<SeatLimit, Fault> {
    let token = stored::token(platform.database()).await?;
    let seats = read(platform, token.as_deref()).seats;
    Ok(SeatLimit { seats, token })
}

fn read(platform: &impl Platform, token: Option<&str>) -> EffectiveLicense {
    match &platform.settings().license_public_key {
        Some(key) => license::effective(token, key, platform.now()),
        None => EffectiveLicense {
            seats: COMMUNITY_SEATS,
            source: Source::Community,
        },
    }
}

/// The license and its seats.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn show<P: Platform>(platform: &P) -> Result<LicenseView, Fault> {
    let effective = effective(platform).await?;
    let counters = counters::all(platform.database()).await?;
    let count = |name: &str| counters.get(name).copied().unwrap_or(0);
    let (source, license) = match effective.source {
        Source::Community => (LicenseSource::Community, None),
        Source::Licensed(license) => (LicenseSource::Licensed, Some(license)),
        Source::Lapsed(license) => (LicenseSource::Lapsed, Some(license)),
        Source::Unusable(_) => (LicenseSource::Lapsed, None),
    };
    Ok(LicenseView {
        source,
        licensee: license.as_ref().map(|license| license.licensee.clone()),
        expires: license.as_ref().map(|license| license.expires),
        seats: u64::from(effective.seats),
        used: count("seats"),
        held: count("held"),
    })
}

/// Sets the license, after verifying it.
///
/// # Errors
/// [`Fault::Invalid`] naming the field `license`.
pub async fn set<P: Platform>(
    platform: &P,
    caller: &Caller,
    token: &str,
) -> Result<LicenseView, Fault> {
    let now = platform.now();
    let Some(key) = &platform.settings().license_public_key else {
        let wrong = advised(
            "cannot be verified, since this deployment has no LICENSE_PUBLIC_KEY",
            "Set it first.",
        );
        return Err(Fault::invalid("license", "license-key-missing", wrong));
    };
    let token = token.trim();
    let license = license::token::verify(token, key, now).map_err(|fault| {
        let code = match fault {
            license::LicenseFault::Expired(_) => "license-expired",
            license::LicenseFault::NotYetValid(_) => "license-not-yet-valid",
            license::LicenseFault::Signature => "license-signature",
            _ => "license-malformed",
        };
        Fault::invalid("license", code, fault)
    })?;
    let entry = audit::Entry {
        caller,
        action: "license.set",
        subject: "license",
        outcome: "done",
        detail: Some(format!(
            "seats: {}, licensee: {}",
            license.seats, license.licensee
        )),
    };
    let statements = vec![stored::set(token, now), audit::insert(platform, &entry)];
    platform.database().batch(statements).await?;
    show(platform).await
}

/// Removes the license; the community license applies.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn remove<P: Platform>(platform: &P, caller: &Caller) -> Result<LicenseView, Fault> {
    let entry = audit::Entry {
        caller,
        action: "license.remove",
        subject: "license",
        outcome: "done",
        detail: None,
    };
    let statements = vec![stored::remove(), audit::insert(platform, &entry)];
    platform.database().batch(statements).await?;
    show(platform).await
}
