//! Placing an order, exactly once per idempotency key.

use certwright_api::orders::{OrderRequest, OrderView, Severity};
use certwright_core::{
    ids::{CsrId, OrderId, OrderReference, WorkId},
    order::Order,
};

use super::{csr, order_view, validate_order};
use crate::{
    ca::Urgency,
    caller::Caller,
    database::Database,
    fault::{Conflict, Fault},
    platform::Platform,
    random::Fresh,
    storage::{
        audit, csrs, idempotency, orders,
        work::{self, NewWork},
    },
    work::{Message, Task, run},
};

/// The key under which a caller places an order, with the digest of the body that came with it.
pub struct IdempotencyKey {
    /// What the caller sent.
    pub key: String,
    /// SHA-256 of the body, hex.
    pub body_hash: String,
}

/// Places an order:
///
/// 1. the same key with the same body gives the same order; with another body it is refused;
/// 2. every check of the rehearsal; an error stores nothing and sends nothing;
/// 3. where it needs a second person's approval, it is committed to wait for that, and the CA hears
///    nothing of it;
/// 4. else the intent, its CSR and its work are committed, *then* the CA is called;
/// 5. the answer settles the intent, or its outcome is unknown and will be reconciled.
///
/// # Errors
/// [`Fault::Invalid`] with every finding, a conflict for a key that was used with another body.
pub async fn run_once<P: Platform>(
    platform: &P,
    caller: &Caller,
    key: &IdempotencyKey,
    request: &OrderRequest,
) -> Result<OrderView, Fault> {
    if let Some(order) = remembered(platform, caller, key).await? {
        return Ok(order);
    }
    let reference = OrderReference::fresh(platform);
    let rehearsed = validate_order::rehearse(platform, caller, request, reference).await?;
    let findings = rehearsed.validation.findings;
    let Some((new_order, csr)) = rehearsed.order else {
        let errors = findings
            .into_iter()
            .filter(|finding| finding.severity == Severity::Error);
        return Err(Fault::Invalid(
            errors.map(|finding| finding.problem).collect(),
        ));
    };
    let now = platform.now();
    let facts = csr::facts(&csr);
    let stored = csrs::by_fingerprint(platform.database(), &facts.fingerprint).await?;
    let csr_id = stored.map_or_else(|| CsrId::fresh(platform), |stored| stored.id);
    let id = OrderId::fresh(platform);
    let credential = request.credential_id.clone();
    let key_print = csr.key_fingerprint();
    let mut order = if rehearsed.needs_approval {
        let by = &caller.decider();
        Order::ask(
            id,
            credential,
            csr_id.clone(),
            key_print,
            new_order,
            by,
            now,
        )
    } else {
        Order::intend(id, credential, csr_id.clone(), key_print, new_order, now)
    };
    order.organization_name = rehearsed.organization_name;
    let piece = (!rehearsed.needs_approval).then(|| NewWork {
        id: WorkId::fresh(platform),
        task: Task::Place {
            order_id: order.id.clone(),
        },
        job_id: None,
        due_at: now,
        if_order: None,
    });
    let entry = audit::Entry {
        caller,
        action: if piece.is_some() {
            "order.intend"
        } else {
            "order.request"
        },
        subject: order.id.as_str(),
        outcome: "done",
        detail: order
            .reference()
            .map(|reference| format!("{reference} for {}", order.domain)),
    };
    let label = facts
        .common_name
        .clone()
        .unwrap_or_else(|| order.domain.clone());
    let [placed, indexed] = orders::insert(&[&order])?;
    let statements = vec![
        // First, so that the loser of two simultaneous requests with one key writes nothing.
        idempotency::bind(&caller.actor, &key.key, &key.body_hash, &order.id, now),
        csrs::insert(&csr_id, &label, &facts, now)?,
        placed,
        indexed,
        work::insert(piece.as_slice(), now)?,
        audit::insert(platform, &entry),
    ];
    if let Err(fault) = platform.database().batch(statements).await {
        let winner = remembered(platform, caller, key).await?;
        return winner.ok_or_else(|| fault.into());
    }
    // From here on the order exists, whatever happens to this request: the sweep finds the work.
    if let Some(piece) = piece {
        let work = vec![piece.id];
        run(platform, &Message { work }, Urgency::Order).await?;
    }
    let view = order_view::load(platform, caller, &order.id).await?;
    Ok(OrderView { findings, ..view })
}

async fn remembered<P: Platform>(
    platform: &P,
    caller: &Caller,
    key: &IdempotencyKey,
) -> Result<Option<OrderView>, Fault> {
    let found = idempotency::find(platform.database(), &caller.actor, &key.key).await?;
    let Some(found) = found else { return Ok(None) };
    if found.body_hash != key.body_hash {
        return Err(Fault::Conflict(Conflict {
            code: "idempotency-key-reused",
            field: Some("Idempotency-Key"),
            detail: "this key was used for another order".to_owned(),
            remedy: Some(
                "use a new key for each order, the same one only to repeat a request".to_owned(),
            ),
        }));
    }
    order_view::load(platform, caller, &found.order_id)
        .await
        .map(Some)
}
