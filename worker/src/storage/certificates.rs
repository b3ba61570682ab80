//! The inventory, and the license gate.

use certwright_api::certificates::CertificateView;
use certwright_core::{
    ids::{CertificateId, CredentialId, OrderId},
    order::{Order, OrderState},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::orders;
use crate::{
    database::{Database, DatabaseFault, Rows, Statement, decode, json},
    paging::Cursor,
};

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
    /// The names' searchable forms.
    pub hosts: Vec<String>,
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
           not_before, not_after, key, key_fingerprint, fingerprint, differences, stored_at, seat) \
         SELECT j.value ->> 'id', j.value ->> 'order_id', j.value ->> 'credential_id', \
           j.value ->> 'names', j.value ->> 'subject', j.value ->> 'issuer', \
           j.value ->> 'serial', j.value ->> 'not_before', j.value ->> 'not_after', \
           j.value ->> 'key', j.value ->> 'key_fingerprint', j.value ->> 'fingerprint', \
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
    let names = Statement::new(
        "INSERT OR IGNORE INTO certificate_names (host, certificate_id) \
         SELECT h.value, j.value ->> 'id' \
         FROM json_each(?1) AS j \
         JOIN certificates AS c ON c.id = j.value ->> 'id', \
         json_each(j.value, '$.hosts') AS h",
    );
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
        names.bind(rows.clone()),
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

/// The columns of [`CertificateRow`] but the last, for `concat!`, which takes literals only.
macro_rules! columns {
    () => {
        "SELECT c.id, c.order_id, c.credential_id, c.names, c.subject, c.issuer, c.serial, \
           c.not_before, c.not_after, c.key, c.key_fingerprint, c.fingerprint, c.revoked_at, \
           c.differences, c.stored_at"
    };
}

/// One statement per index; each is a range of it, so that the rows read are the rows returned.
mod sql {
    macro_rules! along {
        ($condition:literal) => {
            concat!(
                columns!(),
                ", NULL AS host FROM certificates AS c WHERE (c.not_after, c.id) > (?1, ?2) \
                 AND c.not_after <= ?3 ",
                $condition,
                " ORDER BY c.not_after, c.id LIMIT ?4"
            )
        };
    }

    pub(super) const ALL: &str = along!("");
    pub(super) const CREDENTIAL: &str = along!("AND c.credential_id = ?5");
    pub(super) const ISSUER: &str = along!("AND c.issuer = ?5");
    pub(super) const KEY_KIND: &str = along!("AND c.key = ?5");
    pub(super) const SERIAL: &str =
        along!("AND c.serial = ?5 AND (?6 IS NULL OR c.credential_id = ?6)");
    pub(super) const KEY: &str =
        along!("AND c.key_fingerprint = ?5 AND (?6 IS NULL OR c.credential_id = ?6)");
    pub(super) const FINGERPRINT: &str =
        along!("AND c.fingerprint = ?5 AND (?6 IS NULL OR c.credential_id = ?6)");
    // '/' follows '.' in ASCII: the range is the host and everything below it.
    pub(super) const HOST: &str = concat!(
        columns!(),
        ", n.host FROM certificate_names AS n \
         CROSS JOIN certificates AS c ON c.id = n.certificate_id \
         WHERE (n.host, n.certificate_id) > (?1, ?2) AND n.host < rtrim(?3, '.') || '/' \
         ORDER BY n.host, n.certificate_id LIMIT ?4"
    );
}

#[derive(Deserialize)]
struct CertificateRow {
    id: CertificateId,
    order_id: OrderId,
    credential_id: CredentialId,
    names: String,
    subject: String,
    issuer: String,
    serial: String,
    not_before: i64,
    not_after: i64,
    key: String,
    key_fingerprint: String,
    fingerprint: String,
    revoked_at: Option<i64>,
    differences: String,
    stored_at: i64,
    host: Option<String>,
}

fn views(rows: Rows) -> Result<Vec<CertificateView>, DatabaseFault> {
    decode::<CertificateRow>(rows)?
        .into_iter()
        .map(view)
        .collect()
}

fn view(row: CertificateRow) -> Result<CertificateView, DatabaseFault> {
    let texts = |text: &str| {
        serde_json::from_str::<Vec<String>>(text)
            .map_err(|error| DatabaseFault(format!("certificate {}: {error}", row.id)))
    };
    Ok(CertificateView {
        names: texts(&row.names)?,
        differences: texts(&row.differences)?,
        matched_name: row.host.as_deref().map(readable),
        id: row.id,
        credential_id: row.credential_id,
        order_id: row.order_id,
        subject: row.subject,
        issuer: row.issuer,
        serial: row.serial,
        not_before: Timestamp::from_unix(row.not_before),
        not_after: Timestamp::from_unix(row.not_after),
        key: row.key,
        key_fingerprint: row.key_fingerprint,
        fingerprint: row.fingerprint,
        revoked_at: row.revoked_at.map(Timestamp::from_unix),
        stored_at: Timestamp::from_unix(row.stored_at),
    })
}

/// `com.example.www.` as `www.example.com`.
fn readable(host: &str) -> String {
    host.trim_end_matches('.')
        .rsplit('.')
        .collect::<Vec<_>>()
        .join(".")
}

/// The certificate with this id.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn by_id(
    database: &impl Database,
    id: &CertificateId,
) -> Result<Option<CertificateView>, DatabaseFault> {
    let statement = Statement::new(concat!(
        columns!(),
        ", NULL AS host FROM certificates AS c WHERE c.id = ?1"
    ));
    Ok(views(database.query(statement.bind(id.as_str())).await?)?.pop())
}

/// A certificate's PEM and that of its chain.
#[derive(Clone, Debug, Deserialize)]
pub struct Body {
    /// The certificate.
    pub leaf_pem: String,
    /// Intermediate certificates, in order.
    pub chain_pem: String,
    /// The root, where the CA gave it.
    pub root_pem: Option<String>,
}

/// The PEM of a certificate.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn body(
    database: &impl Database,
    id: &CertificateId,
) -> Result<Option<Body>, DatabaseFault> {
    let statement = Statement::new(
        "SELECT b.leaf_pem, ch.pem AS chain_pem, ch.root_pem FROM certificate_bodies AS b \
         JOIN chains AS ch ON ch.id = b.chain_id WHERE b.certificate_id = ?1",
    );
    Ok(decode(database.query(statement.bind(id.as_str())).await?)?.pop())
}

/// Which index a list of certificates walks. Each reads rows in proportion to the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Walk {
    /// Everything, the soonest to run out first.
    All,
    /// One account's.
    Credential(String),
    /// One issuer's.
    Issuer(String),
    /// One kind of key.
    KeyKind(String),
    /// One serial number.
    Serial(String),
    /// One public key.
    Key(String),
    /// One fingerprint.
    Fingerprint(String),
    /// A host and everything below it, as [`orders::searchable`] writes it.
    Host(String),
}

/// A page of certificates along an index. `only` leaves out other accounts' where a walk by one
/// value, which few certificates have in common, meets them.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn walk(
    database: &impl Database,
    walk: &Walk,
    only: Option<&CredentialId>,
    not_after_until: Option<Timestamp>,
    after: &Cursor,
    limit: u32,
) -> Result<Vec<CertificateView>, DatabaseFault> {
    let until = not_after_until.unwrap_or(Timestamp::MAX);
    let (sql, value) = match walk {
        Walk::Host(host) => return by_host(database, host, after, limit).await,
        Walk::All => (sql::ALL, None),
        Walk::Credential(value) => (sql::CREDENTIAL, Some(value)),
        Walk::Issuer(value) => (sql::ISSUER, Some(value)),
        Walk::KeyKind(value) => (sql::KEY_KIND, Some(value)),
        Walk::Serial(value) => (sql::SERIAL, Some(value)),
        Walk::Key(value) => (sql::KEY, Some(value)),
        Walk::Fingerprint(value) => (sql::FINGERPRINT, Some(value)),
    };
    let mut statement = Statement::new(sql)
        .bind(after.number)
        .bind(after.text.as_str())
        .bind(until)
        .bind(limit);
    if let Some(value) = value {
        statement = statement.bind(value.as_str());
    }
    if let Walk::Serial(_) | Walk::Key(_) | Walk::Fingerprint(_) = walk {
        statement = statement.bind(only.map(CredentialId::as_str));
    }
    views(database.query(statement).await?)
}

async fn by_host(
    database: &impl Database,
    host: &str,
    after: &Cursor,
    limit: u32,
) -> Result<Vec<CertificateView>, DatabaseFault> {
    let (seen_host, seen_id) = after.text.split_once(' ').unwrap_or((host, ""));
    let statement = Statement::new(sql::HOST)
        .bind(seen_host)
        .bind(seen_id)
        .bind(host)
        .bind(limit);
    views(database.query(statement).await?)
}
