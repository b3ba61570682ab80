//! `GetGroupDetails`, `GetOrganizationDetails`, `GetDomainDetails` (emSign API reference, A7 to
//! A9).

use serde::{Deserialize, Serialize};

use super::Call;
use crate::{
    draws::token,
    envelope::Answer,
    ledger::{Organization, account::User},
    refusal::{self, Refusal},
    text::Text,
    when,
};

#[derive(Serialize)]
struct AccountDetails<'a> {
    #[serde(flatten)]
    user: &'a User,
    groups: Vec<GroupRow<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupRow<'a> {
    group_number: &'a str,
    group_name: &'a str,
    is_default_group: &'static str,
    finance: &'static str,
    account_balance: &'a str,
    group_balance: &'a str,
    organization_details: Vec<OrganizationRow<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrganizationRow<'a> {
    organization_number: &'a str,
    organization_name: &'a str,
    validation_for: String,
}

/// The user, the groups, and the organizations of each: the only call that lists organizations.
pub(super) fn groups(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let account = &*call.account;
    let organizations_of = |group: &str| {
        account
            .organizations
            .iter()
            .filter(|organization| organization.groups.iter().any(|number| number == group))
            .map(|organization| OrganizationRow {
                organization_number: &organization.organization_number,
                organization_name: &organization.organization_name,
                validation_for: organization.validation_for.to_string(),
            })
            .collect()
    };
    let groups = account
        .groups
        .iter()
        .map(|group| GroupRow {
            group_number: &group.group_number,
            group_name: &group.group_name,
            is_default_group: if group.default_group { "1" } else { "0" },
            finance: "1",
            account_balance: &group.account_balance,
            group_balance: &group.group_balance,
            organization_details: organizations_of(&group.group_number),
        })
        .collect();
    Answer::of(
        "accountDetails",
        &AccountDetails {
            user: &account.user,
            groups,
        },
    )
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct OrganizationRequest {
    organization_number: Text,
    group_number: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrganizationDetails<'a> {
    organization_number: &'a str,
    prevetting_token: &'a str,
    organization_name: &'a str,
    organization_country_code: &'a str,
    organization_state_name: &'a str,
    organization_state_id: &'static str,
    organization_state_code: &'a str,
    organization_locality: &'a str,
    organization_street_address1: &'a str,
    organization_street_address2: &'static str,
    organization_postal_code: &'a str,
    organization_status_id: String,
    validation_status_id: String,
    validation_for: String,
    business_category_id: &'static str,
    domains: Vec<&'a str>,
    org_representatives: [Representative<'a>; 1],
    subscriber_agreement: OrganizationAgreement<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Representative<'a> {
    representative_number: String,
    name: &'a str,
    email_id: &'a str,
    isd_code: &'a str,
    mobile_number: &'a str,
    designation: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrganizationAgreement<'a> {
    signer_name: &'a str,
    signed_date: String,
    signed_place: &'a str,
    status: &'static str,
}

/// One organization as one group sees it; both numbers are mandatory.
pub(super) fn organization(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request: OrganizationRequest = call.section("organizationDetails")?;
    let number = request
        .organization_number
        .filled()
        .ok_or(refusal::ORGANIZATION_MISSING)?;
    let group = request
        .group_number
        .filled()
        .ok_or(refusal::GROUP_MISSING)?;
    let account = &*call.account;
    account.group(group).ok_or(refusal::GROUP_UNKNOWN)?;
    let organization = account
        .organization(number)
        .ok_or(refusal::ORGANIZATION_UNKNOWN)?;
    if !organization.groups.iter().any(|number| number == group) {
        return Err(refusal::ORGANIZATION_NOT_IN_GROUP);
    }
    let validated = organization.validation_status_id == 1;
    let signed_at = account
        .domains
        .iter()
        .filter(|domain| domain.organization_number == number)
        .map(|domain| domain.created)
        .min()
        .unwrap_or(call.now);
    let details = OrganizationDetails {
        organization_number: number,
        prevetting_token: &organization.prevetting_token,
        organization_name: &organization.organization_name,
        organization_country_code: &organization.country_code,
        organization_state_name: &organization.state_name,
        organization_state_id: "1461",
        organization_state_code: &organization.state_code,
        organization_locality: &organization.locality,
        organization_street_address1: &organization.street_address,
        organization_street_address2: "",
        organization_postal_code: &organization.postal_code,
        organization_status_id: organization.organization_status_id.to_string(),
        validation_status_id: organization.validation_status_id.to_string(),
        validation_for: organization.validation_for.to_string(),
        business_category_id: if organization.validation_for == 2 {
            "1"
        } else {
            ""
        },
        domains: validated_domains(call, organization),
        org_representatives: [Representative {
            representative_number: representative_number(call.seed, organization),
            name: &account.user.full_name,
            email_id: &account.user.email,
            isd_code: &account.user.isd_code,
            mobile_number: &account.user.mobile_number,
            designation: "Director",
        }],
        subscriber_agreement: OrganizationAgreement {
            signer_name: if validated {
                &account.user.full_name
            } else {
                ""
            },
            signed_date: if validated {
                when::data_time(signed_at)
            } else {
                String::new()
            },
            signed_place: if validated {
                &organization.locality
            } else {
                ""
            },
            status: if validated { "1" } else { "0" },
        },
    };
    Answer::of("organizationDetails", &details)
}

fn validated_domains<'a>(call: &'a Call<'_>, organization: &Organization) -> Vec<&'a str> {
    call.account
        .domains
        .iter()
        .filter(|domain| domain.organization_number == organization.organization_number)
        .filter(|domain| domain.is_validated(call.now))
        .map(|domain| domain.domain_name.as_str())
        .collect()
}

fn representative_number(seed: u64, organization: &Organization) -> String {
    // Five digits that stay the same.
    let digest = token(seed, "representative", &organization.organization_number);
    let number = u32::from_str_radix(digest.get(..7).unwrap_or("0"), 16).unwrap_or(0);
    (30_000 + number % 60_000).to_string()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DomainRow<'a> {
    domain_name: &'a str,
    organization_name: &'a str,
    organization_number: &'a str,
    dcv_method: String,
    dcv_status: String,
    created_date: String,
    expiry_date: String,
    status: String,
}

/// Every domain of the account. A list, although the vendor draws one object (A9).
pub(super) fn domains(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let account = &*call.account;
    let rows: Vec<_> = account
        .domains
        .iter()
        .map(|domain| DomainRow {
            domain_name: &domain.domain_name,
            organization_name: account
                .organization(&domain.organization_number)
                .map_or("", |organization| organization.organization_name.as_str()),
            organization_number: &domain.organization_number,
            dcv_method: domain.dcv_method.to_string(),
            dcv_status: domain.dcv_status.to_string(),
            created_date: when::data_time(domain.created),
            expiry_date: domain.expiry_text(),
            status: domain.status_at(call.now).to_string(),
        })
        .collect();
    Answer::of("domainDetails", &rows)
}
