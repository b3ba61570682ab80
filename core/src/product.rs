//! What the CA's product types allow, by `productTypeID`: the only key that means the same in
//! every account (emSign API reference, A10.1).

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use crate::{advice::Advice, names::CertificateName};

/// How much the CA verifies before it issues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ValidationLevel {
    /// Control of the domain.
    Domain,
    /// Domain and organization.
    Organization,
    /// Domain and organization by the CA/Browser Forum's EV guidelines.
    Extended,
    /// Not a TLS product that we know.
    Other,
}

/// Whether the first name may or must be a wildcard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WildcardRule {
    /// A wildcard is refused (`EMS-1058`).
    Never,
    /// Only a wildcard is accepted (`EMS-1059`).
    Required,
    /// Both are accepted.
    Allowed,
}

/// A product type as the CA numbers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductType(pub u32);

impl ProductType {
    /// The validation level of the type.
    #[must_use]
    pub fn validation(self) -> ValidationLevel {
        match self.0 {
            13 | 14 | 15 | 21 => ValidationLevel::Domain,
            16 | 17 | 18 | 22 => ValidationLevel::Organization,
            19 | 20 => ValidationLevel::Extended,
            _ => ValidationLevel::Other,
        }
    }

    /// What the type says about wildcards in the first name.
    #[must_use]
    pub fn wildcard(self) -> WildcardRule {
        match self.0 {
            14 | 17 | 21 | 22 => WildcardRule::Required,
            13 | 15 | 16 | 18 | 19 | 20 => WildcardRule::Never,
            _ => WildcardRule::Allowed,
        }
    }

    /// Whether the type takes names besides the first; then it needs one.
    #[must_use]
    pub fn takes_additional_names(self) -> bool {
        matches!(self.0, 15 | 18 | 20 | 21 | 22)
    }

    /// Whether this is a TLS server certificate that can be ordered here.
    #[must_use]
    pub fn is_tls(self) -> bool {
        self.validation() != ValidationLevel::Other
    }

    /// Whether an organization must be named.
    #[must_use]
    pub fn needs_organization(self) -> bool {
        matches!(
            self.validation(),
            ValidationLevel::Organization | ValidationLevel::Extended
        )
    }

    /// Checks names against the type.
    ///
    /// # Errors
    /// The first [`NameRefused`] in the order of the names.
    pub fn check_names(
        self,
        primary: &CertificateName,
        additional: &[CertificateName],
    ) -> Result<(), NameRefused> {
        match (self.wildcard(), primary.is_wildcard()) {
            (WildcardRule::Never, true) => return Err(NameRefused::WildcardNotAllowed),
            (WildcardRule::Required, false) => return Err(NameRefused::WildcardRequired),
            _ => {}
        }
        if !additional.is_empty() && !self.takes_additional_names() {
            return Err(NameRefused::AdditionalNamesNotAllowed);
        }
        if self.wildcard() == WildcardRule::Never
            && let Some(index) = additional.iter().position(CertificateName::is_wildcard)
        {
            return Err(NameRefused::AdditionalWildcardNotAllowed { index });
        }
        // The vendor's tables: "required only for … UCC products", those with wildcards included.
        if additional.is_empty() && self.takes_additional_names() {
            return Err(NameRefused::AdditionalNamesRequired);
        }
        Ok(())
    }
}

/// Why a product does not take the names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameRefused {
    /// The first name is a wildcard.
    #[error("this product takes no wildcard")]
    WildcardNotAllowed,
    /// The first name is not a wildcard.
    #[error("this product takes only a wildcard such as *.example.com")]
    WildcardRequired,
    /// Names beyond the first.
    #[error("this product covers one name")]
    AdditionalNamesNotAllowed,
    /// A UCC product without further names.
    #[error("this product is made for several names")]
    AdditionalNamesRequired,
    /// A further name is a wildcard.
    #[error("this product takes no wildcard among its additional names")]
    AdditionalWildcardNotAllowed {
        /// Position in the list of additional names.
        index: usize,
    },
}

impl Advice for NameRefused {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::WildcardNotAllowed => "Choose a wildcard product or name the host itself.".into(),
            Self::WildcardRequired => {
                "Put a wildcard first, or choose a product that takes hosts.".into()
            }
            Self::AdditionalNamesNotAllowed => {
                "Choose a UCC (multi-domain) product for several.".into()
            }
            Self::AdditionalNamesRequired => "Add one or choose the single-name product.".into(),
            Self::AdditionalWildcardNotAllowed { .. } => "Name each host instead.".into(),
        }
    }
}

impl NameRefused {
    /// The member of the order request at fault.
    #[must_use]
    pub fn field(&self) -> String {
        match self {
            Self::WildcardNotAllowed | Self::WildcardRequired => "domain".to_owned(),
            Self::AdditionalNamesNotAllowed | Self::AdditionalNamesRequired => {
                "additionalDomains".to_owned()
            }
            Self::AdditionalWildcardNotAllowed { index } => format!("additionalDomains/{index}"),
        }
    }
}
