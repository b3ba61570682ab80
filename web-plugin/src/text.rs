//! The strings that people read, by key, in their language.
//!
//! They stand in `shared/_locales/LANGUAGE/messages.json`, in the form that browsers read an
//! extension's name from. `tests/strings.rs` holds the keys used here against those files.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Display;

use serde::Deserialize;

thread_local! {
    static STRINGS: RefCell<HashMap<String, String>> = RefCell::default();
}

#[derive(Deserialize)]
struct Message {
    message: String,
}

/// What is added to a string's key for the form that counts one thing.
const ONE: &str = "_one";

/// Takes the strings of a `messages.json`; those of a later call replace earlier ones.
///
/// # Errors
/// When the text is not of that form.
pub fn install(messages: &str) -> Result<(), serde_json::Error> {
    let messages: HashMap<String, Message> = serde_json::from_str(messages)?;
    STRINGS.with_borrow_mut(|strings| {
        // A language without a form of its own for one thing must not show another language's.
        for key in messages.keys() {
            strings.remove(&format!("{key}{ONE}"));
        }
        strings.extend(
            messages
                .into_iter()
                .map(|(key, entry)| (key, entry.message)),
        );
    });
    Ok(())
}

/// The string with this key; the key itself when there is none, so that a gap shows.
#[must_use]
pub fn t(key: &str) -> String {
    STRINGS.with_borrow(|strings| strings.get(key).cloned().unwrap_or_else(|| key.to_owned()))
}

/// The string with this key, with values in the places of its `{name}`s.
#[must_use]
pub fn t_with(key: &str, values: &[(&str, &dyn Display)]) -> String {
    values.iter().fold(t(key), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), &value.to_string())
    })
}

/// The string with this key for so many things, with the number in the place of `{n}`. The form for
/// one thing, where the language has one, has the key with `_one` at its end.
#[must_use]
pub fn t_count(key: &str, n: u64) -> String {
    t_count_with(key, n, &[])
}

/// [`t_count`], with further values in their places.
#[must_use]
pub fn t_count_with(key: &str, n: u64, values: &[(&str, &dyn Display)]) -> String {
    let one = format!("{key}{ONE}");
    let has_one = n == 1 && STRINGS.with_borrow(|strings| strings.contains_key(&one));
    let text = t_with(if has_one { &one } else { key }, values);
    text.replace("{n}", &n.to_string())
}

/// A number of things in memory, for [`t_count`].
#[must_use]
pub fn count(things: usize) -> u64 {
    u64::try_from(things).unwrap_or(u64::MAX)
}

/// How many of several names are said before the rest is counted.
const NAMED: usize = 2;

/// Several names in a line: the first two, and how many more there are.
#[must_use]
pub fn t_names(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => t_with("names_two", &[("first", one), ("second", other)]),
        [first @ .., _] => {
            let said = first.get(..NAMED).unwrap_or(first);
            let more = names.len() - said.len();
            t_with("names_more", &[("names", &said.join(", ")), ("n", &more)])
        }
    }
}

/// The string for a value that the API names in camel case: `family` and that name in snake case
/// make the key. A name that we don't know is shown as it came.
#[must_use]
pub fn t_value(family: &str, name: &str) -> String {
    let mut key = format!("{family}_");
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            key.push('_');
        }
        key.push(if letter == '-' {
            '_'
        } else {
            letter.to_ascii_lowercase()
        });
    }
    STRINGS.with_borrow(|strings| {
        strings
            .get(&key)
            .cloned()
            .unwrap_or_else(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_their_places() {
        install(r#"{ "seats": { "message": "{used} of {all}", "description": "x" } }"#).unwrap();
        assert_eq!(t_with("seats", &[("used", &3), ("all", &10)]), "3 of 10");
        assert_eq!(t("unheard_of"), "unheard_of");
    }

    #[test]
    fn one_thing_is_counted_in_its_own_form() {
        let english = r#"{ "orders_gone": { "message": "{n} orders deleted" },
            "orders_gone_one": { "message": "1 order deleted" } }"#;
        install(english).unwrap();
        assert_eq!(t_count("orders_gone", 1), "1 order deleted");
        assert_eq!(t_count("orders_gone", 0), "0 orders deleted");
        assert_eq!(t_count("orders_gone", 2), "2 orders deleted");
        // Japanese has one form for all numbers.
        install(r#"{ "orders_gone": { "message": "{n} 件" } }"#).unwrap();
        assert_eq!(t_count("orders_gone", 1), "1 件");
    }

    #[test]
    fn names_are_said_and_the_rest_counted() {
        let texts = r#"{ "names_two": { "message": "{first} and {second}" },
            "names_more": { "message": "{names} and {n} more" } }"#;
        install(texts).unwrap();
        let all: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        let said = |count| t_names(all.get(..count).unwrap());
        assert_eq!(said(0), "");
        assert_eq!(said(1), "a");
        assert_eq!(said(2), "a and b");
        assert_eq!(said(3), "a, b and 1 more");
        assert_eq!(said(4), "a, b and 2 more");
    }

    #[test]
    fn names_of_the_api_find_their_strings() {
        install(r#"{ "job_admit_held": { "message": "Store held certificates" } }"#).unwrap();
        assert_eq!(t_value("job", "admitHeld"), "Store held certificates");
        assert_eq!(t_value("job", "newKind"), "newKind");
    }
}
