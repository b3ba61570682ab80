//! Rehearsing an order: every check that can be made before any money is spent, as one pure
//! function over the wish and what is known of the account. The Worker refuses by it, the
//! extension shows it while a person types.

mod address;
mod covered;
mod findings;
mod names;
mod parties;
mod people;

#[cfg(test)]
mod tests;

pub use self::address::is_public;
pub use self::covered::{Cover, CoveredBy, covering_names};
pub use self::findings::Finding;
use self::findings::Findings;
use crate::{
    advice::advised,
    ca::{Contact, NewOrder},
    credential::NewDomains,
    csr::{
        Csr, CsrFault,
        policy::{self, OrderNames, Severity},
    },
    directory::{Account, Domain, DomainCoverage, Group, Organization, Product},
    ids::OrderReference,
    names::CertificateName,
    text::Limit,
    time::Timestamp,
};

/// An order as a person wishes it; nothing is checked yet.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// `productCode` of the account.
    pub product_code: &'a str,
    /// The group that is billed.
    pub group_number: &'a str,
    /// The vetted organization, for OV and EV products.
    pub organization_number: Option<&'a str>,
    /// The first name.
    pub domain: &'a str,
    /// Further names.
    pub additional_domains: &'a [String],
    /// Who orders; the account's user when absent.
    pub requestor: Option<Contact>,
    /// Whether the subscriber agreement is accepted.
    pub accepts_agreement: bool,
    /// Where it is accepted.
    pub signer_place: &'a str,
    /// Who accepts; the requestor when absent.
    pub signer_name: Option<&'a str>,
    /// From which address, given or the caller's.
    pub signer_ip: Option<&'a str>,
    /// Years of subscription.
    pub validity_years: u8,
    /// Words for people at the CA.
    pub remarks: Option<&'a str>,
}

/// The request that goes with a wish.
#[derive(Clone, Debug)]
pub enum GivenCsr {
    /// One that was read.
    Read(Box<Csr>),
    /// One that cannot be used.
    Faulty(CsrFault),
    /// A stored one was named that does not exist.
    Unknown,
    /// Neither a text nor a stored one was given, or both were.
    Missing,
}

/// What is known of the account and of the present state of things.
#[derive(Clone, Debug)]
pub struct Known {
    /// The product of that code.
    pub product: Option<Product>,
    /// The group of that number.
    pub group: Option<Group>,
    /// The organization of that number.
    pub organization: Option<Organization>,
    /// The account's domains at and above the wished names, as [`candidates`] lists them.
    pub domains: Vec<Domain>,
    /// The account's user.
    pub account: Option<Account>,
    /// The name of an order that was placed with the same key before.
    pub key_used_for: Option<String>,
    /// What has the wished names already, of the names that [`covering_names`] lists.
    pub covers: Vec<Cover>,
    /// Seats that are free now.
    pub free_seats: u64,
    /// Whether the order will wait for a second person's approval.
    pub needs_approval: bool,
    /// What becomes of a DV order for a domain that the account does not have yet.
    pub new_domains: NewDomains,
}

/// The outcome of a rehearsal.
#[derive(Clone, Debug)]
pub struct Rehearsal {
    /// What was noticed, the gravest first.
    pub findings: Vec<Finding>,
    /// How each name stands to the account's domains.
    pub coverage: Vec<(CertificateName, DomainCoverage)>,
    /// The CA's price for the term, when it is known.
    pub price: Option<String>,
    /// What would go to the CA; absent when a finding is an error.
    pub order: Option<NewOrder>,
}

impl Rehearsal {
    /// Whether the order can be placed.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.order.is_some()
    }
}

/// The names under which the account's domains must be looked up for a wish: the wished hosts and
/// every domain above them.
#[must_use]
pub fn candidates(wish: &Wish<'_>) -> Vec<String> {
    names::candidates(wish)
}

/// Makes every check of an order.
#[must_use]
pub fn rehearse(
    wish: &Wish<'_>,
    csr: &GivenCsr,
    known: &Known,
    reference: OrderReference,
    now: Timestamp,
) -> Rehearsal {
    let mut findings = Findings::default();
    let names = names::read(wish, &mut findings);
    parties::check_product(wish, known, names.as_ref(), &mut findings);
    parties::check_group(known, &mut findings);
    let organization = parties::organization(wish, known, &mut findings);
    let coverage = match &names {
        Some(names) => names::coverage(wish, names, known, now, &mut findings),
        None => Vec::new(),
    };
    if let Some(names) = &names {
        covered::check(names, &known.covers, &mut findings);
    }
    check_csr(csr, names.as_ref(), known, &mut findings);
    let requestor = people::requestor(wish, known, &mut findings);
    let agreement = people::agreement(wish, requestor.as_ref(), &mut findings);
    check_terms(wish, &mut findings);
    check_seats(known, &mut findings);
    tell_approval(known, &mut findings);
    let order = match (findings.has_error(), names, csr, requestor, agreement) {
        (false, Some(names), GivenCsr::Read(csr), Some(requestor), Some(agreement)) => {
            Some(NewOrder {
                reference,
                product_code: wish.product_code.to_owned(),
                group_number: wish.group_number.to_owned(),
                organization,
                primary: names.primary,
                additional: names.additional,
                csr_pem: csr.pem(),
                requestor,
                agreement,
                validity_years: wish.validity_years,
                remarks: wish.remarks.unwrap_or_default().trim().to_owned(),
            })
        }
        _ => None,
    };
    let price = known
        .product
        .as_ref()
        .and_then(|product| price(product, wish.validity_years));
    Rehearsal {
        findings: findings.gravest_first(),
        coverage,
        price,
        order,
    }
}

fn check_csr(csr: &GivenCsr, names: Option<&OrderNames>, known: &Known, findings: &mut Findings) {
    let csr = match csr {
        GivenCsr::Read(csr) => csr,
        GivenCsr::Faulty(fault) => {
            findings.note(Severity::Error, "csr", fault.code(), fault);
            return;
        }
        GivenCsr::Unknown => {
            let remedy = "choose a stored CSR";
            findings.error("csrId", "unknown-csr", "must be a stored CSR", remedy);
            return;
        }
        GivenCsr::Missing => {
            let remedy = "paste a CSR, or choose a stored one";
            findings.error("csr", "csr-missing", "is missing", remedy);
            return;
        }
    };
    for finding in names
        .map(|names| policy::check(csr, names))
        .unwrap_or_default()
    {
        findings.note(finding.severity(), "csr", finding.code(), &finding);
    }
    if let Some(domain) = &known.key_used_for {
        let message = format!("the key was used before, in the order for {domain}");
        let remedy = "Make a new key for each certificate, unless you mean to keep this one.";
        let warning = advised(message, remedy);
        findings.note(Severity::Warning, "csr", "key-reused", &warning);
    }
}

fn check_terms(wish: &Wish<'_>, findings: &mut Findings) {
    if !(1..=3).contains(&wish.validity_years) {
        findings.error(
            "validityYears",
            "out-of-range",
            "must be 1, 2 or 3",
            "choose 1",
        );
    }
    findings.text("remarks", wish.remarks.unwrap_or_default(), Limit::REMARKS);
}

fn check_seats(known: &Known, findings: &mut Findings) {
    if known.free_seats == 0 {
        let warning = advised(
            "no seat of the license is free",
            "The certificate will be held until one is. Add seats, or delete what is not needed.",
        );
        findings.note(Severity::Warning, "license", "no-seat", &warning);
    }
}

fn tell_approval(known: &Known, findings: &mut Findings) {
    if known.needs_approval {
        let info = advised(
            "the order will wait until a second person approves it",
            "Nothing is sent to the CA before.",
        );
        findings.note(Severity::Info, "credentialId", "needs-approval", &info);
    }
}

fn price(product: &Product, years: u8) -> Option<String> {
    let term = format!("{years} Year");
    let (_, amount) = product
        .prices
        .iter()
        .find(|(name, _)| name.trim_end_matches('s').eq_ignore_ascii_case(&term))?;
    Some(format!("{amount} {}", product.currency))
}
