//! What names are found by: each of their parts, from where it begins to the end of the name.
//!
//! `shop-eu.whitlock.example` has the parts `shop-eu.whitlock.example`, `eu.whitlock.example`,
//! `whitlock.example` and `example`. A text that equals a part finds the name, and everything below
//! it; a text that a part begins with finds the name by a piece of it. An index over parts does both
//! by reading a range, so that a search costs as much as it shows.

use serde::{Deserialize, Serialize};

use super::names::to_unicode;

/// Longer names are cut; no name that a certificate can be ordered for is longer than 253.
const MAX_CHARACTERS: usize = 256;
/// More parts of one name than this are left out.
const MAX_PARTS: usize = 64;

/// Where a part begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum PartKind {
    /// At the beginning: the part is the whole name.
    Whole,
    /// Behind a dot: the name is below the part.
    Below,
    /// Behind a hyphen or another sign.
    Within,
}

impl From<PartKind> for u8 {
    fn from(kind: PartKind) -> Self {
        match kind {
            PartKind::Whole => 0,
            PartKind::Below => 1,
            PartKind::Within => 2,
        }
    }
}

impl TryFrom<u8> for PartKind {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            0 => Ok(Self::Whole),
            1 => Ok(Self::Below),
            2 => Ok(Self::Within),
            _ => Err("is not a kind of part"),
        }
    }
}

/// A part of a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Part {
    /// The name from there to its end, in lower case.
    pub text: String,
    /// Where it begins.
    pub kind: PartKind,
}

/// The parts of names, each once. A name of A-labels is also found as people write it.
#[must_use]
pub fn parts<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<Part> {
    let mut all = std::collections::BTreeSet::new();
    for name in names {
        all.extend(parts_of(name));
    }
    all.into_iter().collect()
}

fn parts_of(name: &str) -> Vec<Part> {
    let lower: String = name.to_lowercase().chars().take(MAX_CHARACTERS).collect();
    let name = lower.trim_end_matches('.');
    let mut parts = cut(name);
    if let Some(shown) = to_unicode(name) {
        parts.extend(cut(&shown));
    }
    parts
}

fn cut(name: &str) -> Vec<Part> {
    let mut before = None;
    let mut parts = Vec::new();
    for (at, character) in name.char_indices() {
        let kind = match before.replace(character) {
            None => Some(PartKind::Whole),
            Some('.' | '@') => Some(PartKind::Below),
            Some(sign) if !sign.is_alphanumeric() => Some(PartKind::Within),
            Some(_) => None,
        };
        let begins = kind == Some(PartKind::Whole) || character.is_alphanumeric();
        if let (Some(kind), true, Some(text)) = (kind, begins, name.get(at..)) {
            let text = text.to_owned();
            parts.push(Part { text, kind });
        }
    }
    parts.truncate(MAX_PARTS);
    parts
}

/// The wildcard that stands for this host, if one can (RFC 9525 §6.3).
#[must_use]
pub fn wildcard_over(host: &str) -> Option<String> {
    let (label, rest) = host.split_once('.')?;
    (label != "*" && !rest.is_empty()).then(|| format!("*.{rest}"))
}

/// How well a name fits a text; the best comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Match {
    /// It is the name, or a wildcard that stands for it.
    Covers,
    /// It lies below.
    Below,
    /// A part of it begins so.
    Begins,
}

/// The name that fits best, and how.
pub fn find<'n>(names: impl IntoIterator<Item = &'n str>, text: &str) -> Option<(Match, &'n str)> {
    let wildcard = wildcard_over(text);
    let base = text.strip_prefix("*.").unwrap_or(text);
    let fit = |part: &Part| match part.kind {
        PartKind::Whole if part.text == text || Some(&part.text) == wildcard.as_ref() => {
            Some(Match::Covers)
        }
        PartKind::Below if part.text == base => Some(Match::Below),
        _ if part.text.starts_with(text) => Some(Match::Begins),
        _ => None,
    };
    names
        .into_iter()
        .filter_map(|name| Some((parts_of(name).iter().filter_map(fit).min()?, name)))
        .min_by_key(|(fit, _)| *fit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(name: &str) -> Vec<(String, u8)> {
        let parts = parts([name]).into_iter();
        parts.map(|part| (part.text, part.kind.into())).collect()
    }

    #[test]
    fn a_name_has_a_part_at_each_of_its_words() {
        let expected = [
            ("eu.whitlock.example", 2),
            ("example", 1),
            ("shop-eu.whitlock.example", 0),
            ("whitlock.example", 1),
        ];
        let expected: Vec<_> = expected.map(|(text, kind)| (text.to_owned(), kind)).into();
        assert_eq!(texts("Shop-EU.whitlock.example."), expected);
        let wildcard = texts("*.whitlock.example");
        assert!(wildcard.contains(&("*.whitlock.example".into(), 0)));
        assert!(wildcard.contains(&("whitlock.example".into(), 1)));
        assert!(texts("xn--bcher-kva.example").contains(&("bücher.example".into(), 0)));
        assert!(texts("ops@whitlock.example").contains(&("whitlock.example".into(), 1)));
    }

    #[test]
    fn the_best_fit_is_told() {
        let names = [
            "shop.whitlock.example",
            "*.whitlock.example",
            "whitlock.example",
        ];
        for (text, fit, name) in [
            ("shop.whitlock.example", Match::Covers, names[0]),
            ("www.whitlock.example", Match::Covers, names[1]),
            ("whitlock.example", Match::Covers, names[2]),
            ("example", Match::Below, names[0]),
            ("whit", Match::Begins, names[0]),
            ("*.whitlock.example", Match::Covers, names[1]),
        ] {
            assert_eq!(find(names, text), Some((fit, name)), "{text}");
        }
        assert_eq!(find(names, "a.www.whitlock.example"), None);
        assert_eq!(find(names, "hitlock"), None);
        assert_eq!(wildcard_over("*.whitlock.example"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_a_part_finds_its_name(name in "[a-z*@._-]{1,40}|.{1,300}") {
            for part in parts([name.as_str()]) {
                prop_assert!(find([name.as_str()], &part.text).is_some(), "{:?}", part);
            }
        }
    }
}
