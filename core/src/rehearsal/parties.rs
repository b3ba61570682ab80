//! Product, group and organization: there, and made for each other.

use super::{Findings, Known, Wish};
use crate::csr::policy::Severity;
use crate::{
    ca::NewOrderOrganization,
    csr::policy::OrderNames,
    directory::{Organization, OrganizationStanding, ValidatedFor},
    product::ValidationLevel,
};

pub(super) fn check_product(
    wish: &Wish<'_>,
    known: &Known,
    names: Option<&OrderNames>,
    findings: &mut Findings,
) {
    let field = "productCode";
    let Some(product) = &known.product else {
        let remedy = "choose one of the account's products, or sync products";
        findings.error(
            field,
            "unknown-product",
            "must be a product of this account",
            remedy,
        );
        return;
    };
    if !product.product_type.is_tls() {
        let message = format!("{} is not a TLS server certificate", product.name);
        findings.error(field, "not-tls", message, "choose a DV or OV product");
        return;
    }
    if product.product_type.validation() == ValidationLevel::Extended {
        let message = format!(
            "{} needs the organization's signers, who are named only in the emSign portal",
            product.name
        );
        let remedy = "order EV certificates in the emSign portal and import them, or choose OV";
        findings.error(field, "ev-not-supported", message, remedy);
    }
    let is_open = product.groups.is_empty()
        || product
            .groups
            .iter()
            .any(|group| group == wish.group_number);
    // Of a group that does not exist there is nothing more to say.
    if !is_open && known.group.is_some() {
        let message = format!("{} is not open to this group", product.name);
        let remedy = "choose another group or product";
        findings.error("groupNumber", "product-not-in-group", message, remedy);
    }
    if let Some(names) = names
        && let Err(refused) = product
            .product_type
            .check_names(&names.primary, &names.additional)
    {
        let (field, code) = (refused.field(), "name-not-for-product");
        findings.note(Severity::Error, &field, code, &refused);
    }
}

pub(super) fn check_group(known: &Known, findings: &mut Findings) {
    if known.group.is_none() {
        let remedy = "choose one of the account's groups, or sync groups";
        findings.error(
            "groupNumber",
            "unknown-group",
            "must be a group of this account",
            remedy,
        );
    }
}

/// The organization for the CA; none for products that name none.
pub(super) fn organization(
    wish: &Wish<'_>,
    known: &Known,
    findings: &mut Findings,
) -> Option<NewOrderOrganization> {
    let is_needed = known
        .product
        .as_ref()
        .is_some_and(|product| product.product_type.needs_organization());
    if !is_needed {
        return None;
    }
    let field = "organizationNumber";
    let Some(number) = wish.organization_number else {
        let message = "is missing, and this product requires one";
        findings.error(
            field,
            "organization-missing",
            message,
            "choose a validated organization",
        );
        return None;
    };
    let Some(organization) = &known.organization else {
        let remedy = "choose one of the account's organizations, or sync organizations";
        findings.error(
            field,
            "unknown-organization",
            "must be an organization of this account",
            remedy,
        );
        return None;
    };
    check_standing(wish, organization, findings);
    Some(NewOrderOrganization {
        number: number.to_owned(),
        prevetting_token: None,
    })
}

fn check_standing(wish: &Wish<'_>, organization: &Organization, findings: &mut Findings) {
    let field = "organizationNumber";
    // What is only listed, or has a code that we do not know, is left to the CA to judge.
    let is_usable = matches!(
        organization.standing,
        OrganizationStanding::Validated
            | OrganizationStanding::Listed
            | OrganizationStanding::Unknown(_)
    );
    if !is_usable {
        let message = format!("{} is not validated at the CA now", organization.name);
        let remedy = "have it validated in the emSign portal, then sync organizations";
        findings.error(field, "organization-not-validated", message, remedy);
    }
    if organization.validated_for == ValidatedFor::Smime {
        let message = format!("{} is validated for S/MIME only", organization.name);
        let remedy = "choose another organization";
        findings.error(field, "organization-not-for-tls", message, remedy);
    }
    let is_in_group = organization.groups.is_empty()
        || organization
            .groups
            .iter()
            .any(|group| group == wish.group_number);
    if !is_in_group {
        let message = format!("{} does not belong to this group", organization.name);
        let remedy = "choose another group or organization";
        findings.error(field, "organization-not-in-group", message, remedy);
    }
}
