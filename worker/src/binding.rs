//! Binding of stored values to the deployment's master key: the core's tag under the platform's key.

use certwright_core::{
    binding::{self, Purpose},
    time::DAY,
};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    caller::Caller,
    database::json,
    fault::Fault,
    platform::{Platform, SealFault},
};

/// Seconds for which the cursors of one export are taken.
const CURSOR_HOLDS: i64 = DAY;

/// The place of a cursor, and when its export was begun.
#[derive(Serialize, Deserialize)]
struct Begun<T> {
    at: i64,
    place: T,
}

/// The tag of these fields, under the current master key.
///
/// # Errors
/// [`SealFault`] when the master key is missing or malformed.
pub fn bind(
    platform: &impl Platform,
    purpose: Purpose,
    fields: &[&str],
) -> Result<String, SealFault> {
    let version = platform.settings().master_key;
    let key = platform.binding_key(version)?;
    Ok(key.tag(version, purpose, fields))
}

/// Whether a tag is that of these fields, under the master key that it names.
pub fn holds(platform: &impl Platform, purpose: Purpose, fields: &[&str], tag: &str) -> bool {
    let key = binding::version(tag).map(|version| platform.binding_key(version));
    match key {
        Some(Ok(key)) => key.holds(purpose, fields, tag),
        Some(Err(fault)) => {
            platform.log(&format!("a stored value could not be verified: {fault}"));
            false
        }
        None => false,
    }
}

/// Which export a cursor is of. What is exported is recorded when it is begun, so a cursor is taken from
/// nobody but the caller who began, for the same export, within a day.
#[derive(Clone, Copy)]
pub struct Export<'a> {
    /// Which kind.
    pub purpose: Purpose,
    /// Whose.
    pub caller: &'a Caller,
    /// Of what; empty when the kind says it.
    pub subject: &'a str,
}

/// The cursor of a place in an export that was begun at `at`.
///
/// # Errors
/// [`Fault::Seal`].
pub fn cursor<T: Serialize>(
    platform: &impl Platform,
    export: Export<'_>,
    at: i64,
    place: &T,
) -> Result<String, Fault> {
    let place = json(&Begun { at, place })?;
    let fields = [export.caller.actor.as_str(), export.subject, &place];
    let tag = bind(platform, export.purpose, &fields)?;
    Ok(format!(
        "{}.{tag}",
        BASE64URL_NOPAD.encode(place.as_bytes())
    ))
}

/// The place of a cursor, and when its export was begun; `None` when it is not one of this export, or a
/// day old.
pub fn place<T: DeserializeOwned>(
    platform: &impl Platform,
    export: Export<'_>,
    cursor: &str,
) -> Option<(i64, T)> {
    let (encoded, tag) = cursor.split_once('.')?;
    let bytes = BASE64URL_NOPAD.decode(encoded.as_bytes()).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let fields = [export.caller.actor.as_str(), export.subject, &text];
    if !holds(platform, export.purpose, &fields, tag) {
        return None;
    }
    let Begun { at, place } = serde_json::from_str(&text).ok()?;
    ((platform.now().unix() - at) < CURSOR_HOLDS).then_some((at, place))
}
