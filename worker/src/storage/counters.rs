//! Counts that triggers keep.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::database::{Database, DatabaseFault, Statement, decode};

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
    let rows = database
        .query(Statement::new("SELECT name, value FROM counters"))
        .await?;
    let rows: Vec<CounterRow> = decode(rows)?;
    Ok(rows
        .into_iter()
        .map(|row| (row.name, u64::try_from(row.value).unwrap_or(0)))
        .collect())
}
