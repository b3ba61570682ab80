//! The account and what can be named in its orders.

mod products;

use std::collections::BTreeSet;

use certwright_core::{
    ca::{AccountOverview, OrganizationDetails},
    credential::AccountNumber,
    directory::{
        Account, Domain, DomainStanding, Group, Organization, OrganizationStanding, ValidatedFor,
    },
    fault::Unanswered,
    time::Timestamp,
};
use serde::Serialize;

use crate::{
    codec::Data,
    exchange::Call,
    wire::{
        Nothing,
        directory::{OrganizationBody, OrganizationWire},
    },
};

pub use products::GetProductDetails;

/// `ValidateCredentials`: whether account number and access key are accepted (emSign API reference,
/// A6).
#[derive(Clone, Copy, Debug)]
pub struct ValidateCredentials;

impl Call for ValidateCredentials {
    const OPERATION: &'static str = "ValidateCredentials";
    const CHANGES: bool = false;
    type Reply = ();

    fn body(&self) -> impl Serialize {
        Nothing {}
    }

    fn read(&self, _data: &Data<'_>, _asked_at: Timestamp) -> Result<(), Unanswered> {
        Ok(())
    }
}

/// `GetGroupDetails`: the account's user, groups and list of organizations (emSign API reference,
/// A7).
#[derive(Clone, Debug)]
pub struct GetGroupDetails {
    /// The account that asks: the reply does not repeat its number.
    pub account_number: AccountNumber,
}

impl Call for GetGroupDetails {
    const OPERATION: &'static str = "GetGroupDetails";
    const CHANGES: bool = false;
    type Reply = AccountOverview;

    fn body(&self) -> impl Serialize {
        Nothing {}
    }

    fn read(&self, data: &Data<'_>, _asked_at: Timestamp) -> Result<AccountOverview, Unanswered> {
        let user = data.required_object("accountDetails")?;
        let mut overview = AccountOverview {
            account: Account {
                number: self.account_number.to_string(),
                full_name: user.text("fullName").unwrap_or_default(),
                email: user.text("email").unwrap_or_default(),
                phone: phone(&user),
                designation: user.text("designation").unwrap_or_default(),
                role_id: user.text("roleId").unwrap_or_default(),
            },
            groups: Vec::new(),
            organizations: Vec::new(),
        };
        for row in user.required_rows("groups")? {
            let number = row.required_text("groupNumber")?;
            if row.value("organizationDetails").is_some() {
                for organization in row.required_rows("organizationDetails")? {
                    list(&mut overview.organizations, &organization, &number)?;
                }
            }
            overview.groups.push(Group {
                number,
                name: row.text("groupName").unwrap_or_default(),
                is_default: row.is_set("isDefaultGroup"),
                account_balance: row.text("accountBalance"),
                group_balance: row.text("groupBalance"),
            });
        }
        Ok(overview)
    }
}

/// Country code and number, such as `+1 2075550142`.
fn phone(user: &Data<'_>) -> String {
    let number = user.text("mobileNumber").unwrap_or_default();
    match user.text("isdCode") {
        Some(code) => format!("+{} {number}", code.trim_start_matches('+'))
            .trim()
            .to_owned(),
        None => number,
    }
}

/// Adds an organization to the list, or the group to one that is listed already: the CA repeats an
/// organization under each of its groups.
fn list(
    organizations: &mut Vec<Organization>,
    row: &Data<'_>,
    group: &str,
) -> Result<(), Unanswered> {
    let number = row.required_text("organizationNumber")?;
    if let Some(known) = organizations
        .iter_mut()
        .find(|known| known.number == number)
    {
        if let Err(place) = known
            .groups
            .binary_search_by(|listed| listed.as_str().cmp(group))
        {
            known.groups.insert(place, group.to_owned());
        }
        return Ok(());
    }
    organizations.push(Organization {
        number,
        name: row.text("organizationName").unwrap_or_default(),
        groups: vec![group.to_owned()],
        validated_for: validated_for(row),
        standing: OrganizationStanding::Listed,
        country: None,
        locality: None,
        domains: Vec::new(),
    });
    Ok(())
}

fn validated_for(row: &Data<'_>) -> ValidatedFor {
    match row.text("validationFor").unwrap_or_default().as_str() {
        "1" => ValidatedFor::Ov,
        "2" => ValidatedFor::Ev,
        "3" => ValidatedFor::Smime,
        code => ValidatedFor::Unknown(code.to_owned()),
    }
}

/// `GetOrganizationDetails`: one organization as one group sees it (emSign API reference, A8).
#[derive(Clone, Debug)]
pub struct GetOrganizationDetails {
    /// The organization.
    pub organization_number: String,
    /// The group under which it is listed.
    pub group_number: String,
}

impl Call for GetOrganizationDetails {
    const OPERATION: &'static str = "GetOrganizationDetails";
    const CHANGES: bool = false;
    type Reply = OrganizationDetails;

    fn body(&self) -> impl Serialize {
        OrganizationBody {
            organization_details: OrganizationWire {
                organization_number: &self.organization_number,
                group_number: &self.group_number,
            },
        }
    }

    fn read(
        &self,
        data: &Data<'_>,
        _asked_at: Timestamp,
    ) -> Result<OrganizationDetails, Unanswered> {
        let details = data.required_object("organizationDetails")?;
        let number = details.required_text("organizationNumber")?;
        if number != self.organization_number {
            return Err(Unanswered::NotUnderstood(
                "another organization's details".to_owned(),
            ));
        }
        let domains: BTreeSet<String> = details.texts("domains").into_iter().collect();
        Ok(OrganizationDetails {
            organization: Organization {
                number,
                name: details.text("organizationName").unwrap_or_default(),
                groups: vec![self.group_number.clone()],
                validated_for: validated_for(&details),
                standing: organization_standing(&details),
                country: details.text("organizationCountryCode"),
                locality: details.text("organizationLocality"),
                domains: domains.into_iter().collect(),
            },
            prevetting_token: details.text("prevettingToken"),
        })
    }
}

fn organization_standing(details: &Data<'_>) -> OrganizationStanding {
    let status = details.text("organizationStatusId").unwrap_or_default();
    let validation = details.text("validationStatusId").unwrap_or_default();
    match (status.as_str(), validation.as_str()) {
        ("2", _) => OrganizationStanding::Inactive,
        ("3", _) | ("1", "4") => OrganizationStanding::Expired,
        ("1", "0") => OrganizationStanding::Pending,
        ("1", "1") => OrganizationStanding::Validated,
        ("1", "2" | "3") => OrganizationStanding::Rejected,
        ("1", "5") => OrganizationStanding::UnderDiscrepancy,
        _ => OrganizationStanding::Unknown(format!("{status}/{validation}")),
    }
}

/// `GetDomainDetails`: the account's pre-validated domains, a list or a single object (emSign API
/// reference, A9).
#[derive(Clone, Copy, Debug)]
pub struct GetDomainDetails;

impl Call for GetDomainDetails {
    const OPERATION: &'static str = "GetDomainDetails";
    const CHANGES: bool = false;
    type Reply = Vec<Domain>;

    fn body(&self) -> impl Serialize {
        Nothing {}
    }

    fn read(&self, data: &Data<'_>, _asked_at: Timestamp) -> Result<Vec<Domain>, Unanswered> {
        let rows = data.required_rows("domainDetails")?;
        // A row without a name fails the whole list: skipping it would look as if the domain were
        // gone.
        rows.iter()
            .map(|row| {
                Ok(Domain {
                    name: row.required_text("domainName")?,
                    organization_number: row.text("organizationNumber"),
                    organization_name: row.text("organizationName"),
                    standing: domain_standing(row),
                    method: row.text("dcvMethod"),
                    expires: row.instant("expiryDate"),
                })
            })
            .collect()
    }
}

fn domain_standing(row: &Data<'_>) -> DomainStanding {
    let status = row.text("status").unwrap_or_default();
    let validation = row.text("dcvStatus").unwrap_or_default();
    match (status.as_str(), validation.as_str()) {
        ("2", _) => DomainStanding::Inactive,
        ("3", _) => DomainStanding::Expired,
        ("1", "0") => DomainStanding::Pending,
        ("1", "1") => DomainStanding::Validated,
        ("1", "2") => DomainStanding::Rejected,
        _ => DomainStanding::Unknown(format!("{status}/{validation}")),
    }
}
