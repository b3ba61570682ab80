//! Rehearsing an order: every check that can be made without spending money.

use certwright_api::{
    orders::{ContactRequest, Finding, NameCoverage, OrderRequest, OrderValidation, Severity},
    problem::FieldProblem,
};
use certwright_core::{
    ca::{Agreement, Contact, NewOrder, NewOrderOrganization},
    csr::{
        Csr,
        policy::{self, OrderNames},
    },
    directory::{
        Account, Domain, DomainCoverage, Group, Organization, OrganizationStanding, Product,
        ValidatedFor, coverage,
    },
    ids::OrderReference,
    names::CertificateName,
    product::ValidationLevel,
};

use super::{credentials, csr, license};
use crate::{
    caller::Caller,
    fault::{Fault, field_problem},
    platform::Platform,
    storage::{counters, csrs, directory, orders},
};

const MAX_ADDITIONAL: usize = 100;
const MAX_REMARKS: usize = 200;

/// A request that has been looked at from all sides.
pub struct Rehearsed {
    /// What was noticed.
    pub validation: OrderValidation,
    /// The order, when nothing stands in its way.
    pub order: Option<Ready>,
}

/// An order that can be placed.
pub struct Ready {
    /// What goes to the CA.
    pub order: NewOrder,
    /// The request.
    pub csr: Csr,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, severity: Severity, problem: FieldProblem) {
        self.0.push(Finding { severity, problem });
    }

    fn error(&mut self, field: &str, code: &str, message: impl ToString, remedy: &str) {
        self.add(
            Severity::Error,
            field_problem(field, code, message, Some(remedy)),
        );
    }
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
    let credential = credentials::find(platform, &request.credential_id).await?;
    let database = platform.database();
    let id = &credential.id;
    let mut findings = Findings::default();

    let names = read_names(request, &mut findings);
    let product: Option<Product> = directory::one(database, id, &request.product_code).await?;
    check_product(request, product.as_ref(), names.as_ref(), &mut findings);
    let group: Option<Group> = directory::one(database, id, &request.group_number).await?;
    if group.is_none() {
        let remedy = "choose one of the account's groups, or sync groups";
        findings.error(
            "groupNumber",
            "unknown-group",
            "is no group of this account",
            remedy,
        );
    }
    let organization =
        check_organization(platform, request, product.as_ref(), &mut findings).await?;
    let covered = check_coverage(platform, request, names.as_ref(), &mut findings).await?;
    let csr = read_csr(platform, request, &mut findings).await?;
    if let (Some(csr), Some(names)) = (&csr, &names) {
        for finding in policy::check(csr, names) {
            let severity = match finding.severity() {
                policy::Severity::Error => Severity::Error,
                policy::Severity::Warning => Severity::Warning,
                policy::Severity::Info => Severity::Info,
            };
            findings.add(
                severity,
                field_problem("csr", finding.code(), &finding, None),
            );
        }
        check_key_reuse(platform, csr, &mut findings).await?;
    }
    let account: Option<Account> =
        directory::one(database, id, credential.account_number.as_str()).await?;
    let requestor = read_requestor(request, account.as_ref(), &mut findings);
    let agreement = read_agreement(request, caller, requestor.as_ref(), &mut findings);
    check_terms(request, &mut findings);

    let free_seats = free_seats(platform).await?;
    if free_seats == 0 {
        let message = "no seat of the license is free; the certificate will be held until one is";
        findings.add(
            Severity::Warning,
            field_problem("license", "no-seat", message, None),
        );
    }
    findings.0.sort_by_key(|finding| match finding.severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Info => 2,
    });
    let is_valid = !findings
        .0
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    let price = product
        .as_ref()
        .and_then(|product| price(product, request.validity_years));
    let validation = OrderValidation {
        is_valid,
        findings: findings.0,
        names: covered,
        csr: csr.as_ref().map(csr::facts),
        price,
        free_seats,
    };
    let order = match (is_valid, names, csr, requestor, agreement) {
        (true, Some(names), Some(csr), Some(requestor), Some(agreement)) => {
            let order = NewOrder {
                reference,
                product_code: request.product_code.clone(),
                group_number: request.group_number.clone(),
                organization,
                primary: names.primary,
                additional: names.additional,
                csr_pem: csr.pem(),
                requestor,
                agreement,
                validity_years: request.validity_years,
                remarks: request
                    .remarks
                    .clone()
                    .unwrap_or_default()
                    .trim()
                    .to_owned(),
            };
            Some(Ready { order, csr })
        }
        _ => None,
    };
    Ok(Rehearsed { validation, order })
}

fn read_names(request: &OrderRequest, findings: &mut Findings) -> Option<OrderNames> {
    let remedy = "write a DNS name such as www.example.com, or *.example.com for a wildcard";
    let mut parse = |field: &str, text: &str| {
        text.trim()
            .parse::<CertificateName>()
            .map_err(|fault| findings.error(field, "malformed-name", fault, remedy))
            .ok()
    };
    let primary = parse("domain", &request.domain);
    let mut additional = Vec::new();
    let mut is_whole = true;
    for (index, text) in request
        .additional_domains
        .iter()
        .enumerate()
        .take(MAX_ADDITIONAL)
    {
        match parse(&format!("additionalDomains/{index}"), text) {
            Some(name) if Some(&name) != primary.as_ref() && !additional.contains(&name) => {
                additional.push(name);
            }
            Some(_) => {}
            None => is_whole = false,
        }
    }
    if request.additional_domains.len() > MAX_ADDITIONAL {
        let message = format!("has more than {MAX_ADDITIONAL} names");
        findings.error(
            "additionalDomains",
            "too-many-names",
            message,
            "split the order",
        );
        is_whole = false;
    }
    is_whole.then_some(())?;
    Some(OrderNames {
        primary: primary?,
        additional,
    })
}

fn check_product(
    request: &OrderRequest,
    product: Option<&Product>,
    names: Option<&OrderNames>,
    findings: &mut Findings,
) {
    let Some(product) = product else {
        let remedy = "choose one of the account's products, or sync products";
        findings.error(
            "productCode",
            "unknown-product",
            "is no product of this account",
            remedy,
        );
        return;
    };
    if !product.product_type.is_tls() {
        let message = format!("{} is no TLS server certificate", product.name);
        findings.error(
            "productCode",
            "not-tls",
            message,
            "choose a DV, OV or EV product",
        );
        return;
    }
    if product.product_type.validation() == ValidationLevel::Extended {
        let message = format!(
            "{} needs the organization's signers, which are named only in the emSign portal",
            product.name
        );
        let remedy = "order EV certificates in the emSign portal and import them, or choose OV";
        findings.error("productCode", "ev-not-supported", message, remedy);
    }
    if !product.groups.is_empty() && !product.groups.contains(&request.group_number) {
        let message = format!("{} is not open to this group", product.name);
        findings.error(
            "groupNumber",
            "product-not-in-group",
            message,
            "choose another group or product",
        );
    }
    if let Some(names) = names
        && let Err(refused) = product
            .product_type
            .check_names(&names.primary, &names.additional)
    {
        findings.error(
            &refused.field(),
            "name-not-for-product",
            &refused,
            "change the name or the product",
        );
    }
}

async fn check_organization<P: Platform>(
    platform: &P,
    request: &OrderRequest,
    product: Option<&Product>,
    findings: &mut Findings,
) -> Result<Option<NewOrderOrganization>, Fault> {
    let needed = product.is_some_and(|product| product.product_type.needs_organization());
    let field = "organizationNumber";
    let Some(number) = &request.organization_number else {
        if needed {
            let message = "is missing; this product names an organization";
            findings.error(
                field,
                "organization-missing",
                message,
                "choose a validated organization",
            );
        }
        return Ok(None);
    };
    if !needed {
        return Ok(None);
    }
    let found: Option<Organization> =
        directory::one(platform.database(), &request.credential_id, number).await?;
    let Some(organization) = found else {
        let remedy = "choose one of the account's organizations, or sync organizations";
        findings.error(
            field,
            "unknown-organization",
            "is no organization of this account",
            remedy,
        );
        return Ok(None);
    };
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
        findings.error(
            field,
            "organization-not-for-tls",
            message,
            "choose another organization",
        );
    }
    if !organization.groups.is_empty() && !organization.groups.contains(&request.group_number) {
        let message = format!("{} does not belong to this group", organization.name);
        findings.error(
            field,
            "organization-not-in-group",
            message,
            "choose another group or organization",
        );
    }
    Ok(Some(NewOrderOrganization {
        number: number.clone(),
        prevetting_token: None,
    }))
}

/// Names outside the account's domains are refused: the CA would take the money for some of them
/// and never issue.
async fn check_coverage<P: Platform>(
    platform: &P,
    request: &OrderRequest,
    names: Option<&OrderNames>,
    findings: &mut Findings,
) -> Result<Vec<NameCoverage>, Fault> {
    let Some(names) = names else {
        return Ok(Vec::new());
    };
    let all: Vec<&CertificateName> = std::iter::once(&names.primary)
        .chain(&names.additional)
        .collect();
    let mut candidates: Vec<String> = Vec::new();
    for name in &all {
        let mut host = Some(name.base().clone());
        while let Some(at) = host {
            candidates.push(at.as_str().to_owned());
            host = at.parent();
        }
    }
    candidates.sort();
    candidates.dedup();
    let domains: Vec<Domain> =
        directory::by_names(platform.database(), &request.credential_id, &candidates).await?;
    let organization = request.organization_number.as_deref();
    let mut covered = Vec::new();
    for (index, name) in all.iter().enumerate() {
        let coverage = coverage(name.base(), organization, &domains, platform.now());
        let field = match index {
            0 => "domain".to_owned(),
            further => format!("additionalDomains/{}", further - 1),
        };
        match coverage {
            DomainCoverage::Validated => {}
            DomainCoverage::NeedsValidation => {
                let message = format!(
                    "{name} lies in a domain whose validation is not in force; the order will wait for it"
                );
                let problem = field_problem(&field, "domain-needs-validation", message, None);
                findings.add(Severity::Warning, problem);
            }
            DomainCoverage::Outside => {
                let message = format!("{name} lies outside the account's domains");
                let remedy =
                    "add the domain in the emSign portal and sync domains, or correct the name";
                findings.error(&field, "domain-outside-account", message, remedy);
            }
        }
        covered.push(NameCoverage {
            name: name.to_string(),
            coverage,
        });
    }
    Ok(covered)
}

async fn read_csr<P: Platform>(
    platform: &P,
    request: &OrderRequest,
    findings: &mut Findings,
) -> Result<Option<Csr>, Fault> {
    let text = match (&request.csr, &request.csr_id) {
        (Some(text), None) => text.clone(),
        (None, Some(id)) => match csrs::by_id(platform.database(), id).await? {
            Some(stored) => stored.facts.pem,
            None => {
                findings.error(
                    "csrId",
                    "unknown-csr",
                    "is no stored CSR",
                    "choose a stored CSR",
                );
                return Ok(None);
            }
        },
        _ => {
            let message = "give either csr or csrId";
            findings.error(
                "csr",
                "csr-missing",
                message,
                "paste a CSR, or choose a stored one",
            );
            return Ok(None);
        }
    };
    match csr::read(&text) {
        Ok(csr) => Ok(Some(csr)),
        Err(Fault::Invalid(problems)) => {
            problems
                .into_iter()
                .for_each(|problem| findings.add(Severity::Error, problem));
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

async fn check_key_reuse<P: Platform>(
    platform: &P,
    csr: &Csr,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let fingerprint = csr.key_fingerprint().to_string();
    if let Some(order) = orders::with_key(platform.database(), &fingerprint).await? {
        let message = format!("the key was used before, in the order for {}", order.domain);
        let remedy = "make a new key for each certificate, unless you mean to keep this one";
        let problem = field_problem("csr", "key-reused", message, Some(remedy));
        findings.add(Severity::Warning, problem);
    }
    Ok(())
}

fn read_requestor(
    request: &OrderRequest,
    account: Option<&Account>,
    findings: &mut Findings,
) -> Option<Contact> {
    let given = match (&request.requestor, account) {
        (Some(given), _) => given.clone(),
        (None, Some(account)) => {
            let (isd_code, phone) = account
                .phone
                .split_once(' ')
                .unwrap_or(("", &account.phone));
            ContactRequest {
                name: account.full_name.clone(),
                email: account.email.clone(),
                isd_code: isd_code.to_owned(),
                phone: phone.to_owned(),
                designation: Some(account.designation.clone()).filter(|text| !text.is_empty()),
            }
        }
        (None, None) => {
            let message = "is missing, and the account's user is not known yet";
            findings.error(
                "requestor",
                "requestor-missing",
                message,
                "name the requestor, or sync accounts",
            );
            return None;
        }
    };
    let isd_code: String = given.isd_code.trim().trim_start_matches('+').to_owned();
    let phone: String = given
        .phone
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '(' | ')'))
        .collect();
    let is_digits = |text: &str, longest: usize| {
        (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
    };
    let before = findings.0.len();
    let name = given.name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        findings.error(
            "requestor/name",
            "length",
            "has 1 to 100 characters",
            "write the full name",
        );
    }
    if !is_email(&given.email) {
        findings.error(
            "requestor/email",
            "malformed",
            "is no e-mail address",
            "write it as name@example.com",
        );
    }
    if !is_digits(&isd_code, 4) {
        findings.error(
            "requestor/isdCode",
            "malformed",
            "is a country calling code of 1 to 4 digits",
            "write 1, 44 or 91, for example",
        );
    }
    if !is_digits(&phone, 15) {
        findings.error(
            "requestor/phone",
            "malformed",
            "is a phone number of up to 15 digits",
            "write it without the country code",
        );
    }
    (findings.0.len() == before).then(|| Contact {
        name: name.to_owned(),
        email: given.email.trim().to_owned(),
        isd_code,
        phone,
        designation: given.designation,
    })
}

fn is_email(text: &str) -> bool {
    let text = text.trim();
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    !local.is_empty()
        && text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control())
        && domain.parse::<certwright_core::names::DomainName>().is_ok()
}

fn read_agreement(
    request: &OrderRequest,
    caller: &Caller,
    requestor: Option<&Contact>,
    findings: &mut Findings,
) -> Option<Agreement> {
    let given = &request.agreement;
    let before = findings.0.len();
    if !given.accepted {
        let remedy = "read emSign's subscriber agreement and accept it";
        findings.error("agreement/accepted", "not-accepted", "must be true", remedy);
    }
    if given.signer_place.trim().is_empty() || given.signer_place.chars().count() > 100 {
        findings.error(
            "agreement/signerPlace",
            "length",
            "has 1 to 100 characters",
            "write the city",
        );
    }
    let signer_ip = given.signer_ip.clone().or_else(|| caller.address.clone());
    let address = signer_ip
        .as_deref()
        .and_then(|text| text.parse::<std::net::IpAddr>().ok());
    if address.is_none() {
        let message = "is no IP address, and the caller's is not known";
        findings.error(
            "agreement/signerIp",
            "malformed",
            message,
            "write the signer's address",
        );
    }
    let signer_name = given
        .signer_name
        .clone()
        .or_else(|| requestor.map(|contact| contact.name.clone()));
    if findings.0.len() > before {
        return None;
    }
    Some(Agreement {
        signer_name: signer_name?,
        signer_place: given.signer_place.trim().to_owned(),
        signer_ip: address?.to_string(),
    })
}

fn check_terms(request: &OrderRequest, findings: &mut Findings) {
    if !(1..=3).contains(&request.validity_years) {
        findings.error("validityYears", "out-of-range", "is 1, 2 or 3", "choose 1");
    }
    let remarks = request.remarks.as_deref().unwrap_or("");
    if remarks.chars().count() > MAX_REMARKS || remarks.chars().any(char::is_control) {
        let message = "has at most 200 characters on one line";
        findings.error("remarks", "length", message, "shorten it");
    }
}

fn price(product: &Product, years: u8) -> Option<String> {
    let term = format!("{years} Year");
    let amount = product
        .prices
        .iter()
        .find(|(name, _)| name.trim_end_matches('s').eq_ignore_ascii_case(&term))
        .map(|(_, amount)| amount)?;
    Some(format!("{amount} {}", product.currency))
}

async fn free_seats<P: Platform>(platform: &P) -> Result<u64, Fault> {
    let seats = u64::from(license::effective(platform).await?.seats);
    let used = counters::all(platform.database())
        .await?
        .get("seats")
        .copied()
        .unwrap_or(0);
    Ok(seats.saturating_sub(used))
}
