//! Approval of an order by a second person: approving, declining, withdrawing, and the end of
//! waiting when nobody decides. Who may do what is the core's decision (`core/src/order/approval.rs`).

use certwright_api::orders::OrderView;
use certwright_core::{
    ids::{OrderId, WorkId},
    order::{DeclineReason, Event, LAPSES_AFTER, Order, OrderState, Transition},
};

use super::{credentials, order_view, validate_order};
use crate::{
    ca::Urgency,
    caller::Caller,
    database::{Database, Statement},
    fault::Fault,
    platform::Platform,
    storage::{
        audit, orders,
        work::{self, NewWork},
    },
    work::{Message, check::work_of, run},
};

/// Orders that one round of the schedule lets lapse; each is a statement of the trail.
const LAPSES_PER_ROUND: u32 = 10;

/// Approves: everything is checked again as when the order was asked for, the decision and the
/// work of placing are committed, *then* the CA is called, once.
///
/// # Errors
/// A conflict when the order is one's own, does not wait any more, or was decided on in this very
/// moment; [`Fault::Invalid`] with what no longer holds, and the order goes on waiting.
pub async fn approve<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
) -> Result<OrderView, Fault> {
    let order = order_view::find(platform, id).await?;
    let by = caller.decider();
    let decision = decide(
        platform,
        caller,
        &order,
        Event::Approved { by },
        "order.approve",
    );
    let change = decision.await?;
    if let OrderState::AwaitingApproval(waiting) = &order.state {
        // Without the account's key the CA can't be called; then nothing is decided either.
        credentials::find_usable(platform, &order.credential_id).await?;
        let again = validate_order::again(platform, caller, &order, &waiting.request).await?;
        let errors = again.errors();
        if !errors.is_empty() {
            let fault = Fault::Invalid(errors);
            note_refusal(platform, caller, id, "order.approve", fault.to_string()).await?;
            return Err(fault);
        }
    }
    let work = store(platform, caller, &order, &change, "order.approve", None).await?;
    // From here on the order is on its way, whatever happens to this request: the sweep finds it.
    run(platform, &Message { work }, Urgency::Order).await?;
    order_view::load(platform, caller, id).await
}

/// Declines, with a reason for the person who asked.
///
/// # Errors
/// [`Fault::Invalid`] for a bad reason, a conflict when the order does not wait any more.
pub async fn decline<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
    reason: String,
) -> Result<OrderView, Fault> {
    let reason = DeclineReason::try_from(reason)
        .map_err(|fault| Fault::invalid("reason", "malformed", fault))?;
    let order = order_view::find(platform, id).await?;
    let detail = Some(reason.as_str().to_owned());
    let by = caller.decider();
    let event = Event::Declined { by, reason };
    let change = decide(platform, caller, &order, event, "order.decline").await?;
    store(platform, caller, &order, &change, "order.decline", detail).await?;
    order_view::named(
        platform,
        order_view::view(change.order, caller, platform.now()),
    )
    .await
}

/// Withdraws: one's own order, or as an operator anybody's.
///
/// # Errors
/// A conflict when the order is somebody else's, or does not wait any more.
pub async fn withdraw<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
) -> Result<OrderView, Fault> {
    let order = order_view::find(platform, id).await?;
    let by = caller.decider();
    let decision = decide(
        platform,
        caller,
        &order,
        Event::Withdrawn { by },
        "order.withdraw",
    );
    let change = decision.await?;
    store(platform, caller, &order, &change, "order.withdraw", None).await?;
    order_view::named(
        platform,
        order_view::view(change.order, caller, platform.now()),
    )
    .await
}

/// Ends the waiting of orders that nobody decided on in time, a bounded number of them.
///
/// # Errors
/// [`Fault::Internal`]; the next round takes up what is left.
pub async fn lapse<P: Platform>(platform: &P) -> Result<(), Fault> {
    let now = platform.now();
    let asked_before = now.plus(-LAPSES_AFTER);
    let database = platform.database();
    let waiting = orders::awaiting_approval(database, asked_before, LAPSES_PER_ROUND).await?;
    let mut lapsed = Vec::new();
    for order in &waiting {
        let change = order.apply(Event::Waited, now)?;
        if change.is_change {
            lapsed.push(change.order);
        }
    }
    if lapsed.is_empty() {
        return Ok(());
    }
    let system = Caller::system();
    let mut statements: Vec<Statement> = lapsed
        .iter()
        .map(|order| {
            let entry = audit::Entry {
                caller: &system,
                action: "order.lapse",
                subject: order.id.as_str(),
                outcome: "done",
                detail: Some("nobody decided within 30 days".to_owned()),
            };
            audit::insert_if_order(platform, &entry, order)
        })
        .collect();
    let orders: Vec<&Order> = lapsed.iter().collect();
    statements.push(orders::update(&orders)?);
    database.batch(statements).await?;
    Ok(())
}

/// The core's decision; a refusal of it is audited.
async fn decide<P: Platform>(
    platform: &P,
    caller: &Caller,
    order: &Order,
    event: Event,
    action: &'static str,
) -> Result<Transition, Fault> {
    match order.apply(event, platform.now()) {
        Ok(change) => Ok(change),
        Err(refused) => {
            note_refusal(platform, caller, &order.id, action, refused.to_string()).await?;
            Err(refused.into())
        }
    }
}

async fn note_refusal<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
    action: &'static str,
    why: String,
) -> Result<(), Fault> {
    let entry = audit::Entry {
        caller,
        action,
        subject: id.as_str(),
        outcome: "refused",
        detail: Some(why),
    };
    let statement = audit::insert(platform, &entry);
    platform.database().batch(vec![statement]).await?;
    Ok(())
}

/// Stores a decision with its trace and its work, and gives the work's ids. Trace and work stand
/// before the order in the batch and look for the version that the decision was made on, so that
/// the slower one of two decisions leaves nothing.
async fn store<P: Platform>(
    platform: &P,
    caller: &Caller,
    before: &Order,
    change: &Transition,
    action: &'static str,
    detail: Option<String>,
) -> Result<Vec<WorkId>, Fault> {
    let order = &change.order;
    let entry = audit::Entry {
        caller,
        action,
        subject: order.id.as_str(),
        outcome: "done",
        detail,
    };
    let pieces: Vec<NewWork> = work_of(platform, change)
        .into_iter()
        .map(|piece| NewWork {
            if_order: Some((before.id.clone(), before.version)),
            ..piece
        })
        .collect();
    let statements = vec![
        audit::insert_if_order(platform, &entry, order),
        work::insert(&pieces, platform.now())?,
        orders::update(&[order])?,
    ];
    let changed = platform.database().batch(statements).await?;
    if changed.last().is_none_or(|rows| *rows == 0) {
        return Err(Fault::order_moved());
    }
    Ok(pieces.into_iter().map(|piece| piece.id).collect())
}
