//! What has a name already: certificates that are valid, and orders on their way to one.

use certwright_core::{
    ids::{CredentialId, OrderId},
    names::CertificateName,
    rehearsal::{Cover, CoveredBy},
    time::Timestamp,
};
use serde::Deserialize;

use crate::database::{Database, DatabaseFault, Statement, decode, json};

/// The most rows that are read of either kind.
const MOST: u32 = 50;

#[derive(Deserialize)]
struct CertificateRow {
    name: String,
    serial: String,
    not_after: i64,
    order_id: OrderId,
}

#[derive(Deserialize)]
struct OrderRow {
    name: String,
    state: String,
    id: OrderId,
}

/// What has one of these names at `now`; of one account if given, and without the order `except`.
/// Certificates come first, the one that is valid longest before the others.
///
/// # Errors
/// [`DatabaseFault`].
pub async fn of(
    database: &impl Database,
    names: &[CertificateName],
    account: Option<&CredentialId>,
    except: Option<&OrderId>,
    now: Timestamp,
) -> Result<Vec<Cover>, DatabaseFault> {
    let texts: Vec<String> = names.iter().map(ToString::to_string).collect();
    let (account, except) = (
        account.map(CredentialId::as_str),
        except.map_or("", OrderId::as_str),
    );
    // The walk begins with the few names asked for, and reads of each what is valid still.
    let certificates = Statement::new(
        "SELECT p.part AS name, c.serial, c.not_after, c.order_id FROM json_each(?1) AS j \
         CROSS JOIN certificate_parts AS p \
           ON p.part = j.value AND p.kind = 0 AND p.latest <= ?2 \
         CROSS JOIN certificates AS c ON c.id = p.certificate_id \
         WHERE c.revoked_at IS NULL AND (?3 IS NULL OR c.credential_id = ?3) \
           AND c.order_id <> ?4 ORDER BY c.not_after DESC LIMIT ?5",
    )
    .bind(json(&texts)?)
    .bind(now.unix().saturating_neg())
    .bind(account)
    .bind(except)
    .bind(MOST);
    let rows: Vec<CertificateRow> = decode(database.query(certificates).await?)?;
    let mut covers: Vec<Cover> = rows
        .into_iter()
        .filter_map(|row| {
            Some(Cover {
                name: row.name.parse().ok()?,
                by: CoveredBy::Certificate {
                    serial: row.serial,
                    not_after: Timestamp::from_unix(row.not_after),
                },
                order: row.order_id,
            })
        })
        .collect();
    let orders = Statement::new(
        "SELECT n.name, o.state, o.id FROM json_each(?1) AS j \
         CROSS JOIN open_order_names AS n ON n.name = j.value \
         CROSS JOIN orders AS o ON o.id = n.order_id \
         WHERE (?2 IS NULL OR o.credential_id = ?2) AND o.id <> ?3 LIMIT ?4",
    )
    .bind(json(&texts)?)
    .bind(account)
    .bind(except)
    .bind(MOST);
    let rows: Vec<OrderRow> = decode(database.query(orders).await?)?;
    covers.extend(rows.into_iter().filter_map(|row| {
        Some(Cover {
            name: row.name.parse().ok()?,
            by: CoveredBy::Order { state: row.state },
            order: row.id,
        })
    }));
    Ok(covers)
}
