//! Where an order stands at the CA: stages, who must act, and what a status check says.

use serde::{Deserialize, Serialize};

use crate::{revocation::RevocationReason, time::Timestamp};

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
    /// Somebody here who may approve the order: an operator other than its requester.
    Approver,
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
                "The organization's contact has to answer emSign's message. The emSign portal shows where it stands."
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
                "emSign reports a status that Certwright does not know. Look it up in the emSign portal."
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
    #[serde(rename_all = "camelCase")]
    Revoked {
        /// `revokeReasonId`, where it is one of the five.
        reason: Option<RevocationReason>,
        /// `revokeProcessedDate`.
        processed_at: Option<Timestamp>,
    },
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
