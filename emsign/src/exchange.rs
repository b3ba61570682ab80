//! One call: its request, and what its reply means.

use certwright_core::{
    fault::{CaFault, CaRefusal, Unanswered},
    time::Timestamp,
};
use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER},
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    account::{Account, Stamp},
    codec::Data,
    refusal,
    wire::{Envelope, RequestMeta},
};

/// The largest reply that is read. A report page of 100 orders has some 100 KiB.
pub const MAX_REPLY_BYTES: usize = 4 * 1024 * 1024;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An operation of the CA, with everything that one call of it needs (emSign API reference, A5).
pub trait Call {
    /// The operation's name, which ends the address.
    const OPERATION: &'static str;
    /// Whether the call changes something at the CA. If so, [`CaFault::Unanswered`] means that it
    /// may have happened.
    const CHANGES: bool;
    /// Whether the call books an order, so that a refusal of it counts only when it shows that
    /// nothing was booked.
    const BOOKS: bool = false;
    /// What a success yields.
    type Reply;

    /// The members that the request has besides `meta`.
    fn body(&self) -> impl Serialize;

    /// Reads the data of a success.
    ///
    /// # Errors
    /// [`Unanswered::NotUnderstood`] names a mandatory member that is missing or unreadable.
    fn read(&self, data: &Data<'_>, asked_at: Timestamp) -> Result<Self::Reply, Unanswered>;

    /// Whether a refusal says that what was asked for is the case already, so that it counts as
    /// this reply.
    fn settled_by(&self, refusal: &CaRefusal) -> Option<Self::Reply> {
        let _ = refusal;
        None
    }
}

/// Builds the request of a call.
///
/// Its body holds a digest, and for some orders a token, that count as credentials: do not log it,
/// `Debug` included.
pub fn request<C: Call>(account: &Account, stamp: &Stamp, call: &C) -> Request<Vec<u8>> {
    let envelope = Envelope {
        meta: RequestMeta::new(account, stamp),
        body: call.body(),
    };
    // Wire types are structs of texts and lists, which always serialize; should that ever be
    // wrong, the CA refuses an empty body.
    let mut request = Request::new(serde_json::to_vec(&envelope).unwrap_or_default());
    *request.method_mut() = Method::POST;
    *request.uri_mut() = account.base.join(C::OPERATION);
    request.headers_mut().insert(CONTENT_TYPE, JSON);
    request.headers_mut().insert(ACCEPT, JSON);
    request
}

/// Interprets the reply to a call that was made with this stamp.
///
/// # Errors
/// [`CaFault`] sorts what went wrong by what may be done next.
pub fn interpret<C: Call>(
    call: &C,
    response: &Response<Vec<u8>>,
    stamp: &Stamp,
) -> Result<C::Reply, CaFault> {
    let members = open(response)?;
    let data = Data::root(&members);
    match verdict(&data, response.status(), stamp).map_err(CaFault::Unanswered)? {
        Verdict::Success => call.read(&data, stamp.at).map_err(CaFault::Unanswered),
        Verdict::Failure { code, message } => {
            let fault = refusal::fault(code.as_deref(), &message);
            if let CaFault::Refused(refusal) = &fault
                && let Some(reply) = call.settled_by(refusal)
            {
                return Ok(reply);
            }
            Err(if C::BOOKS {
                refusal::of_booking(fault)
            } else {
                fault
            })
        }
    }
}

/// Gets at the JSON object of a reply. Business failures come with status 200; others may have a
/// `meta` too, or Spring's JSON, or HTML, or nothing (A2).
fn open(response: &Response<Vec<u8>>) -> Result<Map<String, Value>, CaFault> {
    let status = response.status();
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(CaFault::RateLimited {
            after: retry_after(response),
        });
    }
    let unusable = match parse(response.body()) {
        Ok(members) if status.is_success() => return Ok(members),
        Ok(members) if status.is_client_error() && has_meta(&members) => return Ok(members),
        Err(unusable) if status.is_success() => unusable,
        // Without success the status says more than the body does.
        _ => Unanswered::Status(status.as_u16()),
    };
    Err(CaFault::Unanswered(unusable))
}

/// Seconds to wait. The other form of the header, a date, is not read: the caller's own pace is as
/// good (RFC 9110 §10.2.3).
fn retry_after(response: &Response<Vec<u8>>) -> Option<i64> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse::<u32>().ok().map(i64::from)
}

fn has_meta(members: &Map<String, Value>) -> bool {
    Data::root(members).object("meta").is_some()
}

/// Parses a body. The words for what is wrong never repeat any of it.
fn parse(body: &[u8]) -> Result<Map<String, Value>, Unanswered> {
    if body.len() > MAX_REPLY_BYTES {
        return Err(Unanswered::TooLarge);
    }
    let body = body
        .strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(body)
        .trim_ascii();
    let what = match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => return Ok(members),
        Ok(_) => "JSON, but not an object",
        Err(_) if body.is_empty() => "an empty body",
        Err(_) if body.starts_with(b"<") => "a page of HTML or XML",
        Err(error) if error.is_eof() => "JSON that breaks off",
        Err(_) => "not JSON",
    };
    Err(Unanswered::NotUnderstood(what.to_owned()))
}

enum Verdict {
    Success,
    Failure {
        code: Option<String>,
        message: String,
    },
}

/// `meta` decides before any data is looked at: failures may carry data objects whose members are
/// all empty (A4).
fn verdict(data: &Data<'_>, status: StatusCode, stamp: &Stamp) -> Result<Verdict, Unanswered> {
    let meta = data.required_object("meta")?;
    // A reply that carries another call's transaction id was mixed up on the way; believing it
    // could tie somebody else's order number to our order.
    let echo = meta.text("txn").or_else(|| meta.text("responseTxnId"));
    if echo.is_some_and(|echo| !echo.eq_ignore_ascii_case(stamp.txn.as_str())) {
        return Err(Unanswered::NotUnderstood(
            "the reply to another transaction".to_owned(),
        ));
    }
    match meta.text("status").as_deref() {
        Some("1") if status.is_success() => Ok(Verdict::Success),
        Some("1") => Err(Unanswered::Status(status.as_u16())),
        Some("0") => Ok(Verdict::Failure {
            code: meta.text("errorCode"),
            message: meta.text("errorMessage").unwrap_or_default(),
        }),
        _ => Err(meta.missing("status")),
    }
}
