//! The license text.

use serde::Deserialize;

use certwright_core::time::Timestamp;

use crate::database::{Database, DatabaseFault, Statement, decode};

#[derive(Deserialize)]
struct LicenseRow {
    token: String,
}

/// The stored license text, if there is one.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn token(database: &impl Database) -> Result<Option<String>, DatabaseFault> {
    let rows = database
        .query(Statement::new("SELECT token FROM license"))
        .await?;
    Ok(decode::<LicenseRow>(rows)?.pop().map(|row| row.token))
}

/// Stores the license text in place of any other.
#[must_use]
pub fn set(token: &str, now: Timestamp) -> Statement {
    Statement::new("INSERT OR REPLACE INTO license (only_row, token, set_at) VALUES (1, ?1, ?2)")
        .bind(token)
        .bind(now)
}

/// Removes the license text.
#[must_use]
pub fn remove() -> Statement {
    Statement::new("DELETE FROM license")
}
