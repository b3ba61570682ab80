//! Why a text is no name, and what to write instead.

use std::{borrow::Cow, net::IpAddr};

use crate::advice::Advice;

/// Why a text is not a name that a public TLS certificate can carry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameFault {
    /// Nothing was given.
    #[error("the name is empty")]
    Empty,
    /// More than 253 characters.
    #[error("the name has more than 253 characters (RFC 1035 §2.3.4)")]
    TooLong,
    /// Several names where one is meant.
    #[error("this is a list of names")]
    SeveralNames,
    /// A dot at the end of a name that is signed: a person may write it, a certificate can't have it
    /// (RFC 5280 §4.2.1.6).
    #[error("the name ends with a dot")]
    TrailingDot,
    /// Two dots in a row, or a dot at the start.
    #[error("the name has an empty label")]
    EmptyLabel,
    /// More than 63 characters between two dots.
    #[error("the label \"{label}\" has more than 63 characters (RFC 1035 §2.3.4)")]
    LabelTooLong {
        /// The label, shortened.
        label: String,
    },
    /// A label in its Unicode form.
    #[error("the label \"{label}\" is not an A-label (RFC 5890 §2.3.2.1)")]
    NotAnALabel {
        /// The label as it came, shortened.
        label: String,
    },
    /// Something besides letters, digits and hyphens.
    #[error("the label \"{label}\" contains {character:?}")]
    ForbiddenCharacter {
        /// The label up to that character: what is no name may be a secret in the wrong place, and is
        /// not repeated.
        label: String,
        /// The first character that is not allowed.
        character: char,
    },
    /// A hyphen at the start or the end of a label.
    #[error("the label \"{label}\" starts or ends with a hyphen (RFC 1123 §2.1)")]
    HyphenAtEdge {
        /// The label.
        label: String,
    },
    /// Hyphens in the third and fourth place, and not an A-label.
    #[error(
        "the label \"{label}\" has hyphens in its third and fourth place, which is reserved for A-labels (RFC 5890 §2.3.1)"
    )]
    ReservedLabel {
        /// The label.
        label: String,
    },
    /// No dot in the name.
    #[error("the name has only one label")]
    SingleLabel {
        /// The label.
        label: String,
    },
    /// A last label of digits only.
    #[error("the last label \"{label}\" consists of digits only")]
    NumericTopLevel {
        /// The label.
        label: String,
    },
    /// An IPv4 or IPv6 address.
    #[error("{address} is an IP address")]
    IpAddress {
        /// The address.
        address: IpAddr,
    },
    /// A `*` anywhere but alone in the leftmost label.
    #[error("the * is not the whole leftmost label (RFC 9525 §6.3)")]
    MisplacedWildcard,
    /// A wildcard where a host is asked for.
    #[error("a wildcard cannot stand here")]
    UnexpectedWildcard,
}

impl Advice for NameFault {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::Empty => "Give a domain name such as www.example.com.".into(),
            Self::TooLong => "Use a shorter one.".into(),
            Self::SeveralNames => "Write one name per entry.".into(),
            Self::TrailingDot => "Write it without the last dot.".into(),
            Self::EmptyLabel => "Remove the extra dot.".into(),
            Self::LabelTooLong { .. } => "Use a shorter one.".into(),
            Self::NotAnALabel { .. } => "Write it in the form that starts with xn--.".into(),
            Self::ForbiddenCharacter { .. } => {
                "Use letters, digits and hyphens only (RFC 5890 §2.3.1).".into()
            }
            Self::HyphenAtEdge { .. } => "Remove that hyphen.".into(),
            Self::ReservedLabel { .. } => {
                "Choose another name: no public CA issues for this one.".into()
            }
            Self::SingleLabel { label } => {
                format!("Give the full domain name, such as {label}.example.com.").into()
            }
            Self::NumericTopLevel { .. } => {
                "Give a name under a top-level domain, such as www.example.com.".into()
            }
            Self::IpAddress { .. } => "Give a domain name.".into(),
            Self::MisplacedWildcard => "Write it as in *.example.com.".into(),
            Self::UnexpectedWildcard => "Give a domain name without *.".into(),
        }
    }
}
