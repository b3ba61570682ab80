//! Whose a thing is.

use certwright_core::ids::{CertificateId, CredentialId, CsrId, JobId, OrderId, TokenId, WorkId};
use serde::Deserialize;

use crate::database::{Database, DatabaseFault, Statement, decode};

/// A thing that belongs to an account.
#[derive(Clone, Copy, Debug)]
pub enum Owned<'a> {
    /// An order.
    Order(&'a OrderId),
    /// A certificate.
    Certificate(&'a CertificateId),
    /// A CSR, which can belong to several.
    Csr(&'a CsrId),
    /// A job. One for all accounts is nobody's.
    Job(&'a JobId),
    /// A piece of work that was set aside.
    DeadLetter(&'a WorkId),
    /// A token that is for the account alone.
    Token(&'a TokenId),
}

#[derive(Deserialize)]
struct FoundRow {}

/// Whether the thing exists and is the account's.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn is_of(
    database: &impl Database,
    thing: Owned<'_>,
    account: &CredentialId,
) -> Result<bool, DatabaseFault> {
    let (sql, id) = match thing {
        Owned::Order(id) => (
            "SELECT 1 AS found FROM orders WHERE id = ?1 AND credential_id = ?2",
            id.as_str(),
        ),
        Owned::Certificate(id) => (
            "SELECT 1 AS found FROM certificates WHERE id = ?1 AND credential_id = ?2",
            id.as_str(),
        ),
        Owned::Csr(id) => (
            "SELECT 1 AS found FROM csr_holders WHERE csr_id = ?1 AND credential_id = ?2",
            id.as_str(),
        ),
        Owned::Job(id) => (
            "SELECT 1 AS found FROM jobs WHERE id = ?1 AND credential_id = ?2",
            id.as_str(),
        ),
        Owned::DeadLetter(id) => (
            "SELECT 1 AS found FROM work \
             WHERE id = ?1 AND credential_id = ?2 AND dead_at IS NOT NULL",
            id.as_str(),
        ),
        Owned::Token(id) => (
            "SELECT 1 AS found FROM tokens WHERE id = ?1 AND credential_id = ?2",
            id.as_str(),
        ),
    };
    let statement = Statement::new(sql).bind(id).bind(account.as_str());
    let found: Vec<FoundRow> = decode(database.query(statement).await?)?;
    Ok(!found.is_empty())
}
