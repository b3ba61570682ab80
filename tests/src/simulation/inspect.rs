//! What must hold in the Worker's database once everything is quiet.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use certwright_core::order::{Order, OrderState, RevocationPhase};
use certwright_worker::testing::ADMIN_TOKEN;
use emsign_sandbox::DEFAULT_ACCESS_KEY;
use serde::Deserialize;
use serde_json::Value;

use super::{approvals, books, chains, history::History};

#[derive(Deserialize)]
struct RecordRow {
    record: String,
}

/// Every order that is known here.
pub(super) fn orders(history: &History) -> Result<Vec<Order>> {
    let rows: Vec<RecordRow> = history.stage.rows("SELECT record FROM orders")?;
    rows.iter()
        .map(|row| Ok(serde_json::from_str(&row.record)?))
        .collect()
}

/// A stored certificate.
#[derive(Deserialize)]
pub(super) struct Stored {
    pub(super) id: String,
    pub(super) order_id: String,
    pub(super) serial: String,
    pub(super) key_fingerprint: String,
    pub(super) revoked_at: Option<i64>,
    pub(super) seat: i64,
    leaf: Option<String>,
    chain: Option<String>,
    names: i64,
}

/// Every certificate of the inventory.
pub(super) fn certificates(history: &History) -> Result<Vec<Stored>> {
    history.stage.rows(
        "SELECT c.id, c.order_id, c.serial, c.key_fingerprint, c.revoked_at, c.seat, \
           b.leaf_pem AS leaf, ch.pem AS chain, \
           (SELECT COUNT(*) FROM certificate_parts AS n WHERE n.certificate_id = c.id) AS names \
         FROM certificates AS c LEFT JOIN certificate_bodies AS b ON b.certificate_id = c.id \
         LEFT JOIN chains AS ch ON ch.id = b.chain_id",
    )
}

/// Everything that must hold after the quiet.
pub(super) fn all(history: &mut History) -> Result<()> {
    let orders = orders(history)?;
    let stored = certificates(history)?;
    history.orders = orders.len();
    settled(history, &orders);
    inventory(history, &orders, &stored);
    counters(history)?;
    outbox(history)?;
    imports(history)?;
    keys(history)?;
    trail(history, &orders)?;
    approvals::inspect(history, &orders)?;
    chains::all(history)?;
    deletions(history, &orders);
    secrets(history)?;
    books::all(history, &orders, &stored);
    Ok(())
}

/// What must hold when there was a seat for everything and one more import.
pub(super) fn complete(history: &mut History) -> Result<()> {
    let orders = orders(history)?;
    let stored = certificates(history)?;
    inventory(history, &orders, &stored);
    counters(history)?;
    outbox(history)?;
    imports(history)?;
    books::all(history, &orders, &stored);
    books::complete(history, &orders);
    for order in &orders {
        if matches!(order.state, OrderState::Held(_)) && order.deleted_at.is_none() {
            history.violation(format!("{} is held although seats are free", order.id));
        }
    }
    Ok(())
}

fn settled(history: &mut History, orders: &[Order]) {
    for order in orders {
        if matches!(order.state, OrderState::Placing(_)) {
            history.violation(format!("{} is still being placed", order.id));
        }
        let revocation = order.state.revocation();
        let is_sending = revocation.is_some_and(|asked| asked.phase == RevocationPhase::Sending);
        if is_sending && order.deleted_at.is_none() {
            history.violation(format!("the revocation of {} was never sent", order.id));
        }
    }
}

fn inventory(history: &mut History, orders: &[Order], stored: &[Stored]) {
    let by_order: BTreeMap<&str, &Stored> = stored
        .iter()
        .map(|certificate| (certificate.order_id.as_str(), certificate))
        .collect();
    for certificate in stored {
        let id = &certificate.id;
        let known = orders.iter().find(|order| {
            order.id.as_str() == certificate.order_id
                && order.state.certificate_id().map(|id| id.as_str()) == Some(id)
        });
        let Some(order) = known else {
            history.violation(format!("certificate {id} belongs to no order"));
            continue;
        };
        if certificate.leaf.as_deref().unwrap_or("").is_empty()
            || certificate.chain.as_deref().unwrap_or("").is_empty()
            || certificate.names == 0
        {
            history.violation(format!("certificate {id} is not whole"));
        }
        let key = order.key.as_ref().map(ToString::to_string);
        if key.is_some_and(|key| key != certificate.key_fingerprint) {
            history.violation(format!("certificate {id} has another key than its order"));
        }
        let is_revoked = matches!(order.state, OrderState::Revoked { .. });
        if is_revoked != certificate.revoked_at.is_some() {
            history.violation(format!(
                "certificate {id} and its order disagree on revocation"
            ));
        }
        if is_revoked && certificate.seat != 0 {
            history.violation(format!("certificate {id} is revoked and takes a seat"));
        }
    }
    for order in orders {
        let certificate = order.state.certificate_id().map(|id| id.as_str());
        let found = by_order
            .get(order.id.as_str())
            .map(|stored| stored.id.as_str());
        if certificate.is_some() && certificate != found {
            history.violation(format!("the certificate of {} is not there", order.id));
        }
    }
}

#[derive(Deserialize)]
struct Count {
    name: String,
    value: i64,
}

fn counters(history: &mut History) -> Result<()> {
    let kept: Vec<Count> = history.stage.rows("SELECT name, value FROM counters")?;
    let mut counted: Vec<Count> = history.stage.rows(
        "SELECT state AS name, COUNT(*) AS value FROM orders WHERE is_deleted = 0 GROUP BY state",
    )?;
    counted.extend(history.stage.rows::<Count>(
        "SELECT 'seats' AS name, COALESCE(SUM(seat), 0) AS value FROM certificates",
    )?);
    counted.extend(history.stage.rows::<Count>(
        "SELECT 'dead' AS name, COUNT(*) AS value FROM work WHERE dead_at IS NOT NULL",
    )?);
    counted.extend(history.stage.rows::<Count>(
        // Told from the record alone.
        "SELECT 'stuck' AS name, COUNT(*) AS value FROM orders WHERE is_deleted = 0 AND state = 'pending' \
           AND record -> '$.state.pending.stage' <> '\"processing\"' \
           AND record -> '$.state.pending.stage' NOT LIKE '{\"unknown\"%'",
    )?);
    for Count { name, value } in kept.into_iter().filter(|count| count.name != "revision") {
        let found = counted.iter().find(|count| count.name == name);
        let actual = found.map_or(0, |count| count.value);
        if actual != value {
            history.violation(format!(
                "the counter {name} says {value}, there are {actual}"
            ));
        }
    }
    let wrong: Vec<Count> = history.stage.rows(
        "SELECT credential_id || ' ' || name AS name, value FROM credential_counters AS kept \
         WHERE value <> (SELECT COUNT(*) FROM orders WHERE is_deleted = 0 \
           AND credential_id = kept.credential_id \
           AND (state = kept.name OR kept.name = 'stuck' AND is_deleted = 0 AND state = 'pending' \
           AND record -> '$.state.pending.stage' <> '\"processing\"' \
           AND record -> '$.state.pending.stage' NOT LIKE '{\"unknown\"%')) \
         UNION ALL SELECT credential_id || ' ' || state, -1 FROM orders AS o \
         WHERE is_deleted = 0 AND NOT EXISTS (SELECT 1 FROM credential_counters \
           WHERE credential_id = o.credential_id AND name = o.state)",
    )?;
    for Count { name, value } in wrong {
        history.violation(format!("the account's counter {name} is wrong: {value}"));
    }
    let wrong: Vec<Count> = history.stage.rows(
        "SELECT id AS name, version AS value FROM orders \
         WHERE record ->> '$.version' <> version OR record ->> '$.id' <> id \
           OR record ->> '$.caOrderNumber' IS NOT ca_order_number \
           OR (record ->> '$.deletedAt' IS NOT NULL) <> is_deleted",
    )?;
    for Count { name, .. } in wrong {
        history.violation(format!("the columns of order {name} are not its record's"));
    }
    Ok(())
}

#[derive(Deserialize)]
struct Piece {
    kind: String,
    subject: String,
    dead_at: Option<i64>,
    last_error: Option<String>,
}

/// Work is done or set aside with a reason, and so are jobs.
fn outbox(history: &mut History) -> Result<()> {
    let left: Vec<Piece> = history
        .stage
        .rows("SELECT kind, subject, dead_at, last_error FROM work")?;
    for piece in left {
        if piece.dead_at.is_none() || piece.last_error.is_none() {
            let what = format!("{} {}", piece.kind, piece.subject);
            history.violation(format!("work is left over: {what}: {:?}", piece.last_error));
        }
    }
    let running: Vec<Count> = history.stage.rows(
        "SELECT kind || ' ' || id || ' of ' || total AS name, done AS value FROM jobs \
         WHERE done + dead <> total",
    )?;
    for Count { name, value } in running {
        history.violation(format!("the job {name} ended at {value}"));
    }
    Ok(())
}

#[derive(Deserialize)]
struct Import {
    id: String,
    report: String,
    missing: u32,
    problem: Option<String>,
}

/// An import that is done has listed what the CA announced, each order once; of one that is not it
/// is said what is missing.
pub(super) fn imports(history: &mut History) -> Result<()> {
    let imports: Vec<Import> = history.stage.rows(
        "SELECT id, report, missing, problem FROM jobs WHERE kind = 'import' \
           AND stopped_at IS NULL AND done = total",
    )?;
    for Import {
        id,
        report,
        missing,
        problem,
    } in imports
    {
        let report: Value = serde_json::from_str(&report)?;
        let number = |name: &str| {
            let value = report.pointer(&format!("/import/{name}"));
            value.and_then(Value::as_u64).unwrap_or(0)
        };
        let counted = number("added")
            .saturating_add(number("changed"))
            .saturating_add(number("unchanged"))
            .saturating_add(number("leftDeleted"));
        if counted != number("listed") {
            history.violation(format!("import {id} counts {counted} orders: {report}"));
        }
        let is_whole = number("listed").saturating_add(number("skipped")) >= number("orders");
        if problem.is_none() != is_whole && (problem.is_none() || missing > 0) {
            history.violation(format!("import {id} ends with {problem:?}: {report}"));
        }
    }
    let left: Vec<Count> = history
        .stage
        .rows("SELECT job_id AS name, COUNT(*) AS value FROM import_seen GROUP BY job_id")?;
    let dead: Vec<Count> = history
        .stage
        .rows("SELECT id AS name, dead AS value FROM jobs WHERE dead > 0 OR problem IS NOT NULL")?;
    for Count { name, value } in left {
        if !dead.iter().any(|job| job.name == name) {
            history.violation(format!("import {name} is over and keeps {value} rows"));
        }
    }
    Ok(())
}

/// A key stands for one order and an order for one key.
fn keys(history: &mut History) -> Result<()> {
    let twice: Vec<Count> = history.stage.rows(
        "SELECT order_id AS name, COUNT(*) AS value FROM idempotency \
         GROUP BY order_id HAVING COUNT(*) > 1",
    )?;
    for Count { name, value } in twice {
        history.violation(format!("order {name} stands for {value} keys"));
    }
    let lost: Vec<Count> = history.stage.rows(
        "SELECT key AS name, 0 AS value FROM idempotency \
         WHERE order_id NOT IN (SELECT id FROM orders)",
    )?;
    for Count { name, .. } in lost {
        history.violation(format!("key {name} stands for no order"));
    }
    let bound: Vec<Count> = history
        .stage
        .rows("SELECT key || ' ' || order_id AS name, 0 AS value FROM idempotency")?;
    let bound: BTreeSet<String> = bound.into_iter().map(|row| row.name).collect();
    let promised: Vec<String> = history
        .wishes
        .iter()
        .filter_map(|wish| Some(format!("{} {}", wish.key, wish.order.as_ref()?.0)))
        .collect();
    for promise in promised {
        if !bound.contains(&promise) {
            history.violation(format!("a reply told of {promise}, which is not stored"));
        }
    }
    Ok(())
}

fn trail(history: &mut History, orders: &[Order]) -> Result<()> {
    let entries: Vec<Count> = history.stage.rows(
        "SELECT subject AS name, COUNT(*) AS value FROM audit \
         WHERE action IN ('order.intend', 'order.request') GROUP BY subject",
    )?;
    for order in orders.iter().filter(|order| order.reference().is_some()) {
        let found = entries.iter().find(|entry| entry.name == order.id.as_str());
        let times = found.map_or(0, |entry| entry.value);
        if times != 1 {
            history.violation(format!("{} was placed and audited {times} times", order.id));
        }
    }
    Ok(())
}

fn deletions(history: &mut History, orders: &[Order]) {
    for id in history.deleted.clone() {
        let is_deleted = orders
            .iter()
            .any(|order| order.id.as_str() == id && order.deleted_at.is_some());
        if !is_deleted {
            history.violation(format!("{id} was deleted and is there again"));
        }
    }
}

/// The access key is in the database as a seal only, the administrator's token not at all.
fn secrets(history: &mut History) -> Result<()> {
    const TABLES: [(&str, &str); 24] = [
        ("credentials", "SELECT * FROM credentials"),
        ("directory", "SELECT * FROM directory"),
        ("csrs", "SELECT * FROM csrs"),
        ("orders", "SELECT * FROM orders"),
        ("idempotency", "SELECT * FROM idempotency"),
        ("certificates", "SELECT * FROM certificates"),
        ("certificate_parts", "SELECT * FROM certificate_parts"),
        ("order_parts", "SELECT * FROM order_parts"),
        ("certificate_bodies", "SELECT * FROM certificate_bodies"),
        ("chains", "SELECT * FROM chains"),
        ("jobs", "SELECT * FROM jobs"),
        ("import_seen", "SELECT * FROM import_seen"),
        ("work", "SELECT * FROM work"),
        ("license", "SELECT * FROM license"),
        ("restore", "SELECT * FROM restore"),
        ("audit", "SELECT * FROM audit"),
        ("audit_seals", "SELECT * FROM audit_seals"),
        ("audit_checkpoints", "SELECT * FROM audit_checkpoints"),
        ("installation", "SELECT * FROM installation"),
        ("counters", "SELECT * FROM counters"),
        ("credential_counters", "SELECT * FROM credential_counters"),
        ("csr_holders", "SELECT * FROM csr_holders"),
        ("tokens", "SELECT * FROM tokens"),
        ("open_order_names", "SELECT * FROM open_order_names"),
    ];
    let there: Vec<Count> = history.stage.rows(
        "SELECT name, 0 AS value FROM sqlite_master WHERE type = 'table' \
         AND name NOT LIKE 'sqlite_%'",
    )?;
    for Count { name, .. } in there {
        if !TABLES.iter().any(|(table, _)| *table == name) {
            history.violation(format!(
                "the table {name} is not looked through for secrets"
            ));
        }
    }
    for (table, sql) in TABLES {
        let rows: Vec<Value> = history.stage.rows(sql)?;
        let text = Value::Array(rows).to_string();
        if text.contains(DEFAULT_ACCESS_KEY) || text.contains(ADMIN_TOKEN) {
            history.violation(format!("the table {table} holds a secret"));
        }
    }
    Ok(())
}
