//! Rehearsing an order: what the core's rehearsal needs to know is looked up here.

use certwright_api::orders::{Finding, NameCoverage, OrderRequest, OrderValidation, Severity};
use certwright_core::{
    ca::{Contact, NewOrder},
    csr::{Csr, policy},
    directory::{Group, Organization},
    ids::OrderReference,
    rehearsal::{self, GivenCsr, Known, Wish, candidates},
};

use super::{credentials, csr, license};
use crate::{
    caller::Caller,
    database::Database,
    fault::{Fault, explained, field_problem},
    platform::Platform,
    storage::{counters, csrs, directory, orders},
};

/// A request that has been looked at from all sides.
pub struct Rehearsed {
    /// What was noticed.
    pub validation: OrderValidation,
    /// The order and its request, when nothing stands in its way.
    pub order: Option<(NewOrder, Csr)>,
}

/// Makes every check of an order; stores nothing and calls nobody.
///
/// # Errors
/// [`Fault::NotFound`] for an account that does not exist, [`Fault::Internal`]. What is wrong
/// with the order is a finding, not an error.
pub async fn rehearse<P: Platform>(
    platform: &P,
    caller: &Caller,
    request: &OrderRequest,
    reference: OrderReference,
) -> Result<Rehearsed, Fault> {
    let credential = credentials::find_usable(platform, &request.credential_id).await?;
    let database = platform.database();
    let id = &credential.id;
    let wish = wish(request, caller);
    let csr = given_csr(database, caller, request).await?;
    let group: Option<Group> = directory::one(database, id, &request.group_number).await?;
    let organization: Option<Organization> = match &request.organization_number {
        Some(number) => directory::one(database, id, number).await?,
        None => None,
    };
    let known = Known {
        product: directory::one(database, id, &request.product_code).await?,
        group,
        organization,
        domains: directory::by_names(database, id, &candidates(&wish)).await?,
        account: directory::one(database, id, credential.account_number.as_str()).await?,
        key_used_for: key_used_for(database, caller, &csr).await?,
        free_seats: free_seats(platform, caller).await?,
    };
    let rehearsal = rehearsal::rehearse(&wish, &csr, &known, reference, platform.now());
    let validation = OrderValidation {
        is_valid: rehearsal.is_valid(),
        findings: rehearsal.findings.into_iter().map(finding).collect(),
        names: rehearsal
            .coverage
            .into_iter()
            .map(|(name, coverage)| NameCoverage {
                name: name.to_string(),
                coverage,
            })
            .collect(),
        csr: match &csr {
            GivenCsr::Read(csr) => Some(csr::facts(csr)),
            _ => None,
        },
        price: rehearsal.price,
        free_seats: known.free_seats,
    };
    let order = match (rehearsal.order, csr) {
        (Some(order), GivenCsr::Read(csr)) => Some((order, *csr)),
        _ => None,
    };
    Ok(Rehearsed { validation, order })
}

fn wish<'a>(request: &'a OrderRequest, caller: &'a Caller) -> Wish<'a> {
    let agreement = &request.agreement;
    Wish {
        product_code: &request.product_code,
        group_number: &request.group_number,
        organization_number: request.organization_number.as_deref(),
        domain: &request.domain,
        additional_domains: &request.additional_domains,
        requestor: request.requestor.as_ref().map(|contact| Contact {
            name: contact.name.clone(),
            email: contact.email.clone(),
            isd_code: contact.isd_code.clone(),
            phone: contact.phone.clone(),
            designation: contact.designation.clone(),
        }),
        accepts_agreement: agreement.accepted,
        signer_place: &agreement.signer_place,
        signer_name: agreement.signer_name.as_deref(),
        signer_ip: agreement.signer_ip.as_deref().or(caller.address.as_deref()),
        validity_years: request.validity_years,
        remarks: request.remarks.as_deref(),
    }
}

async fn given_csr(
    database: &impl Database,
    caller: &Caller,
    request: &OrderRequest,
) -> Result<GivenCsr, Fault> {
    let text = match (&request.csr, &request.csr_id) {
        (Some(text), None) => text.clone(),
        (None, Some(id)) => match csrs::by_id(database, id, caller.scope.as_ref()).await? {
            Some(stored) => stored.facts.pem,
            None => return Ok(GivenCsr::Unknown),
        },
        _ => return Ok(GivenCsr::Missing),
    };
    Ok(match Csr::read(text.as_bytes()) {
        Ok(csr) => GivenCsr::Read(Box::new(csr)),
        Err(fault) => GivenCsr::Faulty(fault),
    })
}

/// The order that the key was used for before. That it was used is told to everybody who has it;
/// another account's order is not named to whoever may not see it.
async fn key_used_for(
    database: &impl Database,
    caller: &Caller,
    csr: &GivenCsr,
) -> Result<Option<String>, Fault> {
    let GivenCsr::Read(csr) = csr else {
        return Ok(None);
    };
    let fingerprint = csr.key_fingerprint().to_string();
    let order = orders::with_key(database, &fingerprint).await?;
    Ok(order.map(|order| {
        if caller.may_see(&order.credential_id) {
            order.domain
        } else {
            "another account".to_owned()
        }
    }))
}

/// How many seats are free; whoever is bounded to an account learns whether one is.
async fn free_seats<P: Platform>(platform: &P, caller: &Caller) -> Result<u64, Fault> {
    let seats = u64::from(license::effective(platform).await?.seats);
    let used = counters::all(platform.database())
        .await?
        .get("seats")
        .copied()
        .unwrap_or(0);
    let free = seats.saturating_sub(used);
    Ok(match caller.scope {
        None => free,
        Some(_) => free.min(1),
    })
}

fn finding(finding: rehearsal::Finding) -> Finding {
    Finding {
        severity: match finding.severity {
            policy::Severity::Error => Severity::Error,
            policy::Severity::Warning => Severity::Warning,
            policy::Severity::Info => Severity::Info,
        },
        // What is no error has no remedy either: the order can be placed as it is.
        problem: match (finding.severity, finding.remedy) {
            (policy::Severity::Error, None) => {
                explained(&finding.field, finding.code, finding.message)
            }
            (_, remedy) => field_problem(&finding.field, finding.code, finding.message, remedy),
        },
    }
}
