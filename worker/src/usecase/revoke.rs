//! Revoking a certificate: asked for here, decided by the CA.

use certwright_api::orders::{OrderView, RevokeRequest};
use certwright_core::{ids::OrderId, order::Event, revocation::Remark};

use super::order_view;
use crate::{
    caller::Caller,
    fault::Fault,
    platform::Platform,
    work::{check, wish},
};

/// Asks the CA to revoke:
///
/// 1. the CA is asked where the order stands, since it may be revoked already;
/// 2. the wish is committed, then sent;
/// 3. the CA's answer is stored, then the CA is asked again, so that what is shown is its word.
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
    let asked = Event::RevokeRequested {
        reason: request.reason,
        remark,
    };
    order.apply(asked.clone(), platform.now())?;
    check::now(platform, &order).await?;
    let order = order_view::find(platform, id).await?;
    let wish = order.apply(asked, platform.now())?;
    if wish.is_change {
        wish::carry_out(platform, caller, &wish.order, "order.revoke").await?;
    }
    order_view::load(platform, caller, id).await
}
