//! Idempotency keys: which order a caller's key stands for.

use certwright_core::{ids::OrderId, time::Timestamp};
use serde::Deserialize;

use crate::database::{Database, DatabaseFault, Statement, decode};

/// What a key stands for.
#[derive(Clone, Debug, Deserialize)]
pub struct Remembered {
    /// SHA-256 of the body that came with it.
    pub body_hash: String,
    /// The order that came of it.
    pub order_id: OrderId,
}

/// What a caller's key stands for, if it was used.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn find(
    database: &impl Database,
    actor: &str,
    key: &str,
) -> Result<Option<Remembered>, DatabaseFault> {
    let statement =
        Statement::new("SELECT body_hash, order_id FROM idempotency WHERE actor = ?1 AND key = ?2");
    Ok(decode(database.query(statement.bind(actor).bind(key)).await?)?.pop())
}

/// Binds a key to an order. Fails, and with it the whole batch, when the key is bound already:
/// that is what keeps two simultaneous requests with one key from both placing an order.
#[must_use]
pub fn bind(
    actor: &str,
    key: &str,
    body_hash: &str,
    order_id: &OrderId,
    now: Timestamp,
) -> Statement {
    Statement::new(
        "INSERT INTO idempotency (actor, key, body_hash, order_id, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )
    .bind(actor)
    .bind(key)
    .bind(body_hash)
    .bind(order_id.as_str())
    .bind(now)
}
