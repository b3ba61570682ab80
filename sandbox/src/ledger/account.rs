//! An account with its user, groups, organizations and domains.
//!
//! The types double as the control API's, which adds and changes them; hence camel case and
//! defaults. Member names are the CA's.

use std::collections::{BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::Orders;
use crate::when::{self, Unix};

/// One customer of the CA.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) number: String,
    pub(crate) access_key: String,
    pub(crate) state: AccountState,
    pub(crate) user: User,
    pub(crate) groups: Vec<Group>,
    pub(crate) organizations: Vec<Organization>,
    pub(crate) domains: Vec<Domain>,
    pub(crate) orders: Orders,
    /// Transaction ids that were used; never forgotten, as the CA's are not.
    pub(crate) txns: BTreeSet<String>,
    /// When the latest orders were placed, for the rate limit.
    pub(crate) placed: VecDeque<Unix>,
}

/// Whether the account's user may do anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum AccountState {
    Active,
    UserInactive,
    UserDeactivated,
    Expired,
}

/// The account's user (emSign API reference, A7).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) full_name: String,
    pub(crate) email: String,
    pub(crate) isd_code: String,
    pub(crate) mobile_number: String,
    pub(crate) designation: String,
    pub(crate) role_id: String,
}

/// A group (A7).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Group {
    pub(crate) group_number: String,
    pub(crate) group_name: String,
    #[serde(default)]
    pub(crate) default_group: bool,
    #[serde(default)]
    pub(crate) account_balance: String,
    #[serde(default)]
    pub(crate) group_balance: String,
    /// Product codes that may not be ordered for the group.
    #[serde(default)]
    pub(crate) withheld_products: Vec<String>,
}

/// An organization (A8).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Organization {
    pub(crate) organization_number: String,
    pub(crate) organization_name: String,
    /// The groups it may be used for.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    /// 1 OV, 2 EV, 3 S/MIME.
    #[serde(default = "one")]
    pub(crate) validation_for: u8,
    /// 1 active, 2 inactive, 3 expired.
    #[serde(default = "one")]
    pub(crate) organization_status_id: u8,
    /// 0 pending, 1 validated, 2 rejected, 3 cancelled, 4 expired, 5 under discrepancy.
    #[serde(default = "one")]
    pub(crate) validation_status_id: u8,
    #[serde(default)]
    pub(crate) prevetting_token: String,
    #[serde(default = "us")]
    pub(crate) country_code: String,
    #[serde(default)]
    pub(crate) state_name: String,
    #[serde(default)]
    pub(crate) state_code: String,
    #[serde(default)]
    pub(crate) locality: String,
    #[serde(default)]
    pub(crate) street_address: String,
    #[serde(default)]
    pub(crate) postal_code: String,
}

impl Organization {
    /// Whether an order may rely on its vetting.
    pub(crate) fn is_vetted(&self) -> bool {
        self.organization_status_id == 1 && self.validation_status_id == 1
    }

    /// Whether it may be used for an OV or, with `ev`, an EV certificate. An EV organization may
    /// be used for both (A11.3).
    pub(crate) fn serves(&self, ev: bool) -> bool {
        self.is_vetted() && (self.validation_for == 2 || (self.validation_for == 1 && !ev))
    }
}

/// A domain (A9).
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Domain {
    pub(crate) domain_name: String,
    pub(crate) organization_number: String,
    /// 1 DNS TXT, 2 file, 3 e-mail.
    #[serde(default = "one")]
    pub(crate) dcv_method: u8,
    /// 0 pending, 1 completed, 2 rejected.
    #[serde(default = "one")]
    pub(crate) dcv_status: u8,
    /// 1 active, 2 inactive, 3 expired.
    #[serde(default = "one")]
    pub(crate) status: u8,
    /// Unix seconds.
    #[serde(default)]
    pub(crate) created: Unix,
    /// Unix seconds; `None` while nothing is validated.
    #[serde(default)]
    pub(crate) expires: Option<Unix>,
}

impl Domain {
    /// The status at `now`: an active domain whose time is over is expired.
    pub(crate) fn status_at(&self, now: Unix) -> u8 {
        let over = self.expires.is_some_and(|expires| expires <= now);
        if self.status == 1 && over {
            3
        } else {
            self.status
        }
    }

    /// Whether orders for this name and those below it need no validation at `now`.
    pub(crate) fn is_validated(&self, now: Unix) -> bool {
        self.dcv_status == 1 && self.status_at(now) == 1 && self.expires.is_some()
    }

    pub(crate) fn expiry_text(&self) -> String {
        self.expires.map(when::data_time).unwrap_or_default()
    }
}

fn one() -> u8 {
    1
}

fn us() -> String {
    "US".to_owned()
}

impl Account {
    pub(crate) fn group(&self, number: &str) -> Option<&Group> {
        self.groups
            .iter()
            .find(|group| group.group_number == number)
    }

    pub(crate) fn default_group(&self) -> Option<&Group> {
        self.groups
            .iter()
            .find(|group| group.default_group)
            .or_else(|| self.groups.first())
    }

    pub(crate) fn organization(&self, number: &str) -> Option<&Organization> {
        self.organizations
            .iter()
            .find(|organization| organization.organization_number == number)
    }

    /// Whether `name` is covered by a validated domain: itself or one above it, under a vetted
    /// organization (A9). `organization` narrows the search to that one.
    pub(crate) fn is_prevalidated(
        &self,
        name: &str,
        organization: Option<&str>,
        now: Unix,
    ) -> bool {
        let name = name.strip_prefix("*.").unwrap_or(name);
        self.domains.iter().any(|domain| {
            let covers = name
                .strip_suffix(domain.domain_name.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
            covers
                && domain.is_validated(now)
                && organization.is_none_or(|number| number == domain.organization_number)
                && self
                    .organization(&domain.organization_number)
                    .is_some_and(Organization::is_vetted)
        })
    }
}
