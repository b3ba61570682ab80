//! What a request may look like before anything of it is read, and how many one caller may send.

use std::net::IpAddr;

use certwright_core::pace::TooMany;
use http::{HeaderMap, request::Parts};
use sha2::{Digest, Sha256};

use crate::{
    caller::Caller,
    platform::{Meter, Platform},
};

/// The longest path, in bytes; ours have some sixty.
const MAX_PATH: usize = 1024;
/// The longest query, in bytes: a cursor and a host name fit many times.
const MAX_QUERY: usize = 4096;
/// The most headers: browsers send some twenty, the platform adds as many.
const MAX_HEADERS: usize = 100;
/// All headers together, in bytes; an assertion of Cloudflare Access has some two thousand.
const MAX_HEADER_BYTES: usize = 32 * 1024;

/// Why a request is turned away before it is read.
pub(super) enum TooMuch {
    /// The path or the query.
    Address,
    /// The headers, in number or size.
    Headers,
    /// The requests of this caller, or from this address.
    Requests(TooMany),
    /// The sign-ins that failed from this address.
    FailedSignIns(TooMany),
}

/// Turns away what is larger than any request of ours (414, 431).
pub(super) fn size(request: &Parts) -> Result<(), TooMuch> {
    let uri = &request.uri;
    if uri.path().len() > MAX_PATH || uri.query().unwrap_or("").len() > MAX_QUERY {
        return Err(TooMuch::Address);
    }
    let headers = &request.headers;
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        return Err(TooMuch::Headers);
    }
    Ok(())
}

/// Counts a request by where it comes from, before anybody is asked who they are (429). The limit is
/// wide, since many callers may share an address; what a request claims in its headers does not matter.
pub(super) async fn address(platform: &impl Platform, headers: &HeaderMap) -> Result<(), TooMuch> {
    let counted = platform.count(Meter::Addresses, &network(headers)).await;
    counted.map_err(TooMuch::Requests)
}

/// Counts a request that is for anybody, by address (429).
pub(super) async fn anyone(platform: &impl Platform, headers: &HeaderMap) -> Result<(), TooMuch> {
    let counted = platform.count(Meter::Requests, &network(headers)).await;
    counted.map_err(TooMuch::Requests)
}

/// Counts a request of somebody who is signed in, so that one caller does not use up another's share
/// (429). What counts is who they were found to be, however they have written it.
pub(super) async fn caller(platform: &impl Platform, caller: &Caller) -> Result<(), TooMuch> {
    let digest = Sha256::digest(caller.actor.as_bytes());
    let half = digest.get(..16).unwrap_or_default();
    let key = format!("caller {}", data_encoding::HEXLOWER.encode(half));
    let counted = platform.count(Meter::Requests, &key).await;
    counted.map_err(TooMuch::Requests)
}

/// Counts a sign-in that failed, by address (429). It is asked after the fact: a right token always
/// gets through, since whoever shares an address with a script that has a wrong one must not be
/// locked out, and no number of guesses finds a token.
pub(super) async fn failed_sign_ins(
    platform: &impl Platform,
    headers: &HeaderMap,
) -> Result<(), TooMuch> {
    let counted = platform
        .count(Meter::FailedSignIns, &network(headers))
        .await;
    counted.map_err(TooMuch::FailedSignIns)
}

/// The address that the platform tells. Of IPv6 the network counts, since a customer has at least a
/// /64 of them (RFC 6177).
pub(super) fn network(headers: &HeaderMap) -> String {
    let text = headers
        .get("cf-connecting-ip")
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    match text.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("address {a:x}:{b:x}:{c:x}:{d:x}")
        }
        Ok(IpAddr::V4(address)) => format!("address {address}"),
        Err(_) => "address unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::HeaderName};

    use super::*;

    #[test]
    fn of_an_address_the_network_counts() {
        let from = |text| {
            let name = HeaderName::from_static("cf-connecting-ip");
            network(
                &[(name, HeaderValue::from_static(text))]
                    .into_iter()
                    .collect(),
            )
        };
        assert_eq!(from("2001:db8:1:2::9"), from("2001:db8:1:2:ffff::1"));
        assert_ne!(from("2001:db8:1:2::9"), from("2001:db8:1:3::9"));
        assert_ne!(from("203.0.113.7"), from("203.0.113.8"));
        assert_eq!(from("::ffff:203.0.113.7"), from("203.0.113.7"));
        assert_eq!(network(&HeaderMap::new()), "address unknown");
    }
}
