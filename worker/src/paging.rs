//! Opaque cursors: where a page of a list ended.

use certwright_api::page::{DEFAULT_LIMIT, MAX_LIMIT, Page};
use certwright_core::advice::advised;
use data_encoding::BASE64URL_NOPAD;

use crate::fault::Fault;

/// The position after which a page begins: the sort key and the id that breaks ties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The numeric sort key, where there is one.
    pub number: i64,
    /// The text that breaks ties, or the text sort key.
    pub text: String,
}

/// The longest position, in bytes: names as the CA gives them stand in some. Longer addresses than these
/// make are not taken by the platform.
const MAX_TEXT: usize = 8 * 1024;

impl Cursor {
    /// Before everything, in lists that run from the newest to the oldest.
    #[must_use]
    pub fn newest() -> Self {
        // As a double, which D1's numbers are, this is still exact.
        Self {
            number: 1 << 52,
            text: "~".to_owned(),
        }
    }

    /// Before everything, in lists that rise.
    #[must_use]
    pub fn first() -> Self {
        Self {
            number: -(1 << 52),
            text: String::new(),
        }
    }

    /// The opaque form.
    #[must_use]
    pub fn encode(&self) -> String {
        BASE64URL_NOPAD.encode(format!("{}.{}", self.number, self.text).as_bytes())
    }

    fn decode(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (number, text) = text.split_once('.')?;
        let number = number.parse::<i64>().ok()?;
        let is_exact = number.unsigned_abs() <= 1 << 52;
        (is_exact && text.len() <= MAX_TEXT).then(|| Self {
            number,
            text: text.to_owned(),
        })
    }
}

/// What a caller asked for in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// How many items.
    pub limit: u32,
    /// After which position; `None` from the beginning.
    pub after: Option<Cursor>,
}

impl Paging {
    /// Reads `limit` and `cursor`.
    ///
    /// # Errors
    /// [`Fault::Invalid`] naming the parameter.
    pub fn parse(limit: Option<&str>, cursor: Option<&str>) -> Result<Self, Fault> {
        let limit = match limit {
            None => DEFAULT_LIMIT,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MAX_LIMIT).contains(limit))
                .ok_or_else(|| {
                    Fault::invalid(
                        "limit",
                        "out-of-range",
                        advised("must be a number from 1 to 100", "Leave it out for 50."),
                    )
                })?,
        };
        let after = cursor
            .map(|text| {
                Cursor::decode(text).ok_or_else(|| {
                    Fault::invalid(
                        "cursor",
                        "malformed",
                        advised("must be a cursor of this list", "Start again without one."),
                    )
                })
            })
            .transpose()?;
        Ok(Self { limit, after })
    }

    /// A page from rows of which one more than `limit` was asked for, if there were so many.
    pub fn page<T>(&self, mut items: Vec<T>, position: impl Fn(&T) -> Cursor) -> Page<T> {
        let limit = self.limit as usize;
        let has_more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = if has_more {
            items.last().map(|last| position(last).encode())
        } else {
            None
        };
        Page { items, next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_others_are_refused() {
        let cursor = Cursor {
            number: -5,
            text: "com.example.www.x".into(),
        };
        let paging = Paging::parse(Some("10"), Some(&cursor.encode())).unwrap();
        assert_eq!(
            paging,
            Paging {
                limit: 10,
                after: Some(cursor)
            }
        );
        for (limit, cursor) in [(Some("0"), None), (Some("101"), None), (None, Some("%%"))] {
            assert!(Paging::parse(limit, cursor).is_err());
        }
    }

    #[test]
    fn whatever_is_stored_can_be_a_place() {
        for text in [
            "x".repeat(600),
            "🔒".repeat(600),
            "a\0\"'. \u{202e}".to_owned(),
            String::new(),
        ] {
            let cursor = Cursor { number: 7, text };
            let read = Paging::parse(None, Some(&cursor.encode())).unwrap();
            assert_eq!(read.after, Some(cursor));
        }
    }
}
