//! Which Worker this browser talks to, and with which token.

use serde::{Deserialize, Serialize};

use crate::browser::storage::{self, Area};

/// The key under which the connection is remembered; the background worker reads it too.
const KEY: &str = "connection";

/// A Worker and the token for it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Connection {
    /// The Worker's origin, without a slash at the end.
    pub(crate) address: String,
    /// The sign-in token. A secret; empty where Cloudflare Access signs in.
    pub(crate) token: String,
    /// Whether the person chose to have it remembered on the disk.
    pub(crate) is_kept: bool,
}

impl Connection {
    /// The connection of this browser, if it has one.
    pub(crate) async fn recall() -> Option<Self> {
        match storage::read(Area::Session, KEY).await {
            Some(connection) => Some(connection),
            None => storage::read(Area::Local, KEY).await,
        }
    }

    /// Remembers it: until the browser is closed, or for good where the person chose so.
    pub(crate) async fn remember(&self) {
        Self::forget().await;
        let area = if self.is_kept {
            Area::Local
        } else {
            Area::Session
        };
        storage::write(area, KEY, self).await;
    }

    /// Forgets it everywhere.
    pub(crate) async fn forget() {
        storage::remove(Area::Session, KEY).await;
        storage::remove(Area::Local, KEY).await;
    }
}

/// Why a text is no address of a Worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressFault {
    /// It is no web address.
    NotAnAddress,
    /// A token would travel in clear text.
    NotEncrypted,
}

/// The origin of an address that a person typed; `https` where they left the scheme out.
pub(crate) fn origin(typed: &str) -> Result<String, AddressFault> {
    let typed = typed.trim().trim_end_matches('/');
    let full = if typed.contains("://") {
        typed.to_owned()
    } else {
        format!("https://{typed}")
    };
    let url = web_sys::Url::new(&full).map_err(|_| AddressFault::NotAnAddress)?;
    let is_local = matches!(url.hostname().as_str(), "127.0.0.1" | "localhost" | "[::1]");
    match url.protocol().as_str() {
        "https:" => Ok(url.origin()),
        "http:" if is_local => Ok(url.origin()),
        "http:" => Err(AddressFault::NotEncrypted),
        _ => Err(AddressFault::NotAnAddress),
    }
}
