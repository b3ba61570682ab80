//! The team's public keys: a JWK set (RFC 7517), kept as a picture with its age.
//!
//! Access makes a new key every six weeks and signs with the old one no longer; both are in the set
//! for a while.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::{
    signature::modulus_bits,
    time::{DAY, HOUR, MINUTE, Timestamp},
};

/// The largest key set that is read, in bytes; Access sends about eight thousand.
pub const MAX_KEY_SET: usize = 64 * 1024;
/// How many keys are kept of a set; Access has two.
const MAX_KEYS: usize = 16;
/// Seconds for which a picture is kept at most, so that an Access that can't be reached for some
/// hours locks nobody out.
pub const KEYS_KEPT: u64 = DAY as u64;
/// Seconds after which a picture is looked after, so that a key which was withdrawn is forgotten.
const FRESH: i64 = HOUR;
/// Seconds between two fetches, whatever keys assertions name.
const PAUSE: i64 = MINUTE;
/// RFC 7518 §3.3: a key of 2048 bits or larger must be used.
const LEAST_BITS: u32 = 2048;

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Jwk>,
}

/// A key as the set has it (RFC 7517 §4, RFC 7518 §6.3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Jwk {
    #[serde(default)]
    kid: String,
    #[serde(default)]
    kty: String,
    #[serde(default)]
    alg: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

impl Jwk {
    fn numbers(&self) -> Option<Key> {
        let number = |text: &str| {
            let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
            let start = bytes.iter().position(|byte| *byte != 0)?;
            bytes.get(start..).map(<[u8]>::to_vec)
        };
        let (modulus, exponent) = (number(&self.n)?, number(&self.e)?);
        // The arithmetic relies on an odd modulus; a product of two odd primes is.
        let is_odd = modulus.last().is_some_and(|last| last % 2 == 1);
        (is_odd && modulus_bits(&modulus) >= LEAST_BITS).then_some(Key { modulus, exponent })
    }

    fn is_usable(&self) -> bool {
        let is_ours = self.kty == "RSA" && matches!(self.alg.as_str(), "RS256" | "");
        is_ours && !self.kid.is_empty() && self.numbers().is_some()
    }
}

/// The numbers of an RSA key, big-endian without leading zeros.
pub(super) struct Key {
    pub(super) modulus: Vec<u8>,
    pub(super) exponent: Vec<u8>,
}

/// The team's keys as they were at a time. It goes through a cache as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyPicture {
    /// When the keys were asked for last, with or without success.
    asked_at: i64,
    /// When they came.
    read_at: i64,
    keys: Vec<Jwk>,
}

/// What was fetched is not a key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the team's address does not answer with a set of RSA keys")]
pub struct KeysFault;

impl KeyPicture {
    /// Reads what the team's address has answered. Keys of other kinds are left out.
    ///
    /// # Errors
    /// [`KeysFault`].
    pub fn read(reply: &[u8], now: Timestamp) -> Result<Self, KeysFault> {
        if reply.len() > MAX_KEY_SET {
            return Err(KeysFault);
        }
        let set: KeySet = serde_json::from_slice(reply).map_err(|_| KeysFault)?;
        let usable = set.keys.into_iter().filter(Jwk::is_usable);
        let keys: Vec<Jwk> = usable.take(MAX_KEYS).collect();
        if keys.is_empty() {
            return Err(KeysFault);
        }
        Ok(Self {
            asked_at: now.unix(),
            read_at: now.unix(),
            keys,
        })
    }

    /// What is remembered when the keys could not be had: those of before, for a day, and that
    /// they were asked for just now.
    #[must_use]
    pub fn unanswered(before: Option<Self>, now: Timestamp) -> Self {
        let before = before.filter(|before| {
            now.seconds_since(Timestamp::from_unix(before.read_at)) < KEYS_KEPT as i64
        });
        Self {
            asked_at: now.unix(),
            read_at: before
                .as_ref()
                .map_or_else(|| now.unix(), |before| before.read_at),
            keys: before.map(|before| before.keys).unwrap_or_default(),
        }
    }

    /// Whether the keys must be asked for to verify with the key `id`: there is no picture, it is
    /// old, or the key is not in it, which a key made meanwhile would not be. At most once a
    /// minute, whatever is sent here.
    #[must_use]
    pub fn is_wanting(picture: Option<&Self>, id: &str, now: Timestamp) -> bool {
        let Some(picture) = picture else { return true };
        let age = now.seconds_since(Timestamp::from_unix(picture.asked_at));
        let is_known = picture.keys.iter().any(|key| key.kid == id);
        age >= if is_known { FRESH } else { PAUSE }
    }

    /// Whether it holds no key at all, since none could be had.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn find(&self, id: &str) -> Option<Key> {
        self.keys.iter().find(|key| key.kid == id)?.numbers()
    }
}
