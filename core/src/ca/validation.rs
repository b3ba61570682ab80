//! Showing control of a domain.

use serde::{Deserialize, Serialize};

/// How control of a domain is shown (`dcvMethod`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DcvMethod {
    /// A DNS TXT record.
    DnsTxt,
    /// A file over HTTP or HTTPS.
    HttpFile,
    /// An e-mail with a code.
    Email,
}

/// What to publish to show control of a domain, exactly as the CA gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "method")]
pub enum DcvChallenge {
    /// Publish `token` as a TXT record. The CA does not return the host name of the record
    /// (emSign API reference, A12.4).
    DnsTxt {
        /// The record's value.
        token: String,
    },
    /// Serve `content` at `/.well-known/pki-validation/<file_name>.txt`.
    #[serde(rename_all = "camelCase")]
    HttpFile {
        /// The file's name as the CA gave it.
        file_name: String,
        /// The file's content.
        content: String,
    },
    /// One of these addresses receives a message.
    Email {
        /// The addresses to choose from.
        addresses: Vec<String>,
    },
}
