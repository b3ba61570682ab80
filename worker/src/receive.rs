//! An issued certificate as it comes from the CA: read, compared with the order, made ready to be
//! stored.

use certwright_core::{
    advice::Advice,
    ca::IssuedPem,
    certificate::{Certificate, Difference, chain, compare},
    csr::policy::Severity,
    ids::CertificateId,
    names::CertificateName,
    order::{Admission, IssuedFacts, Order},
    time::Timestamp,
};
use sha2::{Digest, Sha256};

use crate::{
    database::json,
    fault::Fault,
    platform::Platform,
    random::Fresh,
    storage::{certificates::NewCertificate, parts::Indexed},
};

/// What came from the CA.
pub enum Received {
    /// A temporary certificate of an order that is still being validated; it is not stored.
    Interim,
    /// The certificate, and the order's two possible outcomes.
    Certificate(Box<NewCertificate>, Box<Admission>),
    /// A certificate that is not the one asked for.
    Mismatch(Vec<String>),
    /// Nothing that can be read as a certificate.
    Unreadable(String),
}

/// Reads what the CA gave for an order.
///
/// # Errors
/// [`Fault::Internal`] when the order does not wait for a certificate.
pub fn read(
    platform: &impl Platform,
    order: &Order,
    issued: &IssuedPem,
    chains: &mut Chains,
) -> Result<Received, Fault> {
    if issued.is_interim {
        return Ok(Received::Interim);
    }
    let leaf = match Certificate::read(issued.leaf.as_bytes()) {
        Ok(leaf) => leaf,
        Err(fault) => return Ok(Received::Unreadable(fault.told())),
    };
    let differences = compare(&requested(order), order.key.as_ref(), &leaf);
    let is_wrong =
        |difference: &&Difference| matches!(difference, Difference::Key { .. } | Difference::IsCa);
    if differences.iter().any(|difference| is_wrong(&difference)) {
        let words = differences
            .iter()
            .filter(is_wrong)
            .map(Advice::told)
            .collect();
        return Ok(Received::Mismatch(words));
    }
    let now = platform.now();
    let facts = IssuedFacts {
        certificate_id: CertificateId::fresh(platform),
        expires_at: leaf.not_after(),
    };
    let admission = order.admit(&facts, now)?;
    let notable: Vec<String> = differences
        .iter()
        .filter(|difference| difference.severity() >= Severity::Warning)
        .map(Advice::told)
        .collect();
    let certificate = row(
        order,
        &leaf,
        chains.order(&leaf, issued, now),
        facts.certificate_id,
        &notable,
        now.unix(),
    )?;
    Ok(Received::Certificate(
        Box::new(certificate),
        Box::new(admission),
    ))
}

fn requested(order: &Order) -> Vec<CertificateName> {
    std::iter::once(&order.domain)
        .chain(&order.additional_domains)
        .filter_map(|name| name.parse().ok())
        .collect()
}

fn row(
    order: &Order,
    leaf: &Certificate,
    chain: OrderedChain,
    id: CertificateId,
    differences: &[String],
    stored_at: i64,
) -> Result<NewCertificate, Fault> {
    let mut names: Vec<String> = leaf.names().map(ToString::to_string).collect();
    if names.is_empty() {
        names.extend(leaf.common_name().map(str::to_owned));
    }
    Ok(NewCertificate {
        order_id: order.id.clone(),
        order_version: order.version,
        credential_id: order.credential_id.clone(),
        indexed: Indexed::new(id.as_str(), names.iter().map(String::as_str)),
        id,
        names: json(&names)?,
        subject: leaf.subject().to_owned(),
        issuer: leaf
            .issuer_common_name()
            .unwrap_or_else(|| leaf.issuer())
            .to_owned(),
        serial: leaf.serial().to_string(),
        not_before: leaf.not_before().unix(),
        not_after: leaf.not_after().unix(),
        key: leaf.key().algorithm().to_string(),
        key_fingerprint: leaf.key_fingerprint().to_string(),
        fingerprint: leaf.fingerprint().to_string(),
        sha1: leaf.sha1(),
        differences: json(differences)?,
        stored_at,
        leaf_pem: leaf.pem(),
        chain_id: data_encoding::HEXLOWER.encode(&Sha256::digest(chain.intermediates.as_bytes())),
        chain_pem: chain.intermediates,
        root_pem: chain.root,
    })
}

/// Chains that were put in order in this invocation. Most certificates of an account share theirs,
/// and verifying a signature is the dearest thing that is done here.
#[derive(Default)]
pub struct Chains(Vec<KnownChain>);

struct KnownChain {
    given: Vec<String>,
    issuer: Certificate,
    ordered: OrderedChain,
}

#[derive(Clone, Default)]
struct OrderedChain {
    intermediates: String,
    root: Option<String>,
}

impl Chains {
    /// The chain in the order in which servers send it. One that cannot be read is left out: the
    /// certificate itself is what must not be lost.
    fn order(&mut self, leaf: &Certificate, issued: &IssuedPem, now: Timestamp) -> OrderedChain {
        let known = self.0.iter().find(|known| {
            known.given == issued.others && chain::verify(leaf, &known.issuer).is_ok()
        });
        if let Some(known) = known {
            return known.ordered.clone();
        }
        let candidates = issued
            .others
            .iter()
            .filter_map(|pem| Certificate::read(pem.as_bytes()).ok())
            .collect();
        let Ok(chain) = chain::order(leaf.clone(), candidates, now) else {
            return OrderedChain::default();
        };
        let ordered = OrderedChain {
            intermediates: chain.intermediates_pem(),
            root: chain.root_pem(),
        };
        if let Some(issuer) = chain.intermediates().first() {
            self.0.push(KnownChain {
                given: issued.others.clone(),
                issuer: issuer.clone(),
                ordered: ordered.clone(),
            });
        }
        ordered
    }
}
