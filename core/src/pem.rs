//! The textual encoding of DER (RFC 7468), read more tolerantly than written.
//!
//! CAs and people hand over PEM with its line ends turned into spaces, with CRLF, inside an email,
//! or as bare base64; all of that is read. A secret is recognised first and refused, so that
//! it is neither stored nor repeated in a message.

use data_encoding::{BASE64, BASE64_NOPAD};
use std::borrow::Cow;

use crate::{
    advice::Advice,
    secret::{self, SecretKind},
};

/// The most text that is read as one CSR or one certificate.
pub const MAX_SINGLE: usize = 64 * 1024;
/// The most text that is read as a chain of certificates.
pub const MAX_CHAIN: usize = 256 * 1024;
/// The label of a certificate (RFC 7468 §5).
pub const CERTIFICATE: &str = "CERTIFICATE";
/// The label of a CSR (RFC 7468 §7).
pub const CERTIFICATE_REQUEST: &str = "CERTIFICATE REQUEST";
/// The older label of a CSR, which Windows still writes (RFC 7468 §7).
pub const NEW_CERTIFICATE_REQUEST: &str = "NEW CERTIFICATE REQUEST";

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";
/// Longer labels are noise; RFC 7468 sets no limit.
const MAX_SHOWN_LABEL: usize = 40;

/// Why a text could not be read as PEM. No message repeats the input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PemFault {
    /// The text holds a private key or another secret.
    #[error("{0}")]
    Secret(SecretKind),
    /// The text is longer than what is read.
    #[error("the text is larger than {limit} bytes")]
    TooLarge {
        /// How much is read.
        limit: usize,
    },
    /// Neither PEM nor base64.
    #[error("this is not PEM")]
    NotPem {
        /// The label that was looked for.
        expected: String,
    },
    /// The text holds something else.
    #[error("this is {}", named(found))]
    WrongLabel {
        /// The label that was looked for.
        expected: String,
        /// The label of the first block.
        found: String,
    },
    /// More than one block where one is meant.
    #[error("this holds {count} PEM blocks labelled {label}")]
    Several {
        /// The label.
        label: String,
        /// How many there are.
        count: usize,
    },
    /// A block without its end.
    #[error("the PEM block has no END line")]
    Unterminated {
        /// The label.
        label: String,
    },
    /// The content is not base64.
    #[error("the content of the PEM block is not base64")]
    NotBase64,
}

impl Advice for PemFault {
    fn remedy(&self) -> Cow<'static, str> {
        match self {
            Self::Secret(kind) => kind.remedy_when_sent().into(),
            Self::TooLarge { .. } => "Paste only the PEM block.".into(),
            Self::NotPem { expected } => format!(
                "Paste everything from -----BEGIN {expected}----- to -----END {expected}-----."
            )
            .into(),
            Self::WrongLabel { expected, .. } => format!("Paste a {expected}.").into(),
            Self::Several { .. } => "Paste exactly one.".into(),
            Self::Unterminated { .. } => "Copy it to its last line.".into(),
            Self::NotBase64 => "Copy it again, without changes.".into(),
        }
    }
}

/// One labelled block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What stands behind BEGIN.
    pub label: String,
    /// The decoded content.
    pub der: Vec<u8>,
}

/// Every block of a text, in order, whatever its label. Text between blocks is skipped.
///
/// # Errors
/// [`PemFault`]; a text without any block gives an empty list.
pub fn blocks(text: &str, limit: usize) -> Result<Vec<Block>, PemFault> {
    refuse_secrets(text.as_bytes())?;
    split(text, limit)
}

/// Refuses what certainly is a secret.
pub(crate) fn refuse_secrets(input: &[u8]) -> Result<(), PemFault> {
    match secret::detect(input).certain() {
        Some(kind) => Err(PemFault::Secret(kind)),
        None => Ok(()),
    }
}

/// [`blocks`] of a text that was looked through for secrets before.
pub(crate) fn split(text: &str, limit: usize) -> Result<Vec<Block>, PemFault> {
    if text.len() > limit {
        return Err(PemFault::TooLarge { limit });
    }
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let Some((label, body)) = after.split_once(DASHES) else {
            return Err(PemFault::Unterminated {
                label: shown(after),
            });
        };
        let end = format!("-----END {label}-----");
        let Some((body, after)) = body.split_once(&end) else {
            return Err(PemFault::Unterminated {
                label: shown(label),
            });
        };
        found.push(Block {
            label: label.to_owned(),
            der: base64(body)?,
        });
        rest = after;
    }
    Ok(found)
}

/// The content of the one block with this label. Blocks with other labels may stand around it;
/// a text without any block is read as bare base64.
///
/// # Errors
/// [`PemFault`].
pub fn decode(text: &str, label: &str, limit: usize) -> Result<Vec<u8>, PemFault> {
    let mut all = decode_all(text, label, limit)?;
    match (all.pop(), all.len()) {
        (Some(only), 0) => Ok(only),
        (_, others) => Err(PemFault::Several {
            label: label.to_owned(),
            count: others + 1,
        }),
    }
}

/// The contents of all blocks with this label, at least one. Blocks with other labels are
/// skipped; a text without any block is read as bare base64.
///
/// # Errors
/// [`PemFault`].
pub fn decode_all(text: &str, label: &str, limit: usize) -> Result<Vec<Vec<u8>>, PemFault> {
    let blocks = blocks(text, limit)?;
    let Some(first) = blocks.first().map(|block| block.label.clone()) else {
        return bare(text, label).map(|der| vec![der]);
    };
    let wanted: Vec<_> = blocks
        .into_iter()
        .filter(|block| block.label == label)
        .map(|block| block.der)
        .collect();
    if wanted.is_empty() {
        return Err(PemFault::WrongLabel {
            expected: label.to_owned(),
            found: shown(&first),
        });
    }
    Ok(wanted)
}

/// Writes a block as RFC 7468 §2 asks: lines of 64 characters, each ended by a line feed.
#[must_use]
pub fn encode(label: &str, der: &[u8]) -> String {
    let body = BASE64.encode(der);
    let mut text = String::with_capacity(body.len() + body.len() / 64 + 2 * label.len() + 40);
    text.push_str(&format!("{BEGIN}{label}{DASHES}\n"));
    let mut rest = body.as_str();
    while let Some((line, after)) = rest.split_at_checked(64) {
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    if !rest.is_empty() {
        text.push_str(rest);
        text.push('\n');
    }
    text.push_str(&format!("{DASHES}END {label}{DASHES}\n"));
    text
}

/// Base64 without a frame, as some fields of CA answers hold it.
pub(crate) fn bare(text: &str, expected: &str) -> Result<Vec<u8>, PemFault> {
    match base64(text) {
        Ok(der) if !der.is_empty() => Ok(der),
        _ => Err(PemFault::NotPem {
            expected: expected.to_owned(),
        }),
    }
}

fn base64(body: &str) -> Result<Vec<u8>, PemFault> {
    // A PEM that went through JSON or an environment variable has its line ends as two characters.
    let body = body.replace("\\r", "").replace("\\n", "");
    let mut symbols: Vec<u8> = body.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    while symbols.last() == Some(&b'=') {
        symbols.pop();
    }
    BASE64_NOPAD
        .decode(&symbols)
        .map_err(|_| PemFault::NotBase64)
}

/// A label for a message: short, and without anything that could be content.
pub(crate) fn shown(label: &str) -> String {
    label
        .trim()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || *c == ' ')
        .take(MAX_SHOWN_LABEL)
        .collect::<String>()
        .to_ascii_uppercase()
}

/// A PEM block by its label, which may be empty.
pub(crate) fn named(label: &str) -> String {
    if label.is_empty() {
        "a PEM block without a label".to_owned()
    } else {
        format!("a PEM block labelled {label}")
    }
}
