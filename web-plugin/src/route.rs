//! The screens' addresses: what stands behind `#` in the address bar.
//!
//! A person can bookmark a filtered list, open it in a second tab, and go back.

use std::collections::BTreeMap;
use std::fmt;

use certwright_api::credentials::StartedJobs;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stays readable in an address.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// What a list is filtered by: the API's parameters, by name. Empty ones are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter(BTreeMap<String, String>);

impl Filter {
    /// A filter by one parameter.
    #[must_use]
    pub fn by(name: &str, value: impl Into<String>) -> Self {
        Self::default().with(name, value)
    }

    /// The same, with this parameter as well; an empty value takes it away.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        if value.is_empty() {
            self.0.remove(name);
        } else {
            self.0.insert(name.to_owned(), value);
        }
        self
    }

    /// The parameter's value; empty when it is not there.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Whether nothing is filtered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The form for an address, without `?`.
    #[must_use]
    pub fn to_query(&self) -> String {
        let pairs = self.0.iter().map(|(name, value)| {
            format!(
                "{}={}",
                utf8_percent_encode(name, KEPT),
                utf8_percent_encode(value, KEPT)
            )
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    fn parse(query: &str) -> Self {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.fold(Self::default(), |filter, (name, value)| {
            filter.with(&decode(name), decode(value))
        })
    }
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// What needs attention.
    Overview,
    /// The list of orders.
    Orders(Filter),
    /// One order, by id.
    Order(String),
    /// The form for a new order; `host` fills in its domain, `renews` an order that it follows.
    NewOrder(Filter),
    /// The inventory.
    Certificates(Filter),
    /// One certificate, by id.
    Certificate(String),
    /// Linked accounts and their directories; `tab` chooses.
    Accounts(Filter),
    /// Requests and keys.
    Keys,
    /// License and held orders.
    License,
    /// Long work.
    Jobs,
    /// One piece of long work, by id.
    Job(String),
    /// Who did what.
    Audit(Filter),
    /// Tokens: who can sign in.
    Access,
    /// Connection, appearance, keyboard.
    Settings,
    /// An address that leads nowhere.
    Unknown,
}

impl Route {
    /// Reads an address: what follows `#`, with or without it.
    #[must_use]
    pub fn parse(hash: &str) -> Self {
        let (path, query) = hash
            .trim_start_matches('#')
            .split_once('?')
            .unwrap_or_else(|| (hash.trim_start_matches('#'), ""));
        let filter = Filter::parse(query);
        let mut segments = path.trim_matches('/').splitn(2, '/');
        match (segments.next().unwrap_or(""), segments.next()) {
            ("" | "overview", None) => Self::Overview,
            ("orders", None) => Self::Orders(filter),
            ("orders", Some("new")) => Self::NewOrder(filter),
            ("orders", Some(id)) => Self::Order(decode(id)),
            ("certificates", None) => Self::Certificates(filter),
            ("certificates", Some(id)) => Self::Certificate(decode(id)),
            ("accounts", None) => Self::Accounts(filter),
            ("keys", None) => Self::Keys,
            ("license", None) => Self::License,
            ("jobs", None) => Self::Jobs,
            ("jobs", Some(id)) => Self::Job(decode(id)),
            ("audit", None) => Self::Audit(filter),
            ("access", None) => Self::Access,
            ("settings", None) => Self::Settings,
            _ => Self::Unknown,
        }
    }

    /// The screen of the work that was started: the one job, or the list where there are several.
    #[must_use]
    pub fn of_jobs(started: &StartedJobs) -> Self {
        match started.job_ids.as_slice() {
            [job] => Self::Job(job.to_string()),
            _ => Self::Jobs,
        }
    }

    /// The address, for links.
    #[must_use]
    pub fn href(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, path: &str, filter: &Filter| {
            let mark = if filter.is_empty() { "" } else { "?" };
            write!(f, "#/{path}{mark}{}", filter.to_query())
        };
        let one = |f: &mut fmt::Formatter<'_>, path: &str, id: &str| {
            write!(f, "#/{path}/{}", utf8_percent_encode(id, KEPT))
        };
        match self {
            Self::Overview | Self::Unknown => f.write_str("#/"),
            Self::Orders(filter) => list(f, "orders", filter),
            Self::NewOrder(filter) => list(f, "orders/new", filter),
            Self::Order(id) => one(f, "orders", id),
            Self::Certificates(filter) => list(f, "certificates", filter),
            Self::Certificate(id) => one(f, "certificates", id),
            Self::Accounts(filter) => list(f, "accounts", filter),
            Self::Keys => f.write_str("#/keys"),
            Self::License => f.write_str("#/license"),
            Self::Jobs => f.write_str("#/jobs"),
            Self::Job(id) => one(f, "jobs", id),
            Self::Audit(filter) => list(f, "audit", filter),
            Self::Access => f.write_str("#/access"),
            Self::Settings => f.write_str("#/settings"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_read_back() {
        let filter = Filter::by("host", "bücher.example & co").with("state", "held");
        let id = "ord_a/b?c".to_owned();
        for route in [
            Route::Overview,
            Route::Orders(Filter::default()),
            Route::Orders(filter.clone()),
            Route::Order(id.clone()),
            Route::NewOrder(filter.clone()),
            Route::Certificates(filter.clone()),
            Route::Certificate(id.clone()),
            Route::Accounts(filter.clone()),
            Route::Keys,
            Route::License,
            Route::Jobs,
            Route::Job(id),
            Route::Audit(filter),
            Route::Access,
            Route::Settings,
        ] {
            assert_eq!(Route::parse(&route.href()), route);
        }
    }

    #[test]
    fn a_strange_address_is_unknown() {
        assert_eq!(Route::parse("#/elsewhere"), Route::Unknown);
        assert_eq!(Route::parse("#/keys/1"), Route::Unknown);
        assert_eq!(Route::parse(""), Route::Overview);
    }
}
