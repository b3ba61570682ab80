//! Whether something that was pasted, dropped or sent holds a private key or another secret.
//!
//! The one reader of the page, which then sends nothing, and of the Worker, which then keeps nothing.
//! It looks at the text as it stands, at what is left when common wrappings (UTF-16, HTML, JSON,
//! quoted-printable, percent signs) are taken away, at what its base64 and hexadecimal decode to, and
//! at the bytes themselves. It never repeats what it has read; its work grows with the length of the
//! input and not faster.

use std::fmt;

mod base64;
mod binary;
mod blocks;
mod marks;
mod views;

#[cfg(test)]
mod tests;

/// How often something may be wrapped in base64: a key, its PEM text, and that text in a YAML file.
const MAX_DEPTH: u8 = 3;

/// What was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SecretKind {
    /// A private key, encrypted or not, whole or in part: PKCS #1, PKCS #8, SEC 1, OpenSSH, PuTTY,
    /// PGP, `.pvk`, XML, age and their like.
    PrivateKey,
    /// A file that is made to hold private keys: PKCS #12, Java and Bouncy Castle key stores.
    KeyStore,
    /// A JSON Web Key with its private members (RFC 7517, RFC 7518 §6).
    JsonWebKey,
    /// A token of Certwright's own.
    Token,
}

/// Why something may be a secret though it can't be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Suspicion {
    /// Base64 or bytes that belong to no certificate or request, as the rest of a key would look.
    UnknownBytes,
    /// The words that frame a private key, without a key.
    Words,
}

/// What [`detect`] makes of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detection {
    /// It holds a secret.
    Certain(SecretKind),
    /// It may hold one; whoever sends it on should be sure first.
    Suspected(Suspicion),
    /// Nothing points to one.
    None,
}

impl Detection {
    /// What was recognised, when it is certain.
    #[must_use]
    pub fn certain(self) -> Option<SecretKind> {
        match self {
            Self::Certain(kind) => Some(kind),
            Self::Suspected(_) | Self::None => None,
        }
    }

    /// Whether there is anything to worry about.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::None
    }

    /// The graver of two.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Certain(one), Self::Certain(two)) => Self::Certain(one.min(two)),
            (Self::Certain(_), _) | (Self::Suspected(_), Self::None) => self,
            (Self::Suspected(one), Self::Suspected(two)) => Self::Suspected(one.min(two)),
            (_, Self::Certain(_)) | (Self::None, _) => other,
        }
    }
}

impl SecretKind {
    /// What is wrong, as a sentence.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::PrivateKey => "This contains a private key or part of one.",
            Self::KeyStore => "This contains a key store, which can hold a private key.",
            Self::JsonWebKey => "This contains a JSON Web Key with its private part.",
            Self::Token => "This contains a Certwright token.",
        }
    }

    /// What to do when it has already been sent.
    #[must_use]
    pub fn remedy_when_sent(self) -> &'static str {
        match self {
            Self::Token => "Nothing was stored. Revoke the token and create a new one.",
            Self::PrivateKey | Self::KeyStore | Self::JsonWebKey => {
                "Nothing was stored, but the key counts as exposed. Make a new key and a new CSR, and \
                 send the CSR alone."
            }
        }
    }

    /// What to do when it has not been sent.
    #[must_use]
    pub fn remedy_when_kept(self) -> &'static str {
        match self {
            Self::Token => "It was not sent. Remove it.",
            Self::PrivateKey | Self::KeyStore | Self::JsonWebKey => {
                "It was not sent. Keep it secret, and give only the CSR, from \
                 -----BEGIN CERTIFICATE REQUEST----- to -----END CERTIFICATE REQUEST-----."
            }
        }
    }
}

impl Suspicion {
    /// What is wrong, as a sentence.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::UnknownBytes => {
                "This contains data that belongs to no CSR or certificate and may be part of a \
                 private key."
            }
            Self::Words => "This contains the words that mark a private key.",
        }
    }

    /// What to do when it has already been sent.
    #[must_use]
    pub fn remedy_when_sent(self) -> &'static str {
        "Nothing was stored. Send the CSR alone. If the rest was part of a private key, that key counts \
         as exposed: make a new one first."
    }

    /// What to do when it has not been sent.
    #[must_use]
    pub fn remedy_when_kept(self) -> &'static str {
        "It was not sent. Give only the CSR, from -----BEGIN CERTIFICATE REQUEST----- to \
         -----END CERTIFICATE REQUEST-----."
    }
}

impl fmt::Display for SecretKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl fmt::Display for Suspicion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

/// Looks for private keys and other secrets in a text or a file.
#[must_use]
pub fn detect(input: &[u8]) -> Detection {
    detect_within(input, 0)
}

fn detect_within(input: &[u8], depth: u8) -> Detection {
    let mut found = binary::file(input);
    for view in views::of(input) {
        if found.certain().is_some() {
            return found;
        }
        found = found.or(text(&view, depth));
    }
    found
}

/// What one view of a text holds.
fn text(view: &[u8], depth: u8) -> Detection {
    let upper = view.to_ascii_uppercase();
    let found = marks::find(view, &upper);
    if found.certain().is_some() {
        return found;
    }
    let segments = match blocks::segments(&upper) {
        Ok(segments) => segments,
        Err(framed) => return framed,
    };
    let mut found = found;
    for segment in &segments.list {
        let text = view.get(segment.range.clone()).unwrap_or_default();
        let inside = if segment.is_public {
            base64::public(text, depth)
        } else {
            base64::loose(text, segment.follows_block, depth)
        };
        // The words of a frame and long base64 in one text: that is a key with a broken frame.
        let key = segments.has_words && inside == Detection::Suspected(Suspicion::UnknownBytes);
        found = found.or(if key {
            Detection::Certain(SecretKind::PrivateKey)
        } else {
            inside
        });
        if found.certain().is_some() {
            return found;
        }
    }
    if segments.has_words {
        found = found.or(Detection::Suspected(Suspicion::Words));
    }
    found
}
