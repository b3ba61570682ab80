//! Faults as people read them: what is wrong, and what to do about it. Two texts that are kept apart
//! from their source to the screen, so that they are neither cut apart at some sign nor said twice.

use std::{borrow::Cow, fmt};

/// A fault that a person can mend. `Display` says what is wrong, without a capital letter or a full
/// stop, so that it can also follow the name of a field or file.
pub trait Advice: fmt::Display {
    /// What to do about it: a whole sentence, or several.
    fn remedy(&self) -> Cow<'static, str>;

    /// Both as sentences that follow each other, where there is one text only: a log line, a command.
    fn told(&self) -> String {
        format!("{} {}", sentence(&self.to_string()), self.remedy())
    }
}

impl<A: Advice + ?Sized> Advice for &A {
    fn remedy(&self) -> Cow<'static, str> {
        (**self).remedy()
    }
}

/// A fault that is told where it is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advised<M> {
    wrong: M,
    remedy: Cow<'static, str>,
}

/// What is wrong, and what to do about it.
pub fn advised<M: fmt::Display>(wrong: M, remedy: impl Into<Cow<'static, str>>) -> Advised<M> {
    let remedy = remedy.into();
    Advised { wrong, remedy }
}

impl<M: fmt::Display> fmt::Display for Advised<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wrong.fmt(f)
    }
}

impl<M: fmt::Display> Advice for Advised<M> {
    fn remedy(&self) -> Cow<'static, str> {
        self.remedy.clone()
    }
}

/// A text as a sentence: with a full stop, and a capital letter where it begins with a plain word.
/// What begins with a name (`www.example.com`, `emSign`) or a number stays as it is.
#[must_use]
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    let word = text.split_whitespace().next().unwrap_or_default();
    let word = word.trim_end_matches([',', '.']);
    let is_plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    let mut sentence = String::with_capacity(text.len().saturating_add(1));
    let mut characters = text.chars();
    if let Some(first) = characters.next() {
        sentence.push(if is_plain {
            first.to_ascii_uppercase()
        } else {
            first
        });
        sentence.extend(characters);
    }
    if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_words_are_capitalised_and_names_are_not() {
        for (text, expected) in [
            ("is missing", "Is missing."),
            ("must be true.", "Must be true."),
            ("www.example.com is in use", "www.example.com is in use."),
            ("emSign refused", "emSign refused."),
            ("csr, or csrId", "Csr, or csrId."),
            ("csr: Is missing", "csr: Is missing."),
            ("3 names", "3 names."),
            ("  ", ""),
            ("\"x\" is long", "\"x\" is long."),
        ] {
            assert_eq!(sentence(text), expected);
        }
    }

    #[test]
    fn a_fault_is_told_in_two_sentences() {
        let fault = advised("the name is empty", "Give a domain name.");
        assert_eq!(fault.told(), "The name is empty. Give a domain name.");
    }

    proptest! {
        #[test]
        fn a_sentence_stays_one(text in ".{0,60}") {
            let once = sentence(&text);
            prop_assert_eq!(sentence(&once), once);
        }
    }
}
