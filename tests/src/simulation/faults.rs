//! What the CA is made to do wrong.

use emsign_sandbox::{FaultKind, FaultRule};

use crate::draws::Draws;

use FaultKind::{
    BackwardStatus, CertificateMissing, DuplicateRows, HtmlPage, MissingRows, RefusalAfter,
    ReplyLostAfter, ReplyLostBefore, ServerError, ServerErrorAfter, ShiftingPage, Slow,
    TooManyRequests, TruncatedJson, UnmarkedRateLimit, WrongClock, WrongContentType,
    WrongKeyCertificate,
};

/// Faults of every operation.
const GENERAL: [FaultKind; 11] = [
    ReplyLostAfter,
    ReplyLostBefore,
    ServerError,
    ServerErrorAfter,
    HtmlPage,
    TruncatedJson,
    TooManyRequests,
    UnmarkedRateLimit,
    WrongContentType,
    WrongClock,
    Slow,
];

const OPERATIONS: [&str; 10] = [
    "GenerateOrderSSL",
    "GenerateOrderSSL",
    "GetOrderReport",
    "TrackOrder",
    "GetCertificate",
    "RevokeOrder",
    "RevokeOrder",
    "RevokeOrder",
    "RejectOrder",
    "*",
];

/// Answers to a booking that has taken place: trouble of the CA's, words about an order's state, a
/// debt that can be paid later, a code that nobody knows.
const AFTER_BOOKING: [(&str, &str); 8] = [
    ("EMS-937", "DB Connectivity Error."),
    ("EMS-939", "Something went Wrong"),
    ("EMS-968", "Connectivity Error."),
    ("EMS-976", "Internal Server Error."),
    ("EMS-1103", "Domain verification is pending."),
    ("EMS-1141", "Exceeded Negative Credit Limit."),
    ("EMS-4711", "An answer of next year"),
    ("", "No words that anybody knows"),
];

/// Seconds between two readings of which rows may be missing.
const BETWEEN_MISSING_ROWS: i64 = 20 * 60;

/// Draws faults within what can be defended against.
#[derive(Default)]
pub(super) struct Faults {
    /// When it was seen that rows were missing in a list, as they had been made to be.
    missing_rows_at: Option<i64>,
    /// Whether they are made to be missing in the next list.
    hides_rows: bool,
    /// Whether a whole look at the list was made to miss an order. A second one could be the next
    /// look at the same order, however much later, and two prove its absence.
    has_hidden_a_look: bool,
}

impl Faults {
    /// Rules for some of the next calls.
    pub(super) fn draw(
        &mut self,
        draws: &mut Draws,
        now: i64,
        in_force: &[FaultRule],
    ) -> Vec<FaultRule> {
        let hides_rows = in_force.iter().any(|rule| rule.kind == MissingRows);
        if self.hides_rows && !hides_rows {
            self.missing_rows_at = Some(now);
        }
        self.hides_rows = hides_rows;
        if draws.happens(100) {
            return self.lost_and_not_listed(draws, now);
        }
        if draws.happens(80) {
            return vec![refused_after_booking(draws)];
        }
        if draws.happens(300) {
            return vec![self.of_one_operation(draws, now)];
        }
        let operation = draws.pick(&OPERATIONS).copied().unwrap_or("*");
        let kind = draws.pick(&GENERAL).copied().unwrap_or(ReplyLostAfter);
        let mut rule = FaultRule::new(operation, kind).times(count(draws));
        rule.skip = u32::try_from(draws.below(3)).unwrap_or(0);
        if kind == Slow {
            rule.seconds = Some(draws.seconds(5, 60));
        }
        vec![rule]
    }

    /// The answer to a booking is lost, and the first list that is read does not show it.
    fn lost_and_not_listed(&mut self, draws: &mut Draws, now: i64) -> Vec<FaultRule> {
        let kind = draws.pick(&[ReplyLostAfter, HtmlPage, ServerErrorAfter]);
        let kind = kind.copied().unwrap_or(ReplyLostAfter);
        let mut rules = vec![FaultRule::new("GenerateOrderSSL", kind).times(1)];
        if !self.is_soon(now) && !self.has_hidden_a_look {
            self.has_hidden_a_look = true;
            self.hides_rows = true;
            // One look reads the list twice: by tag and by facts.
            rules.push(FaultRule::new("GetOrderReport", MissingRows).times(2));
        }
        rules
    }

    /// Whether rows were missing in a list not long ago.
    fn is_soon(&self, now: i64) -> bool {
        let since = self.missing_rows_at.map(|at| now.saturating_sub(at));
        self.hides_rows || since.is_some_and(|seconds| seconds < BETWEEN_MISSING_ROWS)
    }

    /// The order list leaves rows out, repeats them or moves them on, for less often than an import
    /// looks at it.
    pub(super) fn of_lists(draws: &mut Draws) -> FaultRule {
        let kind = draws.pick(&[MissingRows, DuplicateRows, ShiftingPage]);
        let kind = kind.copied().unwrap_or(MissingRows);
        let times = u32::try_from(draws.below(3)).unwrap_or(0).saturating_add(1);
        FaultRule::new("GetOrderReport", kind).times(times)
    }

    fn of_one_operation(&mut self, draws: &mut Draws, now: i64) -> FaultRule {
        let (operation, kind) = draws
            .weighted(&[
                (2, ("GetOrderReport", DuplicateRows)),
                (2, ("GetOrderReport", MissingRows)),
                (2, ("GetOrderReport", ShiftingPage)),
                (1, ("GetOrderReport", BackwardStatus)),
                (3, ("TrackOrder", BackwardStatus)),
                (3, ("GetCertificate", CertificateMissing)),
                (2, ("GetCertificate", WrongKeyCertificate)),
            ])
            .unwrap_or(("TrackOrder", BackwardStatus));
        if kind != MissingRows {
            return FaultRule::new(operation, kind).times(count(draws));
        }
        // A list that leaves an order out and calls itself complete, again and again for longer
        // than the pause before an order is placed anew, cannot be told from one in which the
        // order is not there. So one reading at a time, and none soon after.
        let kind = if self.is_soon(now) {
            DuplicateRows
        } else {
            MissingRows
        };
        self.hides_rows |= kind == MissingRows;
        FaultRule::new(operation, kind).times(1)
    }
}

/// The order is booked, and the answer says no.
fn refused_after_booking(draws: &mut Draws) -> FaultRule {
    let (code, message) = draws
        .pick(&AFTER_BOOKING)
        .copied()
        .unwrap_or(("EMS-939", ""));
    let mut rule = FaultRule::new("GenerateOrderSSL", RefusalAfter).times(1);
    rule.code = Some(code.to_owned());
    rule.message = Some(message.to_owned());
    rule
}

fn count(draws: &mut Draws) -> u32 {
    let most = if draws.happens(150) { 12 } else { 3 };
    u32::try_from(draws.below(most))
        .unwrap_or(0)
        .saturating_add(1)
}
