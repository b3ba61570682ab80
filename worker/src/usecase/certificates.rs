//! Finding and exporting certificates.

use certwright_api::{certificates::CertificateView, page::Page};
use certwright_core::{ids::CertificateId, names::DomainName, time::Timestamp};

use crate::{
    caller::Within,
    fault::Fault,
    paging::{Cursor, Paging},
    platform::Platform,
    storage::{
        certificates::{self, Walk},
        orders::searchable,
    },
};

/// What the inventory is searched for. One of the filters decides the index that is walked; the
/// others are applied to what the walk reads.
#[derive(Clone, Debug)]
pub struct Search {
    /// A host, and everything below it.
    pub host: Option<String>,
    /// Whose.
    pub within: Within,
    /// One issuer's, by common name.
    pub issuer: Option<String>,
    /// One kind of key, such as `P-256`.
    pub key: Option<String>,
    /// One serial number, hex.
    pub serial: Option<String>,
    /// One public key's fingerprint.
    pub key_fingerprint: Option<String>,
    /// One certificate's fingerprint.
    pub fingerprint: Option<String>,
    /// Only what runs out before this.
    pub expires_before: Option<Timestamp>,
    /// Only what runs out after this.
    pub expires_after: Option<Timestamp>,
}

impl Search {
    /// The most selective index.
    fn walk(&self, host: Option<&str>) -> Walk {
        if let (Some(host), None) = (host, self.within.bound()) {
            Walk::Host(host.to_owned())
        } else if let Some(value) = &self.fingerprint {
            Walk::Fingerprint(value.to_ascii_lowercase())
        } else if let Some(value) = &self.serial {
            Walk::Serial(value.to_ascii_uppercase())
        } else if let Some(value) = &self.key_fingerprint {
            Walk::Key(value.to_ascii_lowercase())
        } else if let Some(bound) = self.within.bound() {
            // Whoever is bounded to an account walks its certificates alone: a walk along others
            // would show, as the place where a page ends, that they are there.
            Walk::Credential(bound.to_string())
        } else if let Some(value) = &self.issuer {
            Walk::Issuer(value.clone())
        } else if let Some(account) = self.within.account() {
            Walk::Credential(account.to_string())
        } else if let Some(value) = &self.key {
            Walk::KeyKind(value.clone())
        } else {
            Walk::All
        }
    }

    /// The host as the indexes have it.
    fn searchable_host(&self) -> Result<Option<String>, Fault> {
        let Some(host) = &self.host else {
            return Ok(None);
        };
        let host = host.trim().trim_start_matches("*.").trim_end_matches('.');
        let name: DomainName = host
            .parse()
            .map_err(|fault| Fault::invalid("host", "malformed-name", fault))?;
        Ok(Some(searchable(name.as_str())))
    }

    fn admits(&self, view: &CertificateView) -> bool {
        let is = |wanted: &Option<String>, actual: &str| {
            wanted
                .as_deref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(actual))
        };
        self.within
            .account()
            .is_none_or(|account| *account == view.credential_id)
            && is(&self.issuer, &view.issuer)
            && is(&self.key, &view.key)
            && is(&self.serial, &view.serial)
            && is(&self.key_fingerprint, &view.key_fingerprint)
            && is(&self.fingerprint, &view.fingerprint)
            && self
                .expires_before
                .is_none_or(|limit| view.not_after < limit)
            && self
                .expires_after
                .is_none_or(|limit| view.not_after > limit)
    }
}

/// A page of the inventory, what runs out soonest first; a search by host in the order of names.
///
/// The walk reads one page's rows; where further filters drop some of them, the page is shorter
/// and its cursor goes on, so that no search reads more rows than a page has.
///
/// # Errors
/// [`Fault::Invalid`] naming the parameter.
pub async fn search<P: Platform>(
    platform: &P,
    search: &Search,
    paging: &Paging,
) -> Result<Page<CertificateView>, Fault> {
    let host = search.searchable_host()?;
    let walk = search.walk(host.as_deref());
    let is_by_host = matches!(walk, Walk::Host(_));
    let start = match (search.expires_after, is_by_host) {
        (Some(after), false) => Cursor {
            number: after.unix(),
            text: "~".to_owned(),
        },
        _ => Cursor::first(),
    };
    let after = match (&paging.after, is_by_host) {
        (Some(cursor), _) => cursor.clone(),
        (None, true) => Cursor {
            number: 0,
            text: String::new(),
        },
        (None, false) => start,
    };
    let rows = certificates::walk(
        platform.database(),
        &walk,
        search.within.bound(),
        search.expires_before,
        &after,
        paging.limit + 1,
    )
    .await?;
    let mut page = paging.page(rows, |view| position(view, is_by_host));
    page.items.retain(|view| search.admits(view));
    if let (Some(host), false) = (&host, is_by_host) {
        page.items.retain_mut(|view| {
            let is_below = |name: &&String| searchable(name).starts_with(host.as_str());
            view.matched_name = view.names.iter().find(is_below).cloned();
            view.matched_name.is_some()
        });
    }
    let mut seen = std::collections::HashSet::new();
    page.items.retain(|view| seen.insert(view.id.clone()));
    Ok(page)
}

fn position(view: &CertificateView, is_by_host: bool) -> Cursor {
    if is_by_host {
        let host = view.matched_name.as_deref().unwrap_or("");
        Cursor {
            number: 0,
            text: format!("{} {}", searchable(host), view.id),
        }
    } else {
        Cursor {
            number: view.not_after.unix(),
            text: view.id.to_string(),
        }
    }
}

/// The certificate with this id.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn find<P: Platform>(platform: &P, id: &CertificateId) -> Result<CertificateView, Fault> {
    certificates::by_id(platform.database(), id)
        .await?
        .ok_or(Fault::NotFound("certificate"))
}

/// Which part of a certificate's PEM is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The certificate alone.
    Leaf,
    /// The intermediate certificates.
    Chain,
    /// Both, as servers want them: leaf first, without the root.
    FullChain,
    /// The root.
    Root,
}

impl Part {
    /// Reads the parameter `part`; the full chain when absent.
    ///
    /// # Errors
    /// [`Fault::Invalid`].
    pub fn parse(text: Option<&str>) -> Result<Self, Fault> {
        match text {
            None | Some("fullchain") => Ok(Self::FullChain),
            Some("leaf") => Ok(Self::Leaf),
            Some("chain") => Ok(Self::Chain),
            Some("root") => Ok(Self::Root),
            Some(_) => Err(Fault::invalid(
                "part",
                "unknown",
                "is leaf, chain, fullchain or root",
            )),
        }
    }
}

/// The PEM of a certificate.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn export<P: Platform>(
    platform: &P,
    id: &CertificateId,
    part: Part,
) -> Result<String, Fault> {
    let body = certificates::body(platform.database(), id).await?;
    let body = body.ok_or(Fault::NotFound("certificate"))?;
    match part {
        Part::Leaf => Ok(body.leaf_pem),
        Part::Chain => Ok(body.chain_pem),
        Part::FullChain => Ok(body.leaf_pem + &body.chain_pem),
        Part::Root => body.root_pem.ok_or(Fault::NotFound("root certificate")),
    }
}
