//! How what an audit entry tells of has ended: the words that are written, and what each means.

/// What an outcome means to whoever reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeKind {
    /// It is done.
    Done,
    /// It was begun or sent on, and goes on by itself.
    UnderWay,
    /// It was refused; nothing was changed.
    Refused,
    /// It ended otherwise than it was meant to.
    Failed,
    /// It was ended by a person, or was not there.
    Ended,
}

/// Every outcome that is written.
pub const OUTCOMES: [(&str, OutcomeKind); 11] = [
    ("done", OutcomeKind::Done),
    ("accepted", OutcomeKind::Done),
    ("found", OutcomeKind::Done),
    ("started", OutcomeKind::UnderWay),
    ("requested", OutcomeKind::UnderWay),
    ("postponed", OutcomeKind::UnderWay),
    ("unknown", OutcomeKind::UnderWay),
    ("refused", OutcomeKind::Refused),
    ("failed", OutcomeKind::Failed),
    ("absent", OutcomeKind::Ended),
    ("given up", OutcomeKind::Ended),
];

/// What an outcome means. One that is not known, from another version, is not told as a failure.
#[must_use]
pub fn outcome_kind(outcome: &str) -> OutcomeKind {
    let known = OUTCOMES.iter().find(|(name, _)| *name == outcome);
    known.map_or(OutcomeKind::Ended, |(_, kind)| *kind)
}
