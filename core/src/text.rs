//! The texts that people and programs send: how long each may be, and of which characters.
//!
//! [`Limit`]s are counted in characters (code points), not in bytes. What a text must not hold is the
//! same everywhere: characters that end a line where there is one line, that change the direction in
//! which others are read (Unicode UAX #9: they let a text show something else than it says, CVE-2021-42574),
//! or that are no characters at all.

use std::{borrow::Cow, fmt};

use crate::advice::Advice;

/// What a text may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The fewest characters; 0 where the text may be absent.
    pub least: usize,
    /// The most characters.
    pub most: usize,
}

impl Limit {
    /// The name that people give an account, a token or a CSR.
    pub const LABEL: Self = Self::of(1, 100);
    /// The name of a person, or the place where they sign.
    pub const PERSON: Self = Self::of(1, 100);
    /// What somebody is by profession (`requestorDesignation`), where it is given: the CA refuses other
    /// lengths with EMS-1194.
    pub const DESIGNATION: Self = Self::of(3, 63);
    /// An e-mail address (RFC 5321 §4.5.3.1.3, less the angle brackets).
    pub const EMAIL: Self = Self::of(3, 254);
    /// Words for people at the CA that go with an order.
    pub const REMARKS: Self = Self::of(0, 200);
    /// Why a certificate is revoked or an order cancelled or declined.
    pub const REASON: Self = Self::of(1, 200);
    /// The key under which a request is repeated.
    pub const IDEMPOTENCY_KEY: Self = Self::of(1, 255);
    /// What is searched for; the longest that has a sense is a URL.
    pub const SEARCH: Self = Self::of(1, 2_000);
    /// To whom a license was given.
    pub const LICENSEE: Self = Self::of(1, 200);

    const fn of(least: usize, most: usize) -> Self {
        Self { least, most }
    }
}

/// The longest name of the CA's that lists are sorted by, in characters: no domain name is longer (RFC
/// 1035 §2.3.4), and others are told apart by their numbers. The name itself is kept as it came.
const SORTED_NAME: usize = 255;

/// What is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFault {
    /// Nothing that can be seen.
    Missing,
    /// Fewer characters than this.
    TooShort(usize),
    /// More characters than this.
    TooLong(usize),
    /// It goes on in another line.
    Lines,
    /// A character that has no place in a text.
    Character(char),
}

impl TextFault {
    /// A stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing | Self::TooShort(_) | Self::TooLong(_) => "length",
            Self::Lines | Self::Character(_) => "character",
        }
    }
}

impl fmt::Display for TextFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("must not be empty"),
            Self::TooShort(least) => write!(f, "must have at least {least} characters"),
            Self::TooLong(most) => write!(f, "must have at most {most} characters"),
            Self::Lines => f.write_str("must be on one line"),
            Self::Character(c) if is_direction(*c) => write!(
                f,
                "must not contain U+{:04X}, which changes the direction of the text",
                u32::from(*c)
            ),
            Self::Character(c) => write!(
                f,
                "must not contain U+{:04X}, which cannot be seen",
                u32::from(*c)
            ),
        }
    }
}

impl Advice for TextFault {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::Missing => "Fill it in.",
            Self::TooShort(_) => "Write it in full.",
            Self::TooLong(_) => "Shorten it.",
            Self::Lines => "Remove the line breaks and tabs.",
            Self::Character(_) => "Type the text instead of pasting it.",
        }
        .into()
    }
}

impl std::error::Error for TextFault {}

/// A text on one line, without the white space around it.
///
/// # Errors
/// [`TextFault`].
pub fn line(text: &str, limit: Limit) -> Result<&str, TextFault> {
    let text = text.trim();
    // No more is looked at than decides.
    let length = text.chars().take(limit.most.saturating_add(1)).count();
    if length > limit.most {
        return Err(TextFault::TooLong(limit.most));
    }
    if let Some(c) = text.chars().find(|c| is_refused(*c)) {
        return Err(match c {
            '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                TextFault::Lines
            }
            other => TextFault::Character(other),
        });
    }
    if limit.least > 0 && visible(text).is_empty() {
        return Err(TextFault::Missing);
    }
    if length < limit.least {
        return Err(TextFault::TooShort(limit.least));
    }
    Ok(text)
}

/// Whether a character has no place in a text of one line.
pub(crate) fn is_refused(c: char) -> bool {
    c.is_control()
        || is_direction(c)
        || matches!(
            c,
            // Ends of lines and paragraphs; shaping that Unicode deprecates; annotations; tags.
            '\u{2028}' | '\u{2029}' | '\u{206a}'..='\u{206f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
        || is_noncharacter(c)
}

/// Embeddings, overrides and isolates (UAX #9 §2).
fn is_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Code points that Unicode never gives to a character (the Unicode Standard, §23.7).
fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

/// A text without all that cannot be seen in it: white space, control characters, and what has no width
/// or no ink. A secret that was pasted with some of these is still that secret.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars().filter(|c| !is_unseen(*c)).collect()
}

/// A text without what cannot be seen at its ends.
#[must_use]
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(is_unseen)
}

fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || is_refused(c)
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}'
                | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}'
                | '\u{e0080}'..='\u{e0fff}'
        )
}

/// Whether a text shows a secret, whatever cannot be seen in either.
#[must_use]
pub fn shows(text: &str, secret: &str) -> bool {
    let secret = visible(secret);
    !secret.is_empty() && visible(text).contains(&secret)
}

/// A text of at most so many characters: the end of a longer one is an ellipsis.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => {
            let kept = text.chars().take(most.saturating_sub(1));
            kept.chain(['…']).take(most).collect()
        }
    }
}

/// The text by which a name of the CA's is sorted and found: short enough for the address of a list's
/// next page, and on one line.
#[must_use]
pub fn sorted(name: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    shortened(name, SORTED_NAME).chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_have_a_length_in_characters() {
        let limit = Limit::LABEL;
        assert_eq!(line(" Deploy web ", limit), Ok("Deploy web"));
        assert_eq!(line(&"ü".repeat(100), limit), Ok("ü".repeat(100).as_str()));
        assert_eq!(line(&"ü".repeat(101), limit), Err(TextFault::TooLong(100)));
        let unseen = ["", " \n", "\u{200b}", "\u{3164}\u{2800}"];
        for text in unseen {
            assert_eq!(line(text, limit), Err(TextFault::Missing), "{text:?}");
        }
        assert_eq!(line("", Limit::REMARKS), Ok(""));
        assert_eq!(line("a", Limit::EMAIL), Err(TextFault::TooShort(3)));
        let told = TextFault::TooLong(100).told();
        assert_eq!(told, "Must have at most 100 characters. Shorten it.");
    }

    #[test]
    fn texts_are_what_they_show() {
        for c in ['\n', '\r', '\t', '\u{85}', '\u{2028}', '\u{2029}', '\u{b}'] {
            let found = line(&format!("a{c}b"), Limit::LABEL).map(str::to_owned);
            assert_eq!(found, Err(TextFault::Lines), "{c:?}");
        }
        let refused = [
            '\0',
            '\u{1b}',
            '\u{7f}',
            '\u{9b}',
            '\u{202a}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{fdd0}',
            '\u{ffff}',
            '\u{1fffe}',
            '\u{10ffff}',
            '\u{feff}',
            '\u{e0041}',
        ];
        for c in refused {
            let found = line(&format!("a{c}b"), Limit::LABEL).map(str::to_owned);
            assert_eq!(found, Err(TextFault::Character(c)), "{c:?}");
        }
        for text in [
            "Jürgen Groß",
            "Δάφνη",
            "दीपिका",
            "דנה",
            "田中 太郎",
            "👩‍💻 web",
        ] {
            assert_eq!(line(text, Limit::PERSON), Ok(text));
        }
    }

    #[test]
    fn a_secret_shows_whatever_is_put_between() {
        for text in [
            "K3Y-abc",
            "my K3Y-abc!",
            "K3Y\u{200b}-abc\n",
            " K 3\u{ad}Y\u{2060}-a\u{feff}bc",
        ] {
            assert!(shows(text, " K3Y-abc\r\n"), "{text:?}");
        }
        assert!(!shows("K3Y", "K3Y-abc") && !shows("anything", "\u{200b}"));
    }

    #[test]
    fn names_are_cut_for_lists() {
        assert_eq!(sorted("Whitlock\nFoods"), "Whitlock Foods");
        let domain = "a".repeat(253);
        assert_eq!(sorted(&domain), domain);
        let cut = sorted(&"ü".repeat(600));
        assert!(cut.chars().count() == 255 && cut.ends_with('…'));
        assert_eq!(
            (shortened("abc", 0), shortened("abc", 3)),
            (String::new(), "abc".into())
        );
    }

    proptest! {
        #[test]
        fn every_text_is_judged(text in any::<String>(), least in 0_usize..4, most in 0_usize..40) {
            let limit = Limit { least, most };
            match line(&text, limit) {
                Ok(kept) => {
                    prop_assert!((least..=most).contains(&kept.chars().count()));
                    prop_assert!(!kept.chars().any(|c| c.is_control() || is_refused(c)));
                    prop_assert_eq!(line(kept, limit), Ok(kept));
                }
                Err(fault) => prop_assert!(fault.to_string().chars().count() < 120),
            }
            prop_assert!(shortened(&text, most).chars().count() <= most);
            prop_assert!(visible(&text).len() <= text.len());
        }
    }
}
