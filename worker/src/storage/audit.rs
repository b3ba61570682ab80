//! The audit trail: written in the same batch as the change that it records.

use certwright_core::{
    ids::{AuditId, WorkId},
    order::Order,
    permission::Role,
    strangers,
    time::Timestamp,
};

use super::credentials::ReadRule;
use crate::{
    caller::Caller,
    database::{DatabaseFault, Statement, json},
    platform::Platform,
    random::Fresh,
};

/// An entry to be written.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Who, with which role, and from where.
    pub caller: &'a Caller,
    /// What, such as `order.place`.
    pub action: &'static str,
    /// On what.
    pub subject: &'a str,
    /// How it ended.
    pub outcome: &'static str,
    /// What more there is to say. Never a secret.
    pub detail: Option<String>,
}

/// Writes an entry.
pub fn insert(platform: &impl Platform, entry: &Entry<'_>) -> Statement {
    guarded(platform, entry, &Guard::default())
}

/// Writes an entry only if the changed order can still be stored, so that no entry tells of a change
/// that another one pre-empted. It stands before the order's update in the batch: behind it the
/// version of a change that came first could not be told from this one's.
pub fn insert_if_order(platform: &impl Platform, entry: &Entry<'_>, changed: &Order) -> Statement {
    let over = i64::try_from(changed.version.saturating_sub(1)).unwrap_or(i64::MAX);
    let guard = Guard {
        order: Some((changed.id.as_str(), over)),
        ..Guard::default()
    };
    guarded(platform, entry, &guard)
}

/// Writes an entry only if one of these pieces of work is a dead letter.
///
/// # Errors
/// [`DatabaseFault`].
pub fn insert_if_dead(
    platform: &impl Platform,
    entry: &Entry<'_>,
    ids: &[WorkId],
) -> Result<Statement, DatabaseFault> {
    let guard = Guard {
        dead: Some(json(ids)?),
        ..Guard::default()
    };
    Ok(guarded(platform, entry, &guard))
}

/// Writes an entry about an account only if its sealed key is still this one.
pub fn insert_if_sealed(platform: &impl Platform, entry: &Entry<'_>, sealed: &str) -> Statement {
    let guard = Guard {
        sealed: Some(sealed),
        ..Guard::default()
    };
    guarded(platform, entry, &guard)
}

/// Writes an entry about a request that was refused, within what callers may cost in a window
/// ([`strangers`]): of one caller at one endpoint once, of one caller a few, of all who could not sign in
/// a few more. Whoever could not sign in has no role here.
pub fn insert_refusal(platform: &impl Platform, entry: &Entry<'_>) -> Statement {
    let caller = entry.caller;
    let guard = Guard {
        refusal: Some(Refusal {
            since: strangers::window(platform.now()),
            is_repeated: caller.actor == UNKNOWN,
            of_caller: if caller.actor == UNKNOWN {
                strangers::UNKNOWN_PER_WINDOW
            } else {
                strangers::CALLER_PER_WINDOW
            },
            of_all: caller
                .role
                .is_none()
                .then_some(strangers::REFUSED_PER_WINDOW),
        }),
        ..Guard::default()
    };
    guarded(platform, entry, &guard)
}

/// The name in the trail of a caller of whom nothing is known.
pub const UNKNOWN: &str = "unknown";

/// How many refusals may be there already.
struct Refusal {
    since: Timestamp,
    /// Whether several at the same endpoint are written: strangers are told apart by their address.
    is_repeated: bool,
    of_caller: u32,
    of_all: Option<u32>,
}

/// Writes an entry about a chain only if the chain's entry with this number is still there.
pub fn insert_if_numbered(platform: &impl Platform, entry: &Entry<'_>, seq: u64) -> Statement {
    let guard = Guard {
        numbered: Some(i64::try_from(seq).unwrap_or(i64::MAX)),
        ..Guard::default()
    };
    guarded(platform, entry, &guard)
}

/// Writes an entry about a token only if there is such a token, so that none tells of one that was not
/// made.
pub fn insert_if_token(platform: &impl Platform, entry: &Entry<'_>) -> Statement {
    let guard = Guard {
        token: Some(entry.subject),
        ..Guard::default()
    };
    guarded(platform, entry, &guard)
}

/// Writes an entry about an account's approval rule only if the rule is still the one that the decision
/// was made on. It stands before the change in the batch.
pub fn insert_if_rule(platform: &impl Platform, entry: &Entry<'_>, before: &ReadRule) -> Statement {
    let guard = Guard {
        rule: Some(before),
        ..Guard::default()
    };
    guarded(platform, entry, &guard)
}

/// What must be so for an entry to be written.
#[derive(Default)]
struct Guard<'a> {
    order: Option<(&'a str, i64)>,
    dead: Option<String>,
    sealed: Option<&'a str>,
    refusal: Option<Refusal>,
    token: Option<&'a str>,
    numbered: Option<i64>,
    rule: Option<&'a ReadRule>,
}

/// The entry stands in the chain of the account that its subject belongs to, or in the chain that is its
/// subject (an installation that was restored here has left one), else in that of the installation, which is named after its first entry; and takes the next number there. All of that
/// is found out in the transaction, so no two entries meet and no number is left out.
fn guarded(platform: &impl Platform, entry: &Entry<'_>, guard: &Guard<'_>) -> Statement {
    let statement = Statement::new(
        "INSERT INTO audit \
           (id, at, actor, role, action, subject, outcome, detail, address, account, seq) \
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, account, \
           COALESCE((SELECT MAX(seq) FROM audit WHERE account = place.account), 0) + 1 \
         FROM (SELECT COALESCE( \
           (SELECT credential_id FROM orders WHERE id = ?6), \
           (SELECT id FROM credentials WHERE id = ?6), \
           (SELECT credential_id FROM certificates WHERE id = ?6), \
           (SELECT credential_id FROM jobs WHERE id = ?6), \
           (SELECT o.credential_id FROM work AS w JOIN orders AS o ON o.id = w.subject \
             WHERE w.id = ?6), \
           (SELECT j.credential_id FROM work AS w JOIN jobs AS j ON j.id = w.job_id \
             WHERE w.id = ?6), \
           (SELECT account FROM audit WHERE account = ?6 LIMIT 1), \
           (SELECT audit_account FROM installation), \
           'system-' || substr(?1, 5)) AS account) AS place \
         WHERE (?10 IS NULL OR EXISTS (SELECT 1 FROM orders WHERE id = ?10 AND version = ?11)) \
           AND (?12 IS NULL OR EXISTS (SELECT 1 FROM work \
             WHERE id IN (SELECT value FROM json_each(?12)) AND dead_at IS NOT NULL)) \
           AND (?13 IS NULL OR EXISTS (SELECT 1 FROM credentials \
             WHERE id = ?6 AND sealed_key = ?13)) \
           AND (?14 IS NULL OR ( \
             (SELECT count(*) FROM (SELECT 1 FROM audit WHERE actor = ?3 AND at >= ?14 \
               AND action = 'access' AND outcome = 'refused' LIMIT ?15)) < ?15 \
             AND (?16 IS NULL OR (SELECT count(*) FROM (SELECT 1 FROM audit \
               WHERE action = 'access' AND role IS NULL AND at >= ?14 LIMIT ?16)) < ?16) \
             AND (?17 OR NOT EXISTS (SELECT 1 FROM audit WHERE subject = ?6 AND at >= ?14 \
               AND actor = ?3 AND outcome = 'refused')))) \
           AND (?18 IS NULL OR EXISTS (SELECT 1 FROM tokens WHERE id = ?18)) \
           AND (?19 IS NULL OR EXISTS (SELECT 1 FROM audit_seals \
             WHERE account = ?6 AND seq = ?19)) \
           AND (?20 IS NULL OR EXISTS (SELECT 1 FROM credentials \
             WHERE id = ?6 AND proposed_at IS ?21 \
               AND iif(approves_revocations, 'everyoneAndRevocations', approval) = ?20))",
    );
    statement
        .bind(AuditId::fresh(platform).as_str())
        .bind(platform.now())
        .bind(entry.caller.actor.as_str())
        .bind(entry.caller.role.map(Role::name))
        .bind(entry.action)
        .bind(entry.subject)
        .bind(entry.outcome)
        .bind(entry.detail.clone())
        .bind(entry.caller.address.clone())
        .bind(guard.order.map(|(id, _)| id))
        .bind(guard.order.map(|(_, version)| version))
        .bind(guard.dead.clone())
        .bind(guard.sealed)
        .bind(guard.refusal.as_ref().map(|refusal| refusal.since))
        .bind(guard.refusal.as_ref().map(|refusal| refusal.of_caller))
        .bind(guard.refusal.as_ref().and_then(|refusal| refusal.of_all))
        .bind(
            guard
                .refusal
                .as_ref()
                .map(|refusal| u32::from(refusal.is_repeated)),
        )
        .bind(guard.token)
        .bind(guard.numbered)
        .bind(guard.rule.map(|rule| rule.approval))
        .bind(guard.rule.and_then(|rule| rule.proposed_at))
}
