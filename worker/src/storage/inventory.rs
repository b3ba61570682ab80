//! The inventory as it is read: a certificate, and walks along the indexes, each of which reads rows in
//! proportion to the page.

use certwright_api::certificates::CertificateView;
use certwright_core::{
    ids::{CertificateId, CredentialId, OrderId},
    search::wildcard_over,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::parts::{Found, PartRow, Place};
use crate::{
    database::{Database, DatabaseFault, Rows, Statement, decode, json},
    paging::Cursor,
};

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
                " FROM certificates AS c WHERE (c.not_after, c.id) > (?1, ?2) \
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
    pub(super) const KEY: &str =
        along!("AND c.key_fingerprint = ?5 AND (?6 IS NULL OR c.credential_id = ?6)");

    /// Few rows in any case; found first, so that no plan walks along all certificates for them. In two
    /// groups, since D1 takes at most five terms in one compound SELECT.
    pub(super) const EXACT: &str = concat!(
        columns!(),
        " FROM (SELECT id FROM ( \
           SELECT id FROM certificates WHERE id = ?5 ->> 'id' \
           UNION SELECT id FROM certificates WHERE order_id = ?5 ->> 'id' \
           UNION SELECT id FROM certificates \
             WHERE serial IN (SELECT value FROM json_each(?5, '$.serials')) \
           UNION SELECT id FROM certificates WHERE fingerprint = ?5 ->> 'sha256' \
           UNION SELECT id FROM certificates WHERE sha1 = ?5 ->> 'sha1' \
         ) UNION SELECT id FROM ( \
           SELECT c.id FROM json_each(?5, '$.numbers') AS n \
             CROSS JOIN orders AS o ON o.reference = n.value \
             CROSS JOIN certificates AS c ON c.order_id = o.id \
           UNION SELECT c.id FROM json_each(?5, '$.numbers') AS n \
             CROSS JOIN credentials AS k \
             CROSS JOIN orders AS o ON o.credential_id = k.id AND o.ca_order_number = n.value \
             CROSS JOIN certificates AS c ON c.order_id = o.id \
           UNION SELECT c.id FROM json_each(?5, '$.numbers') AS n \
             CROSS JOIN credentials AS k \
             CROSS JOIN orders AS o ON o.credential_id = k.id AND o.ca_request_number = n.value \
             CROSS JOIN certificates AS c ON c.order_id = o.id \
         )) AS e CROSS JOIN certificates AS c ON c.id = e.id \
         WHERE (c.not_after, c.id) > (?1, ?2) AND c.not_after <= ?3 \
           AND (?6 IS NULL OR c.credential_id = ?6) \
         ORDER BY c.not_after, c.id LIMIT ?4"
    );

    macro_rules! covers {
        ($index:literal, $condition:literal) => {
            concat!(
                columns!(),
                ", 0 AS kind, p.latest FROM ( \
                   SELECT latest, certificate_id FROM (SELECT latest, certificate_id \
                     FROM certificate_parts ",
                $index,
                " WHERE part = ?3 AND kind = 0 AND (latest, certificate_id) > (?1, ?2)",
                $condition,
                " ORDER BY latest, certificate_id LIMIT ?4) \
                   UNION SELECT latest, certificate_id FROM (SELECT latest, certificate_id \
                     FROM certificate_parts ",
                $index,
                " WHERE part = ?5 AND kind = 0 AND (latest, certificate_id) > (?1, ?2)",
                $condition,
                " ORDER BY latest, certificate_id LIMIT ?4) ORDER BY 1, 2 LIMIT ?4 \
                 ) AS p CROSS JOIN certificates AS c ON c.id = p.certificate_id \
                 ORDER BY p.latest, p.certificate_id"
            )
        };
    }
    pub(super) const COVERS: &str = covers!("", "");
    pub(super) const COVERS_OF: &str = covers!(
        "INDEXED BY certificate_parts_of_credential",
        " AND credential_id = ?6"
    );

    macro_rules! below {
        ($index:literal, $condition:literal) => {
            concat!(
                columns!(),
                ", 1 AS kind, p.latest FROM certificate_parts AS p ",
                $index,
                " CROSS JOIN certificates AS c ON c.id = p.certificate_id \
                 WHERE p.part = ?3 AND p.kind = 1 AND (p.latest, p.certificate_id) > (?1, ?2)",
                $condition,
                " ORDER BY p.latest, p.certificate_id LIMIT ?4"
            )
        };
    }
    pub(super) const BELOW: &str = below!("", "");
    pub(super) const BELOW_OF: &str = below!(
        "INDEXED BY certificate_parts_of_credential",
        " AND p.credential_id = ?5"
    );

    // No text comes after the last code point.
    macro_rules! begins {
        ($index:literal, $condition:literal) => {
            concat!(
                columns!(),
                ", p.part, p.kind, p.latest FROM certificate_parts AS p ",
                $index,
                " CROSS JOIN certificates AS c ON c.id = p.certificate_id \
                 WHERE (p.part, p.kind, p.latest, p.certificate_id) > (?5, ?6, ?1, ?2) \
                   AND p.part < ?3 || char(1114111)",
                $condition,
                " ORDER BY p.part, p.kind, p.latest, p.certificate_id LIMIT ?4"
            )
        };
    }
    pub(super) const BEGINS: &str = begins!("", "");
    pub(super) const BEGINS_OF: &str = begins!(
        "INDEXED BY certificate_parts_of_credential",
        " AND p.credential_id = ?7"
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
    #[serde(flatten)]
    place: PartRow,
}

fn rows(rows: Rows) -> Result<Vec<(CertificateView, PartRow)>, DatabaseFault> {
    decode::<CertificateRow>(rows)?
        .into_iter()
        .map(view)
        .collect()
}

fn view(row: CertificateRow) -> Result<(CertificateView, PartRow), DatabaseFault> {
    let texts = |text: &str| {
        serde_json::from_str::<Vec<String>>(text)
            .map_err(|error| DatabaseFault(format!("certificate {}: {error}", row.id)))
    };
    let view = CertificateView {
        names: texts(&row.names)?,
        differences: texts(&row.differences)?,
        matched_name: None,
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
    };
    Ok((view, row.place))
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
        " FROM certificates AS c WHERE c.id = ?1"
    ));
    let found = rows(database.query(statement.bind(id.as_str())).await?)?;
    Ok(found.into_iter().next().map(|(view, _)| view))
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

/// What few certificates have in common; any of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Exact {
    /// Ids of a certificate or an order.
    pub id: Option<String>,
    /// Serial numbers as they are stored.
    pub serials: Vec<String>,
    /// SHA-256 of a certificate.
    pub sha256: Option<String>,
    /// SHA-1 of a certificate.
    pub sha1: Option<String>,
    /// Numbers of orders and requests at the CA, and references.
    pub numbers: Vec<String>,
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
    /// One public key.
    Key(String),
    /// Serial numbers, fingerprints, numbers of orders.
    Exact(Exact),
    /// Those for this name, and for a wildcard that stands for it; the latest to run out first.
    Covers(String),
    /// Those with names below this one; the latest to run out first.
    Below(String),
    /// Those with names of which a part begins so, in the order of the parts.
    Begins(String),
}

/// A page of certificates along an index, `after` a row or from the beginning. `account` leaves out
/// others where a walk meets them; a walk over names then goes along its rows alone.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn walk(
    database: &impl Database,
    walk: &Walk,
    account: Option<&CredentialId>,
    not_after_until: Option<Timestamp>,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Vec<Found<CertificateView>>, DatabaseFault> {
    let until = not_after_until.unwrap_or(Timestamp::MAX);
    let (sql, value) = match walk {
        Walk::Covers(text) | Walk::Below(text) | Walk::Begins(text) => {
            return by_name(database, walk, text, account, after, limit).await;
        }
        Walk::All => (sql::ALL, None),
        Walk::Credential(value) => (sql::CREDENTIAL, Some(value.clone())),
        Walk::Issuer(value) => (sql::ISSUER, Some(value.clone())),
        Walk::KeyKind(value) => (sql::KEY_KIND, Some(value.clone())),
        Walk::Key(value) => (sql::KEY, Some(value.clone())),
        Walk::Exact(exact) => (sql::EXACT, Some(json(exact)?)),
    };
    let first = Cursor::first();
    let after = after.unwrap_or(&first);
    let mut statement = Statement::new(sql)
        .bind(after.number)
        .bind(after.text.as_str())
        .bind(until)
        .bind(limit);
    if let Some(value) = value {
        statement = statement.bind(value);
    }
    if let Walk::Key(_) | Walk::Exact(_) = walk {
        statement = statement.bind(account.map(CredentialId::as_str));
    }
    let found = rows(database.query(statement).await?)?.into_iter();
    Ok(found
        .map(|(item, _)| Found {
            at: Cursor {
                number: item.not_after.unix(),
                text: item.id.to_string(),
            },
            item,
            part: None,
        })
        .collect())
}

async fn by_name(
    database: &impl Database,
    walk: &Walk,
    text: &str,
    account: Option<&CredentialId>,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Vec<Found<CertificateView>>, DatabaseFault> {
    let place = Place::after(after, text);
    let bound = |sql: &'static str, text: &str| {
        Statement::new(sql)
            .bind(place.latest)
            .bind(place.id.as_str())
            .bind(text)
            .bind(limit)
    };
    let mut statement = match walk {
        Walk::Covers(_) => {
            let sql = account.map_or(sql::COVERS, |_| sql::COVERS_OF);
            bound(sql, text).bind(wildcard_over(text))
        }
        Walk::Below(_) => {
            let sql = account.map_or(sql::BELOW, |_| sql::BELOW_OF);
            bound(sql, text.strip_prefix("*.").unwrap_or(text))
        }
        _ => {
            let sql = account.map_or(sql::BEGINS, |_| sql::BEGINS_OF);
            bound(sql, text).bind(place.part.as_str()).bind(place.kind)
        }
    };
    if let Some(account) = account {
        statement = statement.bind(account.as_str());
    }
    let found = rows(database.query(statement).await?)?.into_iter();
    Ok(found
        .map(|(view, row)| {
            let id = view.id.to_string();
            row.found(view, &id)
        })
        .collect())
}

/// The statements that a search takes.
#[cfg(feature = "testing")]
pub(super) const SEARCHES: &[&str] = &[
    sql::EXACT,
    sql::COVERS,
    sql::COVERS_OF,
    sql::BELOW,
    sql::BELOW_OF,
    sql::BEGINS,
    sql::BEGINS_OF,
];
