//! Whether a CSR fits the order that it is meant for.
//!
//! The CA takes the key from the CSR and the names from the order; so a common name that differs
//! stops the order, and alternative names that differ are only worth saying.

use std::{borrow::Cow, collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use super::Csr;
use crate::{
    advice::Advice,
    names::{CertificateName, NameKind, SubjectName},
};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Probably not what was meant.
    Warning,
    /// The CA would refuse, or the result would be unusable.
    Error,
}

/// The names that an order is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderNames {
    /// The order's domain.
    pub primary: CertificateName,
    /// Further names of a multi-domain product.
    pub additional: Vec<CertificateName>,
}

/// One thing to know about a CSR before it goes into an order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CsrFinding {
    /// No common name, where the CA wants the order's domain (EMS-1056).
    CommonNameMissing {
        /// The order's domain.
        expected: CertificateName,
    },
    /// A common name that is not the order's domain (EMS-1056).
    CommonNameDiffers {
        /// What the request has.
        found: CertificateName,
        /// The order's domain.
        expected: CertificateName,
    },
    /// More than one common name.
    SeveralCommonNames {
        /// How many.
        count: usize,
    },
    /// The request asks for a CA certificate.
    RequestsCa,
    /// The request asks for an extension that only the CA decides about.
    ForbiddenExtension {
        /// Its name.
        name: String,
    },
    /// The request carries a password that everyone can read.
    ChallengePassword,
    /// A name in the request that isn't ordered.
    NotOrdered {
        /// The name.
        name: SubjectName,
    },
    /// A name in the request that this CA certifies in no order: an address, an e-mail address, or what
    /// is no domain name.
    UnusableName {
        /// The name.
        name: SubjectName,
    },
    /// A requested extension that can't be read, or not to its end.
    DamagedExtension {
        /// Its name.
        name: String,
    },
    /// An RSA exponent below 65537, from which CA/Browser Forum BR §6.1.6 starts its recommendation.
    SmallExponent,
    /// An ordered name that is not in the request.
    NotInCsr {
        /// The name.
        name: CertificateName,
    },
}

impl CsrFinding {
    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::CommonNameMissing { .. }
            | Self::CommonNameDiffers { .. }
            | Self::SeveralCommonNames { .. } => Severity::Error,
            Self::RequestsCa
            | Self::ForbiddenExtension { .. }
            | Self::ChallengePassword
            | Self::NotOrdered { .. }
            | Self::UnusableName { .. }
            | Self::DamagedExtension { .. }
            | Self::SmallExponent => Severity::Warning,
            Self::NotInCsr { .. } => Severity::Info,
        }
    }

    /// A stable name of the kind of finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::CommonNameMissing { .. } => "common-name-missing",
            Self::CommonNameDiffers { .. } => "common-name-differs",
            Self::SeveralCommonNames { .. } => "several-common-names",
            Self::RequestsCa => "requests-ca",
            Self::ForbiddenExtension { .. } => "forbidden-extension",
            Self::ChallengePassword => "challenge-password",
            Self::NotOrdered { .. } => "not-ordered",
            Self::UnusableName { .. } => "unusable-name",
            Self::DamagedExtension { .. } => "damaged-extension",
            Self::SmallExponent => "small-exponent",
            Self::NotInCsr { .. } => "not-in-csr",
        }
    }
}

impl fmt::Display for CsrFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommonNameMissing { .. } => f.write_str(
                "the request has no common name, and the CA wants the order's domain there \
                 (EMS-1056)",
            ),
            Self::CommonNameDiffers { found, expected } => write!(
                f,
                "the common name is {found}, but the order is for {expected} (EMS-1056)"
            ),
            Self::SeveralCommonNames { count } => write!(f, "the request has {count} common names"),
            Self::RequestsCa => f.write_str(
                "the request asks for a CA certificate, which the CA will ignore or refuse",
            ),
            Self::ForbiddenExtension { name } => write!(
                f,
                "the request asks for the extension \"{name}\", which only the CA decides about"
            ),
            Self::ChallengePassword => f.write_str(
                "the request holds a challenge password in clear text, which the CA does not use",
            ),
            Self::NotOrdered { name } => write!(
                f,
                "the request names {name}, but the order does not, and the CA goes by the order"
            ),
            Self::UnusableName { name } => {
                write!(f, "the request names {name}, and {}", why_unusable(name))
            }
            Self::DamagedExtension { name } => {
                write!(f, "the extension \"{name}\" in the request is damaged")
            }
            Self::SmallExponent => {
                f.write_str("the RSA exponent of the key is below 65537, which the CA may refuse")
            }
            Self::NotInCsr { name } => {
                write!(f, "{name} is ordered but not named in the request")
            }
        }
    }
}

impl Advice for CsrFinding {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::CommonNameMissing { expected } => {
                format!("Make the request again with the common name {expected}.").into()
            }
            Self::CommonNameDiffers { expected, .. } => format!(
                "Make the request again with the common name {expected}, or change the order's \
                 domain."
            )
            .into(),
            Self::SeveralCommonNames { .. } => "Make it again with exactly one.".into(),
            Self::RequestsCa => "Make it again without basic constraints.".into(),
            Self::ForbiddenExtension { .. } => {
                "Make it again without that extension, or expect a certificate without it.".into()
            }
            Self::ChallengePassword => "Do not use that password anywhere else.".into(),
            Self::NotOrdered { .. } => "Add it to the order if the certificate needs it.".into(),
            Self::UnusableName { name } => match mended(name) {
                Some(remedy) => format!("The certificate will not have it. {remedy}").into(),
                None => "The certificate will not have it.".into(),
            },
            Self::DamagedExtension { .. } => "The CA takes its content from the order.".into(),
            Self::SmallExponent => "Make new keys with the usual exponent 65537.".into(),
            Self::NotInCsr { .. } => "The certificate will have it all the same.".into(),
        }
    }
}

/// Compares a request with the names of its order. The most important findings come first;
/// an empty list means that nothing is to be said.
#[must_use]
pub fn check(csr: &Csr, order: &OrderNames) -> Vec<CsrFinding> {
    let mut findings = Vec::new();
    match csr.common_names() {
        // Too long for a common name; the rehearsal says so of the name itself.
        [] if order.primary.exceeds_common_name() => {}
        [] => findings.push(CsrFinding::CommonNameMissing {
            expected: order.primary.clone(),
        }),
        [only] if *only == order.primary => {}
        [only] => findings.push(CsrFinding::CommonNameDiffers {
            found: only.clone(),
            expected: order.primary.clone(),
        }),
        several => findings.push(CsrFinding::SeveralCommonNames {
            count: several.len(),
        }),
    }
    if csr.requests_ca() {
        findings.push(CsrFinding::RequestsCa);
    }
    findings.extend(forbidden_extensions(csr));
    if csr.has_challenge_password() {
        findings.push(CsrFinding::ChallengePassword);
    }
    findings.extend(
        csr.damaged_extensions()
            .iter()
            .map(|name| CsrFinding::DamagedExtension { name: name.clone() }),
    );
    if csr.key().has_small_exponent() {
        findings.push(CsrFinding::SmallExponent);
    }
    findings.extend(not_ordered(csr, order));
    let named: BTreeSet<_> = csr.names().into_iter().collect();
    findings.extend(
        std::iter::once(&order.primary)
            .chain(&order.additional)
            // About the primary domain the common name has already said it.
            .filter(|name| **name != order.primary && !named.contains(*name))
            .map(|name| CsrFinding::NotInCsr { name: name.clone() }),
    );
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
    findings
}

/// Extensions whose content only the issuer can know: name constraints, CRL distribution points,
/// certificate policies, authority key identifier, authority information access.
fn forbidden_extensions(csr: &Csr) -> impl Iterator<Item = CsrFinding> {
    const ISSUERS_OWN: [&str; 5] = [
        "2.5.29.30",
        "2.5.29.31",
        "2.5.29.32",
        "2.5.29.35",
        "1.3.6.1.5.5.7.1.1",
    ];
    csr.extensions()
        .iter()
        .filter(|extension| ISSUERS_OWN.contains(&extension.oid.as_str()))
        .map(|extension| CsrFinding::ForbiddenExtension {
            name: extension.name.clone(),
        })
}

fn not_ordered<'a>(csr: &'a Csr, order: &OrderNames) -> impl Iterator<Item = CsrFinding> + 'a {
    let ordered: BTreeSet<CertificateName> = std::iter::once(&order.primary)
        .chain(&order.additional)
        .cloned()
        .collect();
    let mut seen = BTreeSet::new();
    csr.subject_alternative_names()
        .iter()
        .filter(move |name| {
            let is_ordered = name
                .as_certificate_name()
                .is_some_and(|name| ordered.contains(name));
            !is_ordered && seen.insert(*name)
        })
        .map(|name| {
            let name = name.clone();
            if name.as_certificate_name().is_some() {
                CsrFinding::NotOrdered { name }
            } else {
                CsrFinding::UnusableName { name }
            }
        })
}

/// What to do about a name that is written wrongly.
fn mended(name: &SubjectName) -> Option<Cow<'static, str>> {
    match name {
        SubjectName::Other {
            kind: NameKind::MalformedDns,
            text,
        } => Some(CertificateName::parse(text).err()?.remedy()),
        _ => None,
    }
}

/// Why a name is certified in no order.
fn why_unusable(name: &SubjectName) -> String {
    match name {
        SubjectName::Dns(_) => String::new(),
        SubjectName::Ip(_) => "emSign certifies no IP addresses".to_owned(),
        SubjectName::Other {
            kind: NameKind::MalformedDns,
            text,
        } => match CertificateName::parse(text) {
            Ok(_) => "it ends with a dot".to_owned(),
            Err(fault) => fault.to_string(),
        },
        SubjectName::Other { .. } => "a server certificate has domain names only".to_owned(),
    }
}
