//! Linked accounts.

use std::collections::BTreeSet;

use certwright_api::credentials::CredentialView;
use certwright_core::{
    backoff::Backoff,
    credential::{AccountNumber, Environment, Generation, NewDomains},
    ids::CredentialId,
    order::{ApprovalRule, ProposedRule},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::database::{Database, DatabaseFault, Rows, Statement, decode, json};

/// A linked account with its sealed key. Never leaves the Worker in this form.
#[derive(Clone, Deserialize)]
pub struct CredentialRow {
    /// Identity.
    pub id: CredentialId,
    /// The name that people gave it.
    pub label: String,
    /// Where the account lives.
    pub environment: Environment,
    /// Which API it speaks.
    pub generation: Generation,
    /// The account number.
    pub account_number: AccountNumber,
    /// The e-mail address of the account's user.
    pub user_email: String,
    /// The sealed access key.
    pub sealed_key: String,
    created_at: i64,
    verified_at: i64,
    /// Counts the syncs that changed something.
    pub directory_revision: i64,
    strikes: u32,
    paused_until: i64,
    /// Whose orders wait for approval.
    pub approval: ApprovalRule,
    /// What becomes of a DV order for a domain that the account does not have yet.
    pub new_domains: NewDomains,
    proposed_approval: Option<ApprovalRule>,
    proposed_by: Option<String>,
    proposed_person: Option<String>,
    proposed_at: Option<i64>,
}

impl CredentialRow {
    /// Whether the access key is missing, as after a restore.
    #[must_use]
    pub fn needs_key(&self) -> bool {
        self.sealed_key.is_empty()
    }

    /// What is remembered of the CA's rate limit.
    #[must_use]
    pub fn backoff(&self) -> Backoff {
        Backoff {
            strikes: self.strikes,
            paused_until: Timestamp::from_unix(self.paused_until),
        }
    }

    /// A laxer rule that waits for another person.
    #[must_use]
    pub fn proposed_rule(&self) -> Option<ProposedRule> {
        Some(ProposedRule {
            approval: self.proposed_approval?,
            by: self.proposed_by.clone()?,
            person: self.proposed_person.clone()?,
            at: Timestamp::from_unix(self.proposed_at?),
        })
    }

    /// What everybody may see at this time.
    #[must_use]
    pub fn view(&self, now: Timestamp) -> CredentialView {
        CredentialView {
            id: self.id.clone(),
            label: self.label.clone(),
            environment: self.environment,
            generation: self.generation,
            account_number: self.account_number.to_string(),
            user_email: self.user_email.clone(),
            created_at: Timestamp::from_unix(self.created_at),
            verified_at: Timestamp::from_unix(self.verified_at),
            needs_key: self.needs_key(),
            paused_until: self.backoff().pause(now),
            approval: self.approval,
            proposed_approval: self.proposed_rule(),
            new_domains: self.new_domains,
        }
    }
}

/// An account's approval rule as it was read, for the guards of what is decided on it.
pub struct ReadRule {
    pub(super) approval: &'static str,
    pub(super) proposed_at: Option<i64>,
}

impl ReadRule {
    /// The rule of this row.
    #[must_use]
    pub fn of(row: &CredentialRow) -> Self {
        Self {
            approval: row.approval.name(),
            proposed_at: row.proposed_at,
        }
    }
}

/// An account to be stored.
pub struct NewCredential<'a> {
    /// What everybody may see.
    pub view: &'a CredentialView,
    /// The sealed access key.
    pub sealed_key: &'a str,
}

/// Stores an account.
///
/// # Errors
/// [`DatabaseFault`].
pub fn insert(new: &NewCredential<'_>) -> Result<Statement, DatabaseFault> {
    let view = new.view;
    Ok(Statement::new(
        "INSERT INTO credentials (id, label, environment, generation, account_number, user_email, \
           sealed_key, created_at, verified_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )
    .bind(view.id.as_str())
    .bind(view.label.as_str())
    .bind(bare(&view.environment)?)
    .bind(bare(&view.generation)?)
    .bind(view.account_number.as_str())
    .bind(view.user_email.as_str())
    .bind(new.sealed_key)
    .bind(view.created_at)
    .bind(view.verified_at))
}

/// The text of an enum without fields: its JSON string without the quotes.
fn bare(value: &impl Serialize) -> Result<String, DatabaseFault> {
    Ok(json(value)?.trim_matches('"').to_owned())
}

/// Sets whose orders wait for approval, if the row still says what the decision was made on.
pub fn set_approval(before: &CredentialRow, rule: ApprovalRule) -> Statement {
    let statement = Statement::new(
        "UPDATE credentials SET approval = iif(?2 = 'everyoneAndRevocations', 'everyone', ?2), \
           approves_revocations = ?2 = 'everyoneAndRevocations', \
           proposed_approval = NULL, proposed_by = NULL, proposed_person = NULL, proposed_at = NULL \
         WHERE id = ?1 AND proposed_at IS ?4 \
           AND iif(approves_revocations, 'everyoneAndRevocations', approval) = ?3",
    );
    statement
        .bind(before.id.as_str())
        .bind(rule.name())
        .bind(before.approval.name())
        .bind(before.proposed_at)
}

/// Sets what becomes of a DV order for a domain that the account does not have yet.
///
/// # Errors
/// [`DatabaseFault`].
pub fn set_new_domains(
    id: &CredentialId,
    new_domains: NewDomains,
) -> Result<Statement, DatabaseFault> {
    let statement = Statement::new("UPDATE credentials SET new_domains = ?2 WHERE id = ?1");
    Ok(statement.bind(id.as_str()).bind(bare(&new_domains)?))
}

/// Notes a laxer rule that another person has to confirm, if the row still says what the decision was made
/// on.
pub fn propose_approval(before: &CredentialRow, proposed: &ProposedRule) -> Statement {
    let statement = Statement::new(
        "UPDATE credentials SET proposed_approval = ?2, proposed_by = ?5, proposed_person = ?6, \
           proposed_at = ?7 WHERE id = ?1 AND proposed_at IS ?4 \
           AND iif(approves_revocations, 'everyoneAndRevocations', approval) = ?3",
    );
    statement
        .bind(before.id.as_str())
        .bind(proposed.approval.name())
        .bind(before.approval.name())
        .bind(before.proposed_at)
        .bind(proposed.by.as_str())
        .bind(proposed.person.as_str())
        .bind(proposed.at)
}

/// Replaces the sealed key.
#[must_use]
pub fn rotate(id: &CredentialId, sealed_key: &str, now: Timestamp) -> Statement {
    Statement::new("UPDATE credentials SET sealed_key = ?2, verified_at = ?3 WHERE id = ?1")
        .bind(id.as_str())
        .bind(sealed_key)
        .bind(now)
}

/// Replaces a sealed key by the same key sealed anew, unless it was changed meanwhile.
#[must_use]
pub fn reseal(id: &CredentialId, before: &str, after: &str) -> Statement {
    Statement::new("UPDATE credentials SET sealed_key = ?3 WHERE id = ?1 AND sealed_key = ?2")
        .bind(id.as_str())
        .bind(before)
        .bind(after)
}

/// Records that the CA accepted the key.
#[must_use]
pub fn verified(id: &CredentialId, now: Timestamp) -> Statement {
    Statement::new("UPDATE credentials SET verified_at = ?2 WHERE id = ?1")
        .bind(id.as_str())
        .bind(now)
}

/// Counts a change of the directory, which makes cached pictures of it stale.
#[must_use]
pub fn directory_changed(id: &CredentialId) -> Statement {
    Statement::new(
        "UPDATE credentials SET directory_revision = directory_revision + 1 WHERE id = ?1",
    )
    .bind(id.as_str())
}

/// Remembers what a call showed of the CA's rate limit. Invocations that were refused side by side
/// count once, and the longest of their pauses holds.
#[must_use]
pub fn note_backoff(id: &CredentialId, before: Backoff, after: Backoff) -> Statement {
    Statement::new(
        "UPDATE credentials SET paused_until = max(paused_until, ?4), \
           strikes = CASE strikes WHEN ?2 THEN ?3 ELSE strikes END WHERE id = ?1",
    )
    .bind(id.as_str())
    .bind(before.strikes)
    .bind(after.strikes)
    .bind(after.paused_until)
}

fn credentials(rows: Rows) -> Result<Vec<CredentialRow>, DatabaseFault> {
    decode(rows)
}

/// The account with this id.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_id(
    database: &impl Database,
    id: &CredentialId,
) -> Result<Option<CredentialRow>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT id, label, environment, generation, account_number, user_email, sealed_key, \
           created_at, verified_at, directory_revision, strikes, paused_until, \
           iif(approves_revocations, 'everyoneAndRevocations', approval) AS approval, new_domains, \
           proposed_approval, proposed_by, proposed_person, proposed_at FROM credentials WHERE id = ?1",
    );
    Ok(credentials(database.query(statement.bind(id.as_str())).await?)?.pop())
}

/// The accounts with these ids, in no promised order.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_ids(
    database: &impl Database,
    ids: &BTreeSet<&str>,
) -> Result<Vec<CredentialRow>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT id, label, environment, generation, account_number, user_email, sealed_key, \
           created_at, verified_at, directory_revision, strikes, paused_until, \
           iif(approves_revocations, 'everyoneAndRevocations', approval) AS approval, new_domains, \
           proposed_approval, proposed_by, proposed_person, proposed_at FROM credentials \
         WHERE id IN (SELECT value FROM json_each(?1))",
    );
    credentials(database.query(statement.bind(json(ids)?)).await?)
}

/// Every account, oldest first. There are as many as an organization has emSign accounts: few.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn all(database: &impl Database) -> Result<Vec<CredentialRow>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT id, label, environment, generation, account_number, user_email, sealed_key, \
           created_at, verified_at, directory_revision, strikes, paused_until, \
           iif(approves_revocations, 'everyoneAndRevocations', approval) AS approval, new_domains, \
           proposed_approval, proposed_by, proposed_person, proposed_at FROM credentials \
         ORDER BY created_at, id LIMIT 1000",
    );
    credentials(database.query(statement).await?)
}
