//! What the CA says and is asked, in our own words: the vocabulary that a connector translates.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    directory::{Account, Group, Organization},
    ids::OrderReference,
    names::CertificateName,
    time::Timestamp,
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
#[error("is 1 to 32 letters, digits, hyphens or underscores")]
pub struct InvalidCaNumber;

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

/// A status of the CA: number and words, as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusText {
    /// The CA's number.
    pub id: String,
    /// The CA's words.
    pub text: String,
}

/// Who has to act next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Actor {
    /// Whoever placed the order.
    Requester,
    /// The organization's contact at the CA.
    OrganizationContact,
    /// The administrator or approver of the emSign account.
    AccountAdministrator,
    /// The CA itself: wait.
    Ca,
}

/// What a pending order is waiting for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Control of a domain is to be shown.
    DomainValidation,
    /// The organization is being verified.
    OrganizationVerification,
    /// A CSR is missing.
    Csr,
    /// Documents are missing or questioned.
    Documents,
    /// The subscriber agreement is not accepted.
    Agreement,
    /// An approver has to agree.
    Approval,
    /// The CA works on it.
    Processing,
    /// A draft, or set on hold.
    OnHold,
    /// The CA issued a certificate that is not the one asked for; it was not stored.
    CertificateMismatch {
        /// What differs, in words.
        differences: Vec<String>,
    },
    /// A status that we do not know, shown as it came.
    Unknown {
        /// `certificateStatusId` and its text.
        certificate: StatusText,
        /// `orderStatusId` and its text.
        order: StatusText,
    },
}

impl Stage {
    /// The name of the stage, for filters and storage.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::DomainValidation => "domainValidation",
            Self::OrganizationVerification => "organizationVerification",
            Self::Csr => "csr",
            Self::Documents => "documents",
            Self::Agreement => "agreement",
            Self::Approval => "approval",
            Self::Processing => "processing",
            Self::OnHold => "onHold",
            Self::CertificateMismatch { .. } => "certificateMismatch",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// Who must act to move the order on.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::DomainValidation
            | Self::Csr
            | Self::Documents
            | Self::Agreement
            | Self::OnHold
            | Self::CertificateMismatch { .. } => Actor::Requester,
            Self::OrganizationVerification => Actor::OrganizationContact,
            Self::Approval => Actor::AccountAdministrator,
            Self::Processing | Self::Unknown { .. } => Actor::Ca,
        }
    }

    /// What to do and where, in a sentence for a person.
    #[must_use]
    pub fn guidance(&self) -> &'static str {
        match self {
            Self::DomainValidation => {
                "Publish the DNS record or file shown under domain validation, then verify it here."
            }
            Self::OrganizationVerification => {
                "The organization's contact has to answer emSign's message; the emSign portal shows where it stands."
            }
            Self::Csr => "Submit the certificate signing request in the emSign portal.",
            Self::Documents => "Send the documents that emSign asks for in the emSign portal.",
            Self::Agreement => "Accept the subscriber agreement in the emSign portal.",
            Self::Approval => {
                "An approver of the emSign account has to approve the order in the emSign portal."
            }
            Self::Processing => "Nothing: emSign is working on it.",
            Self::OnHold => "Submit the draft in the emSign portal, or discard it.",
            Self::CertificateMismatch { .. } => {
                "Do not install this certificate. Revoke it and tell emSign's support."
            }
            Self::Unknown { .. } => {
                "emSign reports a status that Certwright does not know; look it up in the emSign portal."
            }
        }
    }
}

/// Where an order stands at the CA, normalised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    /// Not finished; the stage says what is missing.
    Pending {
        /// What it is waiting for.
        stage: Stage,
    },
    /// The CA says that a certificate can be had.
    Issued,
    /// Refused by the CA.
    Rejected {
        /// The CA's words.
        text: String,
    },
    /// Cancelled before issue.
    Cancelled,
    /// The certificate has run out.
    Expired,
    /// The certificate is revoked.
    Revoked,
}

/// Where a revocation request stands at the CA (`revokeRequestStatusId`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RevocationStanding {
    /// Asked for, not decided.
    Requested,
    /// Carried out.
    Revoked,
    /// Refused.
    Refused {
        /// The CA's words.
        text: String,
    },
    /// A code that we do not know.
    Unknown {
        /// Number and words as they came.
        status: StatusText,
    },
}

/// How control of one name stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DomainCheck {
    /// The name as the CA lists it; it may not be a DNS name (A11.2).
    pub domain: String,
    /// Whether control is shown.
    pub state: DomainCheckState,
    /// The method in the CA's words, where given.
    pub method: Option<String>,
    /// Whether CAA stands in the way.
    pub caa_forbids: bool,
}

/// State of the validation of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DomainCheckState {
    /// To be done.
    Pending,
    /// Done.
    Validated,
    /// Refused.
    Rejected,
    /// A code that we do not know.
    Unknown,
}

/// What a status check says about an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Observation {
    /// When the CA was asked: of two observations the later one counts.
    pub at: Timestamp,
    /// Where the order stands.
    pub standing: Standing,
    /// `certificateStatusId` and text as they came.
    pub certificate_status: StatusText,
    /// `orderStatusId` and text as they came.
    pub order_status: StatusText,
    /// The revocation request, if there ever was one.
    pub revocation: Option<RevocationStanding>,
    /// Validation of each name; empty where the CA does not say.
    pub domains: Vec<DomainCheck>,
    /// The CA's page for following the order.
    pub tracking_url: Option<String>,
    /// The requestor's e-mail address, which further calls must name.
    pub requestor_email: Option<String>,
}

/// A row of the CA's order report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportRow {
    /// `orderNumber`; drafts have none.
    pub order_number: Option<CaOrderNumber>,
    /// `requestNumber`.
    pub request_number: Option<CaRequestNumber>,
    /// Where the order stands. `revocation`, `domains` and the rest of an observation are not in
    /// the report.
    pub standing: Standing,
    /// `certificateStatusId` and text.
    pub certificate_status: StatusText,
    /// `orderStatusId` and text.
    pub order_status: StatusText,
    /// `productCode`.
    pub product_code: String,
    /// `groupNumber`, where given.
    pub group_number: Option<String>,
    /// `organizationName`, where given.
    pub organization_name: Option<String>,
    /// `domainName` as it came.
    pub domain: String,
    /// When it was ordered.
    pub ordered_at: Option<Timestamp>,
    /// When the certificate runs out.
    pub expires_at: Option<Timestamp>,
    /// `certificateSerialNumber` as it came: decimal or hex.
    pub serial: Option<String>,
    /// Tags as they came.
    pub tags: Vec<String>,
}

/// One page of the CA's order report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportPage {
    /// The rows.
    pub rows: Vec<ReportRow>,
    /// 1-based number of this page.
    pub page: u32,
    /// How many pages there are.
    pub pages: u32,
    /// How many orders there are.
    pub total: u32,
    /// Rows that could not be read: what is wrong with them, by position.
    pub unreadable: Vec<String>,
}

/// What the order report is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportQuery {
    /// 1-based page.
    pub page: u32,
    /// Only orders with this tag.
    pub tag: Option<String>,
    /// Only orders of this product.
    pub product_code: Option<String>,
    /// Only orders for this name.
    pub domain: Option<String>,
    /// Only orders of this requestor.
    pub requestor_email: Option<String>,
    /// Only orders of these days, both included.
    pub ordered_between: Option<(Timestamp, Timestamp)>,
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

/// How control of a domain is shown (`dcvMethod`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DcvMethod {
    /// A DNS TXT record.
    DnsTxt,
    /// A file over HTTP or HTTPS.
    HttpFile,
    /// An e-mail with a code.
    Email,
}

/// What to publish to show control of a domain, exactly as the CA gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "method")]
pub enum DcvChallenge {
    /// Publish `token` as a TXT record. The CA does not return the host name of the record
    /// (emSign API reference, A12.4).
    DnsTxt {
        /// The record's value.
        token: String,
    },
    /// Serve `content` at `/.well-known/pki-validation/<file_name>.txt`.
    #[serde(rename_all = "camelCase")]
    HttpFile {
        /// The file's name as the CA gave it.
        file_name: String,
        /// The file's content.
        content: String,
    },
    /// One of these addresses receives a message.
    Email {
        /// The addresses to choose from.
        addresses: Vec<String>,
    },
}
