//! What a person asks the CA for and the CA decides: revoking a certificate, cancelling an order.
//!
//! The wish is committed, then sent, then the answer is stored. When the answer is lost, the wish
//! stays *sending*: the schedule checks the order within minutes and sends the wish again while the
//! CA does not show it. Repeating it is safe, because the CA answers "already done" (emSign API
//! reference, A16.1 and A16.2).

use certwright_core::{
    fault::CaFault,
    order::{CancellationPhase, Event, Order, RevocationPhase},
    time::{MINUTE, Timestamp},
};
use certwright_emsign::{RejectOrder, RevokeOrder};

use super::{Message, Task, check};
use crate::{
    ca::{Connection, Urgency},
    caller::Caller,
    database::Database,
    fault::Fault,
    platform::Platform,
    storage::{audit, credentials, orders, work},
};

/// Seconds after which a wish that the CA was not heard to take is sent again.
const RESEND_AFTER: i64 = 2 * MINUTE;

/// Whether the order's wish is to be sent again.
pub(super) fn is_overdue(order: &Order, now: Timestamp) -> bool {
    let since = order.state.sending_since();
    since.is_some_and(|since| now.seconds_since(since) >= RESEND_AFTER)
}

/// Sends the order's wish to the CA. `None` when there is nothing to send or no clear answer: the
/// wish then stays as it is.
pub(super) async fn send<P: Platform>(
    connection: &Connection<'_, P>,
    user_email: &str,
    order: &Order,
) -> Option<Event> {
    let order_number = order.ca_order_number.clone()?;
    if let Some(asked) = order.state.revocation()
        && asked.phase == RevocationPhase::Sending
    {
        let requestor = order.requestor_email.as_deref();
        let call = RevokeOrder {
            order_number,
            requestor_email: requestor.unwrap_or(user_email).to_owned(),
            reason: asked.reason,
            remark: asked.remark.clone(),
        };
        let reply = connection.call(&call).await;
        return answer(reply, Event::RevokeAccepted, Event::RevokeRefused);
    }
    if let Some(asked) = order.state.cancellation()
        && asked.phase == CancellationPhase::Sending
    {
        let call = RejectOrder {
            order_number,
            remark: asked.remark.clone(),
        };
        let reply = connection.call(&call).await;
        return answer(reply, Event::CancelAccepted, Event::CancelRefused);
    }
    None
}

fn answer(
    reply: Result<(), CaFault>,
    accepted: Event,
    refused: fn(certwright_core::fault::CaRefusal) -> Event,
) -> Option<Event> {
    match reply {
        Ok(()) => Some(accepted),
        Err(CaFault::Refused(refusal) | CaFault::CredentialRefused(refusal)) => {
            Some(refused(refusal))
        }
        Err(CaFault::RateLimited { .. } | CaFault::Unanswered(_)) => None,
    }
}

/// Carries out a wish that was just made of `order`: commits it, sends it, stores the answer, and
/// asks the CA where the order stands, so that what is shown is its word.
///
/// # Errors
/// A conflict when the order was changed meanwhile; [`Fault::Internal`]. Trouble with the CA is no
/// error: the wish is stored, shown as not confirmed, and sent again by the schedule.
pub(crate) async fn carry_out<P: Platform>(
    platform: &P,
    caller: &Caller,
    order: &Order,
    action: &'static str,
) -> Result<(), Fault> {
    let found = credentials::by_id(platform.database(), &order.credential_id).await?;
    let credential = found.ok_or(Fault::NotFound("credential"))?;
    let connection = Connection::open(platform, &credential, Urgency::Person).await?;
    if !store(platform, caller, order, action, "requested").await? {
        return Err(Fault::order_moved());
    }
    let Some(event) = send(&connection, &credential.user_email, order).await else {
        return Ok(());
    };
    let outcome = match event {
        Event::RevokeRefused(_) | Event::CancelRefused(_) => "refused",
        _ => "accepted",
    };
    let answered = order.apply(event, platform.now())?;
    let is_stored = store(platform, caller, &answered.order, action, outcome).await?;
    // What was not stored must not be built upon: its version may be that of another's change.
    let current = if is_stored {
        Some(answered.order)
    } else {
        orders::by_id(platform.database(), &order.id).await?
    };
    let Some(current) = current else {
        return Ok(());
    };
    // A failure here leaves what is stored, which is true; the schedule asks again.
    match check::now(platform, &current).await {
        Ok(true) => send_fetch(platform, &current).await,
        Ok(false) | Err(Fault::Ca(_)) => Ok(()),
        Err(fault) => Err(fault),
    }
}

/// The CA shows a certificate instead of a cancelled order: its fetch is due.
async fn send_fetch<P: Platform>(platform: &P, order: &Order) -> Result<(), Fault> {
    let order_id = order.id.clone();
    let found = work::id_of(platform.database(), &Task::Fetch { order_id }).await?;
    let messages = found.map(|id| Message { work: vec![id] });
    platform.enqueue(messages.into_iter().collect(), 0).await;
    Ok(())
}

/// Stores the order unless it was changed meanwhile, and says whether it did.
pub(crate) async fn store<P: Platform>(
    platform: &P,
    caller: &Caller,
    order: &Order,
    action: &'static str,
    outcome: &'static str,
) -> Result<bool, Fault> {
    let reason = order.state.revocation().map(|asked| asked.reason);
    let entry = audit::Entry {
        caller,
        action,
        subject: order.id.as_str(),
        outcome,
        detail: reason.map(|reason| format!("{reason:?}")),
    };
    let statements = vec![
        audit::insert_if_order(platform, &entry, order),
        orders::update(&[order])?,
    ];
    let changed = platform.database().batch(statements).await?;
    Ok(changed.last().is_some_and(|rows| *rows > 0))
}
