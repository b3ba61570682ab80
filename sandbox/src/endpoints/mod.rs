//! The operations, one file per group (emSign API reference, A5).

mod agreement;
mod cancel;
mod certificate;
mod credentials;
mod csr;
mod dcv;
mod directory;
mod document;
mod order_check;
mod order_organization;
mod order_people;
mod order_request;
mod place;
mod products;
mod report;
mod report_criteria;
mod revoke;
mod track;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    behaviour::{Behaviour, Strikes},
    envelope::Answer,
    issuer::Issuer,
    ledger::{Account, Numbers, Order},
    options::Options,
    refusal::{self, Refusal},
    text::{self, Text},
    when::Unix,
};

/// An operation that the sandbox implements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Operation {
    ValidateCredentials,
    GetGroupDetails,
    GetOrganizationDetails,
    GetDomainDetails,
    GetProductDetails,
    GetFieldDetails,
    GenerateOrderSsl,
    GenerateOrderPrivatePki,
    SubmitCsr,
    SubmitDocument,
    AgreementAcceptance,
    GetDcv,
    VerifyDcv,
    TrackOrder,
    GetOrderReport,
    GetCertificate,
    RevokeOrder,
    RejectOrder,
    RejectRequest,
}

impl Operation {
    /// Every operation with its name on the wire.
    pub(crate) const ALL: [(Self, &'static str); 19] = [
        (Self::ValidateCredentials, "ValidateCredentials"),
        (Self::GetGroupDetails, "GetGroupDetails"),
        (Self::GetOrganizationDetails, "GetOrganizationDetails"),
        (Self::GetDomainDetails, "GetDomainDetails"),
        (Self::GetProductDetails, "GetProductDetails"),
        (Self::GetFieldDetails, "GetFieldDetails"),
        (Self::GenerateOrderSsl, "GenerateOrderSSL"),
        (Self::GenerateOrderPrivatePki, "GenerateOrderPrivatePKI"),
        (Self::SubmitCsr, "SubmitCSR"),
        (Self::SubmitDocument, "SubmitDocument"),
        (Self::AgreementAcceptance, "AgreementAcceptance"),
        (Self::GetDcv, "GetDcv"),
        (Self::VerifyDcv, "VerifyDcv"),
        (Self::TrackOrder, "TrackOrder"),
        (Self::GetOrderReport, "GetOrderReport"),
        (Self::GetCertificate, "GetCertificate"),
        (Self::RevokeOrder, "RevokeOrder"),
        (Self::RejectOrder, "RejectOrder"),
        (Self::RejectRequest, "RejectRequest"),
    ];

    /// The operation of this name, in any case: both `GetOrderReport` and `getOrderReport` were
    /// recorded (A1).
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(found, _)| *found)
    }

    pub(crate) fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == self)
            .map_or("", |(_, name)| name)
    }
}

/// An authenticated call and what it may touch.
pub(crate) struct Call<'a> {
    pub(crate) account: &'a mut Account,
    pub(crate) numbers: &'a mut Numbers,
    pub(crate) behaviour: &'a mut Behaviour,
    pub(crate) strikes: &'a mut Strikes,
    pub(crate) issuer: &'a Issuer,
    pub(crate) options: &'a Options,
    pub(crate) seed: u64,
    pub(crate) now: Unix,
    pub(crate) body: &'a Value,
}

impl Call<'_> {
    /// The wrapper object of the request; a missing one, or one of the wrong shape, is a bad
    /// request.
    fn section<T: DeserializeOwned>(&self, name: &str) -> Result<T, Refusal> {
        let section = self.body.get(name).filter(|section| section.is_object());
        let section = section.ok_or(refusal::BAD_REQUEST)?;
        T::deserialize(section).map_err(|_| refusal::BAD_REQUEST)
    }

    /// The order of this number, brought up to the present. Request numbers don't count (A13).
    fn order(&mut self, number: &Text) -> Result<&mut Order, Refusal> {
        let number = number.filled().ok_or(refusal::ORDER_MISSING)?;
        let order = self
            .account
            .orders
            .by_order_number_mut(number)
            .ok_or(refusal::ORDER_UNKNOWN)?;
        order.settle(self.seed, self.options, self.now);
        Ok(order)
    }
}

/// The requestor's e-mail address that most calls about an order carry. It must be there; it need
/// not be the order's, since nothing says that the CA compares them.
fn require_requestor(email: &Text) -> Result<(), Refusal> {
    match email.filled() {
        Some(email) if text::is_email(email) => Ok(()),
        Some(_) => Err(refusal::REQUESTOR_EMAIL_INVALID),
        None => Err(refusal::REQUESTOR_EMAIL),
    }
}

/// JSON text of the data member that an operation's failure has beside its meta; empty where there
/// is none (A4).
pub(crate) fn beside_failure(operation: Operation, refusal: &Refusal) -> &'static str {
    match operation {
        Operation::GetCertificate => certificate::beside_failure(refusal),
        _ => "",
    }
}

/// Carries an operation out.
pub(crate) fn carry_out(operation: Operation, call: &mut Call<'_>) -> Result<Answer, Refusal> {
    match operation {
        Operation::ValidateCredentials => credentials::validate(call),
        Operation::GetGroupDetails => directory::groups(call),
        Operation::GetOrganizationDetails => directory::organization(call),
        Operation::GetDomainDetails => directory::domains(call),
        Operation::GetProductDetails => products::list(call),
        Operation::GetFieldDetails => products::fields(call),
        Operation::GenerateOrderSsl => place::generate(call),
        Operation::GenerateOrderPrivatePki => place::generate_private(call),
        Operation::SubmitCsr => csr::submit(call),
        Operation::SubmitDocument => document::submit(call),
        Operation::AgreementAcceptance => agreement::accept(call),
        Operation::GetDcv => dcv::get(call),
        Operation::VerifyDcv => dcv::verify(call),
        Operation::TrackOrder => track::track(call),
        Operation::GetOrderReport => report::list(call),
        Operation::GetCertificate => certificate::get(call),
        Operation::RevokeOrder => revoke::request(call),
        Operation::RejectOrder => cancel::order(call),
        Operation::RejectRequest => cancel::request(call),
    }
}
