//! Approval by a second person: an order that waits for it is not sent to the CA, and leads there
//! by [`approved`] alone.
//!
//! Who is a second person is told by the person at the root of a caller: whoever signs in through
//! Cloudflare Access, the administrator of `ADMIN_TOKEN`, or somebody whom that administrator has named when
//! making a token for them. All tokens that they make, and those that
//! are made with these, are the same person.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

use super::{
    Effect, Order, OrderState, Placing, PlacingPhase, Transition, TransitionError,
    state::{AwaitingApproval, Declined, Lapsed, Withdrawn},
};
use crate::{
    advice::Advice,
    ids::TokenId,
    permission::{Action, Role},
    text::{self, Limit, TextFault},
    time::{DAY, Timestamp},
    token::is_same_person,
};

/// Seconds after which an order that nobody decided on waits no longer: what it was checked
/// against (prices, organizations, validations) has grown old by then.
pub const LAPSES_AFTER: i64 = 30 * DAY;

/// Whose orders wait for a second person; a setting of each account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ApprovalRule {
    /// Nobody's: every order goes on at once.
    #[default]
    None,
    /// Those of requesters; operators and administrators order at once.
    Requesters,
    /// Everybody's, an administrator's too.
    Everyone,
    /// Everybody's, and revocations need a second person as well.
    EveryoneAndRevocations,
}

impl ApprovalRule {
    /// The name in the API and in the audit trail.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Requesters => "requesters",
            Self::Everyone => "everyone",
            Self::EveryoneAndRevocations => "everyoneAndRevocations",
        }
    }

    /// Whether an order placed by somebody with this role waits.
    #[must_use]
    pub fn applies_to(self, role: Option<Role>) -> bool {
        match self {
            Self::None => false,
            Self::Requesters => !Action::Operate.allows(role),
            Self::Everyone | Self::EveryoneAndRevocations => true,
        }
    }

    /// Whether a revocation waits for a second person.
    #[must_use]
    pub fn applies_to_revocations(self) -> bool {
        self == Self::EveryoneAndRevocations
    }

    /// Whether two people had to agree on what this rule allows less than `other`.
    fn is_laxer_than(self, other: Self) -> bool {
        match other {
            Self::None | Self::Requesters => false,
            Self::Everyone => matches!(self, Self::None | Self::Requesters),
            Self::EveryoneAndRevocations => self != other,
        }
    }
}

/// A laxer rule that somebody has asked for and another person has to confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProposedRule {
    /// The rule.
    pub approval: ApprovalRule,
    /// Who asked for it, by the name in the audit trail.
    pub by: String,
    /// The person at the root.
    pub person: String,
    /// When.
    pub at: Timestamp,
}

/// What becomes of a wish for another rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleChange {
    /// It holds from now on.
    Set,
    /// Another person has to ask for the same.
    Proposed,
}

impl ApprovalRule {
    /// Decides on a wish for another rule. Where everybody's orders wait, a laxer rule is a decision of
    /// two people too: else one who may set it would order alone.
    #[must_use]
    pub fn change_to(
        self,
        wanted: Self,
        proposed: Option<&ProposedRule>,
        by: &Decider,
        now: Timestamp,
    ) -> RuleChange {
        if !wanted.is_laxer_than(self) {
            return RuleChange::Set;
        }
        let is_confirmed = proposed.is_some_and(|proposed| {
            proposed.approval == wanted
                && !is_same_person(&proposed.person, &by.person)
                && proposed.by != by.actor
                && now.seconds_since(proposed.at) < LAPSES_AFTER
        });
        if is_confirmed {
            RuleChange::Set
        } else {
            RuleChange::Proposed
        }
    }
}

/// Who decides on a waiting order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decider {
    /// The name in the audit trail.
    pub actor: String,
    /// The person at the root: that of a token is the one who made it, or its maker.
    pub person: String,
    /// The role; the system has none.
    pub role: Option<Role>,
}

/// Who asked for an order that waits or waited for approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// The name in the audit trail.
    pub by: String,
    /// The person at the root; not known of orders that are older than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Asked {
    /// Whether it was the same person. Where it is not known who was behind a token, it may have been
    /// anybody.
    #[must_use]
    pub fn is_by(&self, other: &Decider) -> bool {
        match &self.person {
            Some(person) => is_same_person(person, &other.person) || self.by == other.actor,
            None => self.by == other.actor || is_token(&self.by),
        }
    }
}

fn is_token(actor: &str) -> bool {
    actor
        .split_once('_')
        .is_some_and(|(prefix, _)| prefix == TokenId::PREFIX)
}

/// That an order was approved; kept with it from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Approval {
    /// Who had asked for it.
    pub asked: Asked,
    /// Who approved.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Why an order was declined: a text within [`Limit::REASON`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeclineReason(String);

impl DeclineReason {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for DeclineReason {
    type Error = InvalidDeclineReason;

    fn try_from(text: String) -> Result<Self, InvalidDeclineReason> {
        let text = text::line(&text, Limit::REASON).map_err(InvalidDeclineReason)?;
        Ok(Self(text.to_owned()))
    }
}

impl From<DeclineReason> for String {
    fn from(reason: DeclineReason) -> Self {
        reason.0
    }
}

/// The text is no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct InvalidDeclineReason(TextFault);

impl Advice for InvalidDeclineReason {
    fn remedy(&self) -> Cow<'static, str> {
        self.0.remedy()
    }
}

/// What can be decided on a waiting order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is sent to the CA.
    Approve,
    /// It is not.
    Decline,
    /// It is taken back.
    Withdraw,
}

impl Order {
    /// What somebody may decide on the order now.
    #[must_use]
    pub fn decisions(&self, by: &Decider, now: Timestamp) -> Vec<Decision> {
        let all = [Decision::Approve, Decision::Decline, Decision::Withdraw];
        let may = |decision: &Decision| permitted(self, *decision, by, now).is_ok();
        all.into_iter().filter(may).collect()
    }
}

fn waiting(order: &Order) -> Result<&AwaitingApproval, TransitionError> {
    match &order.state {
        OrderState::AwaitingApproval(waiting) => Ok(waiting),
        _ => Err(TransitionError::NotAwaitingApproval),
    }
}

fn is_lapsed(waiting: &AwaitingApproval, now: Timestamp) -> bool {
    now.seconds_since(waiting.asked.at) >= LAPSES_AFTER
}

/// The waiting order, if somebody may decide so on it.
fn permitted<'o>(
    order: &'o Order,
    decision: Decision,
    by: &Decider,
    now: Timestamp,
) -> Result<&'o AwaitingApproval, TransitionError> {
    let waiting = waiting(order)?;
    let is_operator = Action::Operate.allows(by.role);
    let is_own = waiting.asked.is_by(by);
    match decision {
        Decision::Approve | Decision::Decline if !is_operator => Err(TransitionError::NotADecider),
        Decision::Approve if is_own => Err(TransitionError::OwnOrder),
        Decision::Approve if is_lapsed(waiting, now) => Err(TransitionError::ApprovalLapsed),
        Decision::Withdraw if !is_own && !is_operator => Err(TransitionError::NotTheRequester),
        Decision::Approve | Decision::Decline | Decision::Withdraw => Ok(waiting),
    }
}

/// A second person agrees: the order is on its way to the CA.
pub(super) fn approved(
    order: &Order,
    by: &Decider,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    let waiting = permitted(order, Decision::Approve, by, now)?;
    let mut next = order.clone();
    next.approval = Some(Approval {
        asked: waiting.asked.clone(),
        by: by.actor.clone(),
        at: now,
    });
    next.state = OrderState::Placing(Placing {
        request: waiting.request.clone(),
        attempt: 1,
        phase: match waiting.in_doubt_since {
            None => PlacingPhase::Ready { not_before: now },
            Some(called_at) => PlacingPhase::Unknown {
                called_at,
                absences: 0,
                said: None,
            },
        },
    });
    Ok(Transition::changed(next, now).with(Effect::Place { not_before: now }))
}

/// Somebody who may approve says no.
pub(super) fn declined(
    order: &Order,
    by: &Decider,
    reason: DeclineReason,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    let waiting = permitted(order, Decision::Decline, by, now)?;
    let mut next = order.clone();
    next.state = OrderState::Declined(Declined {
        asked: waiting.asked.clone(),
        by: by.actor.clone(),
        at: now,
        reason,
    });
    Ok(Transition::changed(next, now))
}

/// Whoever asked for the order, or an operator, takes it back.
pub(super) fn withdrawn(
    order: &Order,
    by: &Decider,
    now: Timestamp,
) -> Result<Transition, TransitionError> {
    let waiting = permitted(order, Decision::Withdraw, by, now)?;
    let mut next = order.clone();
    next.state = OrderState::Withdrawn(Withdrawn {
        asked: waiting.asked.clone(),
        by: by.actor.clone(),
        at: now,
    });
    Ok(Transition::changed(next, now))
}

/// Time passes: an order that has waited too long waits no longer.
pub(super) fn waited(order: &Order, now: Timestamp) -> Result<Transition, TransitionError> {
    let waiting = waiting(order)?;
    if !is_lapsed(waiting, now) {
        return Ok(Transition::unchanged(order));
    }
    let mut next = order.clone();
    next.state = OrderState::Lapsed(Lapsed {
        asked: waiting.asked.clone(),
        at: now,
    });
    Ok(Transition::changed(next, now))
}
