//! Cancelling an order that has no certificate yet: asked for here, decided by the CA.

use certwright_api::orders::{CancelRequest, OrderView};
use certwright_core::{ids::OrderId, order::Event, revocation::Remark};

use super::order_view;
use crate::{caller::Caller, fault::Fault, platform::Platform, work::wish};

/// Asks the CA to cancel: the wish is committed, then sent, and the CA's answer is stored.
///
/// Repeating the request is safe: while one is under way nothing is sent again, and a cancelled
/// order stays as it is.
///
/// # Errors
/// [`Fault::Invalid`] for a bad remark, a conflict when it is too late. A lost answer leaves the
/// wish stored, shown as not confirmed, and sent again by the schedule; a refusal is shown with the
/// order.
pub async fn run<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
    request: &CancelRequest,
) -> Result<OrderView, Fault> {
    let remark = Remark::try_from(request.remark.clone())
        .map_err(|fault| Fault::invalid("remark", "malformed", fault))?;
    let order = order_view::find(platform, id).await?;
    let wish = order.apply(Event::CancelRequested { remark }, platform.now())?;
    if wish.is_change {
        wish::carry_out(platform, caller, &wish.order, "order.cancel").await?;
    }
    order_view::load(platform, caller, id).await
}
