//! What a request may look like before anything of it is read, and how many one caller may send.

use certwright_core::pace::TooMany;
use http::{
    HeaderMap, Request,
    header::{AUTHORIZATION, HeaderName},
};
use sha2::{Digest, Sha256};

use crate::platform::{Meter, Platform};

/// The longest path, in bytes; ours have some sixty.
const MAX_PATH: usize = 1024;
/// The longest query, in bytes: a cursor and a host name fit many times.
const MAX_QUERY: usize = 4096;
/// The most headers: browsers send some twenty, the platform adds as many.
const MAX_HEADERS: usize = 100;
/// All headers together, in bytes; an assertion of Cloudflare Access has some two thousand.
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// The assertion that Cloudflare Access adds for whoever signed in there.
const ASSERTION: HeaderName = HeaderName::from_static("cf-access-jwt-assertion");

/// Why a request is turned away before it is read.
pub(super) enum TooMuch {
    /// The path or the query.
    Address,
    /// The headers, in number or size.
    Headers,
    /// The requests of this caller.
    Requests(TooMany),
    /// The sign-ins that failed from this address.
    FailedSignIns(TooMany),
}

/// Turns away what is larger than any request of ours (414, 431).
pub(super) fn size(request: &Request<Vec<u8>>) -> Result<(), TooMuch> {
    let uri = request.uri();
    if uri.path().len() > MAX_PATH || uri.query().unwrap_or("").len() > MAX_QUERY {
        return Err(TooMuch::Address);
    }
    let headers = request.headers();
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        return Err(TooMuch::Headers);
    }
    Ok(())
}

/// Counts a request of whoever sends it: by token, so that one caller does not use up another's
/// share, else by address (429).
pub(super) async fn requests(platform: &impl Platform, headers: &HeaderMap) -> Result<(), TooMuch> {
    let key = caller(headers);
    let counted = platform.count(Meter::Requests, &key).await;
    counted.map_err(TooMuch::Requests)
}

/// Counts a sign-in that failed, by address (429). It is asked after the fact: a right token always
/// gets through, since whoever shares an address with a script that has a wrong one must not be
/// locked out, and no number of guesses finds a token. What it stops is that strangers fill the
/// audit trail.
pub(super) async fn failed_sign_ins(
    platform: &impl Platform,
    headers: &HeaderMap,
) -> Result<(), TooMuch> {
    let key = address(headers);
    let counted = platform.count(Meter::FailedSignIns, &key).await;
    counted.map_err(TooMuch::FailedSignIns)
}

/// The caller's token as a digest, whatever stands around it; else the address.
fn caller(headers: &HeaderMap) -> String {
    let bearer = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
    let token = bearer.map(|value| {
        let after_scheme = value.splitn(2, |byte| *byte == b' ').last();
        after_scheme.unwrap_or_default().trim_ascii()
    });
    let token = token.or_else(|| headers.get(ASSERTION).map(|value| value.as_bytes()));
    match token {
        Some(token) => {
            let digest = Sha256::digest(token);
            let half = digest.get(..16).unwrap_or_default();
            format!("token {}", data_encoding::HEXLOWER.encode(half))
        }
        None => address(headers),
    }
}

/// The address that the platform tells. Of IPv6 the network counts, since a customer has at least a
/// /64 of them (RFC 6177).
fn address(headers: &HeaderMap) -> String {
    let text = headers
        .get("cf-connecting-ip")
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    match text.parse() {
        Ok(std::net::IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("address {a:x}:{b:x}:{c:x}:{d:x}")
        }
        Ok(std::net::IpAddr::V4(address)) => format!("address {address}"),
        Err(_) => "address unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn with(name: HeaderName, value: &'static str) -> HeaderMap {
        [(name, HeaderValue::from_static(value))]
            .into_iter()
            .collect()
    }

    #[test]
    fn a_token_is_one_caller_however_it_is_written() {
        let plain = caller(&with(AUTHORIZATION, "Bearer cw_one"));
        for same in ["bearer cw_one", "BEARER  cw_one ", "Bearer cw_one\t"] {
            assert_eq!(caller(&with(AUTHORIZATION, same)), plain, "{same}");
        }
        assert_ne!(caller(&with(AUTHORIZATION, "Bearer cw_two")), plain);
        assert!(!plain.contains("cw_one"));
    }

    #[test]
    fn without_a_token_the_network_counts() {
        let from = |text| address(&with(HeaderName::from_static("cf-connecting-ip"), text));
        assert_eq!(from("2001:db8:1:2::9"), from("2001:db8:1:2:ffff::1"));
        assert_ne!(from("2001:db8:1:2::9"), from("2001:db8:1:3::9"));
        assert_ne!(from("203.0.113.7"), from("203.0.113.8"));
        assert_eq!(caller(&HeaderMap::new()), "address unknown");
    }
}
