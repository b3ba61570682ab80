//! Asking the CA where orders stand.

use std::collections::HashMap;

use certwright_core::{
    ca::Observation,
    fault::CaFault,
    ids::{CredentialId, OrderId, WorkId},
    order::{Effect, Event, Order, RevocationPhase, Transition},
    time::MINUTE,
};
use certwright_emsign::{RevokeOrder, TrackOrder};
use futures_util::{StreamExt, stream};

use super::{
    Message, Task,
    fetch::{Ready, connections, orders_of, width},
    messages,
    not_done::{NotDone, give_up},
};
use crate::{
    ca::Urgency,
    database::Database,
    fault::Fault,
    platform::Platform,
    random::Fresh,
    storage::{
        certificates, orders,
        work::{self, NewWork, Taken},
    },
};

/// Seconds after which a revocation whose request was never confirmed is sent again.
const RESEND_AFTER: i64 = 2 * MINUTE;

/// Checks the orders that the pieces are about, all in one batch of statements.
pub(super) async fn run<P: Platform>(
    platform: &P,
    pieces: Vec<Taken>,
    urgency: Urgency,
) -> Result<(), Fault> {
    if pieces.is_empty() {
        return Ok(());
    }
    let orders = orders_of(platform, &pieces).await?;
    let accounts = connections(platform, &orders, urgency).await?;
    let orders: HashMap<OrderId, Order> = orders
        .into_iter()
        .map(|order| (order.id.clone(), order))
        .collect();
    let tracked: Vec<_> = stream::iter(&pieces)
        .map(|piece| {
            let order = piece
                .task
                .subject()
                .parse()
                .ok()
                .and_then(|id| orders.get(&id));
            let accounts = &accounts;
            async move { (piece, order, track(accounts, order).await) }
        })
        .buffered(width(&accounts))
        .collect()
        .await;
    let mut done = Vec::new();
    let mut changed = Vec::new();
    let mut not_done = Vec::new();
    for (piece, order, outcome) in tracked {
        match (order, outcome) {
            (Some(order), Some(Ok(observation))) => {
                let event = Event::Observed(Box::new(observation));
                changed.extend(order.apply(event, platform.now()).ok());
                done.push(piece);
            }
            (_, Some(Err(fault))) => not_done.push((piece, NotDone::from(&fault))),
            (_, None) | (None, _) => done.push(piece),
        }
    }
    let changed: Vec<Transition> = changed
        .into_iter()
        .filter(|change| change.is_change)
        .collect();
    let follow_up = save(platform, &changed, &done).await?;
    platform.enqueue(follow_up, 0).await;
    for change in &changed {
        resend_revocation(platform, &accounts, &change.order).await?;
    }
    give_up(platform, not_done).await
}

async fn track<P: Platform>(
    accounts: &HashMap<CredentialId, Ready<'_, P>>,
    order: Option<&Order>,
) -> Option<Result<Observation, CaFault>> {
    let order = order.filter(|order| !order.is_final())?;
    let order_number = order.ca_order_number.clone()?;
    let account = accounts.get(&order.credential_id)?;
    Some(account.connection.call(&TrackOrder { order_number }).await)
}

/// Stores changed orders with the work that they ask for, and removes the pieces that are done.
async fn save<P: Platform>(
    platform: &P,
    changed: &[Transition],
    done: &[&Taken],
) -> Result<Vec<Message>, Fault> {
    let now = platform.now();
    let mut statements = Vec::new();
    let follow_up: Vec<NewWork> = changed
        .iter()
        .flat_map(|change| work_of(platform, change))
        .collect();
    if !changed.is_empty() {
        let stored: Vec<&Order> = changed.iter().map(|change| &change.order).collect();
        statements.push(orders::update(&stored)?);
        statements.extend(certificates::revoke(&stored, now)?);
        statements.push(work::insert(&follow_up, now)?);
    }
    statements.extend(work::finish(done)?);
    platform.database().batch(statements).await?;
    Ok(messages(
        follow_up.iter().map(|piece| (&piece.id, &piece.task)),
    ))
}

/// The work that a change of an order asks for.
pub(crate) fn work_of(platform: &impl Platform, change: &Transition) -> Vec<NewWork> {
    let order = &change.order;
    change
        .effects
        .iter()
        .map(|effect| {
            let (task, due_at) = match effect {
                Effect::Place { not_before } => (
                    Task::Place {
                        order_id: order.id.clone(),
                    },
                    *not_before,
                ),
                Effect::FetchCertificate => (
                    Task::Fetch {
                        order_id: order.id.clone(),
                    },
                    platform.now(),
                ),
            };
            NewWork {
                id: WorkId::fresh(platform),
                task,
                job_id: None,
                due_at,
                if_order: Some((order.id.clone(), order.version)),
            }
        })
        .collect()
}

/// Sends a revocation again that the CA was never heard to take. Repeating it is safe: the CA
/// answers "already requested" (emSign API reference, A16.1).
async fn resend_revocation<P: Platform>(
    platform: &P,
    accounts: &HashMap<CredentialId, Ready<'_, P>>,
    order: &Order,
) -> Result<(), Fault> {
    let Some(revocation) = order.state.revocation() else {
        return Ok(());
    };
    let is_overdue = revocation.phase == RevocationPhase::Sending
        && platform.now().seconds_since(revocation.requested_at) >= RESEND_AFTER;
    let (Some(number), Some(account), true) = (
        order.ca_order_number.clone(),
        accounts.get(&order.credential_id),
        is_overdue,
    ) else {
        return Ok(());
    };
    let call = RevokeOrder {
        order_number: number,
        requestor_email: order
            .requestor_email
            .clone()
            .unwrap_or_else(|| account.user_email.clone()),
        reason: revocation.reason,
        remark: revocation.remark.clone(),
    };
    let event = match account.connection.call(&call).await {
        Ok(()) => Event::RevokeAccepted,
        Err(CaFault::Refused(refusal)) => Event::RevokeRefused(refusal),
        Err(_) => return Ok(()),
    };
    if let Ok(change) = order.apply(event, platform.now())
        && change.is_change
    {
        platform
            .database()
            .batch(vec![orders::update(&[&change.order])?])
            .await?;
    }
    Ok(())
}

/// Checks one order within this invocation and says whether its certificate is to be fetched.
///
/// # Errors
/// [`Fault::Ca`] when the CA cannot be asked.
pub(crate) async fn now<P: Platform>(platform: &P, order: &Order) -> Result<bool, Fault> {
    let orders = std::slice::from_ref(order);
    let accounts = connections(platform, orders, Urgency::Person).await?;
    let Some(observation) = track(&accounts, Some(order)).await else {
        return Ok(false);
    };
    let event = Event::Observed(Box::new(observation?));
    let change = order.apply(event, platform.now())?;
    if !change.is_change {
        return Ok(false);
    }
    save(platform, std::slice::from_ref(&change), &[]).await?;
    resend_revocation(platform, &accounts, &change.order).await?;
    Ok(change.effects.contains(&Effect::FetchCertificate))
}
