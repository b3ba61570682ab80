//! What needs attention, in one look.

use certwright_api::system::Summary;
use certwright_core::time::{DAY, Timestamp};
use serde::Deserialize;

use crate::{
    database::{Database, Statement, decode},
    fault::Fault,
    platform::Platform,
    storage::counters,
};

#[derive(Deserialize)]
struct CountRow {
    n: u64,
}

/// Counts what needs attention. Every count is read from a counter or ends at 100.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn show<P: Platform>(platform: &P) -> Result<Summary, Fault> {
    let database = platform.database();
    let counters = counters::all(database).await?;
    let count = |name: &str| counters.get(name).copied().unwrap_or(0);
    let now = platform.now();
    let expiring = Statement::new(
        "SELECT count(*) AS n FROM (SELECT 1 FROM certificates \
         WHERE seat = 1 AND not_after BETWEEN ?1 AND ?2 LIMIT 100)",
    );
    let expiring = bounded(database, expiring.bind(now).bind(now.plus(30 * DAY))).await?;
    let validations = Statement::new(
        "SELECT count(*) AS n FROM (SELECT 1 FROM directory \
         WHERE part = 'domains' AND entry ->> 'expires' BETWEEN ?1 AND ?2 LIMIT 100)",
    );
    let validations = validations
        .bind(now.to_string())
        .bind(now.plus(30 * DAY).to_string());
    let running =
        Statement::new("SELECT count(*) AS n FROM (SELECT 1 FROM jobs WHERE is_running LIMIT 100)");
    Ok(Summary {
        awaiting_approval: count("awaitingApproval"),
        placing: count("placing"),
        pending: count("pending"),
        held: count("held"),
        failed: count("failed"),
        fulfilled: count("fulfilled"),
        expiring,
        validations_expiring: bounded(database, validations).await?,
        dead_letters: count("dead"),
        running_jobs: bounded(database, running).await?,
    })
}

async fn bounded(database: &impl Database, statement: Statement) -> Result<u64, Fault> {
    let rows: Vec<CountRow> = decode(database.query(statement).await?)?;
    Ok(rows.first().map_or(0, |row| row.n))
}

/// Answers when the database does.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn healthy<P: Platform>(platform: &P) -> Result<Timestamp, Fault> {
    bounded(platform.database(), Statement::new("SELECT 1 AS n")).await?;
    Ok(platform.now())
}
