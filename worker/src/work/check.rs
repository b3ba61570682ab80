//! Asking the CA where orders stand.

use std::collections::HashMap;

use certwright_core::{
    ca::Observation,
    fault::CaFault,
    ids::{CredentialId, OrderId, WorkId},
    order::{Effect, Event, Order, Transition},
};
use certwright_emsign::TrackOrder;
use futures_util::{StreamExt, stream};

use super::{
    Message, Task,
    fetch::{Ready, connections, orders_of, width},
    messages,
    not_done::{NotDone, give_up},
    wish,
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
    resend_wishes(platform, &accounts, &changed).await?;
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

/// Sends wishes again that the CA was not heard to take and does not show, and stores the answers.
/// The orders are read anew: a change that somebody else pre-empted was not stored, and must not be
/// built upon.
async fn resend_wishes<P: Platform>(
    platform: &P,
    accounts: &HashMap<CredentialId, Ready<'_, P>>,
    changed: &[Transition],
) -> Result<(), Fault> {
    let now = platform.now();
    let overdue: Vec<OrderId> = changed
        .iter()
        .filter(|change| wish::is_overdue(&change.order, now))
        .map(|change| change.order.id.clone())
        .collect();
    if overdue.is_empty() {
        return Ok(());
    }
    let overdue = orders::by_ids(platform.database(), &overdue).await?;
    let overdue = overdue
        .iter()
        .filter(|order| wish::is_overdue(order, now))
        .filter_map(|order| Some((order, accounts.get(&order.credential_id)?)));
    let answered: Vec<Order> = stream::iter(overdue)
        .map(|(order, account)| async move {
            let event = wish::send(&account.connection, &account.user_email, order).await?;
            let change = order.apply(event, platform.now()).ok()?;
            change.is_change.then_some(change.order)
        })
        .buffered(width(accounts))
        .filter_map(|answered| async { answered })
        .collect()
        .await;
    if !answered.is_empty() {
        let orders: Vec<&Order> = answered.iter().collect();
        let statement = orders::update(&orders)?;
        platform.database().batch(vec![statement]).await?;
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
    resend_wishes(platform, &accounts, std::slice::from_ref(&change)).await?;
    Ok(change.effects.contains(&Effect::FetchCertificate))
}
