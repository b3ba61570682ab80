//! The names of an order: well formed, and within the account's domains.

use super::{Findings, Known, Wish};
use crate::{
    advice::advised,
    credential::NewDomains,
    csr::policy::{OrderNames, Severity},
    directory::{self, DomainCoverage},
    names::{CertificateName, DomainName},
    public_suffix,
    time::Timestamp,
};

/// The most names besides the first.
pub(super) const MAX_ADDITIONAL: usize = 100;

pub(super) fn candidates(wish: &Wish<'_>) -> Vec<String> {
    let mut candidates: Vec<String> = std::iter::once(wish.domain)
        .chain(
            wish.additional_domains
                .iter()
                .take(MAX_ADDITIONAL)
                .map(String::as_str),
        )
        .filter_map(|text| text.trim().parse::<CertificateName>().ok())
        .flat_map(|name| std::iter::successors(Some(name.base().clone()), DomainName::parent))
        .map(|host| host.as_str().to_owned())
        .collect();
    candidates.sort_unstable();
    candidates.dedup();
    candidates
}

/// The wished names; none when one of them is malformed.
pub(super) fn read(wish: &Wish<'_>, findings: &mut Findings) -> Option<OrderNames> {
    let mut parse = |field: &str, text: &str| {
        text.trim()
            .parse::<CertificateName>()
            .map_err(|fault| findings.note(Severity::Error, field, "malformed-name", &fault))
            .ok()
    };
    let primary = parse("domain", wish.domain);
    let mut additional = Vec::new();
    let mut is_whole = true;
    for (index, text) in wish
        .additional_domains
        .iter()
        .enumerate()
        .take(MAX_ADDITIONAL)
    {
        match parse(&format!("additionalDomains/{index}"), text) {
            // The CA takes a repeated name and collapses it (emSign API reference, A11.2).
            Some(name) if Some(&name) == primary.as_ref() || additional.contains(&name) => {}
            Some(name) => additional.push(name),
            None => is_whole = false,
        }
    }
    if wish.additional_domains.len() > MAX_ADDITIONAL {
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
    let names = OrderNames {
        primary: primary?,
        additional,
    };
    check_limits(&names, findings);
    Some(names)
}

/// What the CA refuses though it is well formed.
fn check_limits(names: &OrderNames, findings: &mut Findings) {
    if names.primary.exceeds_common_name() {
        let message = format!(
            "{} has {} characters, and the first name becomes the common name, which has at most 64 (RFC 5280)",
            names.primary,
            names.primary.to_string().len()
        );
        let remedy = "choose a product for several names, put a shorter name first, and add this one \
                      as a further name. Make the CSR for the shorter name";
        findings.error("domain", "first-name-too-long", message, remedy);
    }
    for (index, name) in std::iter::once(&names.primary)
        .chain(&names.additional)
        .enumerate()
    {
        if public_suffix::is_public_suffix(name.base()) {
            let message = format!(
                "anybody can register names under {name}, so no CA certifies it (EMS-1060)"
            );
            let remedy = "write the domain that is registered under it";
            findings.error(&field_of(index), "public-suffix", message, remedy);
        }
        if let Some(label) = name.base().broken_a_label() {
            let message =
                format!("{label} in {name} starts with xn-- but does not decode (RFC 5890)");
            let remedy = "write the name in its own script and convert it anew, or correct it";
            findings.error(&field_of(index), "broken-a-label", message, remedy);
        }
    }
}

/// The member of the order's request that holds a name.
fn field_of(index: usize) -> String {
    match index {
        0 => "domain".to_owned(),
        further => format!("additionalDomains/{}", further - 1),
    }
}

/// How each name stands to the account's domains.
///
/// Of a DV order the CA validates a domain that is new to the account as part of the order (emSign
/// API reference, part C, "Create order"), so that is a warning, unless the account's setting
/// refuses it. A product that names an organization needs one of that organization's domains or of
/// the account's: the CA would take the order for some other names and never issue (A11.2).
pub(super) fn coverage(
    wish: &Wish<'_>,
    names: &OrderNames,
    known: &Known,
    now: Timestamp,
    findings: &mut Findings,
) -> Vec<(CertificateName, DomainCoverage)> {
    let needs_organization = known
        .product
        .as_ref()
        .is_none_or(|product| product.product_type.needs_organization());
    let is_refused = needs_organization || known.new_domains == NewDomains::Refuse;
    let all = std::iter::once(&names.primary).chain(&names.additional);
    let mut covered = Vec::new();
    for (index, name) in all.enumerate() {
        let organization = wish.organization_number;
        let coverage = directory::coverage(name.base(), organization, &known.domains, now);
        let field = field_of(index);
        match coverage {
            DomainCoverage::Validated => {}
            DomainCoverage::NeedsValidation => {
                let message = format!("{name} lies in a domain whose validation is not in force");
                let warning = advised(message, "The order will wait for that validation.");
                let code = "domain-needs-validation";
                findings.note(Severity::Warning, &field, code, &warning);
            }
            DomainCoverage::Outside if !is_refused => {
                let message = format!("this account has no validated domain for {name}");
                let remedy = "emSign validates it as part of this order.";
                let warning = advised(message, remedy);
                let code = "domain-outside-account";
                findings.note(Severity::Warning, &field, code, &warning);
            }
            DomainCoverage::Outside => {
                let message = format!("{name} lies outside the account's domains");
                let remedy =
                    "add the domain in the emSign portal and sync domains, or correct the name";
                findings.error(&field, "domain-outside-account", message, remedy);
            }
        }
        covered.push((name.clone(), coverage));
    }
    covered
}
