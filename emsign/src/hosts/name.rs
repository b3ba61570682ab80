//! Which host names a base on the internet may have.
//!
//! The platform resolves names itself and does not tell to what, so a name that *might* lead into a
//! private network is refused by its looks. What no look can tell, a public name whose owner points
//! it at a private address, is the platform's to refuse: Workers reach no private network unless one
//! was connected to them.

use super::BaseRefused;

/// The longest host name, in bytes (RFC 1035 §2.3.4).
const MAX_NAME: usize = 253;
/// The longest label.
const MAX_LABEL: usize = 63;

/// Names that are never delegated, or that stand for something near: RFC 6761, RFC 6762 (local),
/// RFC 7686 (onion), RFC 8375 (home.arpa), RFC 9476 (alt), ICANN's reserved `internal`, and what
/// RFC 6762 appendix G and ICANN's name collision studies found in use inside networks.
const NEAR: [&str; 16] = [
    "alt",
    "arpa",
    "corp",
    "domain",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "mail",
    "onion",
    "private",
    "test",
];

/// Services that answer any name with the address in it, or always with loopback.
const ECHOES: [&str; 11] = [
    "1u.ms",
    "localho.st",
    "localtest.me",
    "lvh.me",
    "nip.io",
    "rbndr.us",
    "sslip.io",
    "traefik.me",
    "vcap.me",
    "xip.io",
    "yoogle.com",
];

/// Checks the host of a base on the internet, in lower case: a plain domain name.
///
/// # Errors
/// [`BaseRefused`] says what is wrong.
pub(super) fn public(host: &str) -> Result<(), BaseRefused> {
    let labels: Vec<&str> = host.split('.').collect();
    if host.len() > MAX_NAME || !labels.iter().all(|label| is_label(label)) {
        return Err(BaseRefused::NotAUrl);
    }
    let top = labels.last().copied().unwrap_or_default();
    // Whatever a URL parser reads as an IPv4 address ends in a number: decimal, octal or
    // hexadecimal, of one to four parts (WHATWG URL, "ends in a number checker").
    if top.bytes().any(|b| b.is_ascii_digit()) {
        return Err(BaseRefused::Address);
    }
    let is_below = |suffix: &&str| {
        let rest = host.strip_suffix(*suffix);
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    if labels.len() < 2 || NEAR.contains(&top) || ECHOES.iter().any(is_below) {
        return Err(BaseRefused::Near);
    }
    if holds_address(host) {
        return Err(BaseRefused::Near);
    }
    Ok(())
}

/// A label of letters, digits and inner hyphens, without the `--` of `xn--` (RFC 5891 §4.2.3.1): the
/// CA has no such name, and one of them can look like the CA's own.
fn is_label(label: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_reserved = label.get(2..4) == Some("--");
    (1..=MAX_LABEL).contains(&label.len())
        && label.bytes().all(plain)
        && !label.starts_with('-')
        && !label.ends_with('-')
        && !is_reserved
}

/// Whether a name has an IPv4 address in it, as those have that other services than the known ones
/// echo: four small numbers in a row, or eight hexadecimal digits.
fn holds_address(host: &str) -> bool {
    let parts: Vec<&str> = host.split(['.', '-']).collect();
    let is_octet = |part: &&str| part.len() <= 3 && part.parse::<u8>().is_ok();
    let is_hex = |part: &&str| {
        let digits = part.strip_prefix("0x").unwrap_or(part);
        digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_hexdigit())
    };
    parts.windows(4).any(|window| window.iter().all(is_octet)) || parts.iter().any(is_hex)
}
