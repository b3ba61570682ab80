//! Who vouches for an order: its organization, its validated domains, its agreement (emSign API
//! reference, A9, A11.3, A11.4).

use super::{
    Call,
    order_people::signed,
    order_request::{CertificateInformation, DocumentAttached, OrderDetails, PersonInfo},
};
use crate::{
    ledger::{Agreement, DomainCheck, Order, OrganizationClaim},
    products::Rules,
    refusal::{self, Refusal},
    text::{self, Text},
};

fn is_prevetted(request: &OrderDetails) -> Result<bool, Refusal> {
    let text = request
        .organization_details
        .as_ref()
        .map_or("", |details| details.pre_vetting.as_str());
    match text {
        "" | "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(refusal::PREVETTING),
    }
}

/// The organization of the order (A11.3): one that is vetted already, or one to be vetted.
pub(super) fn organization(
    call: &Call<'_>,
    request: &OrderDetails,
    information: &CertificateInformation,
    rules: Rules,
    group: &str,
) -> Result<Option<OrganizationClaim>, Refusal> {
    if rules.ev {
        let complete =
            |person: &Option<PersonInfo>| person.as_ref().is_some_and(PersonInfo::is_complete);
        if !complete(&request.contract_signer_info) {
            return Err(refusal::CONTRACT_SIGNER);
        }
        if !complete(&request.certificate_approver_info) {
            return Err(refusal::CERTIFICATE_APPROVER);
        }
    }
    if is_prevetted(request)? {
        return prevetted(call, request, rules, group);
    }
    if !rules.organization {
        return Ok(None);
    }
    let mut required = vec![
        &information.organization_name,
        &information.street_address1,
        &information.locality,
        &information.state,
        &information.country_code,
        &information.postal_code,
    ];
    if rules.ev {
        required.extend([
            &information.street_address2,
            &information.company_registration_number,
        ]);
    }
    let country = information.country_code.trimmed();
    // What is to stand in the certificate has the upper bounds of RFC 5280, appendix A.1.
    let is_within = |member: &Text, most: usize| {
        let text = member.as_str();
        text.chars().count() <= most && text::is_one_line(text)
    };
    let fits = is_within(&information.organization_name, 64)
        && is_within(&information.street_address1, 128)
        && is_within(&information.street_address2, 128)
        && is_within(&information.locality, 128)
        && is_within(&information.state, 128)
        && is_postal_code(&information.postal_code);
    if required.iter().any(|member| member.is_blank())
        || !fits
        || country.len() != 2
        || !country.bytes().all(|byte| byte.is_ascii_uppercase())
    {
        return Err(refusal::ORGANIZATION_DETAILS);
    }
    let documents = request.documents_attached.as_deref().unwrap_or_default();
    if !documents.iter().all(DocumentAttached::is_valid) {
        return Err(refusal::DOCUMENTS_INVALID);
    }
    Ok(Some(OrganizationClaim {
        number: None,
        name: information.organization_name.trimmed(),
        country,
        state: information.state.trimmed(),
        locality: information.locality.trimmed(),
        documents_at: (!documents.is_empty()).then_some(call.now),
        verified_at: None,
    }))
}

/// Letters, digits, blanks and hyphens, at most 16 (RFC 5280, `ub-postal-code-length`).
fn is_postal_code(text: &Text) -> bool {
    let code = text.as_str().trim();
    code.len() <= 16
        && code
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'-'))
}

fn prevetted(
    call: &Call<'_>,
    request: &OrderDetails,
    rules: Rules,
    group: &str,
) -> Result<Option<OrganizationClaim>, Refusal> {
    let details = request
        .organization_details
        .as_ref()
        .ok_or(refusal::ORGANIZATION_MISSING)?;
    let number = match details.organization_number.filled() {
        Some(number) => number,
        // A DV order relies on a domain, not on an organization.
        None if !rules.organization => return Ok(None),
        None => return Err(refusal::ORGANIZATION_MISSING),
    };
    let organization = call
        .account
        .organization(number)
        .ok_or(refusal::ORGANIZATION_UNKNOWN)?;
    if !organization.groups.iter().any(|known| known == group) {
        return Err(refusal::ORGANIZATION_NOT_IN_GROUP);
    }
    if rules.organization && !organization.serves(rules.ev) {
        return Err(refusal::ORGANIZATION_UNUSABLE);
    }
    if details
        .prevetting_token
        .filled()
        .is_some_and(|given| given != organization.prevetting_token)
    {
        return Err(refusal::PREVETTING_TOKEN);
    }
    Ok(rules.organization.then(|| OrganizationClaim {
        number: Some(number.to_owned()),
        name: organization.organization_name.clone(),
        country: organization.country_code.clone(),
        state: organization.state_name.clone(),
        locality: organization.locality.clone(),
        documents_at: None,
        verified_at: Some(call.now),
    }))
}

/// Marks the names that need no challenge: those under a validated domain of the order's
/// organization, or, for DV, of any in the account (A9).
pub(super) fn prevalidate(
    call: &Call<'_>,
    mut names: Vec<DomainCheck>,
    order: &Order,
    rules: Rules,
    request: &OrderDetails,
) -> Vec<DomainCheck> {
    let named = request
        .organization_details
        .as_ref()
        .filter(|details| details.pre_vetting.as_str() == "1")
        .and_then(|details| details.organization_number.filled());
    let vetted_with_order = order
        .organization
        .as_ref()
        .is_some_and(|organization| organization.number.is_none());
    if rules.organization && vetted_with_order {
        return names;
    }
    for name in &mut names {
        if call.account.is_prevalidated(&name.name, named, call.now) {
            name.verified_at = Some(call.now);
        }
    }
    names
}

/// The agreement (A11.1): signed with the order, signed already by a vetted organization, or left
/// open.
pub(super) fn agreement(
    call: &Call<'_>,
    request: &OrderDetails,
    order: &Order,
) -> Result<Option<Agreement>, Refusal> {
    let details = request.agreement_details.as_ref();
    match details.map_or("", |details| details.accept_agreement.as_str()) {
        "1" => details.map(|details| signed(details, call.now)).transpose(),
        "0" => Ok(None),
        "" if is_prevetted(request)? => {
            Ok(order.organization.as_ref().map(|organization| Agreement {
                signer_name: call.account.user.full_name.clone(),
                signer_place: organization.locality.clone(),
                signed_at: call.now,
            }))
        }
        "" => Err(refusal::AGREEMENT_MISSING),
        _ => Err(refusal::ACCEPT_INVALID),
    }
}
