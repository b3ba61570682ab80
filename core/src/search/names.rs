//! The names in a text: alone, in a URL, in an e-mail address, in any case, as Unicode.

use std::net::IpAddr;

use idna::punycode;

/// What an A-label begins with (RFC 5890 §2.3.2.1).
const PREFIX: &str = "xn--";

/// Names, or beginnings of parts of names, in lower case and without a dot at either end. A name in
/// Unicode comes as A-labels first; an e-mail address comes as it is, then as its domain.
pub(super) fn read(text: &str) -> Vec<String> {
    if let Some(address) = address(text) {
        return vec![address.to_string()];
    }
    let host = host(text);
    let name = host.rsplit_once('@').map_or(host, |(_, domain)| domain);
    let Some(name) = normal(name) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    if let Some((user, _)) = host.rsplit_once('@')
        && !user.is_empty()
        && !text.contains("://")
    {
        names.push(format!("{}@{name}", user.to_lowercase()));
    }
    if name.is_ascii() {
        names.push(name);
    } else {
        names.extend(to_ascii(&name));
        names.push(name);
    }
    names
}

/// A name as people write it: A-labels decoded. `None` when none can be.
pub(super) fn to_unicode(name: &str) -> Option<String> {
    let mut is_other = false;
    let labels: Vec<String> = name
        .split('.')
        .map(|label| {
            let decoded = label
                .strip_prefix(PREFIX)
                .and_then(punycode::decode_to_string);
            is_other |= decoded.is_some();
            decoded.unwrap_or_else(|| label.to_owned())
        })
        .collect();
    is_other.then(|| labels.join("."))
}

/// The name as A-labels (RFC 3492). The text is in lower case already; of UTS #46 that is all that
/// names typed on a keyboard need.
fn to_ascii(name: &str) -> Option<String> {
    let labels: Option<Vec<String>> = name
        .split('.')
        .map(|label| {
            if label.is_ascii() {
                return Some(label.to_owned());
            }
            punycode::encode_str(label).map(|encoded| format!("{PREFIX}{encoded}"))
        })
        .collect();
    labels.map(|labels| labels.join("."))
}

/// An IP address, alone or as the host of a URL.
fn address(text: &str) -> Option<IpAddr> {
    let host = host(text);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse().or_else(|_| text.parse()).ok()
}

/// The host in a text: of a URL with or without its scheme, a port and a path taken away.
fn host(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let rest = rest.strip_prefix("mailto:").unwrap_or(rest);
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or(rest);
    let is_port = |port: &str| port.len() <= 5 && port.bytes().all(|b| b.is_ascii_digit());
    match authority.rsplit_once(':') {
        Some((name, port)) if is_port(port) && (name.contains('.') || name.ends_with(']')) => name,
        _ => authority,
    }
}

/// In lower case, without dots around; `None` when other characters are in it than names have.
fn normal(name: &str) -> Option<String> {
    // The dots of UTS #46 besides the one in ASCII.
    let name = name.replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
    let name = name.trim_matches('.').to_lowercase();
    let base = name.strip_prefix("*.").unwrap_or(&name);
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_') || is_mark(c);
    let has_letter = base.chars().any(char::is_alphanumeric);
    (has_letter && base.chars().all(fits) && !base.contains("..")).then_some(name)
}

/// Combining marks and joiners, without which names in many scripts can't be written.
fn is_mark(c: char) -> bool {
    !c.is_ascii()
        && !c.is_control()
        && !c.is_whitespace()
        && !c.is_ascii_punctuation()
        && !matches!(c, '\u{2000}'..='\u{206f}' | '\u{fff0}'..='\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_what_is_pasted() {
        for (text, names) in [
            ("www.whitlock.example", vec!["www.whitlock.example"]),
            ("WWW.Whitlock.Example.", vec!["www.whitlock.example"]),
            (
                "https://www.whitlock.example/a?b=c#d",
                vec!["www.whitlock.example"],
            ),
            (
                "https://user:pass@www.whitlock.example:8443/",
                vec!["www.whitlock.example"],
            ),
            ("www.whitlock.example:443", vec!["www.whitlock.example"]),
            ("www.whitlock.example/path", vec!["www.whitlock.example"]),
            ("//www.whitlock.example/path", vec!["www.whitlock.example"]),
            ("*.whitlock.example", vec!["*.whitlock.example"]),
            (".whitlock.example", vec!["whitlock.example"]),
            ("whit", vec!["whit"]),
            ("shop.whit", vec!["shop.whit"]),
            (
                "bücher.example",
                vec!["xn--bcher-kva.example", "bücher.example"],
            ),
            (
                "BÜCHER。example",
                vec!["xn--bcher-kva.example", "bücher.example"],
            ),
            ("xn--bcher-kva.example", vec!["xn--bcher-kva.example"]),
            (
                "Admin@Whitlock.example",
                vec!["admin@whitlock.example", "whitlock.example"],
            ),
            (
                "mailto:admin@whitlock.example",
                vec!["admin@whitlock.example", "whitlock.example"],
            ),
            ("192.0.2.1", vec!["192.0.2.1"]),
            ("https://192.0.2.1:8443/", vec!["192.0.2.1"]),
            ("[2001:db8::1]:443", vec!["2001:db8::1"]),
            ("2001:DB8::1", vec!["2001:db8::1"]),
            ("under_score.example", vec!["under_score.example"]),
            ("two words", vec![]),
            ("a..b", vec![]),
            ("*", vec![]),
            ("-", vec![]),
            ("foo(bar)", vec![]),
        ] {
            assert_eq!(read(text), names, "{text:?}");
        }
    }

    #[test]
    fn a_labels_are_shown_as_they_are_typed() {
        let shown = to_unicode("*.xn--bcher-kva.example");
        assert_eq!(shown.as_deref(), Some("*.bücher.example"));
        assert_eq!(to_unicode("www.example"), None);
    }
}
