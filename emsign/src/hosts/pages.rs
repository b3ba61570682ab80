//! Which addresses count as pages of the CA.

use http::Uri;

use super::name;

/// The longest address that is taken, in bytes.
const MAX_BYTES: usize = 2_048;

/// The CA's domains (emSign API reference, A1): tracking pages and portals stand below them, on hosts
/// that change.
const DOMAINS: [&str; 3] = ["emsign.com", "certinext.io", "emudhra.net"];

/// Whether a text is the address of a page of the CA: https on its own port, on a host at or below one
/// of the CA's domains, without a user name. People are led there by a link, so whoever answers in the
/// CA's place, or writes to the database, must not choose where.
///
/// Only plain characters are taken, since browsers and this check disagree about the others (a backslash
/// is a slash to some).
#[must_use]
pub fn is_ca_page(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_graphic() && !b"\\<>\"`{}|^".contains(&b);
    if text.len() > MAX_BYTES || !text.bytes().all(is_plain) {
        return false;
    }
    let Ok(uri) = text.parse::<Uri>() else {
        return false;
    };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return false;
    };
    let host = authority.host().to_ascii_lowercase();
    let rest = authority.as_str().get(authority.host().len()..);
    scheme.eq_ignore_ascii_case("https")
        && matches!(rest, Some("" | ":443"))
        && name::public(&host).is_ok()
        && DOMAINS.iter().any(|domain| {
            let front = host.strip_suffix(domain);
            front.is_some_and(|front| front.is_empty() || front.ends_with('.'))
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pages_of_the_ca_are_known_by_their_host() {
        for page in [
            "https://sandbox-us-subscriber.emsign.com/PublicLink/trackOrder.jsp?a=Zm9v%2B",
            "https://sandbox-emsignsubscriber.emudhra.net/x",
            "https://us.certinext.io",
            "https://emsign.com/",
            "HTTPS://WWW.HUB.EMSIGN.COM/track#part",
            "https://in.certinext.io:443/track",
        ] {
            assert!(is_ca_page(page), "{page}");
        }
    }

    #[test]
    fn look_alikes_are_none() {
        for page in [
            "",
            "emsign.com",
            "//emsign.com/x",
            "/track",
            "javascript:alert(1)",
            "javascript://emsign.com/%0aalert(1)",
            "data:text/html,https://emsign.com/",
            "http://emsign.com/x",
            "ftp://emsign.com/x",
            "http://127.0.0.1:8787/x",
            "https://emsign.com.evil.example/x",
            "https://emsign.com.",
            "https://evilemsign.com/",
            "https://emsign.com-evil.example/",
            "https://evil.example/emsign.com",
            "https://evil.example?.emsign.com",
            "https://evil.example#.emsign.com",
            "https://emsign.com@evil.example/",
            "https://evil.example@emsign.com/",
            "https://user:word@emsign.com/",
            "https://emsign.com:8443/",
            "https://emsign.com:/",
            "https://emsign.com:0443/",
            "https://xn--msign-4ua.com/",
            "https://xn--a.emsign.com/",
            "https://еmsign.com/",
            "https://emsign。com/",
            "https://evil.example\\.emsign.com/",
            "https://emsign.com\\@evil.example/",
            "https:\\\\emsign.com/",
            "https:///emsign.com/",
            "https://.emsign.com/",
            "https://a..emsign.com/",
            "https://127-0-0-1.emsign.com/",
            "https://[::1].emsign.com/",
            "https://emsign.com/\nx",
            " https://emsign.com/",
            "https://emsign.com/\"onclick=x",
            &format!("https://emsign.com/{}", "a".repeat(2_048)),
        ] {
            assert!(!is_ca_page(page), "{page}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_taken_that_leads_elsewhere(text in "https://[a-z.@:/\\\\#?%-]{0,20}(emsign\\.com)?[a-z.@:/\\\\#?%-]{0,12}") {
            if is_ca_page(&text) {
                let rest = text.strip_prefix("https://").unwrap();
                let host = rest.split(['/', '?', '#']).next().unwrap().trim_end_matches(":443");
                prop_assert!(host == "emsign.com" || host.ends_with(".emsign.com"), "{text}");
            }
        }
    }
}
