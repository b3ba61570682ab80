//! What is known of the sandbox's account, read by the connector as a sync does.

use certwright_core::{
    credential::NewDomains,
    directory::{Domain, Group, Organization, Product},
    rehearsal::Known,
};
use certwright_emsign::{
    GetDomainDetails, GetGroupDetails, GetOrganizationDetails, GetProductDetails,
};
use serde_json::Value;

use crate::ca::{self, Ca};

pub(crate) struct Account {
    groups: Vec<Group>,
    organizations: Vec<Organization>,
    products: Vec<Product>,
    domains: Vec<Domain>,
}

impl Account {
    pub(crate) fn of(ca: &mut Ca) -> Self {
        let account_number = ca::account_number();
        let overview = ca.call(&GetGroupDetails { account_number }).unwrap();
        let organizations = overview.organizations.into_iter().map(|listed| {
            let call = GetOrganizationDetails {
                organization_number: listed.number.clone(),
                group_number: listed.groups[0].clone(),
            };
            let details = ca.call(&call).unwrap().organization;
            Organization {
                groups: listed.groups,
                ..details
            }
        });
        let organizations = organizations.collect();
        let mut products: Vec<Product> = Vec::new();
        for group in &overview.groups {
            let group_number = Some(group.number.clone());
            for product in ca.call(&GetProductDetails { group_number }).unwrap() {
                match products.iter_mut().find(|known| known.code == product.code) {
                    Some(known) => known.groups.extend(product.groups),
                    None => products.push(product),
                }
            }
        }
        Self {
            groups: overview.groups,
            organizations,
            products,
            domains: ca.call(&GetDomainDetails).unwrap(),
        }
    }
}

/// What the rehearsal of an order knows.
pub(crate) fn known(account: &Account, order: &Value) -> Known {
    let product = |known: &&Product| order["productCode"] == known.code.as_str();
    let group = |known: &&Group| order["groupNumber"] == known.number.as_str();
    let organization = |known: &&Organization| order["organizationNumber"] == known.number.as_str();
    Known {
        product: account.products.iter().find(product).cloned(),
        group: account.groups.iter().find(group).cloned(),
        organization: account.organizations.iter().find(organization).cloned(),
        domains: account.domains.clone(),
        account: None,
        key_used_for: None,
        covers: Vec::new(),
        free_seats: 5,
        needs_approval: false,
        new_domains: NewDomains::Validate,
    }
}
