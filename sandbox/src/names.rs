//! Domain names as `GenerateOrderSSL` checks them.

/// Names under which anybody can register, a few for tests; the real list is longer by thousands.
const PUBLIC_SUFFIXES: [&str; 14] = [
    "com",
    "net",
    "org",
    "io",
    "dev",
    "example",
    "test",
    "co.uk",
    "org.uk",
    "co.in",
    "com.au",
    "github.io",
    "pages.dev",
    "workers.dev",
];

/// What is wrong with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameFault {
    NotDns,
    PublicSuffix,
}

/// The name without `*.`.
pub(crate) fn base(name: &str) -> &str {
    name.strip_prefix("*.").unwrap_or(name)
}

pub(crate) fn is_wildcard(name: &str) -> bool {
    name.starts_with("*.")
}

/// A common name has at most 64 characters (RFC 5280, `ub-common-name-length`), and the order's
/// domain becomes one.
const MOST_COMMON_NAME: usize = 64;

/// Whether `name`, in lower case, may be the first of an order.
pub(crate) fn check_first(name: &str) -> Result<(), NameFault> {
    check(name)?;
    if name.len() > MOST_COMMON_NAME {
        return Err(NameFault::NotDns);
    }
    Ok(())
}

/// Whether `name`, in lower case, is a host name or a wildcard that a public CA may certify.
pub(crate) fn check(name: &str) -> Result<(), NameFault> {
    let base = base(name);
    if PUBLIC_SUFFIXES.contains(&base) {
        return Err(NameFault::PublicSuffix);
    }
    let mut labels = 0_u32;
    let mut last = "";
    for label in base.split('.') {
        let fits = (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !is_reserved(label);
        if !fits {
            return Err(NameFault::NotDns);
        }
        labels += 1;
        last = label;
    }
    // A last label of digits makes it an IPv4 address.
    let host = labels >= 2 && name.len() <= 253 && !last.bytes().all(|byte| byte.is_ascii_digit());
    if host { Ok(()) } else { Err(NameFault::NotDns) }
}

/// Hyphens in the third and fourth place are for A-labels, and those have to decode (RFC 5890,
/// section 2.3.1).
fn is_reserved(label: &str) -> bool {
    if label.get(2..4) != Some("--") {
        return false;
    }
    let (unicode, outcome) = idna::domain_to_unicode(label);
    !label.starts_with("xn--") || outcome.is_err() || unicode.is_ascii()
}

/// What the magic first label of a name asks for; see the README.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Magic {
    /// So many calls of `TrackOrder` say pending.
    Pending(u32),
    /// The CA rejects the order.
    Reject,
    /// The first order's answer is lost after it was booked.
    LostAnswer,
    /// The first order's answer is an HTML page, after it was booked.
    Html,
    /// Answers about the placing of this order take ten seconds.
    Slow,
    /// The certificate is for another key.
    WrongKey,
    /// A revocation is refused.
    RevokeRefused,
}

/// Reads the magic label of a name.
pub(crate) fn magic(name: &str) -> Option<Magic> {
    let (label, _) = base(name).split_once('.')?;
    match label {
        "reject" => Some(Magic::Reject),
        "lost-answer" => Some(Magic::LostAnswer),
        "html" => Some(Magic::Html),
        "slow" => Some(Magic::Slow),
        "wrong-key" => Some(Magic::WrongKey),
        "revoke-refused" => Some(Magic::RevokeRefused),
        "stuck" => Some(Magic::Pending(u32::MAX)),
        _ => label
            .strip_prefix("pending")?
            .parse()
            .ok()
            .map(Magic::Pending),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in [
            "app.whitlock.example",
            "*.whitlock.example",
            "xn--bcher-kva.example.net",
        ] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        for name in ["com", "*.co.uk", "example"] {
            assert_eq!(check(name), Err(NameFault::PublicSuffix), "{name}");
        }
        for name in [
            "",
            "localhost",
            "a..example.net",
            "-a.example.net",
            "ops@corp.example",
            "10.0.0.1",
            "https://corp.example/",
            "a_b.example.net",
            "*.*.corp.example",
            "bücher.example.net",
            "xn--zz-zz-zz.example.net",
            "xn--.example.net",
            "ab--cd.example.net",
        ] {
            assert_eq!(check(name), Err(NameFault::NotDns), "{name}");
        }
        let long = "a-name-of-more-than-sixty-four-characters.fits-no.common-name.net";
        assert_eq!(check(long), Ok(()));
        assert_eq!(check_first(long), Err(NameFault::NotDns));
    }

    #[test]
    fn magic_labels() {
        assert_eq!(magic("pending3.corp.example"), Some(Magic::Pending(3)));
        assert_eq!(magic("*.reject.corp.example"), Some(Magic::Reject));
        assert_eq!(magic("pending.corp.example"), None);
        assert_eq!(magic("app.reject.example"), None);
    }
}
