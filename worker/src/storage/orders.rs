//! Orders.

use certwright_core::{
    ids::{CredentialId, OrderId},
    import::CaIdentity,
    order::Order,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::parts::{self, Indexed};
use crate::database::{Database, DatabaseFault, Rows, Statement, decode, json};

#[derive(Deserialize)]
struct RecordRow {
    record: String,
}

/// An order as one element of a `json_each` parameter.
#[derive(Serialize)]
struct Stored<'a> {
    id: &'a OrderId,
    credential: &'a CredentialId,
    reference: Option<&'a str>,
    number: Option<&'a str>,
    request: Option<&'a str>,
    state: &'static str,
    stuck: i64,
    key: Option<String>,
    next_check: Option<i64>,
    ordered: i64,
    deleted: i64,
    version: u64,
    /// The version that must be stored for an update to count.
    over: u64,
    record: String,
}

fn stored(order: &Order) -> Result<Stored<'_>, DatabaseFault> {
    Ok(Stored {
        id: &order.id,
        credential: &order.credential_id,
        reference: order.reference().map(|reference| reference.as_str()),
        number: order.ca_order_number.as_ref().map(|number| number.as_str()),
        request: order
            .ca_request_number
            .as_ref()
            .map(|number| number.as_str()),
        state: order.state.name(),
        stuck: i64::from(order.is_stuck()),
        key: order.key.as_ref().map(ToString::to_string),
        next_check: order.next_check_at.map(|at| at.unix()),
        ordered: order.ordered_at.unix(),
        deleted: i64::from(order.deleted_at.is_some()),
        version: order.version,
        over: order.version.saturating_sub(1),
        record: json(order)?,
    })
}

/// Orders as a parameter for [`insert`], [`update`] and the admission of certificates.
///
/// # Errors
/// [`DatabaseFault`].
pub fn parameter(orders: &[&Order]) -> Result<String, DatabaseFault> {
    let rows: Result<Vec<_>, _> = orders.iter().map(|order| stored(order)).collect();
    json(&rows?)
}

/// Inserts orders, and what they are found by; one that the CA's number shows to be known already is
/// left alone, which makes importing the same page twice harmless.
///
/// # Errors
/// [`DatabaseFault`].
pub fn insert(orders: &[&Order]) -> Result<[Statement; 2], DatabaseFault> {
    let rows = Statement::new(
        "INSERT OR IGNORE INTO orders (id, credential_id, reference, ca_order_number, \
           ca_request_number, state, is_stuck, key_fingerprint, next_check_at, ordered_at, \
           is_deleted, version, record) \
         SELECT value ->> 'id', value ->> 'credential', value ->> 'reference', \
           value ->> 'number', value ->> 'request', value ->> 'state', value ->> 'stuck', \
           value ->> 'key', value ->> 'next_check', value ->> 'ordered', value ->> 'deleted', \
           value ->> 'version', value ->> 'record' \
         FROM json_each(?1)",
    );
    let indexed: Vec<Indexed> = orders
        .iter()
        .map(|order| {
            let names = std::iter::once(&order.domain).chain(&order.additional_domains);
            Indexed::new(order.id.as_str(), names.map(String::as_str))
        })
        .collect();
    Ok([rows.bind(parameter(orders)?), parts::of_orders(&indexed)?])
}

/// Stores changed orders, each only over the version that it was made from.
///
/// # Errors
/// [`DatabaseFault`].
pub fn update(orders: &[&Order]) -> Result<Statement, DatabaseFault> {
    Ok(Statement::new(
        "UPDATE orders SET ca_order_number = j.value ->> 'number', \
           ca_request_number = j.value ->> 'request', state = j.value ->> 'state', \
           is_stuck = j.value ->> 'stuck', next_check_at = j.value ->> 'next_check', is_deleted = j.value ->> 'deleted', \
           version = j.value ->> 'version', record = j.value ->> 'record' \
         FROM json_each(?1) AS j \
         WHERE orders.id = j.value ->> 'id' AND orders.version = j.value ->> 'over'",
    )
    .bind(parameter(orders)?))
}

pub(super) fn orders(rows: Rows) -> Result<Vec<Order>, DatabaseFault> {
    let rows: Vec<RecordRow> = decode(rows)?;
    rows.iter().map(|row| order(&row.record)).collect()
}

pub(super) fn order(record: &str) -> Result<Order, DatabaseFault> {
    serde_json::from_str(record)
        .map_err(|error| DatabaseFault(format!("an order does not convert: {error}")))
}

/// The orders with these ids, deleted ones included, in no promised order.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_ids(
    database: &impl Database,
    ids: &[OrderId],
) -> Result<Vec<Order>, DatabaseFault> {
    let statement =
        Statement::new("SELECT record FROM orders WHERE id IN (SELECT value FROM json_each(?1))");
    orders(database.query(statement.bind(json(ids)?)).await?)
}

/// The order with this id, deleted or not.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_id(database: &impl Database, id: &OrderId) -> Result<Option<Order>, DatabaseFault> {
    let statement = Statement::new("SELECT record FROM orders WHERE id = ?1").bind(id.as_str());
    Ok(orders(database.query(statement).await?)?.pop())
}

/// The orders of an account that the CA knows by these identities, and those that it may have
/// booked without our knowing the number.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_ca_identities(
    database: &impl Database,
    credential: &CredentialId,
    identities: &[CaIdentity],
    requests: &[&str],
) -> Result<Vec<Order>, DatabaseFault> {
    let numbers: Vec<&str> = identities
        .iter()
        .filter_map(|identity| match identity {
            CaIdentity::Order(number) => Some(number.as_str()),
            CaIdentity::Draft(_) => None,
        })
        .collect();
    // Left to itself the planner takes the index of all the account's orders for the last two arms,
    // since it fits one more term.
    let statement = Statement::new(
        "SELECT record FROM orders \
         WHERE credential_id = ?1 AND ca_order_number IN (SELECT value FROM json_each(?2)) \
         UNION \
         SELECT record FROM orders WHERE credential_id = ?1 AND ca_order_number IS NULL \
           AND ca_request_number IN (SELECT value FROM json_each(?3)) \
         UNION \
         SELECT record FROM orders INDEXED BY orders_being_placed \
           WHERE is_deleted = 0 AND state = 'placing' AND credential_id = ?1 \
         UNION \
         SELECT record FROM orders INDEXED BY orders_in_doubt WHERE state = 'awaitingApproval' \
           AND record ->> '$.state.awaitingApproval.inDoubtSince' IS NOT NULL \
           AND credential_id = ?1",
    );
    let statement = statement
        .bind(credential.as_str())
        .bind(json(&numbers)?)
        .bind(json(requests)?);
    orders(database.query(statement).await?)
}

/// Orders of one account that one round takes at most.
const DUE_PER_CREDENTIAL: u32 = 50;

/// Orders that are due for a status check. Accounts take turns, each with its longest waiting order
/// first, so that one with thousands of due orders does not keep the others waiting; paused
/// accounts are left out.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn due(
    database: &impl Database,
    now: i64,
    limit: u32,
) -> Result<Vec<Order>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT d.record FROM (SELECT o.record, o.next_check_at, \
             row_number() OVER (PARTITION BY o.credential_id ORDER BY o.next_check_at) AS turn \
           FROM credentials AS c JOIN orders AS o ON o.id IN (SELECT id FROM orders \
             WHERE credential_id = c.id AND next_check_at IS NOT NULL AND next_check_at <= ?1 \
             ORDER BY next_check_at LIMIT ?3) \
           WHERE c.paused_until <= ?1 AND c.sealed_key <> '') AS d \
         ORDER BY d.turn, d.next_check_at LIMIT ?2",
    );
    let statement = statement.bind(now).bind(limit).bind(DUE_PER_CREDENTIAL);
    orders(database.query(statement).await?)
}

/// Lets orders be due for a check not before `until`.
///
/// # Errors
/// [`DatabaseFault`].
pub fn postpone_check(ids: &[&str], until: Timestamp) -> Result<Statement, DatabaseFault> {
    let statement = Statement::new(
        "UPDATE orders SET next_check_at = max(next_check_at, ?2) \
         WHERE id IN (SELECT value FROM json_each(?1)) AND next_check_at IS NOT NULL",
    );
    Ok(statement.bind(json(ids)?).bind(until))
}

/// Held orders, the oldest first.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn held(database: &impl Database, limit: u32) -> Result<Vec<Order>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT record FROM orders WHERE is_deleted = 0 AND state = 'held' \
         ORDER BY ordered_at, id LIMIT ?1",
    );
    orders(database.query(statement.bind(limit)).await?)
}

/// Orders that have waited for approval since before then, the oldest first.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn awaiting_approval(
    database: &impl Database,
    asked_before: Timestamp,
    limit: u32,
) -> Result<Vec<Order>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT record FROM orders WHERE is_deleted = 0 AND state = 'awaitingApproval' \
         AND ordered_at <= ?1 ORDER BY ordered_at, id LIMIT ?2",
    );
    orders(
        database
            .query(statement.bind(asked_before).bind(limit))
            .await?,
    )
}

/// Another order than `except` that was placed with this key before.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn with_key(
    database: &impl Database,
    fingerprint: &str,
    except: Option<&OrderId>,
) -> Result<Option<Order>, DatabaseFault> {
    let statement =
        Statement::new("SELECT record FROM orders WHERE key_fingerprint = ?1 AND id <> ?2 LIMIT 1");
    let except = except.map_or("", |id| id.as_str());
    let statement = statement.bind(fingerprint).bind(except);
    Ok(orders(database.query(statement).await?)?.pop())
}
