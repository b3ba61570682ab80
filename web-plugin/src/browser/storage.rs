//! What is remembered in this browser, as JSON under a key.
//!
//! Every failure to remember is like having nothing: the person fills in again what is missing.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::platform;

/// Where something is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Area {
    /// In memory, until the browser is closed (in the console: the tab).
    Session,
    /// On the disk, until it is removed.
    Local,
}

impl Area {
    fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Local => "local",
        }
    }
}

/// What is remembered under this key.
pub(crate) async fn read<T: DeserializeOwned>(area: Area, key: &str) -> Option<T> {
    let text = platform::read(area.name(), key).await.ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}

/// Remembers a value under this key.
pub(crate) async fn write<T: Serialize>(area: Area, key: &str, value: &T) {
    if let Ok(text) = serde_json::to_string(value) {
        let _ = platform::write(area.name(), key, &text).await;
    }
}

/// Forgets what is under this key.
pub(crate) async fn remove(area: Area, key: &str) {
    let _ = platform::remove(area.name(), key).await;
}
