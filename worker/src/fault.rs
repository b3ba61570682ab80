//! Why a use case did not do what was asked: typed here, made a problem document at the edge.

use certwright_api::problem::FieldProblem;
use certwright_core::{fault::CaFault, order::TransitionError};

use crate::{database::DatabaseFault, platform::SealFault};

/// Why a request could not be served.
#[derive(Debug)]
pub enum Fault {
    /// The request breaks rules of ours; nothing was stored or sent.
    Invalid(Vec<FieldProblem>),
    /// There is no such thing.
    NotFound(&'static str),
    /// The request does not fit the present state of things.
    Conflict(Conflict),
    /// The CA did not do it.
    Ca(CaFault),
    /// Our own trouble; the text is for the log only.
    Internal(String),
    /// The deployment's secrets are not in order.
    Seal(SealFault),
}

/// The request does not fit the present state of things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// A stable code.
    pub code: &'static str,
    /// The field at fault, where there is one.
    pub field: Option<&'static str>,
    /// What is the matter.
    pub detail: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

impl Fault {
    /// One field at fault.
    #[must_use]
    pub fn invalid(field: &str, code: &str, message: impl ToString) -> Self {
        Self::Invalid(vec![explained(field, code, message)])
    }

    /// The order was changed by someone else between reading and writing.
    #[must_use]
    pub fn order_moved() -> Self {
        Self::Conflict(Conflict {
            code: "order-moved",
            field: None,
            detail: "the order changed in this very moment".to_owned(),
            remedy: Some("look at it again, then repeat the request".to_owned()),
        })
    }
}

/// A fault of one field, told as the core tells it: what is wrong and, after the last semicolon,
/// what to do about it.
#[must_use]
pub fn explained(field: &str, code: &str, message: impl ToString) -> FieldProblem {
    let message = message.to_string();
    match message.rsplit_once("; ") {
        Some((wrong, remedy)) => field_problem(field, code, wrong, Some(remedy)),
        None => field_problem(field, code, message, None),
    }
}

/// A fault of one field.
#[must_use]
pub fn field_problem(
    field: &str,
    code: &str,
    message: impl ToString,
    remedy: Option<&str>,
) -> FieldProblem {
    FieldProblem {
        field: field.to_owned(),
        code: code.to_owned(),
        message: message.to_string(),
        remedy: remedy.map(str::to_owned),
    }
}

/// For the outbox, whose errors people see.
impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Invalid(fields) => match fields.first() {
                Some(first) => write!(f, "{}: {}", first.field, first.message),
                None => f.write_str("the request cannot be accepted"),
            },
            Self::NotFound(what) => write!(f, "there is no such {what}"),
            Self::Conflict(conflict) => f.write_str(&conflict.detail),
            Self::Ca(fault) => fault.fmt(f),
            Self::Internal(_) => f.write_str("something went wrong here; it is in the log"),
            Self::Seal(fault) => fault.fmt(f),
        }
    }
}

impl From<DatabaseFault> for Fault {
    fn from(fault: DatabaseFault) -> Self {
        Self::Internal(format!("database: {}", fault.0))
    }
}

impl From<CaFault> for Fault {
    fn from(fault: CaFault) -> Self {
        Self::Ca(fault)
    }
}

impl From<SealFault> for Fault {
    fn from(fault: SealFault) -> Self {
        Self::Seal(fault)
    }
}

impl From<TransitionError> for Fault {
    fn from(error: TransitionError) -> Self {
        use TransitionError as E;
        let (code, remedy) = match &error {
            E::NotAwaitingApproval => ("not-waiting", Some("look at the order: it moved on")),
            E::AwaitsApproval => ("awaits-approval", Some("withdraw it instead")),
            E::OwnOrder => (
                "own-order",
                Some("ask another operator to approve it, or withdraw it"),
            ),
            E::NotADecider => ("not-a-decider", Some("ask an operator to decide")),
            E::NotTheRequester => ("not-the-requester", Some("ask them, or an operator")),
            E::RevocationUnderWay => (
                "revocation-under-way",
                Some(
                    "Wait until emSign has decided, or ask emSign's support to change the reason.",
                ),
            ),
            E::ApprovalLapsed => ("approval-lapsed", Some("place the order again")),
            _ => ("order-state", None),
        };
        Self::Conflict(Conflict {
            code,
            field: None,
            detail: error.to_string(),
            remedy: remedy.map(str::to_owned),
        })
    }
}
