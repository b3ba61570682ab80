//! The `meta` block: who is calling, and what every answer says about itself (emSign API
//! reference, A3, A4).

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    ledger::{Account, AccountState},
    options::Options,
    refusal::{self, Refusal},
    text::Text,
    when::{self, Unix},
};

/// The request's `meta`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Meta {
    ver: Text,
    pub(crate) ts: Text,
    pub(crate) txn: Text,
    pub(crate) account_number: Text,
    auth_key: Text,
}

/// A request whose JSON could be read.
#[derive(Clone, Debug)]
pub(crate) struct Envelope {
    pub(crate) meta: Meta,
    pub(crate) body: Value,
}

/// Reads the JSON of a request.
pub(crate) fn open(body: &[u8]) -> Result<Envelope, Refusal> {
    let body: Value = serde_json::from_slice(body).map_err(|_| refusal::NOT_JSON)?;
    if !body.is_object() {
        return Err(refusal::BAD_REQUEST);
    }
    let meta = match body.get("meta") {
        None | Some(Value::Null) => Meta::default(),
        Some(meta) => Meta::deserialize(meta).map_err(|_| refusal::BAD_REQUEST)?,
    };
    Ok(Envelope { meta, body })
}

/// Checks the `meta` in the order that A4 suggests, and uses the transaction id up. Says which of
/// the ledger's accounts is calling.
///
/// A wrong account number comes before a time that cannot be read: a recorded call with both was
/// answered `EMS-913` (`GetDomainDetails`, 2 April 2024).
pub(crate) fn authenticate(
    accounts: &mut [Account],
    options: &Options,
    meta: &Meta,
    now: Unix,
) -> Result<usize, Refusal> {
    if meta.ver.is_blank() {
        return Err(refusal::VERSION_MISSING);
    }
    if meta.ver.as_str() != "1.0" {
        return Err(refusal::VERSION_INVALID);
    }
    if meta.ts.is_blank() {
        return Err(refusal::TS_MISSING);
    }
    let txn = meta.txn.as_str();
    if txn.is_empty() {
        return Err(refusal::TXN_MISSING);
    }
    if !(10..=50).contains(&txn.len()) || !txn.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(refusal::TXN_MALFORMED);
    }
    let (position, account) = accounts
        .iter_mut()
        .enumerate()
        .find(|(_, account)| account.number == meta.account_number.as_str())
        .ok_or(refusal::ACCOUNT_NUMBER)?;
    let ts = when::request_time(meta.ts.as_str()).ok_or(refusal::TS_INVALID)?;
    if options
        .ts_window
        .is_some_and(|window| now.abs_diff(ts) > u64::from(window))
    {
        return Err(refusal::TS_INVALID);
    }
    if meta.auth_key.is_blank() {
        return Err(refusal::KEY_MISSING);
    }
    if meta.auth_key.as_str() != auth_key(&account.access_key, meta.ts.as_str(), txn) {
        return Err(refusal::KEY_INVALID);
    }
    if !account.txns.insert(txn.to_owned()) {
        return Err(refusal::TXN_USED);
    }
    match account.state {
        AccountState::Active => Ok(position),
        AccountState::UserInactive => Err(refusal::USER_INACTIVE),
        AccountState::UserDeactivated => Err(refusal::USER_DEACTIVATED),
        AccountState::Expired => Err(refusal::ACCOUNT_EXPIRED),
    }
}

/// `authKey` (A3.1): over the strings as they were received, never over a time written anew.
pub(crate) fn auth_key(access_key: &str, ts: &str, txn: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(access_key.as_bytes());
    hash.update(ts.as_bytes());
    hash.update(txn.as_bytes());
    data_encoding::HEXLOWER.encode(&hash.finalize())
}

/// The data of a successful answer: the text of its members, without the braces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer(String);

impl Answer {
    /// Nothing but a `meta`.
    pub(crate) fn empty() -> Self {
        Self::default()
    }

    /// One data member. Its members keep the order in which they were written.
    pub(crate) fn of(name: &str, data: &impl Serialize) -> Result<Self, Refusal> {
        let data = serde_json::to_string(data).map_err(|_| refusal::SOMETHING_WRONG)?;
        Ok(Self(format!("\"{name}\":{data}")))
    }
}

/// The `meta` of an answer.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct AnswerMeta<'a> {
    ver: &'static str,
    ts: &'a str,
    txn: &'a str,
    // `ValidateCredentials` was recorded with these names, and is documented with those above: it
    // gets both (A4).
    #[serde(skip_serializing_if = "Option::is_none")]
    response_ts: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_txn_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    status: &'static str,
    error_code: &'a str,
    error_message: &'a str,
}

/// Writes the answer: data before `meta`, as recorded (A2). A failure echoes the request's `ts`,
/// even one that could not be read, and may have data of its own beside it; a success has the
/// server's time (A4).
pub(crate) fn seal(
    outcome: &Result<Answer, Refusal>,
    beside_failure: &str,
    meta: &Meta,
    now: Unix,
    both_names: bool,
) -> Vec<u8> {
    let server_time = when::india_time(now);
    let (data, ts, status, code, message) = match outcome {
        Ok(answer) => (answer.0.as_str(), server_time.as_str(), "1", "", ""),
        Err(refusal) => (
            beside_failure,
            meta.ts.as_str(),
            "0",
            refusal.code.as_ref(),
            refusal.message.as_ref(),
        ),
    };
    let txn = meta.txn.as_str();
    let meta = AnswerMeta {
        ver: "1.0",
        ts,
        txn,
        response_ts: both_names.then_some(ts),
        response_txn_id: both_names.then_some(txn),
        version: both_names.then_some("1.0"),
        status,
        error_code: code,
        error_message: message,
    };
    let meta = serde_json::to_string(&meta).unwrap_or_default();
    let comma = if data.is_empty() { "" } else { "," };
    format!("{{{data}{comma}\"meta\":{meta}}}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auth_key_vectors() {
        // emSign API reference, A3.1.
        for (access_key, ts, txn, expected) in [
            (
                "K7qX-demo-access-key-01",
                "2026-03-09T14:05:31+05:30",
                "90317725104418",
                "c9c6ba69e3ceba75c72a3bbd5c66fe1e94bd7ea4f74be74727c61017f0035185",
            ),
            (
                "K7qX-demo-access-key-01",
                "2026-03-09T08:35:31+00:00",
                "90317725104418",
                "7ed9e70fba6393cf218489cf3a61908975b19d30ffbd37a37c1354560718f91a",
            ),
            (
                "schlüssel-Ω-9",
                "2026-03-09T08:35:31+00:00",
                "txnAB12CD34EF",
                "8326452c6ac93435ebf324eda64d5ebcaef982483210c2bb23fab82bf217b0c7",
            ),
        ] {
            assert_eq!(auth_key(access_key, ts, txn), expected);
        }
    }
}
