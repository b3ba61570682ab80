//! Counts that triggers keep.

use std::collections::BTreeMap;

use certwright_core::ids::CredentialId;
use serde::Deserialize;

use crate::database::{Database, DatabaseFault, Rows, Statement, decode};

#[derive(Deserialize)]
struct CounterRow {
    name: String,
    value: i64,
}

/// Every counter by name: `seats` taken, and orders by state.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn all(database: &impl Database) -> Result<BTreeMap<String, u64>, DatabaseFault> {
    let rows = database.query(Statement::new("SELECT name, value FROM counters"));
    by_name(rows.await?)
}

/// An account's orders by state.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn of_account(
    database: &impl Database,
    account: &CredentialId,
) -> Result<BTreeMap<String, u64>, DatabaseFault> {
    let statement =
        Statement::new("SELECT name, value FROM credential_counters WHERE credential_id = ?1");
    by_name(database.query(statement.bind(account.as_str())).await?)
}

fn by_name(rows: Rows) -> Result<BTreeMap<String, u64>, DatabaseFault> {
    let rows: Vec<CounterRow> = decode(rows)?;
    Ok(rows
        .into_iter()
        .map(|row| (row.name, u64::try_from(row.value).unwrap_or(0)))
        .collect())
}
