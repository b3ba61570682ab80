//! emSign's generation-1 protocol as values: [`request`] builds what is sent, [`interpret`] reads
//! what came back.
//!
//! Deliberately without sockets, clock, randomness and waiting: instants and transaction ids are
//! handed in, and whether and when a call is repeated is decided by the caller, for whom
//! [`Call::CHANGES`] tells whether an unanswered call may have happened. No reply, however broken,
//! makes this crate panic, and no reply's bytes end up in an error except the CA's own words.
//!
//! Citations such as "emSign API reference, A11.2" point into `docs/emsign-api.md`.

mod account;
mod auth;
mod call;
mod codec;
mod exchange;
pub mod hosts;
mod redact;
mod refusal;
mod status;
mod wire;

pub use account::{Account, InvalidTxn, Stamp, Txn};
pub use call::{
    GenerateOrderSsl, GetCertificate, GetDcv, GetDomainDetails, GetGroupDetails, GetOrderReport,
    GetOrganizationDetails, GetProductDetails, RejectOrder, RevokeOrder, SubmitCsr, TrackOrder,
    ValidateCredentials, VerifyDcv,
};
pub use codec::Data;
pub use exchange::{Call, MAX_REPLY_BYTES, interpret, request};
