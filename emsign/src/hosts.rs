//! Where emSign's API lives (emSign API reference, A1), and which other addresses are taken.
//!
//! A [`BaseUrl`] is only made by [`checked_base`], and a request only from a [`BaseUrl`], so that no
//! text of a person, a database or the CA decides where a call goes.

mod bases;
mod name;
mod pages;

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

use certwright_core::credential::Environment;
use http::{Uri, uri::Authority};

pub use self::{
    bases::{Bases, setting_name},
    pages::is_ca_page,
};

/// The base of an environment, or none for [`Environment::Development`], whose base comes from the
/// deployment's configuration through [`checked_base`].
///
/// The path of [`Environment::ProductionHub`] is not documented; the other hosts answer 404 without
/// the segment, so it is assumed here too (A1).
#[must_use]
pub fn base(environment: Environment) -> Option<&'static str> {
    match environment {
        Environment::ProductionGlobal => Some("https://api.certinext.io/emSignHub-API"),
        Environment::ProductionUs => Some("https://us-api.certinext.io/emSignHub-API"),
        Environment::ProductionHub => Some("https://api.hub.emsign.com/emSignHub-API"),
        Environment::CaSandbox => Some("https://sandbox-us-api.certinext.io/emSignHub-API"),
        Environment::Development => None,
    }
}

/// A base that calls may be sent to: scheme, host, port and path prefix, without a slash at the
/// end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// The longest base, in bytes: far below what `http::Uri` takes.
    pub const MAX_BYTES: usize = 512;

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address of an operation, with exactly one slash in between.
    pub(crate) fn join(&self, operation: &'static str) -> Uri {
        // A checked base and the name of an operation are always a URI; should that ever be wrong,
        // the default is a bare path, which no HTTP client sends anywhere.
        format!("{}/{operation}", self.0)
            .parse()
            .unwrap_or_default()
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far away a base may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// A public host by its name, over https on its own port.
    Internet,
    /// A look-alike for development, on this machine.
    ThisMachine,
}

/// Why an address is not taken as a base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseRefused {
    /// Not an absolute URL of letters, digits, hyphens and dots.
    #[error("is not a URL such as https://host.example/emSignHub-API")]
    NotAUrl,
    /// Neither https nor http.
    #[error("must start with https://")]
    Scheme,
    /// Plain http to another machine would show order data to everybody on the way.
    #[error("may use plain http only for this machine (localhost, 127.0.0.1, [::1])")]
    PlainHttp,
    /// Another machine for what is to stay on this one.
    #[error(
        "is not on this machine (localhost, 127.0.0.1, [::1]); a CA elsewhere needs DEVELOPMENT_CA_REMOTE set to true"
    )]
    NotThisMachine,
    /// An IP address, in whatever notation.
    #[error("must have a host name, not an IP address")]
    Address,
    /// A name that leads, or may lead, to a machine nearby.
    #[error("has a host name that is reserved, private or made of an address")]
    Near,
    /// Another port than that of https.
    #[error("must use port 443")]
    Port,
    /// A user name or password.
    #[error("must not contain a user name or password")]
    UserInfo,
    /// A `?` or `#`.
    #[error("must not contain a query or fragment")]
    QueryOrFragment,
    /// More than [`BaseUrl::MAX_BYTES`].
    #[error("is too long")]
    TooLong,
}

/// Checks a base from configuration. Slashes at the end are dropped.
///
/// Only plain characters are taken, because URL parsers disagree about the others (a backslash is a
/// slash to some) and the one that checks is not the one that connects.
///
/// # Errors
/// [`BaseRefused`] says what is wrong.
pub fn checked_base(text: &str, reach: Reach) -> Result<BaseUrl, BaseRefused> {
    let text = text.trim();
    if text.len() > BaseUrl::MAX_BYTES {
        return Err(BaseRefused::TooLong);
    }
    // `http::Uri` drops fragments silently.
    if text.contains(['?', '#']) {
        return Err(BaseRefused::QueryOrFragment);
    }
    let uri: Uri = text.parse().map_err(|_| BaseRefused::NotAUrl)?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(BaseRefused::NotAUrl);
    };
    if authority.as_str().contains('@') {
        return Err(BaseRefused::UserInfo);
    }
    let host = authority.host().to_ascii_lowercase();
    let scheme = match (scheme.to_ascii_lowercase().as_str(), reach) {
        ("https", _) => "https",
        ("http", Reach::ThisMachine) => "http",
        ("http", Reach::Internet) => return Err(BaseRefused::PlainHttp),
        _ => return Err(BaseRefused::Scheme),
    };
    match reach {
        Reach::ThisMachine if is_loopback(&host) => {}
        Reach::ThisMachine => return Err(BaseRefused::NotThisMachine),
        Reach::Internet if host.starts_with('[') => return Err(BaseRefused::Address),
        Reach::Internet => name::public(&host)?,
    }
    let port = match (port(authority)?, reach) {
        (None, _) | (Some(443), Reach::Internet) => String::new(),
        (Some(_), Reach::Internet) => return Err(BaseRefused::Port),
        (Some(port), Reach::ThisMachine) => format!(":{port}"),
    };
    let path = uri.path().trim_end_matches('/');
    if !path.is_empty() && !path.split('/').skip(1).all(is_plain_segment) {
        return Err(BaseRefused::NotAUrl);
    }
    Ok(BaseUrl(format!("{scheme}://{host}{port}{path}")))
}

/// The port, where there is one: whatever follows the host is a port or nothing.
fn port(authority: &Authority) -> Result<Option<u16>, BaseRefused> {
    let rest = authority.as_str().get(authority.host().len()..);
    match (rest, authority.port_u16()) {
        (Some(""), None) => Ok(None),
        (Some(_), Some(port)) if port > 0 => Ok(Some(port)),
        _ => Err(BaseRefused::NotAUrl),
    }
}

fn is_loopback(host: &str) -> bool {
    let v6 = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    host == "localhost"
        || v6.is_some_and(|v6| v6.parse() == Ok(Ipv6Addr::LOCALHOST))
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

fn is_plain_segment(segment: &str) -> bool {
    !matches!(segment, "" | "." | "..")
        && segment
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-._~".contains(c))
}

#[cfg(test)]
mod tests;
