//! Orders.

use certwright_core::{
    ca::{Actor, CaOrderNumber, CaRequestNumber, DcvChallenge, DcvMethod, DomainCheck, StatusText},
    directory::DomainCoverage,
    ids::{CertificateId, CredentialId, CsrId, OrderId, OrderReference},
    order::{Cancellation, Revocation},
    revocation::RevocationReason,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{csrs::CsrFacts, endpoint::Endpoint, operation::Located, problem::FieldProblem};

/// Places or rehearses an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderRequest {
    /// The account that orders.
    pub credential_id: CredentialId,
    /// `productCode` of the account.
    pub product_code: String,
    /// The group that is billed.
    pub group_number: String,
    /// The vetted organization, for OV and EV products.
    #[serde(default)]
    pub organization_number: Option<String>,
    /// The first name: the certificate's common name.
    pub domain: String,
    /// Further names, for products that take them.
    #[serde(default)]
    pub additional_domains: Vec<String>,
    /// The CSR as PEM; this or `csrId`.
    #[serde(default)]
    pub csr: Option<String>,
    /// A stored CSR; this or `csr`.
    #[serde(default)]
    pub csr_id: Option<CsrId>,
    /// Who orders; the account's user when absent.
    #[serde(default)]
    pub requestor: Option<ContactRequest>,
    /// The acceptance of emSign's subscriber agreement.
    pub agreement: AgreementRequest,
    /// Years of subscription.
    #[serde(default = "one")]
    pub validity_years: u8,
    /// Words for people at the CA.
    #[serde(default)]
    pub remarks: Option<String>,
}

fn one() -> u8 {
    1
}

/// A person in an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactRequest {
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Country calling code, with or without `+`.
    pub isd_code: String,
    /// Phone number without country code.
    pub phone: String,
    /// Position.
    #[serde(default)]
    pub designation: Option<String>,
}

/// The acceptance of the subscriber agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgreementRequest {
    /// Must be `true`.
    pub accepted: bool,
    /// Where it is accepted: a city.
    pub signer_place: String,
    /// Who accepts; the requestor when absent.
    #[serde(default)]
    pub signer_name: Option<String>,
    /// From which address; the caller's when absent.
    #[serde(default)]
    pub signer_ip: Option<String>,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// The order cannot be placed like this.
    Error,
    /// It can be placed, but look at this first.
    Warning,
    /// Good to know.
    Info,
}

/// Something that the rehearsal noticed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How grave it is.
    pub severity: Severity,
    /// What and where.
    #[serde(flatten)]
    pub problem: FieldProblem,
}

/// The outcome of a rehearsal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderValidation {
    /// Whether the order can be placed.
    pub is_valid: bool,
    /// What was noticed, the gravest first.
    pub findings: Vec<Finding>,
    /// How each name stands to the account's domains.
    pub names: Vec<NameCoverage>,
    /// What the CSR holds, when it can be read.
    pub csr: Option<CsrFacts>,
    /// The CA's price for the term, when it is known.
    pub price: Option<String>,
    /// Seats that are free now; with none the certificate will be held.
    pub free_seats: u64,
}

/// How a name stands to the account's domains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NameCoverage {
    /// The name.
    pub name: String,
    /// How it stands.
    pub coverage: DomainCoverage,
}

/// What a person may do with an order now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OrderAction {
    /// Approve that it is sent to the CA.
    Approve,
    /// Decline that.
    Decline,
    /// Take it back while it waits for approval.
    Withdraw,
    /// Ask the CA where it stands.
    Check,
    /// Show and verify control of a domain.
    Validate,
    /// Cancel it at the CA.
    Cancel,
    /// Revoke its certificate.
    Revoke,
    /// Confirm the revocation that another person asked for.
    ConfirmRevocation,
    /// Take back a revocation that waits for a second person.
    DiscardRevocation,
    /// Store its certificate, seats permitting.
    Admit,
    /// Forget it here.
    Delete,
    /// Take the deletion back.
    Restore,
}

/// What the CA says of a certificate that it has revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RevokedView {
    /// Why; absent while the CA gives no reason and none was asked for here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RevocationReason>,
    /// When the CA carried it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    /// Identity.
    pub id: OrderId,
    /// The account under which it was ordered.
    pub credential_id: CredentialId,
    /// The reference that it carries at the CA; absent for imported orders.
    pub reference: Option<OrderReference>,
    /// `productCode` of the account.
    pub product_code: String,
    /// The product's name, as the directory has it now; only with an order that is read by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// The group that it belongs to.
    pub group_number: Option<String>,
    /// The group's name, like the product's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<String>,
    /// The organization's name.
    pub organization_name: Option<String>,
    /// The first name.
    pub domain: String,
    /// Further names.
    pub additional_domains: Vec<String>,
    /// The stored CSR.
    pub csr_id: Option<CsrId>,
    /// The CA's order number.
    pub ca_order_number: Option<CaOrderNumber>,
    /// The CA's request number.
    pub ca_request_number: Option<CaRequestNumber>,
    /// The CA's page for following the order.
    pub tracking_url: Option<String>,
    /// Where it stands.
    pub status: OrderStatusView,
    /// Validation of each name as last seen.
    pub domain_checks: Vec<DomainCheck>,
    /// The certificate in the inventory.
    pub certificate_id: Option<CertificateId>,
    /// A revocation that was asked for.
    pub revocation: Option<Revocation>,
    /// Of a revoked certificate: why and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<RevokedView>,
    /// A cancellation that was asked for.
    pub cancellation: Option<Cancellation>,
    /// The approval that it waits or waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalView>,
    /// When the certificate runs out.
    pub expires_at: Option<Timestamp>,
    /// What may be done now. Of approving, declining and withdrawing, what the caller may do; shown
    /// when the order is read by itself.
    pub allowed: Vec<OrderAction>,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// When it was last changed here.
    pub updated_at: Timestamp,
    /// When the CA was last asked.
    pub observed_at: Option<Timestamp>,
    /// When the CA will be asked again.
    pub next_check_at: Option<Timestamp>,
    /// When it was deleted here.
    pub deleted_at: Option<Timestamp>,
    /// Counts its changes.
    pub version: u64,
    /// Warnings and hints: with the reply to placing it, what was noticed then; of an order that
    /// waits for approval and is read by itself, what is noticed now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

impl Located for OrderView {
    fn location(&self) -> String {
        Endpoint::GetOrder.path(self.id.as_str())
    }
}

/// The approval that an order waits or waited for. How it ended is told by the order's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ApprovalView {
    /// Who asked for the order, as the audit trail names them.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// Who approved, declined or withdrew; absent while it waits, and when nobody did in time.
    pub decided_by: Option<String>,
    /// When the waiting ended.
    pub decided_at: Option<Timestamp>,
    /// Why it was declined.
    pub reason: Option<String>,
    /// What is to be decided on, while it waits and is read by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<OrderReview>,
}

/// What a second person looks at before approving: the order in the names that people know, as the
/// directory has them now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderReview {
    /// The product's name; absent when the account has no such product any more.
    pub product_name: Option<String>,
    /// The group's name; absent when the account has no such group any more.
    pub group_name: Option<String>,
    /// What the group has left to spend, else the account, as the CA writes it; absent where the CA
    /// does not tell.
    pub balance: Option<String>,
    /// The organization's name; absent when none is named.
    pub organization_name: Option<String>,
    /// The CA's price for the term; absent when it is not known.
    pub price: Option<String>,
    /// Years of subscription.
    pub validity_years: u8,
    /// The key's algorithm and size.
    pub key: Option<String>,
    /// Whom the order names as its requestor.
    pub requestor_name: String,
    /// Their e-mail address.
    pub requestor_email: String,
    /// Words for people at the CA.
    pub remarks: String,
}

/// Where an order stands, who must act, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderStatusView {
    /// The state's name: `awaitingApproval`, `placing`, `failed`, `pending`, `held`, `fulfilled`,
    /// `declined`, `withdrawn`, `lapsed`, `rejected`, `cancelled`, `expired` or `revoked`.
    pub state: String,
    /// What a pending order waits for, or how far a placing is.
    pub stage: Option<String>,
    /// Who has to act.
    pub actor: Option<Actor>,
    /// A sentence for a person: what is going on, what to do and where.
    pub guidance: String,
    /// The CA's certificate status as it came.
    pub ca_certificate_status: Option<StatusText>,
    /// The CA's order status as it came.
    pub ca_order_status: Option<StatusText>,
    /// The CA's refusal code, for a failed order.
    pub ca_code: Option<String>,
}

/// Declines an order that waits for approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeclineRequest {
    /// Why: 1 to 200 characters on one line, for the person who asked for the order.
    pub reason: String,
}

/// Revokes a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeRequest {
    /// Why.
    pub reason: RevocationReason,
    /// A remark for the CA.
    pub remark: String,
}

/// Cancels an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancelRequest {
    /// A remark for the CA.
    pub remark: String,
}

/// What to publish to show control of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DcvView {
    /// The domain.
    pub domain: String,
    /// The challenge exactly as the CA gave it.
    pub challenge: DcvChallenge,
    /// Where and how to publish it, in a sentence.
    pub instruction: String,
}

/// Asks the CA to look for what was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyDcvRequest {
    /// The domain.
    pub domain: String,
    /// The method.
    pub method: DcvMethod,
    /// The address that received the message, for the e-mail method.
    #[serde(default)]
    pub email_address: Option<String>,
}
