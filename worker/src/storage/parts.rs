//! The index of names by their parts (`core/src/search`): what is written, and where a walk stands.

use certwright_core::search::{Part, PartKind, parts};
use serde::{Deserialize, Serialize};

use crate::{
    database::{DatabaseFault, Statement, json},
    paging::Cursor,
};

/// What an order or a certificate is found by, as an element of a parameter.
#[derive(Clone, Debug, Serialize)]
pub struct Indexed {
    /// Whose names.
    pub id: String,
    /// The names' parts.
    pub parts: Vec<Part>,
}

impl Indexed {
    /// The parts of these names.
    pub fn new<'n>(id: &str, names: impl IntoIterator<Item = &'n str>) -> Self {
        Self {
            id: id.to_owned(),
            parts: parts(names),
        }
    }
}

/// Indexes orders by their names, if they are stored by then.
///
/// # Errors
/// [`DatabaseFault`].
pub fn of_orders(orders: &[Indexed]) -> Result<Statement, DatabaseFault> {
    let statement = Statement::new(
        "INSERT OR IGNORE INTO order_parts (part, kind, latest, order_id, credential_id) \
         SELECT p.value ->> 'text', p.value ->> 'kind', -o.ordered_at, o.id, o.credential_id \
         FROM json_each(?1) AS j JOIN orders AS o ON o.id = j.value ->> 'id', \
         json_each(j.value, '$.parts') AS p",
    );
    Ok(statement.bind(json(orders)?))
}

/// Indexes certificates by their names, and their orders too, of which the CA may have told fewer;
/// those that are stored by then.
///
/// # Errors
/// [`DatabaseFault`].
pub fn of_certificates(certificates: &[Indexed]) -> Result<[Statement; 2], DatabaseFault> {
    let rows = json(certificates)?;
    let own = Statement::new(
        "INSERT OR IGNORE INTO certificate_parts \
           (part, kind, latest, certificate_id, credential_id) \
         SELECT p.value ->> 'text', p.value ->> 'kind', -c.not_after, c.id, c.credential_id \
         FROM json_each(?1) AS j JOIN certificates AS c ON c.id = j.value ->> 'id', \
         json_each(j.value, '$.parts') AS p",
    );
    let of_order = Statement::new(
        "INSERT OR IGNORE INTO order_parts (part, kind, latest, order_id, credential_id) \
         SELECT p.value ->> 'text', p.value ->> 'kind', -o.ordered_at, o.id, o.credential_id \
         FROM json_each(?1) AS j JOIN certificates AS c ON c.id = j.value ->> 'id' \
         JOIN orders AS o ON o.id = c.order_id, json_each(j.value, '$.parts') AS p",
    );
    Ok([own.bind(rows.clone()), of_order.bind(rows)])
}

/// A row that a walk has read, and where it stands.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// What was found.
    pub item: T,
    /// Behind this the next page begins.
    pub at: Cursor,
    /// In a walk over beginnings of parts, the part.
    pub part: Option<Part>,
}

/// The columns of a row that tell where it stands in a walk over parts.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct PartRow {
    part: Option<String>,
    kind: Option<u8>,
    latest: Option<i64>,
}

impl PartRow {
    /// The row as one that was found by its name.
    pub fn found<T>(self, item: T, id: &str) -> Found<T> {
        let kind = self.kind.unwrap_or_default();
        let text = self.part.unwrap_or_default();
        Found {
            item,
            at: Cursor {
                number: self.latest.unwrap_or_default(),
                text: format!("{kind}{id} {text}"),
            },
            part: PartKind::try_from(kind)
                .ok()
                .map(|kind| Part { text, kind }),
        }
    }
}

/// Where a walk over parts goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The time of the last row, its sign turned.
    pub latest: i64,
    /// The id of the last row.
    pub id: String,
    /// Its kind of part; before all of them, -1.
    pub kind: i64,
    /// Its part.
    pub part: String,
}

impl Place {
    /// Behind a row; without one before every part that begins with `text`.
    #[must_use]
    pub fn after(cursor: Option<&Cursor>, text: &str) -> Self {
        let behind = cursor.and_then(|cursor| {
            let (row, part) = cursor.text.split_once(' ')?;
            let (kind, id) = row.split_at_checked(1)?;
            Some(Self {
                latest: cursor.number,
                id: id.to_owned(),
                kind: kind.parse().ok()?,
                part: part.to_owned(),
            })
        });
        behind.unwrap_or_else(|| {
            let Cursor { number, text: id } = Cursor::first();
            Self {
                latest: number,
                id,
                kind: -1,
                part: text.to_owned(),
            }
        })
    }
}
