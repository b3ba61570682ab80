//! Bearer tokens.

use certwright_core::permission::{Action, Role};
use http::{HeaderMap, header::AUTHORIZATION};
use sha2::{Digest, Sha256};

use crate::{caller::Caller, platform::Platform};

/// Longer than any text form of an IPv6 address (RFC 4291 §2.2).
const LONGEST_ADDRESS: usize = 45;

/// Why a caller is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turned {
    /// No token.
    Missing,
    /// A token that is not known.
    Unknown,
    /// A token whose role does not do.
    Role,
}

/// Who is calling, if they may do `action`.
pub(super) fn authenticate(
    platform: &impl Platform,
    headers: &HeaderMap,
    action: Action,
) -> Result<Caller, Turned> {
    let address = address(headers);
    if action.allows(None) {
        return Ok(Caller {
            actor: "anyone".to_owned(),
            role: None,
            address,
        });
    }
    let token = bearer(headers).ok_or(Turned::Missing)?;
    let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    if !equal(&hash, &platform.settings().admin_token_hash) {
        return Err(Turned::Unknown);
    }
    let role = Some(Role::Admin);
    if !action.allows(role) {
        return Err(Turned::Role);
    }
    Ok(Caller {
        actor: "admin".to_owned(),
        role,
        address,
    })
}

/// The network address of the caller, which the platform sets and no caller can.
pub(super) fn address(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("cf-connecting-ip")?.to_str().ok()?;
    (value.len() <= LONGEST_ADDRESS).then(|| value.to_owned())
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token.trim())
}

/// Compares in constant time. What is compared is a digest, so time would tell nothing of use;
/// this is the second line.
fn equal(a: &[u8; 32], b: &[u8; 32]) -> bool {
    a.iter()
        .zip(b)
        .fold(0, |difference, (x, y)| difference | (x ^ y))
        == 0
}
