//! What needs attention, in one look.

use certwright_api::system::Summary;
use certwright_core::time::{DAY, Timestamp};
use serde::Deserialize;

use crate::{
    caller::Within,
    database::{Database, Statement, decode},
    fault::Fault,
    platform::Platform,
    storage::counters,
};

#[derive(Deserialize)]
struct CountRow {
    n: u64,
}

/// Counts what needs attention, in all accounts or in one. Every count is read from a counter or
/// ends at 100.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn show<P: Platform>(platform: &P, within: &Within) -> Result<Summary, Fault> {
    let (database, now) = (platform.database(), platform.now());
    let sql = Counts::of(within);
    let counters = match within.account() {
        None => counters::all(database).await?,
        Some(account) => {
            let mut counters = counters::of_account(database, account).await?;
            let dead = counted(database, within, Statement::new(DEAD_OF_ACCOUNT)).await?;
            counters.insert("dead".to_owned(), dead);
            counters
        }
    };
    let count = |name: &str| counters.get(name).copied().unwrap_or(0);
    let month = now.plus(30 * DAY);
    let expiring = Statement::new(sql.expiring).bind(now).bind(month);
    let validations = Statement::new(sql.validations_expiring)
        .bind(now.to_string())
        .bind(month.to_string());
    Ok(Summary {
        awaiting_approval: count("awaitingApproval"),
        placing: count("placing"),
        pending: count("pending"),
        held: count("held"),
        failed: count("failed"),
        rejected: count("rejected"),
        stuck: count("stuck"),
        fulfilled: count("fulfilled"),
        expiring: counted(database, within, expiring).await?,
        validations_expiring: counted(database, within, validations).await?,
        dead_letters: count("dead"),
        running_jobs: counted(database, within, Statement::new(sql.running)).await?,
    })
}

/// What counts by an index. The account, where there is one, is the last parameter.
struct Counts {
    expiring: &'static str,
    validations_expiring: &'static str,
    running: &'static str,
}

impl Counts {
    fn of(within: &Within) -> Self {
        match within.account() {
            None => Self {
                expiring: "SELECT count(*) AS n FROM (SELECT 1 FROM certificates \
                     WHERE seat = 1 AND not_after BETWEEN ?1 AND ?2 LIMIT 100)",
                validations_expiring: "SELECT count(*) AS n FROM (SELECT 1 FROM directory \
                     WHERE part = 'domains' AND entry ->> 'expires' BETWEEN ?1 AND ?2 LIMIT 100)",
                running: "SELECT count(*) AS n FROM \
                     (SELECT 1 FROM jobs WHERE is_running LIMIT 100)",
            },
            Some(_) => Self {
                expiring: "SELECT count(*) AS n FROM (SELECT 1 FROM certificates \
                     WHERE credential_id = ?3 AND seat = 1 AND not_after BETWEEN ?1 AND ?2 \
                     LIMIT 100)",
                validations_expiring: "SELECT count(*) AS n FROM (SELECT 1 FROM directory \
                     WHERE part = 'domains' AND credential_id = ?3 \
                       AND entry ->> 'expires' BETWEEN ?1 AND ?2 LIMIT 100)",
                running: "SELECT count(*) AS n FROM \
                     (SELECT 1 FROM jobs WHERE is_running AND credential_id = ?1 LIMIT 100)",
            },
        }
    }
}

const DEAD_OF_ACCOUNT: &str = "SELECT count(*) AS n FROM (SELECT 1 FROM work \
     WHERE credential_id = ?1 AND dead_at IS NOT NULL LIMIT 100)";

async fn counted(
    database: &impl Database,
    within: &Within,
    statement: Statement,
) -> Result<u64, Fault> {
    let statement = match within.account() {
        None => statement,
        Some(account) => statement.bind(account.as_str()),
    };
    bounded(database, statement).await
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
