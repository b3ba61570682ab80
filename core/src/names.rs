//! The names a TLS certificate can carry: domain names, wildcards, and what else stands in a
//! subject alternative name.
//!
//! Deliberately without internationalized names in their Unicode form: a label has to arrive as an
//! A-label (RFC 5890 §2.3.2.1). The edges convert, with the browser's or the runtime's own
//! tables, and show both forms.

use std::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};

mod fault;
mod subject;

pub use fault::NameFault;
pub use subject::{NameKind, SubjectName};

/// RFC 1035 §2.3.4 allows 255 octets on the wire, which is 253 characters of text.
const MAX_NAME: usize = 253;
/// RFC 1035 §2.3.4.
const MAX_LABEL: usize = 63;
/// More text than this isn't looked at any further.
const MAX_TEXT: usize = 4096;

/// A label for a message: whole when it has an allowed length, else its beginning.
fn shown(label: &str) -> String {
    if label.chars().count() <= MAX_LABEL {
        return label.to_owned();
    }
    label.chars().take(24).chain(['…']).collect()
}

/// A fully qualified domain name of at least two labels: letters, digits and hyphens, lower case,
/// without the trailing dot. IDNs appear as A-labels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DomainName(String);

impl DomainName {
    /// Reads a name as a person or a certificate gives it. Upper case and one trailing dot are
    /// taken away; nothing else is repaired.
    ///
    /// # Errors
    /// [`NameFault`] says what is wrong and names the label.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        if text.len() > MAX_TEXT {
            return Err(NameFault::TooLong);
        }
        if let Some(address) = ip_literal(text) {
            return Err(NameFault::IpAddress { address });
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        if name.is_empty() {
            return Err(NameFault::Empty);
        }
        if name == "*" || name.starts_with("*.") {
            return Err(NameFault::UnexpectedWildcard);
        }
        if name.contains('*') {
            return Err(NameFault::MisplacedWildcard);
        }
        name.split('.').try_for_each(check_label)?;
        if name.len() > MAX_NAME {
            return Err(NameFault::TooLong);
        }
        let Some((_, last)) = name.rsplit_once('.') else {
            return Err(NameFault::SingleLabel { label: shown(name) });
        };
        // A URL parser would take such a name for an IPv4 address (WHATWG URL §3.5).
        if last.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NameFault::NumericTopLevel { label: shown(last) });
        }
        Ok(Self(name.to_ascii_lowercase()))
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The labels from the left.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.')
    }

    /// The name without its leftmost label, unless that would leave a single label.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_once('.')?;
        rest.contains('.').then(|| Self(rest.to_owned()))
    }

    /// Whether this name is `ancestor` or lies below it.
    #[must_use]
    pub fn is_within(&self, ancestor: &Self) -> bool {
        match self.0.strip_suffix(ancestor.as_str()) {
            Some(front) => front.is_empty() || front.ends_with('.'),
            None => false,
        }
    }

    /// The first label that claims to be an A-label and is none (RFC 5890 §2.3.2.1): its Punycode (RFC
    /// 3492) does not decode, or decodes to what no U-label is. The tables of IDNA are left to the CA.
    #[must_use]
    pub fn broken_a_label(&self) -> Option<&str> {
        self.labels().find(|label| {
            label.strip_prefix("xn--").is_some_and(|encoded| {
                let decoded = idna::punycode::decode_to_string(encoded);
                decoded.is_none_or(|text| {
                    text.is_ascii()
                        || text
                            .chars()
                            .any(|c| c.is_control() || c.is_whitespace() || c.is_uppercase())
                        || idna::punycode::encode_str(&text).as_deref() != Some(encoded)
                })
            })
        })
    }

    /// The labels from the right, `com.example.www`, so that a prefix finds a whole domain.
    #[must_use]
    pub fn reversed(&self) -> String {
        self.labels().rev().collect::<Vec<_>>().join(".")
    }
}

/// Whether a text is several names with commas, semicolons or blanks between them.
fn is_list(text: &str) -> bool {
    let parts = || {
        text.split(|c: char| matches!(c, ',' | ';') || c.is_whitespace())
            .filter(|part| !part.is_empty())
    };
    text.len() <= MAX_TEXT
        && parts().count() > 1
        && parts().all(|part| {
            CertificateName::parse_one(part.strip_prefix("DNS:").unwrap_or(part)).is_ok()
        })
}

fn ip_literal(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    let bare = bare.strip_suffix('.').unwrap_or(bare);
    bare.parse().ok()
}

fn check_label(label: &str) -> Result<(), NameFault> {
    if label.is_empty() {
        return Err(NameFault::EmptyLabel);
    }
    if !label.is_ascii() {
        return Err(NameFault::NotAnALabel {
            label: shown(label),
        });
    }
    let forbidden = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
    if let Some((before, _)) = label.split_once(forbidden)
        && let Some(character) = label.chars().find(|c| forbidden(*c))
    {
        return Err(NameFault::ForbiddenCharacter {
            label: format!("{}…", shown(before)),
            character,
        });
    }
    if label.len() > MAX_LABEL {
        return Err(NameFault::LabelTooLong {
            label: shown(label),
        });
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(NameFault::HyphenAtEdge {
            label: label.to_owned(),
        });
    }
    // RFC 5890 §2.3.1: of the reserved LDH labels only the xn-- ones have a meaning. An xn-- with
    // nothing behind it has already failed as a label that ends with a hyphen.
    let reserved = label.get(2..4) == Some("--");
    let encoded = label
        .get(..2)
        .is_some_and(|start| start.eq_ignore_ascii_case("xn"));
    if reserved && !encoded {
        return Err(NameFault::ReservedLabel {
            label: label.to_owned(),
        });
    }
    Ok(())
}

impl FromStr for DomainName {
    type Err = NameFault;

    fn from_str(text: &str) -> Result<Self, NameFault> {
        Self::parse(text)
    }
}

impl TryFrom<String> for DomainName {
    type Error = NameFault;

    fn try_from(text: String) -> Result<Self, NameFault> {
        Self::parse(&text)
    }
}

impl From<DomainName> for String {
    fn from(name: DomainName) -> Self {
        name.0
    }
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name that a certificate can be ordered for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum CertificateName {
    /// One host.
    Dns(DomainName),
    /// Every host exactly one label below the domain, which itself is not among them.
    Wildcard(DomainName),
}

impl CertificateName {
    /// Reads `www.example.com` or `*.example.com`.
    ///
    /// # Errors
    /// [`NameFault`] says what is wrong and names the label.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        let read = Self::parse_one(text);
        if read.is_err() && is_list(text) {
            return Err(NameFault::SeveralNames);
        }
        read
    }

    fn parse_one(text: &str) -> Result<Self, NameFault> {
        let Some(base) = text.strip_prefix("*.") else {
            return match DomainName::parse(text) {
                // Here a wildcard is welcome, so this one can only be a "*" alone.
                Err(NameFault::UnexpectedWildcard) => Err(NameFault::MisplacedWildcard),
                other => other.map(Self::Dns),
            };
        };
        match DomainName::parse(base) {
            Ok(base) if base.as_str().len() + 2 > MAX_NAME => Err(NameFault::TooLong),
            Ok(base) => Ok(Self::Wildcard(base)),
            Err(NameFault::UnexpectedWildcard) => Err(NameFault::MisplacedWildcard),
            Err(fault) => Err(fault),
        }
    }

    /// The domain name: without the `*.` of a wildcard.
    #[must_use]
    pub fn base(&self) -> &DomainName {
        match self {
            Self::Dns(name) | Self::Wildcard(name) => name,
        }
    }

    /// Whether it is longer than a common name may be: 64 characters (RFC 5280 appendix A.1,
    /// ub-common-name), and the CA puts an order's first name there.
    #[must_use]
    pub fn exceeds_common_name(&self) -> bool {
        const UB_COMMON_NAME: usize = 64;
        self.base().as_str().len() + if self.is_wildcard() { 2 } else { 0 } > UB_COMMON_NAME
    }

    /// Whether this is a wildcard.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        matches!(self, Self::Wildcard(_))
    }

    /// Whether a certificate for this name is good for `host` (RFC 9525 §6.3: a wildcard stands
    /// for exactly one label).
    #[must_use]
    pub fn matches(&self, host: &DomainName) -> bool {
        match self {
            Self::Dns(name) => name == host,
            Self::Wildcard(base) => host
                .as_str()
                .split_once('.')
                .is_some_and(|(_, rest)| rest == base.as_str()),
        }
    }

    /// Whether a certificate for this name makes one for `other` unnecessary.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match other {
            Self::Dns(host) => self.matches(host),
            Self::Wildcard(_) => self == other,
        }
    }

    /// The labels from the right, `com.example.www` or `com.example.*`, for prefix search.
    #[must_use]
    pub fn reversed(&self) -> String {
        match self {
            Self::Dns(name) => name.reversed(),
            Self::Wildcard(base) => format!("{}.*", base.reversed()),
        }
    }
}

impl FromStr for CertificateName {
    type Err = NameFault;

    fn from_str(text: &str) -> Result<Self, NameFault> {
        Self::parse(text)
    }
}

impl TryFrom<String> for CertificateName {
    type Error = NameFault;

    fn try_from(text: String) -> Result<Self, NameFault> {
        Self::parse(&text)
    }
}

impl From<CertificateName> for String {
    fn from(name: CertificateName) -> Self {
        name.to_string()
    }
}

impl From<DomainName> for CertificateName {
    fn from(name: DomainName) -> Self {
        Self::Dns(name)
    }
}

impl fmt::Display for CertificateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(name) => name.fmt(f),
            Self::Wildcard(base) => write!(f, "*.{base}"),
        }
    }
}
