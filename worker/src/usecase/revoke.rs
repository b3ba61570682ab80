//! Revoking a certificate: asked for here, decided by the CA.

use certwright_api::orders::{OrderView, RevokeRequest};
use certwright_core::{
    ids::OrderId,
    order::{Event, Order},
    revocation::Remark,
};

use super::{credentials, order_view};
use crate::{
    caller::Caller,
    fault::Fault,
    platform::Platform,
    work::{check, wish},
};

/// Asks the CA to revoke:
///
/// 1. where the account's rule wants a second person, the wish is stored and waits, and the CA hears
///    nothing; the same request by another person goes on;
/// 2. the CA is asked where the order stands, since it may be revoked already;
/// 3. the wish is committed, then sent;
/// 4. the CA's answer is stored, then the CA is asked again, so that what is shown is its word.
///
/// Repeating the request is safe: while one is under way nothing is sent again.
///
/// # Errors
/// [`Fault::Invalid`] for a bad remark, a conflict when there is nothing to revoke, [`Fault::Ca`]
/// when the CA cannot be asked at the start. An answer lost later leaves the wish stored, shown as
/// not confirmed, and sent again by the schedule.
pub async fn run<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
    request: &RevokeRequest,
) -> Result<OrderView, Fault> {
    let remark = Remark::try_from(request.remark.clone())
        .map_err(|fault| Fault::invalid("remark", "malformed", fault))?;
    let order = order_view::find(platform, id).await?;
    let rule = credentials::find(platform, &order.credential_id)
        .await?
        .approval;
    let wished = |order: &Order| {
        let (by, reason, now) = (caller.decider(), request.reason, platform.now());
        let event = order.revocation_wish(rule, by, reason, remark.clone(), now)?;
        let is_proposal = matches!(event, Event::RevokeProposed { .. });
        Ok::<_, Fault>((order.apply(event, now)?, is_proposal))
    };
    let (change, is_proposal) = wished(&order)?;
    if is_proposal {
        let change = change.is_change.then_some(change.order);
        return keep(platform, caller, id, change, "requested").await;
    }
    check::now(platform, &order).await?;
    let order = order_view::find(platform, id).await?;
    let (wish, is_proposal) = wished(&order)?;
    if is_proposal {
        // The consent came too late, or somebody took the wish back in this moment.
        return Err(Fault::order_moved());
    }
    if wish.is_change {
        wish::carry_out(platform, caller, &wish.order, "order.revoke").await?;
    }
    order_view::load(platform, caller, id).await
}

/// Takes back a revocation that waits for a second person.
///
/// # Errors
/// A conflict when none waits.
pub async fn discard<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
) -> Result<OrderView, Fault> {
    let order = order_view::find(platform, id).await?;
    let change = order.apply(Event::RevokeDiscarded, platform.now())?;
    keep(platform, caller, id, Some(change.order), "given up").await
}

/// Stores a wish, or that it was taken back, with its trace; the CA hears of neither.
async fn keep<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
    change: Option<Order>,
    outcome: &'static str,
) -> Result<OrderView, Fault> {
    if let Some(order) = change
        && !wish::store(platform, caller, &order, "order.revoke", outcome).await?
    {
        return Err(Fault::order_moved());
    }
    order_view::load(platform, caller, id).await
}
