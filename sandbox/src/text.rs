//! Reading request members as leniently as the CA does.
//!
//! Nearly every value of this API is a string; the CA's JSON library also takes a number or a
//! boolean in its place, and null or absence for the empty string (emSign API reference, B12).

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{SeqAccess, Visitor, value::SeqAccessDeserializer},
};

/// A string member: absent, null, number and boolean included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) String);

impl Text {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The value, or `None` when there is nothing but blanks.
    pub(crate) fn filled(&self) -> Option<&str> {
        let trimmed = self.0.trim();
        (!trimmed.is_empty()).then_some(trimmed)
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.filled().is_none()
    }

    /// The value without blanks around it.
    pub(crate) fn trimmed(&self) -> String {
        self.0.trim().to_owned()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl Visitor<'_> for TextVisitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E>(self, value: &str) -> Result<Text, E> {
                Ok(Text(value.to_owned()))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Text, E> {
                Ok(Text(value.to_string()))
            }

            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text::default())
            }
        }

        deserializer.deserialize_any(TextVisitor)
    }
}

/// The most characters of a text where the vendor gives no number. Nobody knows the CA's own; a name
/// or a remark of more is none.
pub(crate) const MOST: usize = 250;

/// Whether a text has no control characters, line ends included.
pub(crate) fn is_one_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// Whether a text is an e-mail address: a dot-atom (RFC 5322, section 3.2.3), `@`, and a host name
/// of two labels or more, not longer than a path may be (RFC 5321, section 4.5.3.1).
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 254
        && local.len() <= 64
        && local.split('.').all(is_atom)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

/// A list of strings: an array, one bare string, null or absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts(pub(crate) Vec<Text>);

impl Texts {
    /// The filled items, split at commas: the CA was seen to take `["a.example,b.example"]`
    /// (A11.2).
    pub(crate) fn split_at_commas(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .flat_map(|text| split_at_commas(text.as_str()))
    }
}

/// The filled parts of a comma-separated list.
pub(crate) fn split_at_commas(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextsVisitor;

        impl<'de> Visitor<'de> for TextsVisitor {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of strings")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Texts, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(items)).map(Texts)
            }

            fn visit_str<E>(self, value: &str) -> Result<Texts, E> {
                Ok(Texts(vec![Text(value.to_owned())]))
            }

            fn visit_unit<E>(self) -> Result<Texts, E> {
                Ok(Texts::default())
            }
        }

        deserializer.deserialize_any(TextsVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_booleans_and_null_are_text() {
        let read = |json: &str| serde_json::from_str::<Text>(json).map(|text| text.0);
        assert_eq!(read("\"842\"").unwrap(), "842");
        assert_eq!(read("842").unwrap(), "842");
        assert_eq!(read("true").unwrap(), "true");
        assert_eq!(read("null").unwrap(), "");
        assert!(read("{}").is_err());
        assert!(read("[]").is_err());
    }

    #[test]
    fn e_mail_addresses() {
        for text in [
            "dana.whitlock@corp.example",
            "a+b@x-y.co.uk",
            "o'neil@corp.example",
        ] {
            assert!(is_email(text), "{text}");
        }
        for text in [
            "dana",
            "dana@",
            "@corp.example",
            "dana@corp",
            "da na@corp.example",
            "dana.@corp.example",
            "dana@corp..example",
            "dana@-corp.example",
            "dana@corp.example,ira@corp.example",
            "d\u{e4}na@corp.example",
            "dana@corp@example.net",
        ] {
            assert!(!is_email(text), "{text}");
        }
    }

    #[test]
    fn lists_are_split_at_commas() {
        let read = |json: &str| -> Vec<String> {
            let texts: Texts = serde_json::from_str(json).unwrap();
            texts.split_at_commas().map(str::to_owned).collect()
        };
        assert_eq!(read(r#"["a.example,b.example", " c.example "]"#).len(), 3);
        assert_eq!(read(r#""a.example""#), ["a.example"]);
        assert!(read("null").is_empty());
        assert!(read(r#"["", " , "]"#).is_empty());
    }
}
