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

use super::nearest::{expected_names, nearest};
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

/// A name that was sent and is not known, if it looks like the name of a field: letters alone, and
/// not many. Anything else may be a secret in the wrong place, and is not repeated.
pub(super) fn shown_name<'n>(name: &'n str, otherwise: &'n str) -> &'n str {
    let looks_like_one =
        (1..=24).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphabetic());
    if looks_like_one { name } else { otherwise }
}

/// Stands for a name that is not repeated.
const HIDDEN: &str = "…";

/// Where in a body something is, as this API names fields: `agreement/signerIp`. Names that are not
/// ours are not repeated.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let parts: Vec<String> = path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Map { key } => Some(shown_name(key, HIDDEN).to_owned()),
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect();
    if parts.is_empty() {
        "body".to_owned()
    } else {
        parts.join("/")
    }
}

/// What should stand there, from serde's message, of which only that part is ours.
fn wanted(text: &str) -> &'static str {
    let expected = text.rsplit_once(", expected ").map_or("", |(_, rest)| rest);
    let is = |kinds: &[&str]| kinds.iter().any(|kind| expected.starts_with(kind));
    if is(&["a string", "string"]) {
        "must be a text in quotes"
    } else if is(&["a boolean"]) {
        "must be true or false, without quotes"
    } else if is(&[
        "u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64",
    ]) {
        "must be a whole number, without quotes"
    } else if is(&["a sequence"]) {
        "must be a list, such as [\"a\", \"b\"]"
    } else if is(&["struct", "a map"]) {
        "must be an object"
    } else {
        "has a value that does not fit"
    }
}

fn not_utf8() -> Fault {
    Fault::invalid(
        "body",
        "malformed-json",
        advised("must be in UTF-8 (RFC 8259 §8.1)", "Encode it as UTF-8."),
    )
}

/// Where a field is: serde's place is the field's own in some errors, and its object's in others. One
/// whose name is not repeated is named by its object.
fn within(at: &str, field: &str) -> String {
    let parent = |place: &str| match place.rsplit_once('/') {
        Some((parent, _)) => parent.to_owned(),
        None => "body".to_owned(),
    };
    let last = at.rsplit('/').next().unwrap_or(at);
    if last == HIDDEN {
        parent(at)
    } else if last == field || field == "body" {
        at.to_owned()
    } else if at == "body" {
        field.to_owned()
    } else {
        format!("{at}/{field}")
    }
}

/// serde names the field in its message, between backquotes; its message does not repeat values
/// of unknown kinds, but it does of wrong types, so only the known forms are passed on.
fn misread(error: &serde_json::Error, at: &str) -> Fault {
    let text = error.to_string();
    let field = text.split('`').nth(1).unwrap_or("body");
    let place = format!("line {}, column {}", error.line(), error.column());
    if text.starts_with("unknown field") {
        let wrong = format!("is not a field of this request ({place})");
        let remedy = match nearest(field, expected_names(&text)) {
            Some(name) => format!("Did you mean {name}? If not, remove it."),
            None => "Remove it or correct its name.".to_owned(),
        };
        let wrong = advised(wrong, remedy);
        return Fault::invalid(
            &within(at, shown_name(field, "body")),
            "unknown-field",
            wrong,
        );
    }
    if text.starts_with("missing field") {
        let wrong = advised("is missing", "Add it.");
        return Fault::invalid(&within(at, field), "missing-field", wrong);
    }
    if text.starts_with("duplicate field") {
        let wrong = advised(format!("appears twice ({place})"), "Remove one.");
        return Fault::invalid(&within(at, field), "duplicate-field", wrong);
    }
    if text.starts_with("unknown variant") {
        // The value stands before, and may hold anything; the known ones are ours.
        let known = text
            .rsplit_once("`, expected ")
            .map_or("", |(_, known)| known);
        let known = known.split(" at line").next().unwrap_or("");
        let wrong = format!("has a value that is not known ({place})");
        let wrong = advised(wrong, format!("Use {known}."));
        return Fault::invalid(at, "unknown-value", wrong);
    }
    if error.is_data() {
        let wrong = format!("{} ({place})", wanted(&text));
        let wrong = advised(wrong, "Correct it and send it again.");
        return Fault::invalid(at, "wrong-kind", wrong);
    }
    Fault::invalid(
        "body",
        "malformed-json",
        advised(
            format!("is not JSON: it breaks at {place}"),
            "Correct it there and send it again.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_type_names_its_field_and_what_to_write() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body {
            #[allow(dead_code, reason = "read only to be refused")]
            group_number: Option<String>,
            #[allow(dead_code, reason = "read only to be refused")]
            validity_years: Option<u8>,
            #[allow(dead_code, reason = "read only to be refused")]
            additional_domains: Option<Vec<String>>,
        }
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            http::HeaderValue::from_static("application/json"),
        );
        for (body, field, words) in [
            (
                r#"{"groupNumber": 3107745521}"#,
                "groupNumber",
                "Must be a text",
            ),
            (
                r#"{"validityYears": "1"}"#,
                "validityYears",
                "Must be a whole number",
            ),
            (
                r#"{"additionalDomains": "a, b"}"#,
                "additionalDomains",
                "Must be a list",
            ),
            (
                r#"{"additionalDomains": ["a", 7]}"#,
                "additionalDomains/1",
                "Must be a text",
            ),
        ] {
            let read = json::<Body>(&headers, body.as_bytes());
            let Err(BodyFault::Fields(Fault::Invalid(problems))) = read else {
                panic!("{body} was taken");
            };
            let problem = problems.first().unwrap();
            assert_eq!(problem.field, field);
            assert!(problem.message.starts_with(words), "{}", problem.message);
            assert!(!problem.message.contains("3107745521"));
        }
    }

    #[test]
    fn a_field_of_an_inner_object_is_named_with_it() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Body {
            #[allow(dead_code, reason = "read only to be refused")]
            agreement: Inner,
        }
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Inner {
            #[allow(dead_code, reason = "read only to be refused")]
            signer_place: String,
        }
        let mut headers = HeaderMap::new();
        let json_type = http::HeaderValue::from_static("application/json");
        headers.insert(CONTENT_TYPE, json_type);
        for (body, field, code) in [
            (
                r#"{"agreement": {"signerIP": 1}}"#,
                "agreement/signerIP",
                "unknown-field",
            ),
            (
                r#"{"agreement": {"cw_53cr37": 1}}"#,
                "agreement",
                "unknown-field",
            ),
            (
                r#"{"agreement": {}}"#,
                "agreement/signerPlace",
                "missing-field",
            ),
            (
                r#"{"agreement": {"signerPlace": "a", "signerPlace": "b"}}"#,
                "agreement/signerPlace",
                "duplicate-field",
            ),
            (r#"{"agrement": {}}"#, "agrement", "unknown-field"),
            (r#"{"cw_53cr37": {}}"#, "body", "unknown-field"),
            (r#"{}"#, "agreement", "missing-field"),
        ] {
            let Err(BodyFault::Fields(Fault::Invalid(problems))) =
                json::<Body>(&headers, body.as_bytes())
            else {
                panic!("{body} was taken");
            };
            let problem = problems.first().unwrap();
            assert_eq!(
                (problem.field.as_str(), problem.code.as_str()),
                (field, code),
                "{body}"
            );
        }
    }

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
