//! Misbehaviour on demand: which answers are lost, late, broken or wrong.
//!
//! Off by default. A rule applies to an operation or to all, to the next so many calls or to a
//! seeded share of them, and can be confined to one account. What a rule does to an answer is done
//! in [`crate::sandbox`] and in the endpoints that it concerns.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::draws::Draws;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FaultKind {
    /// The work is done, the connection is dropped without an answer.
    ReplyLostAfter,
    /// The connection is dropped and nothing is done.
    ReplyLostBefore,
    /// Nothing is done, the gateway answers 5xx (`status`, 503 by default).
    ServerError,
    /// The work is done, the gateway answers 5xx (`status`, 502 by default).
    ServerErrorAfter,
    /// Nothing is done, the gateway answers 429.
    TooManyRequests,
    /// The work is done, the answer is an HTML page (`status`, 200 by default).
    HtmlPage,
    /// The work is done, the second half of the answer is missing.
    TruncatedJson,
    /// The answer is right and says that it is plain text.
    WrongContentType,
    /// The refusal without a code that stands for a rate limit (emSign API reference, A11.6).
    UnmarkedRateLimit,
    /// The business refusal given by `code` and `message`.
    Refusal,
    /// The work is done, the answer is the business refusal given by `code` and `message`.
    RefusalAfter,
    /// The answer starts after `seconds` (10 by default).
    Slow,
    /// The body takes `seconds` (10 by default) to arrive.
    Trickle,
    /// `GetOrderReport` lists some rows twice.
    DuplicateRows,
    /// `GetOrderReport` leaves some rows out.
    MissingRows,
    /// `GetOrderReport` shifts its pages by one row more with each call, as when orders arrive
    /// while the report is read.
    ShiftingPage,
    /// `TrackOrder` and `GetOrderReport` show a status that is over already.
    BackwardStatus,
    /// `GetCertificate` sends a certificate for another key.
    WrongKeyCertificate,
    /// `GetCertificate` fails although the status says issued.
    CertificateMissing,
    /// The server's clock, in the meta of its answers, is off by `seconds` (420 by default).
    WrongClock,
}

impl fmt::Display for FaultKind {
    /// The name that rules use.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(name.trim_matches('"'))
    }
}

/// A rule of misbehaviour, as the control API takes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultRule {
    /// An operation's name in any case, or `*`.
    pub operation: String,
    /// What goes wrong.
    pub kind: FaultKind,
    /// For how many calls; without it and without a probability, for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// In which share of the calls, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// How many matching calls pass before the rule starts.
    #[serde(default)]
    pub skip: u32,
    /// Only for this account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_number: Option<String>,
    /// HTTP status of the kinds that choose one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Duration of the kinds that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
    /// `EMS-` code of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Text of a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl FaultRule {
    /// A rule for every call of `operation`.
    #[must_use]
    pub fn new(operation: &str, kind: FaultKind) -> Self {
        Self {
            operation: operation.to_owned(),
            kind,
            count: None,
            probability: None,
            skip: 0,
            account_number: None,
            status: None,
            seconds: None,
            code: None,
            message: None,
        }
    }

    /// The same rule for the next `count` calls only.
    #[must_use]
    pub fn times(mut self, count: u32) -> Self {
        self.count = Some(count);
        self
    }

    /// The same rule for a seeded share of the calls.
    #[must_use]
    pub fn probability(mut self, share: f64) -> Self {
        self.probability = Some(share);
        self
    }

    fn concerns(&self, operation: &str, account: &str) -> bool {
        (self.operation == "*" || self.operation.eq_ignore_ascii_case(operation))
            && self
                .account_number
                .as_deref()
                .is_none_or(|number| number == account)
    }
}

/// The rules in force, and what they count.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Behaviour {
    /// Whether orders in quick succession are refused (A11.6).
    pub(crate) rate_limit: bool,
    rules: Vec<(FaultRule, u64)>,
    /// Rules added so far: gives every rule draws of its own.
    added: u64,
    /// Names whose `lost-answer.` has been played.
    pub(crate) answers_lost: Vec<String>,
}

impl Behaviour {
    pub(crate) fn new(rate_limit: bool) -> Self {
        Self {
            rate_limit,
            rules: Vec::new(),
            added: 0,
            answers_lost: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, rule: FaultRule) {
        self.added = self.added.wrapping_add(1);
        self.rules.push((rule, self.added.wrapping_mul(1 << 32)));
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
    }

    pub(crate) fn rules(&self) -> impl Iterator<Item = &FaultRule> {
        self.rules.iter().map(|(rule, _)| rule)
    }

    /// The rules that strike this call. They are counted down.
    pub(crate) fn strike(&mut self, seed: u64, operation: &str, account: &str) -> Strikes {
        let mut struck = Vec::new();
        for (rule, calls) in &mut self.rules {
            if !rule.concerns(operation, account) {
                continue;
            }
            *calls = calls.wrapping_add(1);
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            let happens = rule
                .probability
                .is_none_or(|share| Draws::new(seed, "fault", &calls.to_string()).happens(share));
            if happens {
                if let Some(count) = &mut rule.count {
                    *count = count.saturating_sub(1);
                }
                struck.push(rule.clone());
            }
        }
        self.rules.retain(|(rule, _)| rule.count != Some(0));
        Strikes(struck)
    }
}

/// The rules that strike one call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strikes(Vec<FaultRule>);

impl Strikes {
    pub(crate) fn get(&self, kind: FaultKind) -> Option<&FaultRule> {
        self.0.iter().find(|rule| rule.kind == kind)
    }

    pub(crate) fn kinds(&self) -> impl Iterator<Item = FaultKind> {
        self.0.iter().map(|rule| rule.kind)
    }

    pub(crate) fn has(&self, kind: FaultKind) -> bool {
        self.get(kind).is_some()
    }

    /// Adds one strike, as the magic domain labels do.
    pub(crate) fn add(&mut self, rule: FaultRule) {
        self.0.push(rule);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counted_rule_strikes_so_often_and_is_gone() {
        let mut behaviour = Behaviour::new(true);
        behaviour.add(FaultRule::new("TrackOrder", FaultKind::ServerError).times(2));
        let mut strikes = |operation| {
            behaviour
                .strike(1, operation, "7")
                .has(FaultKind::ServerError)
        };
        assert!(!strikes("GetDcv"));
        assert!(strikes("trackorder"));
        assert!(strikes("TrackOrder"));
        assert!(!strikes("TrackOrder"));
        assert_eq!(behaviour.rules().count(), 0);
    }

    #[test]
    fn a_rule_may_pass_calls_and_accounts_by() {
        let mut behaviour = Behaviour::new(true);
        let mut rule = FaultRule::new("*", FaultKind::Slow).times(1);
        rule.skip = 1;
        rule.account_number = Some("7".into());
        behaviour.add(rule);
        assert!(!behaviour.strike(1, "X", "8").has(FaultKind::Slow));
        assert!(!behaviour.strike(1, "X", "7").has(FaultKind::Slow));
        assert!(behaviour.strike(1, "X", "7").has(FaultKind::Slow));
    }

    #[test]
    fn a_share_is_the_same_for_the_same_seed() {
        let run = |seed| -> Vec<bool> {
            let mut behaviour = Behaviour::new(true);
            behaviour.add(FaultRule::new("*", FaultKind::Slow).probability(0.5));
            (0..64)
                .map(|_| behaviour.strike(seed, "X", "7").has(FaultKind::Slow))
                .collect()
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }
}
