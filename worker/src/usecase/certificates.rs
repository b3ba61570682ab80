//! Finding and exporting certificates.

use certwright_api::{certificates::CertificateView, page::Page};
use certwright_core::{
    advice::advised,
    certificate::{Certificate, Serial},
    ids::CertificateId,
    search::{self, Match, Query},
    time::Timestamp,
};

use super::gather::gather;
use crate::{
    caller::Within,
    database::Database,
    fault::Fault,
    paging::{Cursor, Paging},
    platform::Platform,
    storage::{
        certificates::{set_sha1, without_sha1},
        inventory::{self, Exact, Walk},
        parts::Found,
    },
};

/// Certificates that get their SHA-1 in a round of the schedule.
const SHA1_PER_ROUND: u32 = 50;

/// What the inventory is searched for. One of the filters decides the indexes that are walked; the
/// others are applied to what the walks read.
#[derive(Clone, Debug)]
pub struct Search {
    /// What was typed into a search field, in every sense.
    pub text: Option<Query>,
    /// A host: certificates that are good for it and nothing else.
    pub covers: Option<String>,
    /// A host, everything below it, and wildcards that stand for it.
    pub host: Option<String>,
    /// Whose.
    pub within: Within,
    /// One issuer's, by common name.
    pub issuer: Option<String>,
    /// One kind of key, such as `P-256`.
    pub key: Option<String>,
    /// One serial number, in each sense that it has.
    pub serials: Vec<Serial>,
    /// One public key's fingerprint.
    pub key_fingerprint: Option<String>,
    /// One certificate's fingerprint, SHA-256.
    pub fingerprint: Option<String>,
    /// One certificate's fingerprint, SHA-1.
    pub sha1: Option<String>,
    /// Only what runs out before this.
    pub expires_before: Option<Timestamp>,
    /// Only what runs out after this.
    pub expires_after: Option<Timestamp>,
}

impl Search {
    /// The most selective indexes.
    fn walks(&self) -> Vec<Walk> {
        if let Some(query) = &self.text {
            return senses(query);
        }
        if let Some(host) = &self.covers {
            return vec![Walk::Covers(host.clone())];
        }
        if let Some(host) = &self.host {
            return vec![Walk::Covers(host.clone()), Walk::Below(host.clone())];
        }
        let exact = Exact {
            serials: self.serials.iter().map(ToString::to_string).collect(),
            sha256: self.fingerprint.clone(),
            sha1: self.sha1.clone(),
            ..Exact::default()
        };
        vec![if exact != Exact::default() {
            Walk::Exact(exact)
        } else if let Some(value) = &self.key_fingerprint {
            Walk::Key(value.clone())
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
        }]
    }

    fn admits(&self, view: &CertificateView) -> bool {
        let is = |wanted: &Option<String>, actual: &str| {
            wanted
                .as_deref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(actual))
        };
        let has = |wanted: &Option<String>, least: Match| {
            let names = || view.names.iter().map(String::as_str);
            let fit = |text: &String| search::find(names(), text).map(|(fit, _)| fit);
            wanted
                .as_ref()
                .is_none_or(|text| fit(text).is_some_and(|fit| fit <= least))
        };
        self.within
            .account()
            .is_none_or(|account| *account == view.credential_id)
            && has(&self.covers, Match::Covers)
            && has(&self.host, Match::Below)
            && is(&self.issuer, &view.issuer)
            && is(&self.key, &view.key)
            && (self.serials.is_empty()
                || self
                    .serials
                    .iter()
                    .any(|serial| serial.to_string() == view.serial))
            && is(&self.key_fingerprint, &view.key_fingerprint)
            && is(&self.fingerprint, &view.fingerprint)
            && self
                .expires_before
                .is_none_or(|limit| view.not_after < limit)
            && self
                .expires_after
                .is_none_or(|limit| view.not_after > limit)
    }

    /// Where a walk begins.
    fn start(&self, walk: &Walk) -> Option<Cursor> {
        let is_by_name = matches!(walk, Walk::Covers(_) | Walk::Below(_) | Walk::Begins(_));
        self.expires_after
            .filter(|_| !is_by_name)
            .map(|after| Cursor {
                number: after.unix(),
                text: "~".to_owned(),
            })
    }
}

/// The walks that find a text in each of its senses, the most certain ones first.
fn senses(query: &Query) -> Vec<Walk> {
    let exact = Exact {
        id: query.id.clone(),
        serials: query.serials.iter().map(ToString::to_string).collect(),
        sha256: query.sha256.clone(),
        sha1: query.sha1.clone(),
        numbers: query.numbers.clone(),
    };
    let mut walks = Vec::new();
    if exact != Exact::default() {
        walks.push(Walk::Exact(exact));
    }
    walks.extend(query.sha256.clone().map(Walk::Key));
    for name in &query.names {
        walks.push(Walk::Covers(name.clone()));
        walks.push(Walk::Below(name.clone()));
        walks.push(Walk::Begins(name.clone()));
    }
    walks
}

/// Whether a walk finds this certificate, as far as its own content tells.
fn finds(walk: &Walk, view: &CertificateView) -> bool {
    let fit = |text: &str| search::find(view.names.iter().map(String::as_str), text);
    match walk {
        Walk::Exact(exact) => {
            exact.serials.contains(&view.serial)
                || exact.sha256.as_deref() == Some(view.fingerprint.as_str())
        }
        Walk::Key(key) => *key == view.key_fingerprint,
        Walk::Covers(text) => fit(text).is_some_and(|(fit, _)| fit == Match::Covers),
        Walk::Below(text) => fit(text).is_some_and(|(fit, _)| fit <= Match::Below),
        Walk::Begins(text) => fit(text).is_some(),
        _ => false,
    }
}

/// Whether a row is the first of its certificate: not found by an earlier walk, nor by an earlier part.
fn is_first(walks: &[Walk], number: usize, row: &Found<CertificateView>) -> bool {
    let is_new = !walks.iter().take(number).any(|walk| finds(walk, &row.item));
    let (Some(Walk::Begins(text)), Some(found)) = (walks.get(number), &row.part) else {
        return is_new;
    };
    let names = row.item.names.iter().map(String::as_str);
    let comes_before = |part: &search::Part| {
        part.text.starts_with(text) && (&part.text, part.kind) < (&found.text, found.kind)
    };
    is_new && !search::parts(names).iter().any(comes_before)
}

/// A page of the inventory, what runs out soonest first; what is searched for by name in the order of
/// how well it fits, what runs out last first.
///
/// # Errors
/// [`Fault::Invalid`] naming the parameter.
pub async fn search<P: Platform>(
    platform: &P,
    search: &Search,
    paging: &Paging,
) -> Result<Page<CertificateView>, Fault> {
    let walks = search.walks();
    let account = search.within.account();
    let read = async |walk: &Walk, after: Option<&Cursor>, limit: u32| {
        let start = search.start(walk);
        let after = after.or(start.as_ref());
        let (database, until) = (platform.database(), search.expires_before);
        Ok(inventory::walk(database, walk, account, until, after, limit).await?)
    };
    let mut shown = std::collections::HashSet::new();
    let keep = |number: usize, row: &mut Found<CertificateView>| {
        if let Some(Walk::Covers(text) | Walk::Below(text) | Walk::Begins(text)) = walks.get(number)
        {
            let names = row.item.names.iter().map(String::as_str);
            let matched = search::find(names, text).map(|(_, name)| name.to_owned());
            row.item.matched_name = matched;
        }
        search.admits(&row.item)
            && is_first(&walks, number, row)
            && shown.insert(row.item.id.clone())
    };
    gather(paging, &walks, read, keep).await
}

/// Fills in the SHA-1 of certificates that were stored before it was, some of them at a time.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn fill_sha1<P: Platform>(platform: &P) -> Result<(), Fault> {
    let database = platform.database();
    let waiting = without_sha1(database, SHA1_PER_ROUND).await?;
    if waiting.is_empty() {
        return Ok(());
    }
    let sha1 = |pem: &str| {
        // One that can't be read is not looked at again.
        Certificate::read(pem.as_bytes()).map_or_else(|_| String::new(), |one| one.sha1())
    };
    let pairs: Vec<_> = waiting
        .into_iter()
        .map(|row| (row.id, sha1(&row.leaf_pem)))
        .collect();
    database.batch(vec![set_sha1(&pairs)?]).await?;
    Ok(())
}

/// The certificate with this id.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn find<P: Platform>(platform: &P, id: &CertificateId) -> Result<CertificateView, Fault> {
    inventory::by_id(platform.database(), id)
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
                advised(
                    "must be leaf, chain, fullchain or root",
                    "Choose one of them.",
                ),
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
    let body = inventory::body(platform.database(), id).await?;
    let body = body.ok_or(Fault::NotFound("certificate"))?;
    match part {
        Part::Leaf => Ok(body.leaf_pem),
        Part::Chain => Ok(body.chain_pem),
        Part::FullChain => Ok(body.leaf_pem + &body.chain_pem),
        Part::Root => body.root_pem.ok_or(Fault::NotFound("root certificate")),
    }
}
