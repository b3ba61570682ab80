//! Which Worker this browser talks to, and with which token.

use serde::{Deserialize, Serialize};

use crate::browser::storage::{self, Area};

/// The key under which the connection is remembered; the background worker reads it too.
const KEY: &str = "connection";
/// The key under which the address alone is remembered: it is no secret, and whoever signs in again
/// does not look for it again.
const ADDRESS: &str = "address";

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
        storage::write(Area::Local, ADDRESS, &self.address).await;
    }

    /// The address of the last connection.
    pub(crate) async fn last_address() -> Option<String> {
        storage::read(Area::Local, ADDRESS).await
    }

    /// Forgets it everywhere; the address stays.
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

/// The origin of an address that a person typed or pasted: with or without scheme and path, in any
/// case, with blanks and brackets around it from a mail. Without a scheme it is `https`, on this very
/// machine `http`.
pub(crate) fn origin(typed: &str) -> Result<String, AddressFault> {
    let is_noise = |letter: char| {
        letter.is_whitespace()
            || letter.is_control()
            || matches!(
                letter,
                '<' | '>' | '"' | '\'' | '\u{200b}'..='\u{200f}' | '\u{feff}'
            )
    };
    // No host has a blank in it, so one in the middle came from a line break.
    let typed: String = typed.chars().filter(|letter| !is_noise(*letter)).collect();
    let full = if typed.contains("://") {
        typed
    } else {
        let typed = typed.trim_start_matches('/');
        let https = format!("https://{typed}");
        let url = web_sys::Url::new(&https).map_err(|_| AddressFault::NotAnAddress)?;
        if is_loopback(&url.hostname()) {
            format!("http://{typed}")
        } else {
            https
        }
    };
    let url = web_sys::Url::new(&full).map_err(|_| AddressFault::NotAnAddress)?;
    let host = url.hostname();
    let is_local = is_loopback(&host);
    // A word without a dot is a typing mistake more often than a machine's name.
    if host.is_empty() || !(is_local || host.contains('.') || host.starts_with('[')) {
        return Err(AddressFault::NotAnAddress);
    }
    match url.protocol().as_str() {
        "https:" => Ok(url.origin()),
        "http:" if is_local => Ok(url.origin()),
        "http:" => Err(AddressFault::NotEncrypted),
        _ => Err(AddressFault::NotAnAddress),
    }
}

/// Whether a host is this very machine (RFC 1122 §3.2.1.3, RFC 6761 §6.3).
fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host == "[::1]"
        || host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}
