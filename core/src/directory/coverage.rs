//! How a name to be ordered stands to the account's domains.

use serde::{Deserialize, Serialize};

use super::{Domain, DomainStanding};
use crate::{names::DomainName, time::Timestamp};

/// How a name to be ordered stands to the account's domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DomainCoverage {
    /// At or under a domain with a validation in force.
    Validated,
    /// At or under a domain of the account, whose validation is still to be done.
    NeedsValidation,
    /// Outside every domain of the account.
    Outside,
}

/// Finds how `host` (without a wildcard's `*.`) stands to the account's domains at `now`.
///
/// With an organization given, only its domains and those without one count.
#[must_use]
pub fn coverage(
    host: &DomainName,
    organization: Option<&str>,
    domains: &[Domain],
    now: Timestamp,
) -> DomainCoverage {
    let mut best = DomainCoverage::Outside;
    for domain in domains {
        let ours = match (organization, &domain.organization_number) {
            (Some(wanted), Some(actual)) => wanted == actual,
            _ => true,
        };
        let Ok(name) = domain.name.parse::<DomainName>() else {
            continue;
        };
        if !ours || !host.is_within(&name) {
            continue;
        }
        let in_force = domain.standing == DomainStanding::Validated
            && domain.expires.is_none_or(|expires| expires > now);
        if in_force {
            return DomainCoverage::Validated;
        }
        best = DomainCoverage::NeedsValidation;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coverage_prefers_a_validation_in_force() {
        let now = Timestamp::from_unix(1_000);
        let domain = |name: &str, organization: &str, standing, expires| Domain {
            name: name.into(),
            organization_number: Some(organization.into()),
            organization_name: None,
            standing,
            method: None,
            expires: Some(Timestamp::from_unix(expires)),
        };
        let domains = [
            domain("corp.example", "1", DomainStanding::Validated, 2_000),
            domain("old.example", "1", DomainStanding::Validated, 500),
            domain("new.example", "1", DomainStanding::Pending, 2_000),
            domain("other.example", "2", DomainStanding::Validated, 2_000),
        ];
        let at = |host: &str| coverage(&host.parse().unwrap(), Some("1"), &domains, now);
        assert_eq!(at("www.corp.example"), DomainCoverage::Validated);
        assert_eq!(at("www.old.example"), DomainCoverage::NeedsValidation);
        assert_eq!(at("new.example"), DomainCoverage::NeedsValidation);
        assert_eq!(at("www.other.example"), DomainCoverage::Outside);
        assert_eq!(at("notcorp.example"), DomainCoverage::Outside);
    }
}
