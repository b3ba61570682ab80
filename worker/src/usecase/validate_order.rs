//! Rehearsing an order: what the core's rehearsal needs to know is looked up here.

use certwright_api::{
    orders::{Finding, NameCoverage, OrderRequest, OrderReview, OrderValidation, Severity},
    problem::FieldProblem,
};
use certwright_core::{
    advice::advised,
    ca::{Contact, NewOrder},
    credential::Environment,
    csr::{Csr, policy},
    directory::{Group, Organization},
    ids::{OrderId, OrderReference},
    order::Order,
    rehearsal::is_public,
    rehearsal::{self, GivenCsr, Known, Wish, candidates, covering_names},
};

use super::{credentials, csr, license};
use crate::{
    caller::Caller,
    database::Database,
    fault::{Fault, field_problem},
    platform::Platform,
    storage::{counters, covers, credentials::CredentialRow, csrs, directory, orders},
};

/// A request that has been looked at from all sides.
pub struct Rehearsed {
    /// What was noticed.
    pub validation: OrderValidation,
    /// The order and its request, when nothing stands in its way.
    pub order: Option<(NewOrder, Csr)>,
    /// Whether it waits for a second person's approval.
    pub needs_approval: bool,
    /// The name of the organization that it names.
    pub organization_name: Option<String>,
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
    let wish = wish(platform, request, caller);
    let csr = given_csr(platform.database(), caller, request).await?;
    let known = Known {
        needs_approval: credential.approval.applies_to(caller.role),
        ..known(platform, caller, &credential, &wish, &csr, None).await?
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
    let organization = known.organization.map(|organization| organization.name);
    let order = match (rehearsal.order, csr) {
        (Some(order), GivenCsr::Read(csr)) => Some((order, *csr)),
        _ => None,
    };
    let organization_name = organization.filter(|_| {
        let order = order.as_ref();
        order.is_some_and(|(order, _): &(NewOrder, Csr)| order.organization.is_some())
    });
    Ok(Rehearsed {
        validation,
        order,
        needs_approval: known.needs_approval,
        organization_name,
    })
}

/// An order that was checked when it was asked for and waits since, checked again against what is
/// known now.
pub struct Again {
    /// What is noticed, the gravest first.
    pub findings: Vec<Finding>,
    /// What is to be decided on, in names.
    pub review: OrderReview,
}

impl Again {
    /// What stands in its way.
    #[must_use]
    pub fn errors(self) -> Vec<FieldProblem> {
        let findings = self.findings.into_iter();
        let errors = findings.filter(|finding| finding.severity == Severity::Error);
        errors.map(|error| error.problem).collect()
    }
}

/// Checks an order again that waits.
///
/// # Errors
/// As [`rehearse`].
pub async fn again<P: Platform>(
    platform: &P,
    caller: &Caller,
    order: &Order,
    request: &NewOrder,
) -> Result<Again, Fault> {
    let credential = credentials::find(platform, &order.credential_id).await?;
    let wish = Wish {
        product_code: &request.product_code,
        group_number: &request.group_number,
        organization_number: request
            .organization
            .as_ref()
            .map(|organization| organization.number.as_str()),
        domain: &order.domain,
        additional_domains: &order.additional_domains,
        requestor: Some(request.requestor.clone()),
        accepts_agreement: true,
        signer_place: &request.agreement.signer_place,
        signer_name: Some(&request.agreement.signer_name),
        signer_ip: Some(&request.agreement.signer_ip),
        validity_years: request.validity_years,
        remarks: Some(&request.remarks),
    };
    let csr = read(&request.csr_pem);
    let known = known(platform, caller, &credential, &wish, &csr, Some(&order.id)).await?;
    let reference = request.reference.clone();
    let rehearsal = rehearsal::rehearse(&wish, &csr, &known, reference, platform.now());
    let organization = known.organization.map(|organization| organization.name);
    let review = OrderReview {
        product_name: known.product.map(|product| product.name),
        balance: known.group.as_ref().and_then(|group| {
            group
                .group_balance
                .clone()
                .or_else(|| group.account_balance.clone())
        }),
        group_name: known.group.map(|group| group.name),
        organization_name: organization.or_else(|| order.organization_name.clone()),
        price: rehearsal.price,
        validity_years: request.validity_years,
        key: match &csr {
            GivenCsr::Read(given) => Some(csr::facts(given).key),
            _ => None,
        },
        requestor_name: request.requestor.name.clone(),
        requestor_email: request.requestor.email.clone(),
        remarks: request.remarks.clone(),
    };
    Ok(Again {
        findings: rehearsal.findings.into_iter().map(finding).collect(),
        review,
    })
}

/// What the rehearsal needs to know. `order` is the one that is rehearsed, if it is stored already.
async fn known<P: Platform>(
    platform: &P,
    caller: &Caller,
    credential: &CredentialRow,
    wish: &Wish<'_>,
    csr: &GivenCsr,
    order: Option<&OrderId>,
) -> Result<Known, Fault> {
    let (database, id) = (platform.database(), &credential.id);
    let group: Option<Group> = directory::one(database, id, wish.group_number).await?;
    let organization: Option<Organization> = match wish.organization_number {
        Some(number) => directory::one(database, id, number).await?,
        None => None,
    };
    Ok(Known {
        product: directory::one(database, id, wish.product_code).await?,
        group,
        organization,
        domains: directory::by_names(database, id, &candidates(wish)).await?,
        account: directory::one(database, id, credential.account_number.as_str()).await?,
        covers: covers::of(
            database,
            &covering_names(wish),
            // Of other accounts nothing is told to whoever may not see them.
            caller.scope.as_ref(),
            order,
            platform.now(),
        )
        .await?,
        key_used_for: key_used_for(database, caller, csr, order).await?,
        free_seats: free_seats(platform, caller).await?,
        needs_approval: false,
        new_domains: credential.new_domains,
    })
}

/// What stands for the caller's address in development, where it is this machine's own and the look-alike
/// of the CA wants a public one: a resolver that everybody knows.
const DEVELOPMENT_ADDRESS: &str = "1.1.1.1";

/// The caller's own address, which the agreement is signed from unless the request names another.
fn own_address<'a>(platform: &impl Platform, caller: &'a Caller) -> Option<&'a str> {
    let address = caller.address.as_deref();
    let is_ours = address
        .and_then(|text| text.parse().ok())
        .is_some_and(is_public);
    let is_development = platform
        .settings()
        .ca_base(Environment::Development)
        .is_some();
    if !is_ours && is_development {
        return Some(DEVELOPMENT_ADDRESS);
    }
    address
}

fn wish<'a>(platform: &impl Platform, request: &'a OrderRequest, caller: &'a Caller) -> Wish<'a> {
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
        signer_ip: agreement
            .signer_ip
            .as_deref()
            .or_else(|| own_address(platform, caller)),
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
    Ok(read(&text))
}

fn read(csr: &str) -> GivenCsr {
    match Csr::read(csr.as_bytes()) {
        Ok(csr) => GivenCsr::Read(Box::new(csr)),
        Err(fault) => GivenCsr::Faulty(fault),
    }
}

/// What another order the key was used for before. That it was used is told to everybody who has
/// it; another account's order is not named to whoever may not see it.
async fn key_used_for(
    database: &impl Database,
    caller: &Caller,
    csr: &GivenCsr,
    order: Option<&OrderId>,
) -> Result<Option<String>, Fault> {
    let GivenCsr::Read(csr) = csr else {
        return Ok(None);
    };
    let fingerprint = csr.key_fingerprint().to_string();
    let other = orders::with_key(database, &fingerprint, order).await?;
    Ok(other.map(|other| {
        if caller.may_see(&other.credential_id) {
            other.domain
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
        problem: field_problem(
            &finding.field,
            finding.code,
            advised(finding.message, finding.remedy),
        ),
    }
}
