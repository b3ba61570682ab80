//! Names under which anybody can register, which no CA certifies (CA/Browser Forum BR 3.2.2.6 for
//! wildcards; emSign refuses them with EMS-1060).
//!
//! The Public Suffix List (<https://publicsuffix.org/list/>) has some ten thousand rules, more than the
//! Worker has room for. Here are those of several labels that people are likely to write: second levels
//! that registries keep under country codes, and suffixes of large hosting services. For the others the
//! CA's own refusal has to do. A single label is no domain name in the first place.

use crate::names::DomainName;

/// Second levels by country code, from the list's part "ICANN domains".
const REGISTRIES: &[(&str, &[&str])] = &[
    ("ae", &["ac", "co", "gov", "mil", "net", "org", "sch"]),
    ("ar", &["com", "edu", "gob", "net", "org"]),
    ("at", &["ac", "co", "gv", "or"]),
    ("au", &["asn", "com", "edu", "gov", "id", "net", "org"]),
    ("bd", &["ac", "com", "edu", "gov", "net", "org"]),
    ("br", &["com", "edu", "gov", "ind", "net", "org"]),
    ("cn", &["ac", "com", "edu", "gov", "net", "org"]),
    ("co", &["com", "edu", "gov", "net", "nom", "org"]),
    ("cy", &["ac", "com", "gov", "ltd", "net", "org"]),
    ("eg", &["com", "edu", "gov", "net", "org"]),
    ("es", &["com", "edu", "gob", "nom", "org"]),
    ("fj", &["ac", "biz", "com", "gov", "net", "org"]),
    ("fr", &["asso", "com", "gouv", "nom", "prd", "tm"]),
    ("gr", &["com", "edu", "gov", "net", "org"]),
    ("hk", &["com", "edu", "gov", "idv", "net", "org"]),
    ("hu", &["co", "info", "org"]),
    ("id", &["ac", "biz", "co", "go", "net", "or", "sch", "web"]),
    ("il", &["ac", "co", "gov", "k12", "muni", "net", "org"]),
    (
        "in",
        &[
            "ac", "co", "edu", "ernet", "firm", "gen", "gov", "ind", "mil", "net", "nic", "org",
            "res",
        ],
    ),
    ("it", &["edu", "gov"]),
    (
        "jp",
        &["ac", "ad", "co", "ed", "go", "gr", "lg", "ne", "or"],
    ),
    ("ke", &["ac", "co", "go", "info", "me", "ne", "or", "sc"]),
    ("kr", &["ac", "co", "go", "ne", "or", "pe", "re"]),
    ("lk", &["ac", "com", "edu", "gov", "net", "org"]),
    ("mx", &["com", "edu", "gob", "net", "org"]),
    ("my", &["com", "edu", "gov", "mil", "name", "net", "org"]),
    ("ng", &["com", "edu", "gov", "net", "org"]),
    ("np", &["com", "edu", "gov", "net", "org"]),
    (
        "nz",
        &[
            "ac", "co", "geek", "gen", "govt", "iwi", "maori", "net", "org", "school",
        ],
    ),
    ("pe", &["com", "edu", "gob", "net", "nom", "org"]),
    ("ph", &["com", "edu", "gov", "net", "org"]),
    ("pk", &["com", "edu", "gov", "net", "org"]),
    (
        "pl",
        &["biz", "com", "edu", "gov", "info", "net", "org", "waw"],
    ),
    ("pt", &["com", "edu", "gov", "net", "org"]),
    ("ro", &["com", "info", "org"]),
    ("sa", &["com", "edu", "gov", "med", "net", "org", "sch"]),
    ("sg", &["com", "edu", "gov", "net", "org"]),
    ("th", &["ac", "co", "go", "in", "mi", "net", "or"]),
    (
        "tr",
        &[
            "biz", "com", "edu", "gen", "gov", "k12", "net", "org", "web",
        ],
    ),
    ("tw", &["com", "edu", "gov", "idv", "net", "org"]),
    ("tz", &["ac", "co", "go", "ne", "or", "sc"]),
    (
        "ua",
        &["com", "edu", "gov", "in", "kiev", "kyiv", "net", "org"],
    ),
    ("ug", &["ac", "co", "go", "ne", "or", "sc"]),
    (
        "uk",
        &[
            "ac", "co", "gov", "ltd", "me", "net", "nhs", "org", "plc", "police",
        ],
    ),
    ("uy", &["com", "edu", "gub", "net", "org"]),
    ("ve", &["co", "com", "edu", "gob", "net", "org"]),
    ("vn", &["com", "edu", "gov", "net", "org"]),
    (
        "za",
        &["ac", "co", "edu", "gov", "law", "net", "nom", "org", "web"],
    ),
    ("zm", &["ac", "co", "com", "edu", "gov", "net", "org"]),
    ("zw", &["ac", "co", "gov", "org"]),
];

/// Of the list's part "private domains".
const SERVICES: [&str; 24] = [
    "appspot.com",
    "azurestaticapps.net",
    "azurewebsites.net",
    "blogspot.com",
    "cloudapp.net",
    "cloudfront.net",
    "duckdns.org",
    "elasticbeanstalk.com",
    "firebaseapp.com",
    "fly.dev",
    "github.io",
    "gitlab.io",
    "herokuapp.com",
    "netlify.app",
    "ngrok.app",
    "ngrok.io",
    "onrender.com",
    "pages.dev",
    "uk.com",
    "us.com",
    "vercel.app",
    "web.app",
    "workers.dev",
    "de.com",
];

/// Whether a name is one of those. That it is not does not mean that the CA takes it.
#[must_use]
pub fn is_public_suffix(name: &DomainName) -> bool {
    let name = name.as_str();
    if SERVICES.contains(&name) {
        return true;
    }
    let Some((second, country)) = name.split_once('.') else {
        return false;
    };
    REGISTRIES
        .iter()
        .find(|(code, _)| *code == country)
        .is_some_and(|(_, seconds)| seconds.contains(&second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_told_from_what_is_registered_under_them() {
        let is_one = |name: &str| is_public_suffix(&name.parse().unwrap());
        for name in [
            "co.uk",
            "CO.UK",
            "com.au",
            "co.in",
            "github.io",
            "workers.dev",
        ] {
            assert!(is_one(name), "{name}");
        }
        for name in [
            "example.com",
            "whitlock.co.uk",
            "www.com.au",
            "app.github.io",
            "github.com",
            "co.example",
            "shop.in",
        ] {
            assert!(!is_one(name), "{name}");
        }
    }
}
