//! How certificates come into the inventory: the license gate. How they are found is in
//! [`super::inventory`].

use certwright_core::{
    ids::{CertificateId, CredentialId, OrderId},
    order::{Order, OrderState},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::{
    orders,
    parts::{self, Indexed},
};
use crate::database::{Database, DatabaseFault, Statement, decode, json};

/// A certificate that is to be stored if a seat is free.
#[derive(Clone, Debug, Serialize)]
pub struct NewCertificate {
    /// Identity.
    pub id: CertificateId,
    /// The order that it came of.
    pub order_id: OrderId,
    /// The version at which the order must still stand.
    pub order_version: u64,
    /// The account under which it was ordered.
    pub credential_id: CredentialId,
    /// Names, as JSON.
    pub names: String,
    /// What it is found by.
    #[serde(skip)]
    pub indexed: Indexed,
    /// The subject.
    pub subject: String,
    /// The issuer's common name.
    pub issuer: String,
    /// Serial number, upper-case hex.
    pub serial: String,
    /// First second of validity.
    pub not_before: i64,
    /// Last second of validity.
    pub not_after: i64,
    /// Key algorithm and size.
    pub key: String,
    /// SHA-256 of the public key.
    pub key_fingerprint: String,
    /// SHA-256 of the certificate.
    pub fingerprint: String,
    /// SHA-1 of the certificate.
    pub sha1: String,
    /// How it differs from what was ordered, as JSON.
    pub differences: String,
    /// When it is stored.
    pub stored_at: i64,
    /// The certificate.
    pub leaf_pem: String,
    /// SHA-256 of the chain's PEM.
    pub chain_id: String,
    /// Intermediate certificates, in order.
    pub chain_pem: String,
    /// The root, where the CA gave it.
    pub root_pem: Option<String>,
}

/// How many certificates may be stored, and the license text that says so.
#[derive(Clone, Debug)]
pub struct SeatLimit {
    /// The number.
    pub seats: u32,
    /// The license text; `None` for the community license.
    pub token: Option<String>,
}

/// The statements that store certificates while seats are free and settle their orders either
/// way, to be run in one batch.
///
/// The first statement is the license gate: it takes as many rows as seats are free *in the same
/// transaction* that counts them (a trigger moves the count), so no interleaving of requests
/// admits one too many. Every later statement asks what the first one did.
///
/// `fulfilled` and `held` are the orders' two possible outcomes. When the license is another one by
/// now than `limit` was read from, neither comes about: the orders stay as they are, and their next
/// check asks for the certificate again.
///
/// # Errors
/// [`DatabaseFault`].
pub fn admit(
    certificates: &[NewCertificate],
    fulfilled: &[&Order],
    held: &[&Order],
    limit: &SeatLimit,
) -> Result<Vec<Statement>, DatabaseFault> {
    let rows = json(certificates)?;
    let gate = Statement::new(
        "INSERT INTO certificates (id, order_id, credential_id, names, subject, issuer, serial, \
           not_before, not_after, key, key_fingerprint, fingerprint, sha1, differences, stored_at, seat) \
         SELECT j.value ->> 'id', j.value ->> 'order_id', j.value ->> 'credential_id', \
           j.value ->> 'names', j.value ->> 'subject', j.value ->> 'issuer', \
           j.value ->> 'serial', j.value ->> 'not_before', j.value ->> 'not_after', \
           j.value ->> 'key', j.value ->> 'key_fingerprint', j.value ->> 'fingerprint', \
           j.value ->> 'sha1', \
           j.value ->> 'differences', j.value ->> 'stored_at', 1 \
         FROM json_each(?1) AS j \
         JOIN orders AS o ON o.id = j.value ->> 'order_id' \
           AND o.version = j.value ->> 'order_version' \
         WHERE NOT EXISTS (SELECT 1 FROM certificates AS c WHERE c.order_id = o.id) \
           AND (SELECT token FROM license) IS ?3 \
         ORDER BY j.key \
         LIMIT max(0, ?2 - (SELECT value FROM counters WHERE name = 'seats'))",
    );
    let bodies = Statement::new(
        "INSERT OR IGNORE INTO certificate_bodies (certificate_id, leaf_pem, chain_id) \
         SELECT j.value ->> 'id', j.value ->> 'leaf_pem', j.value ->> 'chain_id' \
         FROM json_each(?1) AS j \
         JOIN certificates AS c ON c.id = j.value ->> 'id'",
    );
    let indexed: Vec<Indexed> = certificates.iter().map(|new| new.indexed.clone()).collect();
    let [names, names_of_orders] = parts::of_certificates(&indexed)?;
    let chains = Statement::new(
        "INSERT OR IGNORE INTO chains (id, pem, root_pem) \
         SELECT j.value ->> 'chain_id', j.value ->> 'chain_pem', j.value ->> 'root_pem' \
         FROM json_each(?1) AS j \
         JOIN certificates AS c ON c.id = j.value ->> 'id'",
    );
    let settle_stored = Statement::new(
        "UPDATE orders SET state = j.value ->> 'state', next_check_at = j.value ->> 'next_check', \
           version = j.value ->> 'version', record = j.value ->> 'record' \
         FROM json_each(?1) AS j \
         WHERE orders.id = j.value ->> 'id' AND orders.version = j.value ->> 'over' \
           AND EXISTS (SELECT 1 FROM certificates AS c WHERE c.order_id = orders.id)",
    );
    let settle_held = Statement::new(
        "UPDATE orders SET state = j.value ->> 'state', next_check_at = j.value ->> 'next_check', \
           version = j.value ->> 'version', record = j.value ->> 'record' \
         FROM json_each(?1) AS j \
         WHERE orders.id = j.value ->> 'id' AND orders.version = j.value ->> 'over' \
           AND NOT EXISTS (SELECT 1 FROM certificates AS c WHERE c.order_id = orders.id) \
           AND (SELECT token FROM license) IS ?2",
    );
    Ok(vec![
        gate.bind(rows.clone())
            .bind(limit.seats)
            .bind(limit.token.clone()),
        bodies.bind(rows.clone()),
        names,
        names_of_orders,
        chains.bind(rows),
        settle_stored.bind(orders::parameter(fulfilled)?),
        settle_held
            .bind(orders::parameter(held)?)
            .bind(limit.token.clone()),
    ])
}

/// Marks the certificates of those of these orders that are revoked, and gives their seats back.
/// To be run after the statement that stores the orders.
///
/// # Errors
/// [`DatabaseFault`].
pub fn revoke(orders: &[&Order], at: Timestamp) -> Result<Option<Statement>, DatabaseFault> {
    let ids: Vec<&str> = orders
        .iter()
        .filter(|order| matches!(order.state, OrderState::Revoked { .. }))
        .map(|order| order.id.as_str())
        .collect();
    if ids.is_empty() {
        return Ok(None);
    }
    let statement = Statement::new(
        "UPDATE certificates SET revoked_at = ?2, seat = 0 \
         WHERE order_id IN (SELECT id FROM orders \
             WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'revoked') \
           AND revoked_at IS NULL",
    );
    Ok(Some(statement.bind(json(&ids)?).bind(at)))
}

/// Gives back the seats of certificates that have run out.
#[must_use]
pub fn release_expired(now: Timestamp, limit: u32) -> Statement {
    Statement::new(
        "UPDATE certificates SET seat = 0 WHERE rowid IN \
           (SELECT rowid FROM certificates WHERE seat = 1 AND not_after < ?1 LIMIT ?2)",
    )
    .bind(now)
    .bind(limit)
}

/// A certificate whose SHA-1 is not known yet.
#[derive(Clone, Debug, Deserialize)]
pub struct WithoutSha1 {
    /// Identity.
    pub id: CertificateId,
    /// The certificate.
    pub leaf_pem: String,
}

/// Certificates that were stored before their SHA-1 was, so many at most.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn without_sha1(
    database: &impl Database,
    limit: u32,
) -> Result<Vec<WithoutSha1>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT c.id, b.leaf_pem FROM certificates AS c \
         JOIN certificate_bodies AS b ON b.certificate_id = c.id WHERE c.sha1 IS NULL LIMIT ?1",
    );
    decode(database.query(statement.bind(limit)).await?)
}

/// Stores SHA-1 fingerprints: pairs of id and fingerprint.
///
/// # Errors
/// [`DatabaseFault`].
pub fn set_sha1(pairs: &[(CertificateId, String)]) -> Result<Statement, DatabaseFault> {
    let statement = Statement::new(
        "UPDATE certificates SET sha1 = j.value ->> 1 FROM json_each(?1) AS j \
         WHERE certificates.id = j.value ->> 0",
    );
    Ok(statement.bind(json(pairs)?))
}
