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
    ca::{Connection, Urgency},
    caller::Caller,
    database::Database,
    fault::Fault,
    platform::Platform,
    storage::{audit, orders},
};

/// Cancels an order. Repeating the request is safe: the CA answers "already cancelled", which counts
/// as done. When its answer is lost, the order is shown as it was and is checked within minutes,
/// so that what is shown next is the CA's word.
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
    let connection = Connection::open(platform, &credential, Urgency::Person).await?;
    match connection
        .call(&RejectOrder {
            order_number,
            remark,
        })
        .await
    {
        Ok(()) => {}
        Err(CaFault::Refused(refusal)) if refusal.kind == RefusalKind::AlreadyDone => {}
        Err(fault) => {
            note(platform, caller, id, &fault).await?;
            return Err(fault.into());
        }
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

/// Records an attempt that did not lead to a cancelled order as far as we know.
async fn note<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
    fault: &CaFault,
) -> Result<(), Fault> {
    let outcome = match fault {
        CaFault::Unanswered(_) => "unknown",
        CaFault::RateLimited { .. } => "postponed",
        CaFault::Refused(_) | CaFault::CredentialRefused(_) => "refused",
    };
    let entry = audit::Entry {
        caller,
        action: "order.cancel",
        subject: id.as_str(),
        outcome,
        detail: Some(fault.to_string()),
    };
    let statements = vec![
        orders::hasten_check(id, platform.now()),
        audit::insert(platform, &entry),
    ];
    platform.database().batch(statements).await?;
    Ok(())
}
