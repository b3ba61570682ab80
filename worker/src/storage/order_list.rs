//! Lists of orders: walks along the indexes, each of which reads rows in proportion to the page.

use certwright_core::{ids::CredentialId, order::Order, search::wildcard_over};
use serde::{Deserialize, Serialize};

use super::{
    orders::{order, orders},
    parts::{Found, PartRow, Place},
};
use crate::{
    database::{Database, DatabaseFault, Statement, decode, json},
    paging::Cursor,
};

/// Which index a list walks. Each walk reads rows in proportion to the page.
pub enum Walk<'a> {
    /// Everything.
    All,
    /// Those at the CA that do not go on until a person acts.
    Stuck,
    /// One state.
    State(&'a str),
    /// One account.
    Credential(&'a str),
    /// Numbers, ids, and what tells a certificate.
    Exact(&'a Exact),
    /// Those for this name, or for a wildcard that stands for it; the latest first.
    Covers(&'a str),
    /// Those with names below this one; the latest first.
    Below(&'a str),
    /// Those with names of which a part begins so, in the order of the parts.
    Begins(&'a str),
}

/// What few orders have in common; any of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Exact {
    /// The id of an order or a certificate.
    pub id: Option<String>,
    /// Numbers of orders and requests at the CA, and references.
    pub numbers: Vec<String>,
    /// Serial numbers of certificates.
    pub serials: Vec<String>,
    /// SHA-256 of a certificate or a key.
    pub sha256: Option<String>,
    /// SHA-1 of a certificate.
    pub sha1: Option<String>,
}

/// Which orders come first, in walks along a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Those ordered last.
    #[default]
    NewestFirst,
    /// Those ordered first.
    OldestFirst,
}

/// A page of orders along an index, `after` a row or from the beginning. Walks over names and exact
/// ones also meet orders that are deleted, or are not. `account` leaves out others in these.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn walk(
    database: &impl Database,
    walk: &Walk<'_>,
    account: Option<&CredentialId>,
    is_deleted: bool,
    direction: Direction,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Vec<Found<Order>>, DatabaseFault> {
    if let Walk::Exact(_) | Walk::Covers(_) | Walk::Below(_) | Walk::Begins(_) = walk {
        return searched(database, walk, account, after, limit).await;
    }
    let start = match direction {
        Direction::NewestFirst => Cursor::newest(),
        Direction::OldestFirst => Cursor::first(),
    };
    let after = after.unwrap_or(&start);
    let deleted = i64::from(is_deleted);
    let statement = match (walk, direction) {
        (Walk::All, Direction::NewestFirst) => Statement::new(
            "SELECT record FROM orders WHERE is_deleted = ?1 \
             AND (ordered_at, id) < (?2, ?3) ORDER BY ordered_at DESC, id DESC LIMIT ?4",
        ),
        (Walk::State(_), Direction::NewestFirst) => Statement::new(
            "SELECT record FROM orders WHERE is_deleted = ?1 AND state = ?5 \
             AND (ordered_at, id) < (?2, ?3) ORDER BY ordered_at DESC, id DESC LIMIT ?4",
        ),
        (Walk::Credential(_), Direction::NewestFirst) => Statement::new(
            "SELECT record FROM orders WHERE is_deleted = ?1 AND credential_id = ?5 \
             AND (ordered_at, id) < (?2, ?3) ORDER BY ordered_at DESC, id DESC LIMIT ?4",
        ),
        (Walk::All, Direction::OldestFirst) => Statement::new(
            "SELECT record FROM orders WHERE is_deleted = ?1 \
             AND (ordered_at, id) > (?2, ?3) ORDER BY ordered_at, id LIMIT ?4",
        ),
        (Walk::State(_), Direction::OldestFirst) => Statement::new(
            "SELECT record FROM orders WHERE is_deleted = ?1 AND state = ?5 \
             AND (ordered_at, id) > (?2, ?3) ORDER BY ordered_at, id LIMIT ?4",
        ),
        (Walk::Credential(_), Direction::OldestFirst) => Statement::new(
            "SELECT record FROM orders WHERE is_deleted = ?1 AND credential_id = ?5 \
             AND (ordered_at, id) > (?2, ?3) ORDER BY ordered_at, id LIMIT ?4",
        ),
        (Walk::Stuck, Direction::NewestFirst) => Statement::new(
            "SELECT record FROM orders WHERE is_stuck = 1 AND state = 'pending' AND is_deleted = 0 \
             AND ?1 = 0 AND (ordered_at, id) < (?2, ?3) \
             ORDER BY ordered_at DESC, id DESC LIMIT ?4",
        ),
        (Walk::Stuck, Direction::OldestFirst) => Statement::new(
            "SELECT record FROM orders WHERE is_stuck = 1 AND state = 'pending' AND is_deleted = 0 \
             AND ?1 = 0 AND (ordered_at, id) > (?2, ?3) ORDER BY ordered_at, id LIMIT ?4",
        ),
        (Walk::Exact(_) | Walk::Covers(_) | Walk::Below(_) | Walk::Begins(_), _) => {
            return Ok(Vec::new());
        }
    };
    let statement = statement
        .bind(deleted)
        .bind(after.number)
        .bind(after.text.as_str())
        .bind(limit);
    let statement = match walk {
        Walk::State(value) | Walk::Credential(value) => statement.bind(*value),
        _ => statement,
    };
    let found = orders(database.query(statement).await?)?.into_iter();
    Ok(found
        .map(|order| Found {
            at: Cursor {
                number: order.ordered_at.unix(),
                text: order.id.to_string(),
            },
            item: order,
            part: None,
        })
        .collect())
}

/// Walks that a search takes. The position in each is the time with its sign turned.
mod sql {
    // In two groups, since D1 takes at most five terms in one compound SELECT.
    pub(super) const EXACT: &str = "SELECT o.record, -o.ordered_at AS latest FROM (SELECT id FROM ( \
           SELECT id FROM orders WHERE id = ?3 ->> 'id' \
           UNION SELECT order_id FROM certificates WHERE id = ?3 ->> 'id' \
           UNION SELECT id FROM orders \
             WHERE reference IN (SELECT value FROM json_each(?3, '$.numbers')) \
           UNION SELECT o.id FROM json_each(?3, '$.numbers') AS n CROSS JOIN credentials AS k \
             CROSS JOIN orders AS o ON o.credential_id = k.id AND o.ca_order_number = n.value \
           UNION SELECT o.id FROM json_each(?3, '$.numbers') AS n CROSS JOIN credentials AS k \
             CROSS JOIN orders AS o ON o.credential_id = k.id AND o.ca_request_number = n.value \
         ) UNION SELECT id FROM ( \
           SELECT order_id AS id FROM certificates \
             WHERE serial IN (SELECT value FROM json_each(?3, '$.serials')) \
           UNION SELECT order_id FROM certificates WHERE fingerprint = ?3 ->> 'sha256' \
           UNION SELECT order_id FROM certificates WHERE key_fingerprint = ?3 ->> 'sha256' \
           UNION SELECT id FROM orders WHERE key_fingerprint = ?3 ->> 'sha256' \
           UNION SELECT order_id FROM certificates WHERE sha1 = ?3 ->> 'sha1' \
         )) AS e CROSS JOIN orders AS o ON o.id = e.id \
         WHERE (-o.ordered_at, o.id) > (?1, ?2) AND (?5 IS NULL OR o.credential_id = ?5) \
         ORDER BY -o.ordered_at, o.id LIMIT ?4";

    macro_rules! covers {
        ($index:literal, $condition:literal) => {
            concat!(
                "SELECT o.record, 0 AS kind, p.latest FROM ( \
                   SELECT latest, order_id FROM (SELECT latest, order_id FROM order_parts ",
                $index,
                " WHERE part = ?3 AND kind = 0 AND (latest, order_id) > (?1, ?2)",
                $condition,
                " ORDER BY latest, order_id LIMIT ?4) \
                   UNION SELECT latest, order_id FROM (SELECT latest, order_id FROM order_parts ",
                $index,
                " WHERE part = ?5 AND kind = 0 AND (latest, order_id) > (?1, ?2)",
                $condition,
                " ORDER BY latest, order_id LIMIT ?4) ORDER BY 1, 2 LIMIT ?4 \
                 ) AS p CROSS JOIN orders AS o ON o.id = p.order_id \
                 ORDER BY p.latest, p.order_id"
            )
        };
    }
    pub(super) const COVERS: &str = covers!("", "");
    pub(super) const COVERS_OF: &str = covers!(
        "INDEXED BY order_parts_of_credential",
        " AND credential_id = ?6"
    );

    macro_rules! below {
        ($index:literal, $condition:literal) => {
            concat!(
                "SELECT o.record, 1 AS kind, p.latest FROM order_parts AS p ",
                $index,
                " CROSS JOIN orders AS o ON o.id = p.order_id \
                 WHERE p.part = ?3 AND p.kind = 1 AND (p.latest, p.order_id) > (?1, ?2)",
                $condition,
                " ORDER BY p.latest, p.order_id LIMIT ?4"
            )
        };
    }
    pub(super) const BELOW: &str = below!("", "");
    pub(super) const BELOW_OF: &str = below!(
        "INDEXED BY order_parts_of_credential",
        " AND p.credential_id = ?5"
    );

    // No text comes after the last code point.
    macro_rules! begins {
        ($index:literal, $condition:literal) => {
            concat!(
                "SELECT o.record, p.part, p.kind, p.latest FROM order_parts AS p ",
                $index,
                " CROSS JOIN orders AS o ON o.id = p.order_id \
                 WHERE (p.part, p.kind, p.latest, p.order_id) > (?5, ?6, ?1, ?2) \
                   AND p.part < ?3 || char(1114111)",
                $condition,
                " ORDER BY p.part, p.kind, p.latest, p.order_id LIMIT ?4"
            )
        };
    }
    pub(super) const BEGINS: &str = begins!("", "");
    pub(super) const BEGINS_OF: &str = begins!(
        "INDEXED BY order_parts_of_credential",
        " AND p.credential_id = ?7"
    );
}

async fn searched(
    database: &impl Database,
    walk: &Walk<'_>,
    account: Option<&CredentialId>,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Vec<Found<Order>>, DatabaseFault> {
    let text = match walk {
        Walk::Covers(text) | Walk::Below(text) | Walk::Begins(text) => text,
        _ => "",
    };
    let place = Place::after(after, text);
    let bound = |sql: &'static str, value: &str| {
        Statement::new(sql)
            .bind(place.latest)
            .bind(place.id.as_str())
            .bind(value)
            .bind(limit)
    };
    let mut statement = match walk {
        Walk::Exact(exact) => {
            let account = account.map(CredentialId::as_str);
            bound(sql::EXACT, &json(exact)?).bind(account)
        }
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
    if let (Some(account), false) = (account, matches!(walk, Walk::Exact(_))) {
        statement = statement.bind(account.as_str());
    }
    let rows: Vec<FoundRow> = decode(database.query(statement).await?)?;
    rows.into_iter()
        .map(|row| {
            let order = order(&row.record)?;
            let id = order.id.to_string();
            Ok(row.place.found(order, &id))
        })
        .collect()
}

#[derive(Deserialize)]
struct FoundRow {
    record: String,
    #[serde(flatten)]
    place: PartRow,
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
