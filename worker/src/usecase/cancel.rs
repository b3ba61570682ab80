//! Cancelling an order that has no certificate yet, at the CA.

use certwright_api::orders::{CancelRequest, OrderView};
use certwright_core::{
    fault::{CaFault, RefusalKind},
    ids::OrderId,
    order::{Event, TransitionError},
    revocation::Remark,
};
use certwright_emsign::RejectOrder;

use super::{credentials, order_view, revoke::moved};
use crate::{
    ca::Connection,
    caller::Caller,
    database::Database,
    fault::Fault,
    platform::Platform,
    storage::{audit, orders},
};

/// Cancels an order. The CA answers a repeated request with "already cancelled", which counts as
/// done.
///
/// # Errors
/// [`Fault::Invalid`] for a bad remark, a conflict when it is too late, [`Fault::Ca`].
pub async fn run<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
    request: &CancelRequest,
) -> Result<OrderView, Fault> {
    let remark = Remark::try_from(request.remark.clone())
        .map_err(|fault| Fault::invalid("remark", "malformed", fault))?;
    let order = order_view::find(platform, id).await?;
    let change = order.apply(Event::CancelAccepted, platform.now())?;
    if !change.is_change {
        return Ok(order_view::view(order));
    }
    let order_number = order
        .ca_order_number
        .clone()
        .ok_or(TransitionError::NotCancellable)?;
    let credential = credentials::find(platform, &order.credential_id).await?;
    let connection = Connection::open(platform, &credential).await?;
    match connection
        .call(&RejectOrder {
            order_number,
            remark,
        })
        .await
    {
        Ok(()) => {}
        Err(CaFault::Refused(refusal)) if refusal.kind == RefusalKind::AlreadyDone => {}
        Err(fault) => return Err(fault.into()),
    }
    let entry = audit::Entry {
        caller,
        action: "order.cancel",
        subject: id.as_str(),
        outcome: "done",
        detail: None,
    };
    let statements = vec![
        orders::update(&[&change.order])?,
        audit::insert_if_order(platform, &entry, id.as_str(), change.order.version),
    ];
    let changed = platform.database().batch(statements).await?;
    if changed.first().is_none_or(|rows| *rows == 0) {
        return Err(moved());
    }
    order_view::load(platform, id).await
}
