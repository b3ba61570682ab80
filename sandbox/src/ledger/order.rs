//! The facts of one order.

use serde::{Deserialize, Serialize};

use crate::{products::Product, when::Unix};

/// An order, or a draft of one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) request_number: String,
    /// `None` for a draft (emSign API reference, A11).
    pub(crate) order_number: Option<String>,
    pub(crate) group_number: String,
    pub(crate) product_code: String,
    pub(crate) product_type_id: u16,
    pub(crate) placed_at: Unix,
    pub(crate) validity_years: u8,
    pub(crate) requestor: Requestor,
    pub(crate) organization: Option<OrganizationClaim>,
    /// The name that the order is for; the CSR's common name must be this one.
    pub(crate) domain_name: String,
    /// Every name that is validated and certified, the first included.
    pub(crate) domains: Vec<DomainCheck>,
    pub(crate) csr: Csr,
    pub(crate) agreement: Option<Agreement>,
    pub(crate) remarks: String,
    pub(crate) tags: Vec<String>,
    pub(crate) custom_fields: Vec<CustomField>,
    /// `TrackOrder` says pending for so many more calls, whatever is fulfilled.
    pub(crate) pending_rounds: u32,
    /// The CA will reject the order instead of issuing.
    pub(crate) to_be_rejected: bool,
    /// The CA will refuse to revoke.
    pub(crate) revocation_refused: bool,
    /// How the order ended without a certificate.
    pub(crate) outcome: Option<Outcome>,
    /// The temporary DV certificate of an OV or EV order (A13).
    pub(crate) interim: Option<Certificate>,
    pub(crate) certificate: Option<Certificate>,
    pub(crate) downloaded_at: Option<Unix>,
    pub(crate) revocation: Option<Revocation>,
    /// Status ids set through the control API or seeded, in place of the computed ones.
    pub(crate) forced_order_status: Option<u16>,
    pub(crate) forced_certificate_status: Option<u16>,
}

/// Who asked for the certificate.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Requestor {
    pub(crate) requestor_name: String,
    pub(crate) requestor_isd_code: String,
    pub(crate) requestor_mobile_number: String,
    pub(crate) requestor_email: String,
    pub(crate) requestor_designation: String,
}

/// A value for a product's custom field.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CustomField {
    #[serde(rename = "fieldID")]
    pub(crate) field_id: String,
    #[serde(rename = "fieldValue")]
    pub(crate) field_value: String,
}

/// The organization of an OV or EV order, as far as its vetting has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OrganizationClaim {
    /// The pre-vetted organization, if the order names one.
    pub(crate) number: Option<String>,
    pub(crate) name: String,
    pub(crate) country: String,
    pub(crate) state: String,
    pub(crate) locality: String,
    /// When documents came in, for one that is vetted with the order.
    pub(crate) documents_at: Option<Unix>,
    pub(crate) verified_at: Option<Unix>,
}

/// A name and its validation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DomainCheck {
    pub(crate) name: String,
    /// The name whose validation counts for this one: `www.` added by the CA follows the name it
    /// was added to.
    pub(crate) follows: Option<String>,
    /// 1 DNS TXT, 2 file, 3 e-mail; `None` until `GetDcv` chose one.
    pub(crate) method: Option<u8>,
    /// The control API says that the challenge is published.
    pub(crate) published: bool,
    pub(crate) verified_at: Option<Unix>,
}

impl DomainCheck {
    pub(crate) fn new(name: &str, verified_at: Option<Unix>) -> Self {
        Self {
            name: name.to_owned(),
            follows: None,
            method: None,
            published: false,
            verified_at,
        }
    }
}

/// The CSR of an order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Csr {
    /// Not submitted yet.
    Pending,
    /// As it was submitted, in canonical PEM.
    Submitted {
        /// The PEM.
        pem: String,
        /// When.
        at: Unix,
    },
    /// The key of a seeded order is derived from the seed and the order's number.
    Seeded,
}

/// The subscriber agreement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Agreement {
    pub(crate) signer_name: String,
    pub(crate) signer_place: String,
    pub(crate) signed_at: Unix,
}

/// An end without a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// By the customer, `RejectOrder` or `RejectRequest`.
    Cancelled,
    /// By the CA.
    Rejected,
}

/// What identifies an issued certificate; the rest is derived whenever the file is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Certificate {
    /// Decimal, as the CA writes it.
    pub(crate) serial: String,
    pub(crate) issued_at: Unix,
    pub(crate) not_before: Unix,
    pub(crate) not_after: Unix,
}

/// A request to revoke.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Revocation {
    pub(crate) reason: String,
    pub(crate) remarks: String,
    pub(crate) requested_at: Unix,
    pub(crate) refused: bool,
}

impl Order {
    /// An order with nothing decided and nothing submitted.
    pub(crate) fn new(request_number: String, product: &Product, placed_at: Unix) -> Self {
        Self {
            request_number,
            order_number: None,
            group_number: String::new(),
            product_code: product.code.to_owned(),
            product_type_id: product.type_id,
            placed_at,
            validity_years: 1,
            requestor: Requestor::default(),
            organization: None,
            domain_name: String::new(),
            domains: Vec::new(),
            csr: Csr::Pending,
            agreement: None,
            remarks: String::new(),
            tags: Vec::new(),
            custom_fields: Vec::new(),
            pending_rounds: 0,
            to_be_rejected: false,
            revocation_refused: false,
            outcome: None,
            interim: None,
            certificate: None,
            downloaded_at: None,
            revocation: None,
            forced_order_status: None,
            forced_certificate_status: None,
        }
    }

    pub(crate) fn is_draft(&self) -> bool {
        self.order_number.is_none()
    }

    /// What the certificate, its key and its challenges are derived from.
    pub(crate) fn key(&self) -> &str {
        self.order_number.as_deref().unwrap_or(&self.request_number)
    }

    pub(crate) fn domain_mut(&mut self, name: &str) -> Option<&mut DomainCheck> {
        self.domains
            .iter_mut()
            .find(|domain| domain.name.eq_ignore_ascii_case(name))
    }

    /// Every name of the certificate.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.domains.iter().map(|domain| domain.name.as_str())
    }

    pub(crate) fn organization_name(&self) -> &str {
        self.organization
            .as_ref()
            .map_or("", |organization| organization.name.as_str())
    }
}
