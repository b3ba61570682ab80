//! Addresses of signers, as the CA tells public ones from others.

use std::net::{IpAddr, Ipv4Addr};

/// Whether somebody on the internet can have this address. Those that are reserved for examples
/// count as public: callers have no others to write into their tests.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => is_public_v4(address),
            // Global unicast is all of 2000::/3 and nothing else (RFC 4291, section 2.4).
            None => address
                .segments()
                .first()
                .is_some_and(|first| first >> 13 == 1),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let is_this_network = first == 0;
    let is_shared = first == 100 && (64..128).contains(&second);
    let is_benchmark = first == 198 && matches!(second, 18 | 19);
    let is_reserved = first >= 240;
    !(is_this_network
        || is_shared
        || is_benchmark
        || is_reserved
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, expected) in [
            ("203.0.113.24", true),
            ("2001:db8::7", true),
            ("127.0.0.1", false),
            ("10.24.108.199", false),
            ("100.64.0.1", false),
            ("198.18.0.1", false),
            ("240.0.0.1", false),
            ("169.254.0.1", false),
            ("0.0.0.0", false),
            ("::1", false),
            ("fd00::1", false),
            ("fe80::1", false),
            ("::ffff:192.168.0.1", false),
        ] {
            assert_eq!(is_public(text.parse().unwrap()), expected, "{text}");
        }
    }
}
