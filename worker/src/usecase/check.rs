//! Check Order Status: one order at once, or all that are due.

use certwright_api::{credentials::StartedJobs, jobs::JobKind, orders::OrderView};
use certwright_core::{
    ids::{JobId, OrderId, WorkId},
    order::{Order, OrderState},
    time::HOUR,
};

use super::order_view;
use crate::{
    ca::Urgency,
    caller::Caller,
    database::{Database, Statement},
    fault::{Conflict, Fault},
    platform::Platform,
    random::Fresh,
    storage::{
        audit, jobs, orders,
        work::{self, NewWork},
    },
    work::{Message, Task, check, messages, run},
};

/// How many due orders one round takes: what its invocations can ask the CA.
pub const ROUND: u32 = 200;

/// Seconds that a check may take with all its attempts.
const CHECK_TAKES: i64 = 3 * HOUR;

/// Asks the CA where one order stands, and fetches its certificate when it is issued.
///
/// # Errors
/// [`Fault::Ca`] when the CA cannot be asked; what is known stays.
pub async fn one<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
) -> Result<OrderView, Fault> {
    let order = order_view::find(platform, id).await?;
    if let OrderState::Placing(_) = &order.state {
        run_task(
            platform,
            Task::Place {
                order_id: id.clone(),
            },
        )
        .await?;
        return order_view::load(platform, caller, id).await;
    }
    // Of an order that waits for approval the CA knows nothing.
    if order.is_final() || matches!(order.state, OrderState::AwaitingApproval(_)) {
        return order_view::load(platform, caller, id).await;
    }
    if order.ca_order_number.is_none() {
        return Err(Fault::Conflict(Conflict {
            code: "order-without-number",
            field: None,
            detail: "this is a draft, and emSign tells the status of submitted orders only"
                .to_owned(),
            remedy: Some("submit or discard it in the emSign portal, then import again".to_owned()),
        }));
    }
    let fetch_is_due = check::now(platform, &order).await?;
    if fetch_is_due {
        run_task(
            platform,
            Task::Fetch {
                order_id: id.clone(),
            },
        )
        .await?;
    }
    let entry = audit::Entry {
        caller,
        action: "order.check",
        subject: id.as_str(),
        outcome: "done",
        detail: None,
    };
    platform
        .database()
        .batch(vec![audit::insert(platform, &entry)])
        .await?;
    order_view::load(platform, caller, id).await
}

/// Does a task within this invocation, through the outbox like everything else.
pub(super) async fn run_task<P: Platform>(platform: &P, task: Task) -> Result<(), Fault> {
    let now = platform.now();
    let piece = NewWork {
        id: WorkId::fresh(platform),
        task,
        job_id: None,
        due_at: now,
        if_order: None,
    };
    let statement = work::insert(std::slice::from_ref(&piece), now)?;
    platform.database().batch(vec![statement]).await?;
    let id = work::id_of(platform.database(), &piece.task).await?;
    match id {
        Some(id) => run(platform, &Message { work: vec![id] }, Urgency::Person).await,
        None => Ok(()),
    }
}

/// Starts a check of every order that is due.
///
/// # Errors
/// [`Fault::Internal`].
pub async fn all_due<P: Platform>(platform: &P, caller: &Caller) -> Result<StartedJobs, Fault> {
    let now = platform.now();
    let due = orders::due(platform.database(), now.unix(), ROUND).await?;
    let id = JobId::fresh(platform);
    let checks = start(platform, &due, Some(&id))?;
    let entry = audit::Entry {
        caller,
        action: "orders.check-due",
        subject: id.as_str(),
        outcome: "started",
        detail: Some(format!("{} orders", due.len())),
    };
    let mut statements = vec![
        jobs::insert(&id, JobKind::CheckDue, None, now),
        audit::insert(platform, &entry),
    ];
    statements.extend(checks.statements);
    platform.database().batch(statements).await?;
    platform.enqueue(checks.messages, 0).await;
    Ok(StartedJobs { job_ids: vec![id] })
}

/// Checks that are to be started: written in the batch of the caller, then sent.
pub(crate) struct Start {
    /// What writes them.
    pub(crate) statements: Vec<Statement>,
    /// What makes them go at once.
    pub(crate) messages: Vec<Message>,
}

/// The work that checks these orders. They are due again when the CA has been asked; until then the
/// work is tried again at its own pace, which the schedule must not cut short.
pub(crate) fn start(
    platform: &impl Platform,
    orders: &[Order],
    job: Option<&JobId>,
) -> Result<Start, Fault> {
    let now = platform.now();
    let pieces: Vec<NewWork> = orders
        .iter()
        .map(|order| NewWork {
            id: WorkId::fresh(platform),
            task: Task::Check {
                order_id: order.id.clone(),
            },
            job_id: job.cloned(),
            due_at: now,
            if_order: None,
        })
        .collect();
    let ids: Vec<&str> = orders.iter().map(|order| order.id.as_str()).collect();
    Ok(Start {
        statements: vec![
            work::insert(&pieces, now)?,
            orders::postpone_check(&ids, now.plus(CHECK_TAKES))?,
        ],
        messages: messages(pieces.iter().map(|piece| (&piece.id, &piece.task))),
    })
}
