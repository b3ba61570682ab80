//! Requested against issued: checked before a certificate is stored or exported.

use std::{borrow::Cow, fmt};

use super::Certificate;
use crate::{
    advice::Advice,
    csr::policy::Severity,
    key::KeyFingerprint,
    names::{CertificateName, SubjectName},
    time::DAY,
};

/// The longest validity that any public TLS certificate had after 2020 (CA/Browser Forum BR
/// §6.3.2 before SC-081v3). The shorter limits of today depend on the date of issuance and are
/// data elsewhere; beyond this one, something is wrong in any case.
const LONGEST_VALIDITY: i64 = 398 * DAY;

/// Something in an issued certificate that is not as requested.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The certificate is for another key.
    Key {
        /// The requested key.
        requested: KeyFingerprint,
        /// The key in the certificate.
        issued: KeyFingerprint,
    },
    /// The certificate is a CA's.
    IsCa,
    /// A requested name that the certificate does not cover.
    MissingName(CertificateName),
    /// The validity ends before it starts.
    ValidityReversed,
    /// The validity is longer than any public CA may issue.
    ValidityTooLong {
        /// Its length in days, rounded up.
        days: i64,
    },
    /// A name in the certificate that was not requested.
    ExtraName(SubjectName),
}

impl Difference {
    /// How much it matters. CAs add `www.` or the bare domain on their own, so a further name is
    /// only worth knowing.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::Key { .. } | Self::IsCa | Self::MissingName(_) | Self::ValidityReversed => {
                Severity::Error
            }
            Self::ValidityTooLong { .. } => Severity::Warning,
            Self::ExtraName(_) => Severity::Info,
        }
    }

    /// A stable name of the kind of difference.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key { .. } => "key-differs",
            Self::IsCa => "is-ca",
            Self::MissingName(_) => "name-missing",
            Self::ValidityReversed => "validity-reversed",
            Self::ValidityTooLong { .. } => "validity-too-long",
            Self::ExtraName(_) => "name-extra",
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key { requested, issued } => write!(
                f,
                "the certificate is for the key {issued}, but the request was made for \
                 {requested}, so your server's key does not fit it"
            ),
            Self::IsCa => f.write_str("this is the certificate of a CA, not of a server"),
            Self::MissingName(name) => write!(
                f,
                "{name} was requested, but the certificate is not good for it"
            ),
            Self::ValidityReversed => f.write_str("the certificate ends before it starts"),
            Self::ValidityTooLong { days } => write!(
                f,
                "the certificate is valid for {days} days, longer than browsers accept \
                 from a public CA"
            ),
            Self::ExtraName(name) => write!(
                f,
                "the certificate is also good for {name}, which was not requested"
            ),
        }
    }
}

impl Advice for Difference {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::Key { .. } | Self::ValidityReversed | Self::ValidityTooLong { .. } => {
                "Have it reissued.".into()
            }
            Self::IsCa => "Fetch it again.".into(),
            Self::MissingName(name) => format!("Have it reissued with {name}.").into(),
            Self::ExtraName(_) => "Nothing to do, unless you don't want that.".into(),
        }
    }
}

/// Compares what was requested with what came. `key` is the fingerprint of the request's key;
/// without one (an imported order whose CSR is unknown) the key is not compared.
#[must_use]
pub fn compare(
    names: &[CertificateName],
    key: Option<&KeyFingerprint>,
    issued: &Certificate,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    let issued_key = issued.key_fingerprint();
    if let Some(requested) = key.filter(|requested| **requested != issued_key) {
        differences.push(Difference::Key {
            requested: *requested,
            issued: issued_key,
        });
    }
    if issued.is_ca() {
        differences.push(Difference::IsCa);
    }
    differences.extend(
        names
            .iter()
            .filter(|name| !issued.covers(name))
            .map(|name| Difference::MissingName(name.clone())),
    );
    let seconds = issued.validity_seconds();
    if issued.not_after() < issued.not_before() {
        differences.push(Difference::ValidityReversed);
    } else if seconds > LONGEST_VALIDITY {
        differences.push(Difference::ValidityTooLong {
            days: seconds.saturating_add(DAY - 1) / DAY,
        });
    }
    differences.extend(
        issued
            .subject_names()
            .iter()
            .filter(|name| {
                name.as_certificate_name()
                    .is_none_or(|name| !names.contains(name))
            })
            .map(|name| Difference::ExtraName(name.clone())),
    );
    differences
}

/// The names of a CSR that its certificate is not good for: the CA goes by the order, so a name that
/// only the CSR had is left out. Names that no server certificate can carry are told as they are.
#[must_use]
pub fn left_out<'c>(csr: &'c [String], issued: &[String]) -> Vec<&'c str> {
    let issued: Vec<CertificateName> = issued.iter().filter_map(|name| name.parse().ok()).collect();
    let is_covered = |name: &String| {
        let name = name.parse::<CertificateName>();
        name.is_ok_and(|name| issued.iter().any(|own| own.covers(&name)))
    };
    csr.iter()
        .filter(|name| !is_covered(name))
        .map(String::as_str)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_only_the_csr_had_are_left_out() {
        let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let csr: Vec<String> = texts(&["WWW.example.com", "a.b.example.com", "192.0.2.1"]);
        let issued: Vec<String> = texts(&["*.example.com", "example.com"]);
        assert_eq!(left_out(&csr, &issued), ["a.b.example.com", "192.0.2.1"]);
    }
}
