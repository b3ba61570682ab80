//! What the CA says and is asked, in our own words: the vocabulary that a connector translates.

mod report;
mod standing;
mod validation;

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Serialize};

pub use self::{
    report::{ReportPage, ReportQuery, ReportRow},
    standing::{
        Actor, DomainCheck, DomainCheckState, Observation, RevocationStanding, Stage, Standing,
        StatusText,
    },
    validation::{DcvChallenge, DcvMethod},
};
use crate::{
    advice::Advice,
    directory::{Account, Group, Organization},
    ids::OrderReference,
    names::CertificateName,
};

macro_rules! ca_number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text as the CA writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidCaNumber;

            fn try_from(text: String) -> Result<Self, InvalidCaNumber> {
                let fits = (1..=32).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
                if fits { Ok(Self(text)) } else { Err(InvalidCaNumber) }
            }
        }

        impl From<$name> for String {
            fn from(number: $name) -> Self {
                number.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

ca_number! {
    /// `orderNumber`: the CA's identity of an order.
    CaOrderNumber
}
ca_number! {
    /// `requestNumber`: the CA's identity of a request; drafts have no other.
    CaRequestNumber
}

/// Not a number as the CA writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 32 letters, digits, hyphens or underscores")]
pub struct InvalidCaNumber;

impl Advice for InvalidCaNumber {
    fn remedy(&self) -> Cow<'static, str> {
        "Copy it from the emSign portal.".into()
    }
}

/// A person in an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Country calling code, digits without `+`.
    pub isd_code: String,
    /// Phone number without country code, digits.
    pub phone: String,
    /// Position, where given.
    pub designation: Option<String>,
}

/// The acceptance of the subscriber agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Agreement {
    /// Who signs.
    pub signer_name: String,
    /// Where.
    pub signer_place: String,
    /// From which address.
    pub signer_ip: String,
}

/// Everything that the CA needs to book an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewOrder {
    /// The reference that the order carries as a tag and in its remarks.
    pub reference: OrderReference,
    /// `productCode` of the account.
    pub product_code: String,
    /// The group that is billed.
    pub group_number: String,
    /// The vetted organization, for OV and EV.
    pub organization: Option<NewOrderOrganization>,
    /// First name: the certificate's common name.
    pub primary: CertificateName,
    /// Further names.
    pub additional: Vec<CertificateName>,
    /// PEM of the request.
    pub csr_pem: String,
    /// Who orders.
    pub requestor: Contact,
    /// Acceptance of the subscriber agreement.
    pub agreement: Agreement,
    /// Years of subscription: 1, 2 or 3.
    pub validity_years: u8,
    /// Words for people at the CA; the reference is added to them.
    pub remarks: String,
}

/// The organization of an order.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewOrderOrganization {
    /// `organizationNumber`.
    pub number: String,
    /// `prevettingToken`: spares the organization's contact a consent e-mail. A capability, so it
    /// is read from the CA just before the order is placed and never stored.
    #[serde(skip)]
    pub prevetting_token: Option<String>,
}

impl fmt::Debug for NewOrderOrganization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewOrderOrganization")
            .field("number", &self.number)
            .field(
                "prevetting_token",
                &self.prevetting_token.as_ref().map(|_| "…"),
            )
            .finish()
    }
}

/// The CA's numbers for a booked order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Booked {
    /// `orderNumber`.
    pub order_number: CaOrderNumber,
    /// `requestNumber`, where given.
    pub request_number: Option<CaRequestNumber>,
    /// `trackingURL`: the CA's page for following the order. A list of orders has none.
    pub tracking_url: Option<String>,
}

/// `GetGroupDetails`: the account, its groups and the list of its organizations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountOverview {
    /// The account.
    pub account: Account,
    /// Its groups.
    pub groups: Vec<Group>,
    /// Its organizations, listed without details, each once.
    pub organizations: Vec<Organization>,
}

/// `GetOrganizationDetails`.
#[derive(Clone, PartialEq, Eq)]
pub struct OrganizationDetails {
    /// The organization. Its `groups` holds just the group that was asked for.
    pub organization: Organization,
    /// The token for orders; a capability, so it is neither stored nor shown.
    pub prevetting_token: Option<String>,
}

impl fmt::Debug for OrganizationDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrganizationDetails")
            .field("organization", &self.organization)
            .field(
                "prevetting_token",
                &self.prevetting_token.as_ref().map(|_| "…"),
            )
            .finish()
    }
}

/// `GetCertificate`: PEM as it came, to be read and ordered by [`crate::certificate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedPem {
    /// The end entity certificate.
    pub leaf: String,
    /// Intermediate and root certificates, in no promised order.
    pub others: Vec<String>,
    /// Whether this is a temporary DV certificate of an OV or EV order.
    pub is_interim: bool,
}
