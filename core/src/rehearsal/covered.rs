//! Names that have a certificate already, or an order that will become one: a second order costs
//! money and is seldom meant.

use super::{Findings, Wish};
use crate::{
    advice::{Advised, advised},
    csr::policy::{OrderNames, Severity},
    ids::OrderId,
    names::CertificateName,
    time::Timestamp,
};

/// The most certificates and orders that are told of.
const MAX_TOLD: usize = 3;

/// What has a name already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    /// The name as it stands there: the wished one, or a wildcard over it.
    pub name: CertificateName,
    /// Where it stands.
    pub by: CoveredBy,
    /// The order that it is or came of.
    pub order: OrderId,
}

/// A certificate, or an order that is on its way to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoveredBy {
    /// A certificate that is valid now.
    Certificate {
        /// Its serial number, in hex.
        serial: String,
        /// Until when it is valid.
        not_after: Timestamp,
    },
    /// An order.
    Order {
        /// The name of its state.
        state: String,
    },
}

/// The names under which a wish's covers must be looked up: each wished name, and the wildcard that
/// stands for its first label (RFC 9525 §6.3).
#[must_use]
pub fn covering_names(wish: &Wish<'_>) -> Vec<CertificateName> {
    let wished = std::iter::once(wish.domain)
        .chain(wish.additional_domains.iter().map(String::as_str))
        .take(1 + super::names::MAX_ADDITIONAL)
        .filter_map(|text| text.trim().parse::<CertificateName>().ok());
    let mut names = Vec::new();
    for name in wished {
        if let (false, Some(parent)) = (name.is_wildcard(), name.base().parent()) {
            names.push(CertificateName::Wildcard(parent));
        }
        names.push(name);
    }
    names.sort_unstable_by_key(ToString::to_string);
    names.dedup();
    names
}

/// Warns of what has the wished names already.
pub(super) fn check(names: &OrderNames, covers: &[Cover], findings: &mut Findings) {
    let mut told: Vec<&Cover> = Vec::new();
    for cover in covers {
        if told.len() == MAX_TOLD || told.iter().any(|one| one.order == cover.order) {
            continue;
        }
        let same = covers.iter().filter(|one| one.order == cover.order);
        let same: Vec<&Cover> = same.collect();
        let has = |name: &&CertificateName| same.iter().any(|one| one.name.covers(name));
        let wished: Vec<&CertificateName> = std::iter::once(&names.primary)
            .chain(&names.additional)
            .filter(has)
            .collect();
        let Some(first) = wished.first() else {
            continue;
        };
        told.push(cover);
        let field = if **first == names.primary {
            "domain"
        } else {
            "additionalDomains"
        };
        let (code, warning) = warning(&wished, cover);
        findings.note(Severity::Warning, field, code, &warning);
    }
}

fn warning(wished: &[&CertificateName], cover: &Cover) -> (&'static str, Advised<String>) {
    let (names, has) = match wished {
        [one] => (one.to_string(), "has"),
        [one, _] => (format!("{one} and 1 other name"), "have"),
        [one, others @ ..] => (format!("{one} and {} other names", others.len()), "have"),
        [] => (String::new(), "has"),
    };
    let order = &cover.order;
    match &cover.by {
        CoveredBy::Certificate { serial, not_after } => {
            let date = not_after.to_string();
            let date = date.get(..10).unwrap_or(&date);
            (
                "already-certified",
                advised(
                    format!(
                        "{names} already {has} a certificate that is valid until {date} \
                         (serial {serial}, order {order})"
                    ),
                    "Order again only if you need a second certificate or renew this one.",
                ),
            )
        }
        CoveredBy::Order { state } => {
            let state = match state.as_str() {
                "awaitingApproval" => "waits for approval",
                "placing" => "is being sent to emSign",
                "held" => "is issued, but not downloaded",
                _ => "is in progress at emSign",
            };
            (
                "already-ordered",
                advised(
                    format!("{names} already {has} an order: {order} {state}"),
                    "Order again only if you need a second certificate.",
                ),
            )
        }
    }
}
