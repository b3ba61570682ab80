//! Shapes: member names and JSON types, and of texts whether they are numbers or times.

use serde_json::Value;

/// Objects whose member names are data: domains, and terms of a price.
const MAPS: [&str; 2] = ["domainVerification", "subscriptionPrice"];

/// What tells one value's type from another's. An empty text says nothing of what it may hold.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
        Value::String(text) if text.is_empty() => "text",
        Value::String(text) if is_digits(text.trim_start_matches('+')) => "digits",
        Value::String(text) if is_time(text) => "time",
        Value::String(_) => "words",
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `YYYY-MM-DD HH:MM:SS`.
fn is_time(text: &str) -> bool {
    let pattern = b"0000-00-00 00:00:00";
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern)
            .all(|(byte, place)| byte == *place || (*place == b'0' && byte.is_ascii_digit()))
}

fn is_text(kind: &str) -> bool {
    matches!(kind, "text" | "digits" | "time" | "words")
}

/// Where and how an answer has another shape than the recorded one.
pub(crate) fn differences(recorded: &Value, answer: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    compare("", recorded, answer, &mut faults);
    faults
}

fn compare(path: &str, recorded: &Value, answer: &Value, faults: &mut Vec<String>) {
    match (recorded, answer) {
        (Value::Object(recorded), Value::Object(answer)) => {
            if MAPS.iter().any(|map| path.ends_with(map)) {
                for (name, value) in answer {
                    let like = recorded
                        .get(name)
                        .or_else(|| recorded.values().find(|other| other.is_object()));
                    match like {
                        Some(like) => compare(&format!("{path}/{name}"), like, value, faults),
                        None => faults.push(format!("{path}/{name} is not recorded")),
                    }
                }
                return;
            }
            for (name, value) in recorded {
                match answer.get(name) {
                    Some(other) => compare(&format!("{path}/{name}"), value, other, faults),
                    None => faults.push(format!("{path}/{name} is missing")),
                }
            }
            for name in answer.keys().filter(|name| !recorded.contains_key(*name)) {
                faults.push(format!("{path}/{name} is not recorded"));
            }
        }
        (Value::Array(recorded), Value::Array(answer)) => {
            if recorded.is_empty() != answer.is_empty() {
                faults.push(format!("{path} has {} entries", answer.len()));
            }
            for (at, value) in answer.iter().enumerate() {
                let path = format!("{path}/{at}");
                let closest = recorded
                    .iter()
                    .map(|like| {
                        let mut faults = Vec::new();
                        compare(&path, like, value, &mut faults);
                        faults
                    })
                    .min_by_key(Vec::len);
                faults.extend(closest.unwrap_or_default());
            }
        }
        _ => {
            let (expected, found) = (kind(recorded), kind(answer));
            let is_empty = |kind: &str| kind == "text";
            let is_same = expected == found
                || (is_text(expected) && is_text(found) && (is_empty(expected) || is_empty(found)));
            if !is_same {
                faults.push(format!("{path} is {found}, not {expected}: {answer}"));
            }
        }
    }
}

/// The members of a request that none of the recorded ones has, or has with another type.
pub(crate) fn unknown_members(recorded: &[Value], sent: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let recorded: Vec<&Value> = recorded.iter().collect();
    look_up("", &recorded, sent, &mut faults);
    faults
}

fn look_up(path: &str, recorded: &[&Value], sent: &Value, faults: &mut Vec<String>) {
    match sent {
        Value::Object(members) => {
            for (name, value) in members {
                let path = format!("{path}/{name}");
                let known: Vec<&Value> = recorded.iter().filter_map(|one| one.get(name)).collect();
                if known.is_empty() {
                    faults.push(format!("{path} is not recorded"));
                } else {
                    look_up(&path, &known, value, faults);
                }
            }
        }
        Value::Array(values) => {
            let known: Vec<&Value> = recorded
                .iter()
                .filter_map(|one| one.as_array())
                .flatten()
                .collect();
            for value in values {
                look_up(path, &known, value, faults);
            }
        }
        other => {
            let kind_of_json = |value: &Value| std::mem::discriminant(value);
            if !recorded
                .iter()
                .any(|one| kind_of_json(one) == kind_of_json(other))
            {
                faults.push(format!("{path} has another type: {other}"));
            }
        }
    }
}

#[test]
fn other_names_and_types_are_told() {
    use serde_json::json;
    let recorded = json!({"a": "1", "b": {"c": "2026-03-09 08:35:33"}, "d": [{"e": ""}], "f": 1});
    let same = json!({"a": "77", "b": {"c": ""}, "d": [{"e": "x"}, {"e": "y"}], "f": 2});
    assert_eq!(differences(&recorded, &same), Vec::<String>::new());
    for (answer, told) in [
        (
            json!({"a": "1", "b": {"c": ""}, "d": [{"e": ""}]}),
            "/f is missing",
        ),
        (
            json!({"a": 1, "b": {"c": ""}, "d": [{"e": ""}], "f": 1}),
            "/a is number",
        ),
        (
            json!({"a": "x", "b": {"c": ""}, "d": [{"e": ""}], "f": 1}),
            "/a is words",
        ),
        (
            json!({"a": "1", "b": {"c": "1"}, "d": [{"e": ""}], "f": 1}),
            "/b/c is digits",
        ),
        (
            json!({"a": "1", "b": null, "d": [{"e": ""}], "f": 1}),
            "/b is null",
        ),
        (
            json!({"a": "1", "b": {"c": "", "g": ""}, "d": [{"e": ""}], "f": 1}),
            "/b/g is not",
        ),
        (
            json!({"a": "1", "b": {"c": ""}, "d": [{"h": ""}], "f": 1}),
            "/d/0/e is missing",
        ),
        (
            json!({"a": "1", "b": {"c": ""}, "d": [], "f": 1}),
            "/d has 0",
        ),
    ] {
        let found = differences(&recorded, &answer);
        assert!(
            found.iter().any(|fault| fault.starts_with(told)),
            "{told}: {found:?}"
        );
    }
    let sent = json!({"a": 1, "z": "", "d": [{"e": "x"}]});
    let found = unknown_members(&[recorded], &sent);
    assert_eq!(found.len(), 2, "{found:?}");
}
