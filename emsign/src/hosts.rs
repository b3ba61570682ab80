//! Where emSign's API lives (emSign API reference, A1), and which other addresses are taken.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

use certwright_core::credential::Environment;
use http::Uri;

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
pub fn checked_base(text: &str) -> Result<BaseUrl, BaseRefused> {
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
    let address = ipv6_literal(&host);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    if host.is_empty() || (address.is_none() && !host.chars().all(plain)) {
        return Err(BaseRefused::NotAUrl);
    }
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "https" => "https",
        "http" if is_loopback(&host, address) => "http",
        "http" => return Err(BaseRefused::PlainHttp),
        _ => return Err(BaseRefused::Scheme),
    };
    let path = uri.path().trim_end_matches('/');
    if !path.is_empty() && !path.split('/').skip(1).all(is_plain_segment) {
        return Err(BaseRefused::NotAUrl);
    }
    let port = authority
        .port_u16()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    Ok(BaseUrl(format!("{scheme}://{host}{port}{path}")))
}

fn ipv6_literal(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

fn is_loopback(host: &str, address: Option<Ipv6Addr>) -> bool {
    host == "localhost"
        || address.is_some_and(|address| address.is_loopback())
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
mod tests {
    use super::*;

    #[test]
    fn every_environment_but_development_has_a_base_that_passes_the_check() {
        for environment in [
            Environment::ProductionGlobal,
            Environment::ProductionUs,
            Environment::ProductionHub,
            Environment::CaSandbox,
        ] {
            let text = base(environment).unwrap();
            assert_eq!(checked_base(text).unwrap().as_str(), text);
        }
        assert_eq!(base(Environment::Development), None);
    }

    #[test]
    fn exactly_one_slash_stands_before_the_operation() {
        for text in [
            "https://ca.example/api",
            "https://ca.example/api/",
            " https://CA.example/api// ",
        ] {
            let uri = checked_base(text).unwrap().join("TrackOrder");
            assert_eq!(uri.to_string(), "https://ca.example/api/TrackOrder");
        }
        let bare = checked_base("http://127.0.0.1:8787/").unwrap();
        assert_eq!(
            bare.join("TrackOrder").to_string(),
            "http://127.0.0.1:8787/TrackOrder"
        );
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for text in [
            "http://localhost:1",
            "http://127.9.9.9/x",
            "http://[::1]:80/x",
        ] {
            assert!(checked_base(text).is_ok(), "{text}");
        }
        for text in [
            "http://ca.example",
            "http://10.0.0.1",
            "http://localhost.example",
            "http://[::2]",
        ] {
            assert_eq!(checked_base(text), Err(BaseRefused::PlainHttp), "{text}");
        }
    }

    #[test]
    fn odd_addresses_are_refused() {
        for (text, refused) in [
            ("", BaseRefused::NotAUrl),
            ("/only/a/path", BaseRefused::NotAUrl),
            ("ca.example", BaseRefused::NotAUrl),
            ("ftp://ca.example/x", BaseRefused::Scheme),
            ("https://me:secret@ca.example/x", BaseRefused::UserInfo),
            ("https://ca.example/x?y=1", BaseRefused::QueryOrFragment),
            ("https://ca.example/x#y", BaseRefused::QueryOrFragment),
            ("https://ca.example/a/../b", BaseRefused::NotAUrl),
            ("https://ca.example/a//b", BaseRefused::NotAUrl),
            ("https://ca.example\\x/y", BaseRefused::NotAUrl),
            ("https://ca.example/%2e%2e", BaseRefused::NotAUrl),
        ] {
            assert_eq!(checked_base(text), Err(refused), "{text}");
        }
        let long = format!("https://ca.example/{}", "a".repeat(600));
        assert_eq!(checked_base(&long), Err(BaseRefused::TooLong));
    }
}
