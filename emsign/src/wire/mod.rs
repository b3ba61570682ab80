//! What is sent, exactly as the CA names it. Nobody else sees these types, the sandbox least of
//! all: one misreading must not cancel another.
//!
//! Replies have no types here: the CA's notation varies too much for them, so the calls read them
//! member by member through [`crate::codec`].

pub(crate) mod dcv;
pub(crate) mod directory;
pub(crate) mod order;
pub(crate) mod report;

use serde::Serialize;

use crate::{
    account::{Account, Stamp},
    auth,
};

/// `meta` beside the members of the operation (emSign API reference, A3).
#[derive(Serialize)]
pub(crate) struct Envelope<'a, B> {
    pub(crate) meta: RequestMeta<'a>,
    #[serde(flatten)]
    pub(crate) body: B,
}

/// Who asks, when, and the proof. Without `Debug`: the digest counts as a credential.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequestMeta<'a> {
    ver: &'static str,
    ts: String,
    txn: &'a str,
    account_number: &'a str,
    auth_key: String,
}

impl<'a> RequestMeta<'a> {
    pub(crate) fn new(account: &'a Account, stamp: &'a Stamp) -> Self {
        let ts = stamp.ts();
        let txn = stamp.txn.as_str();
        let auth_key = auth::digest(account.key.expose(), &ts, txn);
        Self {
            ver: "1.0",
            ts,
            txn,
            account_number: account.number.as_str(),
            auth_key,
        }
    }
}

/// The body of an operation that has `meta` only.
#[derive(Serialize)]
pub(crate) struct Nothing {}

/// The wrapper of most operations on orders.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrderDetails<T> {
    pub(crate) order_details: T,
}
