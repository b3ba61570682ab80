//! Forgetting an order here, and taking that back. Nothing is sent to the CA; certificates stay in
//! the inventory; the record stays as a tombstone that import respects.

use certwright_api::orders::OrderView;
use certwright_core::{
    ids::OrderId,
    order::{Event, OrderState},
};

use super::order_view;
use crate::{
    caller::Caller,
    database::Database,
    fault::{Conflict, Fault},
    platform::Platform,
    storage::{audit, orders},
};

/// Deletes an order here.
///
/// # Errors
/// A conflict while it is being placed: an order that may cost money stays in sight.
pub async fn delete<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
) -> Result<OrderView, Fault> {
    let order = order_view::find(platform, id).await?;
    if matches!(order.state, OrderState::Placing(_)) {
        return Err(Fault::Conflict(Conflict {
            code: "order-being-placed",
            field: None,
            detail: "the order is being placed and may exist at the CA".to_owned(),
            remedy: Some("wait until its outcome is known, then delete it".to_owned()),
        }));
    }
    apply(platform, caller, id, Event::Deleted, "order.delete").await
}

/// Takes a deletion back.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn restore<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
) -> Result<OrderView, Fault> {
    apply(platform, caller, id, Event::Restored, "order.restore").await
}

async fn apply<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
    event: Event,
    action: &'static str,
) -> Result<OrderView, Fault> {
    let order = order_view::find(platform, id).await?;
    let change = order.apply(event, platform.now())?;
    if !change.is_change {
        return order_view::named(platform, order_view::view(order, caller, platform.now())).await;
    }
    let entry = audit::Entry {
        caller,
        action,
        subject: id.as_str(),
        outcome: "done",
        detail: None,
    };
    let statements = vec![
        audit::insert_if_order(platform, &entry, &change.order),
        orders::update(&[&change.order])?,
    ];
    let changed = platform.database().batch(statements).await?;
    if changed.last().is_none_or(|rows| *rows == 0) {
        return Err(Fault::order_moved());
    }
    order_view::named(
        platform,
        order_view::view(change.order, caller, platform.now()),
    )
    .await
}
