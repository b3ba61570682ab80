//! The CA's way of writing values, read tolerantly (emSign API reference, A4, A14, B12): numbers and
//! booleans as texts or not, `""` and `null` for what is absent, member names in any case, dates
//! without a zone.

use certwright_core::{fault::Unanswered, time::Timestamp};
use serde_json::{Map, Value};

use crate::redact;

/// The largest integer that every double holds exactly; above it a JSON number may have lost
/// digits on the way, and half an order number is worse than none.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// An object of a reply, and where in the reply it stands. What it holds is the CA's wire format,
/// so there is nothing to read here for others.
#[derive(Clone)]
pub struct Data<'a> {
    members: &'a Map<String, Value>,
    path: String,
}

impl<'a> Data<'a> {
    pub(crate) fn root(members: &'a Map<String, Value>) -> Self {
        Self {
            members,
            path: String::new(),
        }
    }

    /// A member, by its name in any case; the exact spelling wins.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.members.get(name).or_else(|| {
            let found = self
                .members
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value)
        })
    }

    /// Every member that is an object, with its name as it came.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&'a str, Self)> {
        self.members.iter().filter_map(|(name, value)| {
            let members = value.as_object()?;
            Some((
                name.as_str(),
                Self {
                    members,
                    path: self.at(name),
                },
            ))
        })
    }

    /// Every member that can be read as a text, with its name as it came.
    pub(crate) fn texts_by_name(&self) -> impl Iterator<Item = (&'a str, String)> {
        self.members
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), text(value)?)))
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.value(name).and_then(text)
    }

    pub(crate) fn required_text(&self, name: &str) -> Result<String, Unanswered> {
        self.text(name).ok_or_else(|| self.missing(name))
    }

    /// A non-negative integer.
    pub(crate) fn number(&self, name: &str) -> Option<u32> {
        self.text(name)?.parse().ok()
    }

    pub(crate) fn required_number(&self, name: &str) -> Result<u32, Unanswered> {
        self.number(name).ok_or_else(|| self.missing(name))
    }

    /// Whether a flag is set; anything but a clear yes is a no.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.text(name)
            .is_some_and(|text| text == "1" || text.eq_ignore_ascii_case("true"))
    }

    pub(crate) fn instant(&self, name: &str) -> Option<Timestamp> {
        instant(&self.text(name)?)
    }

    pub(crate) fn object(&self, name: &str) -> Option<Self> {
        let members = self.value(name)?.as_object()?;
        Some(Self {
            members,
            path: self.at(name),
        })
    }

    pub(crate) fn required_object(&self, name: &str) -> Result<Self, Unanswered> {
        self.object(name).ok_or_else(|| self.missing(name))
    }

    /// The elements of a list. A single object stands for a list of one, unless all its members are
    /// empty; `""` and `null` stand for an empty list. None when the member is missing or has
    /// another type.
    pub(crate) fn elements(&self, name: &str) -> Option<Vec<Element<'a>>> {
        let value = self.value(name)?;
        let values = match value {
            Value::Array(values) => values.iter().collect(),
            Value::Object(members) if members.values().all(is_absent) => Vec::new(),
            Value::Object(_) => vec![value],
            other if is_absent(other) => Vec::new(),
            _ => return None,
        };
        let elements = values
            .into_iter()
            .enumerate()
            .map(|(index, value)| Element {
                value,
                path: format!("{}[{index}]", self.at(name)),
            });
        Some(elements.collect())
    }

    /// A list of objects, each of which must be one.
    pub(crate) fn required_rows(&self, name: &str) -> Result<Vec<Self>, Unanswered> {
        let elements = self.elements(name).ok_or_else(|| self.missing(name))?;
        elements
            .into_iter()
            .map(|element| element.object())
            .collect()
    }

    /// Texts from an array or from one text with commas.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let split = |text: String| {
            let parts = text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect::<Vec<_>>()
        };
        match self.value(name) {
            Some(Value::Array(values)) => values.iter().filter_map(text).flat_map(split).collect(),
            Some(value) => text(value).map(split).unwrap_or_default(),
            None => Vec::new(),
        }
    }

    /// Whether every member is absent or empty.
    pub(crate) fn is_blank(&self) -> bool {
        self.members.values().all(is_absent)
    }

    pub(crate) fn missing(&self, name: &str) -> Unanswered {
        missing(&self.at(name))
    }

    fn at(&self, name: &str) -> String {
        let name = redact::words(name);
        if self.path.is_empty() {
            name
        } else {
            format!("{}.{name}", self.path)
        }
    }
}

/// An element of a list, and where it stands.
pub(crate) struct Element<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Element<'a> {
    pub(crate) fn object(self) -> Result<Data<'a>, Unanswered> {
        let members = self.value.as_object().ok_or_else(|| missing(&self.path))?;
        Ok(Data {
            members,
            path: self.path,
        })
    }
}

fn missing(path: &str) -> Unanswered {
    Unanswered::NotUnderstood(format!("{path} is missing or unreadable"))
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            (!text.is_empty()).then(|| text.to_owned())
        }
        Value::Number(number) => {
            let exact = !number.is_f64() || number.as_f64().is_some_and(|n| n.abs() < EXACT);
            exact.then(|| number.to_string())
        }
        Value::Bool(flag) => Some(if *flag { "1" } else { "0" }.to_owned()),
        _ => None,
    }
}

/// `YYYY-MM-DD HH:MM:SS` and `YYYY-MM-DD`, which are UTC, and RFC 3339 (A9, A14).
fn instant(text: &str) -> Option<Timestamp> {
    if text.len() == "YYYY-MM-DD".len() {
        return Timestamp::parse_rfc3339(&format!("{text}T00:00:00Z")).ok();
    }
    let text = text.replacen(' ', "T", 1);
    Timestamp::parse_rfc3339(&text)
        .or_else(|_| Timestamp::parse_rfc3339(&format!("{text}Z")))
        .ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with<T>(value: &Value, read: impl FnOnce(Data<'_>) -> T) -> T {
        read(Data::root(value.as_object().unwrap()))
    }

    #[test]
    fn texts_numbers_and_flags_in_either_notation() {
        let value = json!({
            "Text": " a ", "number": 7, "numberText": "7", "flag": true, "flagText": "1",
            "empty": "", "nothing": null, "blank": "  ", "list": [], "decimal": 310.5,
            "huge": 94_418_827_364_501_928_374.0
        });
        with(&value, |data| {
            assert_eq!(data.text("tExT").as_deref(), Some("a"));
            assert_eq!(data.number("number"), Some(7));
            assert_eq!(data.number("numberText"), Some(7));
            assert!(data.is_set("flag") && data.is_set("flagText") && !data.is_set("empty"));
            assert_eq!(data.text("decimal").as_deref(), Some("310.5"));
            for absent in ["empty", "nothing", "blank", "list", "huge", "unnamed"] {
                assert_eq!(data.text(absent), None, "{absent}");
            }
        });
    }

    #[test]
    fn dates_in_every_notation() {
        let at = Timestamp::parse_rfc3339("2026-03-09T08:35:33Z").unwrap();
        for text in [
            "2026-03-09 08:35:33",
            "2026-03-09 08:35:33.0",
            "2026-03-09T08:35:33",
            "2026-03-09T08:35:33Z",
            "2026-03-09T14:05:33+05:30",
        ] {
            assert_eq!(instant(text), Some(at), "{text}");
        }
        assert_eq!(
            instant("2026-03-09"),
            Timestamp::parse_rfc3339("2026-03-09T00:00:00Z").ok()
        );
        for text in [
            "",
            "0000-00-00",
            "2026-13-01",
            "09/03/2026",
            "tomorrow",
            "2026-03-ü9",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn lists_as_array_single_object_or_nothing() {
        let value = json!({
            "many": [{"a": "1"}, {"a": "2"}], "one": {"a": "1"}, "hollow": {"a": "", "b": null},
            "empty": "", "none": null, "word": "x", "mixed": [{"a": "1"}, 7]
        });
        with(&value, |data| {
            let count = |name: &str| data.elements(name).map(|elements| elements.len());
            assert_eq!(count("many"), Some(2));
            assert_eq!(count("one"), Some(1));
            assert_eq!(count("hollow"), Some(0));
            assert_eq!(count("empty"), Some(0));
            assert_eq!(count("none"), Some(0));
            assert_eq!(count("word"), None);
            assert_eq!(count("absent"), None);
            let fault = data.required_rows("mixed").err().unwrap();
            assert!(fault.to_string().contains("mixed[1]"), "{fault}");
        });
    }

    #[test]
    fn tags_as_array_or_text_with_commas() {
        let value = json!({"a": ["x:1", " y:2 "], "b": "x:1, y:2", "c": ["x:1,y:2"], "d": ""});
        with(&value, |data| {
            for name in ["a", "b", "c"] {
                assert_eq!(data.texts(name), ["x:1", "y:2"], "{name}");
            }
            assert!(data.texts("d").is_empty());
        });
    }
}
