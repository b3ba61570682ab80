//! Strings and their uses agree: nothing is shown without a text, no text is left unused, and a
//! translation says the same with the same places.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[derive(Deserialize)]
struct Message {
    message: String,
}

type Messages = BTreeMap<String, Message>;

/// Families of keys that are put together from a value of the API (`text::t_value`), and keys that
/// the browser and the background worker read.
const FAMILIES: &[&str] = &[
    "action_",
    "actor_",
    "appearance_",
    "environment_",
    "outcome_",
    "part_",
    "person_",
    "reason_",
    "role_",
    "stage_",
    "state_",
    "strength_",
    "token_state_",
    "work_",
    "notify_",
    "menu_",
    "command_",
];
const OTHERS: [&str; 2] = ["name", "description"];

fn folder() -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).to_path_buf()
}

fn messages(language: &str) -> Messages {
    let path = folder()
        .join("shared/_locales")
        .join(language)
        .join("messages.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn sources(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// Everything in the sources that could be a key: a literal of small letters, digits and `_`.
fn literals(source: &str) -> BTreeSet<String> {
    let is_key = |text: &&str| {
        text.starts_with(|letter: char| letter.is_ascii_lowercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    source
        .lines()
        .flat_map(|line| line.split('"'))
        .filter(is_key)
        .map(str::to_owned)
        .collect()
}

/// The keys that are asked for in so many words: `t("…")`, `t_with("…"`, `t_count("…"` and the like.
fn asked_for(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for call in ["t(\"", "t_with(\"", "t_count(\"", "t_count_with(\""] {
        for (at, _) in source.match_indices(call) {
            let is_call = !source[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            if let Some((key, _)) = source[at + call.len()..].split_once('"')
                && is_call
            {
                found.insert(key.to_owned());
            }
        }
    }
    found
}

fn source() -> String {
    let mut source = String::new();
    sources(&folder().join("src"), &mut source);
    source
}

#[test]
fn every_string_that_is_asked_for_is_there() {
    let english = messages("en");
    let missing: Vec<_> = asked_for(&source())
        .into_iter()
        .filter(|key| !english.contains_key(key))
        .filter(|key| !["seats", "unheard_of", "orders_gone"].contains(&key.as_str()))
        .collect();
    assert!(missing.is_empty(), "no English text for {missing:?}");
}

#[test]
fn every_string_is_used() {
    let literals = literals(&source());
    // The form for one thing is asked for by the key without that ending (`text::t_count`).
    let is_used = |key: &&String| {
        literals.contains(*key)
            || key
                .strip_suffix("_one")
                .is_some_and(|all| literals.contains(all))
            || OTHERS.contains(&key.as_str())
            || FAMILIES.iter().any(|family| key.starts_with(family))
    };
    let english = messages("en");
    let unused: Vec<_> = english.keys().filter(|key| !is_used(key)).collect();
    assert!(unused.is_empty(), "used nowhere: {unused:?}");
}

#[test]
fn translations_fit_the_english_text() {
    let english = messages("en");
    for language in ["de", "ja"] {
        let translated = messages(language);
        for (key, Message { message }) in &translated {
            let original = english
                .get(key)
                .unwrap_or_else(|| panic!("{language}: {key} is unknown"));
            let places = places(&original.message);
            assert_eq!(self::places(message), places, "{language}: {key}");
        }
    }
}

fn places(text: &str) -> BTreeSet<&str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn every_outcome_of_the_trail_has_a_text() {
    let english = messages("en");
    for (outcome, _) in certwright_core::audit::OUTCOMES {
        let key = format!("outcome_{}", outcome.replace(' ', "_"));
        assert!(english.contains_key(&key), "no English text for {key}");
    }
}
