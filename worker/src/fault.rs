//! Why a use case did not do what was asked: typed here, made a problem document at the edge.

use certwright_api::problem::FieldProblem;
use certwright_core::{
    advice::{Advice, sentence},
    fault::CaFault,
    order::TransitionError,
};

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
    pub fn invalid(field: &str, code: &str, wrong: impl Advice) -> Self {
        Self::Invalid(vec![field_problem(field, code, wrong)])
    }

    /// The order was changed by someone else between reading and writing.
    #[must_use]
    pub fn order_moved() -> Self {
        Self::Conflict(Conflict {
            code: "order-moved",
            field: None,
            detail: "the order was changed meanwhile".to_owned(),
            remedy: Some("reload it, then try again".to_owned()),
        })
    }
}

/// A fault of one field, in sentences.
#[must_use]
pub fn field_problem(field: &str, code: &str, wrong: impl Advice) -> FieldProblem {
    FieldProblem {
        field: field.to_owned(),
        code: code.to_owned(),
        message: sentence(&wrong.to_string()),
        remedy: Some(sentence(&wrong.remedy())).filter(|remedy| !remedy.is_empty()),
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
        let code = match &error {
            E::NotAwaitingApproval => "not-waiting",
            E::AwaitsApproval => "awaits-approval",
            E::OwnOrder => "own-order",
            E::NotADecider => "not-a-decider",
            E::NotTheRequester => "not-the-requester",
            E::RevocationUnderWay => "revocation-under-way",
            E::RevocationReasonDiffers => "revocation-reason-differs",
            E::ApprovalLapsed => "approval-lapsed",
            _ => "order-state",
        };
        Self::Conflict(Conflict {
            code,
            field: None,
            detail: error.to_string(),
            remedy: Some(error.remedy().into_owned()),
        })
    }
}
