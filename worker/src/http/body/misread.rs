//! What is told of a body that does not fit: which field, and what to write there. Nothing that was
//! sent is repeated unless it looks like a name.

use certwright_core::advice::advised;

use crate::{
    fault::Fault,
    http::nearest::{expected_names, nearest},
};

/// A name that was sent and is not known, if it looks like the name of a field: letters alone, and
/// not many. Anything else may be a secret in the wrong place, and is not repeated.
pub(in crate::http) fn shown_name<'n>(name: &'n str, otherwise: &'n str) -> &'n str {
    let looks_like_one =
        (1..=24).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphabetic());
    if looks_like_one { name } else { otherwise }
}

/// Stands for a name that is not repeated.
const HIDDEN: &str = "…";

/// Where in a body something is, as this API names fields: `agreement/signerIp`. Names that are not
/// ours are not repeated.
pub(super) fn pointer(path: &serde_path_to_error::Path) -> String {
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
pub(super) fn misread(error: &serde_json::Error, at: &str) -> Fault {
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
    use http::{HeaderMap, header::CONTENT_TYPE};

    use super::*;
    use crate::http::body::{BodyFault, json};

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
}
