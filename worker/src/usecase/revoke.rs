//! Revoking a certificate: asked for here, decided by the CA.

use certwright_api::orders::{OrderView, RevokeRequest};
use certwright_core::{
    fault::CaFault,
    ids::OrderId,
    order::{Event, Order},
    revocation::Remark,
};
use certwright_emsign::RevokeOrder;

use super::{credentials, order_view};
use crate::{
    ca::{Connection, Urgency},
    caller::Caller,
    database::Database,
    fault::{Conflict, Fault},
    platform::Platform,
    storage::{audit, orders},
    work::check,
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
        remark: remark.clone(),
    };
    order.apply(asked.clone(), platform.now())?;
    check::now(platform, &order).await?;
    let order = order_view::find(platform, id).await?;
    let wish = order.apply(asked, platform.now())?;
    if !wish.is_change {
        return Ok(order_view::view(wish.order));
    }
    store(platform, caller, &wish.order, "requested").await?;

    let credential = credentials::find(platform, &order.credential_id).await?;
    let connection = Connection::open(platform, &credential, Urgency::Person).await?;
    let Some(order_number) = order.ca_order_number.clone() else {
        return Err(Fault::Internal(
            "an issued order without a number".to_owned(),
        ));
    };
    let call = RevokeOrder {
        order_number,
        requestor_email: order
            .requestor_email
            .clone()
            .unwrap_or(credential.user_email),
        reason: request.reason,
        remark,
    };
    let (event, outcome) = match connection.call(&call).await {
        Ok(()) => (Event::RevokeAccepted, "accepted"),
        Err(CaFault::Refused(refusal) | CaFault::CredentialRefused(refusal)) => {
            (Event::RevokeRefused(refusal), "refused")
        }
        Err(CaFault::RateLimited { .. } | CaFault::Unanswered(_)) => {
            return order_view::load(platform, id).await;
        }
    };
    let answered = wish.order.apply(event, platform.now())?;
    if answered.is_change {
        store(platform, caller, &answered.order, outcome).await?;
    }
    // A failure here leaves what is stored, which is true; the schedule asks again.
    if let Err(fault) = check::now(platform, &answered.order).await
        && !matches!(fault, Fault::Ca(_))
    {
        return Err(fault);
    }
    order_view::load(platform, id).await
}

async fn store<P: Platform>(
    platform: &P,
    caller: &Caller,
    order: &Order,
    outcome: &'static str,
) -> Result<(), Fault> {
    let reason = order
        .state
        .revocation()
        .map(|revocation| format!("{:?}", revocation.reason));
    let entry = audit::Entry {
        caller,
        action: "order.revoke",
        subject: order.id.as_str(),
        outcome,
        detail: reason,
    };
    let statements = vec![
        orders::update(&[order])?,
        audit::insert_if_order(platform, &entry, order.id.as_str(), order.version),
    ];
    let changed = platform.database().batch(statements).await?;
    if changed.first().is_some_and(|rows| *rows > 0) {
        Ok(())
    } else {
        Err(moved())
    }
}

/// The order was changed by someone else between reading and writing.
pub(super) fn moved() -> Fault {
    Fault::Conflict(Conflict {
        code: "order-moved",
        field: None,
        detail: "the order changed in this very moment".to_owned(),
        remedy: Some("look at it again, then repeat the request".to_owned()),
    })
}
