//! Refusals in the audit trail.

use certwright_core::time::Timestamp;
use serde::Deserialize;

use crate::database::{Database, DatabaseFault, Statement, decode};

#[derive(Deserialize)]
struct FoundRow {}

/// Whether a refusal of this caller at this endpoint was written down after `since`.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn is_noted(
    database: &impl Database,
    actor: &str,
    subject: &str,
    since: Timestamp,
) -> Result<bool, DatabaseFault> {
    let statement = Statement::new(
        "SELECT 1 AS found FROM audit WHERE subject = ?1 AND at > ?2 AND actor = ?3 \
           AND outcome = 'refused' LIMIT 1",
    );
    let statement = statement.bind(subject).bind(since).bind(actor);
    let found: Vec<FoundRow> = decode(database.query(statement).await?)?;
    Ok(!found.is_empty())
}
