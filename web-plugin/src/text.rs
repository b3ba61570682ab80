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

/// Takes the strings of a `messages.json`; those of a later call replace earlier ones.
///
/// # Errors
/// When the text is not of that form.
pub fn install(messages: &str) -> Result<(), serde_json::Error> {
    let messages: HashMap<String, Message> = serde_json::from_str(messages)?;
    STRINGS.with_borrow_mut(|strings| {
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
    fn names_of_the_api_find_their_strings() {
        install(r#"{ "job_admit_held": { "message": "Store held certificates" } }"#).unwrap();
        assert_eq!(t_value("job", "admitHeld"), "Store held certificates");
        assert_eq!(t_value("job", "newKind"), "newKind");
    }
}
