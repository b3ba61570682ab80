//! Request bodies: bounded, JSON, unknown fields refused.

use http::{HeaderMap, header::CONTENT_TYPE};
use serde::de::DeserializeOwned;

use crate::fault::Fault;

/// The largest body that is read, in bytes: an order with a CSR and a hundred names fits twice.
pub const MAX_BODY: usize = 256 * 1024;

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
    serde_json::from_str(text).map_err(|error| BodyFault::Fields(misread(&error)))
}

/// Reads JSON lines.
pub(super) fn lines<'b>(headers: &HeaderMap, body: &'b [u8]) -> Result<&'b str, BodyFault> {
    text(headers, body, "application/jsonl")
}

fn text<'b>(headers: &HeaderMap, body: &'b [u8], wanted: &str) -> Result<&'b str, BodyFault> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media_type = content_type
        .unwrap_or("")
        .split(';')
        .next()
        .unwrap_or("")
        .trim();
    if !media_type.eq_ignore_ascii_case(wanted) {
        return Err(BodyFault::ContentType);
    }
    std::str::from_utf8(body).map_err(|_| BodyFault::Fields(not_utf8()))
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
        "is not UTF-8; JSON is (RFC 8259 §8.1)",
    )
}

/// serde names the field in its message, between backquotes; its message does not repeat values
/// of unknown kinds, but it does of wrong types, so only the known forms are passed on.
fn misread(error: &serde_json::Error) -> Fault {
    let text = error.to_string();
    let field = text.split('`').nth(1).unwrap_or("body").to_owned();
    let place = format!("line {}, column {}", error.line(), error.column());
    if text.starts_with("unknown field") {
        let message =
            format!("is no field of this request ({place}); remove it or correct its name");
        return Fault::invalid(&field, "unknown-field", message);
    }
    if text.starts_with("missing field") {
        return Fault::invalid(&field, "missing-field", "is missing; add it");
    }
    if text.starts_with("unknown variant") {
        let known = text
            .split("expected")
            .nth(1)
            .unwrap_or("")
            .split(" at line")
            .next();
        let message = format!(
            "has a value that is not known ({place}); use{}",
            known.unwrap_or("")
        );
        return Fault::invalid("body", "unknown-value", message);
    }
    if error.is_data() {
        let message = format!("has a value of the wrong kind at {place}");
        return Fault::invalid("body", "wrong-kind", message);
    }
    Fault::invalid(
        "body",
        "malformed-json",
        format!("is not JSON: it breaks at {place}"),
    )
}
