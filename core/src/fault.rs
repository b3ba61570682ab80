//! What can go wrong between us and the CA, sorted by what may be done next.

use serde::{Deserialize, Serialize};

/// The outcome of a call to the CA that did not yield what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaFault {
    /// No answer, or none that can be understood. A read may be repeated; a call that changes
    /// something **may have happened** and must be reconciled, never repeated blindly.
    #[error("the CA gave no usable answer: {0}")]
    Unanswered(Unanswered),
    /// The CA turned the call away before acting on it; the same call may succeed later.
    #[error("the CA asks for fewer calls")]
    RateLimited {
        /// Seconds to wait, when the CA says so.
        after: Option<i64>,
    },
    /// The account or its access key is refused: an administrator's task.
    #[error("the CA refuses this account: {0}")]
    CredentialRefused(CaRefusal),
    /// A clear no to this call; repeating it unchanged is useless.
    #[error("the CA refused: {0}")]
    Refused(CaRefusal),
}

impl CaFault {
    /// Whether the same *read* may succeed later without anybody's help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Unanswered(_) | Self::RateLimited { .. })
    }
}

/// Why an answer could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub enum Unanswered {
    /// The connection failed, was cut, or took longer than allowed.
    #[error("the connection failed or timed out")]
    Connection,
    /// An HTTP status that says the service itself is in trouble.
    #[error("HTTP status {0}")]
    Status(u16),
    /// Something else than the documented JSON, such as a proxy's HTML page.
    #[error("the reply is not the documented JSON ({0})")]
    NotUnderstood(String),
    /// The CA itself says that something went wrong on its side, which leaves open whether it acted.
    #[error("the CA reports trouble of its own: {0}")]
    Trouble(String),
    /// The CA said no to a booking in words that do not show whether it had booked before.
    #[error("the CA's answer does not show whether it acted: {0}")]
    Unclear(Box<CaRefusal>),
    /// The reply is larger than any honest one.
    #[error("the reply is too large")]
    TooLarge,
}

/// The CA's refusal, kept as it came, with what we know about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CaRefusal {
    /// The CA's code, such as `EMS-918`; some refusals carry none.
    pub code: Option<String>,
    /// The CA's own words.
    pub message: String,
    /// The member of *our* order request at fault, where the code tells.
    pub field: Option<String>,
    /// What a person can do about it.
    pub remedy: String,
    /// The kind of refusal, where it changes what happens next.
    pub kind: RefusalKind,
}

impl CaRefusal {
    /// The CA's words and our remedy, as sentences that follow each other.
    #[must_use]
    pub fn advice(&self) -> String {
        format!("{self}. {}", self.remedy)
    }
}

impl std::fmt::Display for CaRefusal {
    /// The CA's words with its code, without a full stop.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = self.message.trim().trim_end_matches(['.', ' ']);
        match (words, &self.code) {
            ("", None) => f.write_str("The CA gave no reason"),
            ("", Some(code)) => f.write_str(code),
            (words, Some(code)) => write!(f, "{words} ({code})"),
            (words, None) => f.write_str(words),
        }
    }
}

/// The refusals that the rest of the system reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RefusalKind {
    /// The request names something wrong or lacks something.
    Invalid,
    /// The CA does not know the order.
    UnknownOrder,
    /// Not possible in the order's present state; later perhaps.
    WrongState,
    /// Already done, so a repeated call may count as success.
    AlreadyDone,
    /// Credit, balance or quantity does not allow it.
    Funds,
    /// Trouble on the CA's side, said in so many words.
    CaTrouble,
    /// A code without a known meaning.
    Other,
}
