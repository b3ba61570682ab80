//! Request bodies: bounded, JSON, unknown fields refused.

use certwright_core::{
    advice::advised,
    secret::{self, SecretKind},
};
use http::{
    HeaderMap,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use serde::de::DeserializeOwned;

mod misread;

pub(super) use self::misread::shown_name;
use self::misread::{misread, pointer};
use crate::fault::{Fault, field_problem};

/// The largest body that is read, in bytes: an order with a CSR and a hundred names fits twice.
pub const MAX_BODY: usize = 256 * 1024;

/// A body that was not read yet. It is read only for somebody who may send one, so that strangers cost
/// no memory and no time.
#[allow(
    async_fn_in_trait,
    reason = "futures in wasm are not Send, and none needs to be"
)]
pub trait BodySource {
    /// Reads at most `limit` bytes, to the end of the body.
    ///
    /// # Errors
    /// [`Unread`]; never a part of the body in the place of all of it.
    async fn read(self, limit: usize) -> Result<Vec<u8>, Unread>;
}

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is larger than the limit.
    TooLarge,
    /// It broke off: the connection ended, or fewer bytes came than were announced.
    BrokenOff,
}

impl BodySource for Vec<u8> {
    async fn read(self, limit: usize) -> Result<Self, Unread> {
        if self.len() > limit {
            return Err(Unread::TooLarge);
        }
        Ok(self)
    }
}

/// Reads the body of somebody who may send one. What breaks off is refused, and never taken for what
/// came of it: an absent body means something else than one that was lost. The length is compared with
/// the announced one (RFC 9112 §8: a message shorter than its Content-Length is incomplete).
pub(super) async fn read(headers: &HeaderMap, source: impl BodySource) -> Result<Vec<u8>, Unread> {
    let body = source.read(MAX_BODY).await?;
    let announced = headers.get(CONTENT_LENGTH);
    let announced: Option<usize> = announced.and_then(|value| value.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length| length != body.len()) {
        return Err(Unread::BrokenOff);
    }
    Ok(body)
}

/// Why a body is not taken.
pub(super) enum BodyFault {
    /// Not `application/json`.
    ContentType,
    /// The fields are not right.
    Fields(Fault),
}

/// Reads a JSON body.
pub(super) fn json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, BodyFault> {
    let text = text(headers, body, "application/json")?;
    if let Some(fault) = misplaced_secret(text) {
        return Err(BodyFault::Fields(fault));
    }
    // serde would read a list as an object's fields in their order.
    if text.trim_ascii_start().starts_with('[') {
        let wrong = advised("must be an object, not a list", "Write it in braces.");
        return Err(BodyFault::Fields(Fault::invalid(
            "body",
            "wrong-kind",
            wrong,
        )));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = pointer(error.path());
        BodyFault::Fields(misread(error.inner(), &place))
    })?;
    reader
        .end()
        .map_err(|error| BodyFault::Fields(misread(&error, "body")))?;
    Ok(read)
}

/// A secret in a text that is none of the places for one. About a CSR the reader of CSRs tells more.
fn misplaced_secret(text: &str) -> Option<Fault> {
    secret::detect(text.as_bytes()).certain()?;
    let value = serde_json::from_str(text).ok()?;
    let (field, kind) = secret_within(&value, "")?;
    let problem = field_problem(
        shown_name(&field, "body"),
        "holds-secret",
        advised(kind, kind.remedy_when_sent()),
    );
    Some(Fault::Invalid(vec![problem]))
}

/// The first text with a secret, by the names that lead to it.
fn secret_within(value: &serde_json::Value, name: &str) -> Option<(String, SecretKind)> {
    match value {
        serde_json::Value::String(text) if name != "csr" => {
            let kind = secret::detect(text.as_bytes()).certain()?;
            Some((name.to_owned(), kind))
        }
        serde_json::Value::Array(items) => items.iter().find_map(|item| secret_within(item, name)),
        serde_json::Value::Object(members) => members
            .iter()
            .find_map(|(member, value)| secret_within(value, member)),
        _ => None,
    }
}

/// Reads JSON lines.
pub(super) fn lines<'b>(headers: &HeaderMap, body: &'b [u8]) -> Result<&'b str, BodyFault> {
    text(headers, body, "application/jsonl")
}

fn text<'b>(headers: &HeaderMap, body: &'b [u8], wanted: &str) -> Result<&'b str, BodyFault> {
    if !is_media_type(headers, wanted) {
        return Err(BodyFault::ContentType);
    }
    std::str::from_utf8(body).map_err(|_| BodyFault::Fields(not_utf8()))
}

/// Whether the body is of this type by its own word: one header, and no parameter but the only
/// charset that JSON has (RFC 8259 §8.1).
fn is_media_type(headers: &HeaderMap, wanted: &str) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let mut parts = value.to_str().unwrap_or("").split(';').map(str::trim);
    let names_type = parts
        .next()
        .is_some_and(|first| first.eq_ignore_ascii_case(wanted));
    names_type
        && parts.all(|parameter| {
            ["charset=utf-8", "charset=\"utf-8\""]
                .iter()
                .any(|known| parameter.eq_ignore_ascii_case(known))
        })
}

/// Reads a JSON body that may be absent.
pub(super) fn json_or_default<T: DeserializeOwned + Default>(
    headers: &HeaderMap,
    body: &[u8],
) -> Result<T, BodyFault> {
    if body.trim_ascii().is_empty() {
        Ok(T::default())
    } else {
        json(headers, body)
    }
}

fn not_utf8() -> Fault {
    Fault::invalid(
        "body",
        "malformed-json",
        advised("must be in UTF-8 (RFC 8259 §8.1)", "Encode it as UTF-8."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_in_a_text_is_refused_by_its_field_and_not_repeated() {
        let edge = |word: &str| format!("-----{word} RSA PRIVATE KEY-----");
        let key = format!("{}\nMIIEoBody\n{}", edge("BEGIN"), edge("END"));
        for (body, field) in [
            (serde_json::json!({ "label": key, "csr": "x" }), "label"),
            (serde_json::json!({ "requestor": { "name": key } }), "name"),
            (
                serde_json::json!({ "additionalDomains": ["a", key] }),
                "additionalDomains",
            ),
        ] {
            let Some(Fault::Invalid(problems)) = misplaced_secret(&body.to_string()) else {
                panic!("{field} was taken");
            };
            let problem = problems.first().unwrap();
            assert_eq!(
                (problem.field.as_str(), problem.code.as_str()),
                (field, "holds-secret")
            );
            assert!(problem.remedy.as_ref().unwrap().contains("exposed"));
            assert!(!format!("{problem:?}").contains("MIIEo"));
        }
        let harmless = serde_json::json!({ "remarks": "the private key stays here" });
        assert!(misplaced_secret(&harmless.to_string()).is_none());
    }
}
