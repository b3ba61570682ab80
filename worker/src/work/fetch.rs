//! Getting issued certificates and admitting them within the license.

use std::collections::{BTreeSet, HashMap};

use certwright_core::{
    fault::{CaFault, RefusalKind},
    ids::{CredentialId, JobId, OrderId},
    order::{Event, Order},
};
use certwright_emsign::GetCertificate;
use futures_util::{StreamExt, stream};

use super::not_done::{NotDone, give_up};
use crate::{
    ca::{CALLS_IN_FLIGHT, Connection, Urgency},
    caller::Caller,
    database::{Database, Statement},
    fault::Fault,
    platform::Platform,
    receive::{self, Chains, Received},
    storage::{audit, certificates, credentials, jobs, orders, work, work::Taken},
    usecase::license,
};

/// A linked account that is ready for calls, with its user's e-mail address.
pub(super) struct Ready<'p, P: Platform> {
    pub(super) connection: Connection<'p, P>,
    pub(super) user_email: String,
}

/// Opens the accounts of these orders.
pub(super) async fn connections<'p, P: Platform>(
    platform: &'p P,
    orders: &[Order],
    urgency: Urgency,
) -> Result<HashMap<CredentialId, Ready<'p, P>>, Fault> {
    let ids: BTreeSet<&str> = orders
        .iter()
        .map(|order| order.credential_id.as_str())
        .collect();
    let mut ready = HashMap::new();
    for credential in credentials::by_ids(platform.database(), &ids).await? {
        let connection = Connection::open(platform, &credential, urgency).await?;
        let user_email = credential.user_email.clone();
        ready.insert(
            credential.id.clone(),
            Ready {
                connection,
                user_email,
            },
        );
    }
    Ok(ready)
}

/// How many calls to these accounts may be in flight at once.
pub(super) fn width<P: Platform>(accounts: &HashMap<CredentialId, Ready<'_, P>>) -> usize {
    let widths = accounts.values().map(|account| account.connection.width());
    widths.min().unwrap_or(CALLS_IN_FLIGHT)
}

/// The orders that pieces of work are about, by id.
pub(super) async fn orders_of<P: Platform>(
    platform: &P,
    pieces: &[Taken],
) -> Result<Vec<Order>, Fault> {
    let ids: Result<Vec<OrderId>, _> = pieces
        .iter()
        .map(|piece| piece.task.subject().parse())
        .collect();
    let ids = ids.map_err(|_| Fault::Internal("work about no order".to_owned()))?;
    Ok(orders::by_ids(platform.database(), &ids).await?)
}

/// Fetches the certificates that the pieces are about, all in one batch of statements.
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
    let fetched: Vec<_> = stream::iter(&pieces)
        .map(|piece| {
            let order = piece
                .task
                .subject()
                .parse()
                .ok()
                .and_then(|id| orders.get(&id));
            let accounts = &accounts;
            async move { (piece, fetch(accounts, order).await) }
        })
        .buffered(width(&accounts))
        .collect()
        .await;
    settle(platform, fetched).await
}

/// What came of one fetch.
enum Fetched<'o> {
    /// There is nothing to fetch any more.
    Pointless,
    Reply(
        &'o Order,
        Box<Result<certwright_core::ca::IssuedPem, CaFault>>,
    ),
}

async fn fetch<'o, P: Platform>(
    accounts: &HashMap<CredentialId, Ready<'_, P>>,
    order: Option<&'o Order>,
) -> Fetched<'o> {
    let Some(order) = order.filter(|order| order.awaits_certificate()) else {
        return Fetched::Pointless;
    };
    let (Some(number), Some(account)) = (
        order.ca_order_number.clone(),
        accounts.get(&order.credential_id),
    ) else {
        return Fetched::Pointless;
    };
    let requestor_email = order
        .requestor_email
        .clone()
        .unwrap_or_else(|| account.user_email.clone());
    let call = GetCertificate {
        order_number: number,
        requestor_email,
    };
    Fetched::Reply(order, Box::new(account.connection.call(&call).await))
}

async fn settle<P: Platform>(
    platform: &P,
    fetched: Vec<(&Taken, Fetched<'_>)>,
) -> Result<(), Fault> {
    let mut done = Vec::new();
    let mut failed = Vec::new();
    let mut mismatched = Vec::new();
    let mut admissions = Vec::new();
    let mut not_done = Vec::new();
    let mut chains = Chains::default();
    for (piece, fetched) in fetched {
        let (order, reply) = match fetched {
            Fetched::Pointless => {
                done.push(piece);
                continue;
            }
            Fetched::Reply(order, reply) => (order, reply),
        };
        match *reply {
            Err(fault) => not_done.push((piece, not_ready(&fault))),
            Ok(issued) => match receive::read(platform, order, &issued, &mut chains)? {
                Received::Interim => done.push(piece),
                Received::Certificate(certificate, admission) => {
                    admissions.push((*certificate, *admission));
                    done.push(piece);
                }
                Received::Mismatch(differences) => {
                    let event = Event::Mismatched { differences };
                    if let Ok(transition) = order.apply(event, platform.now())
                        && transition.is_change
                    {
                        mismatched.push(transition.order);
                    }
                    failed.push(piece);
                }
                Received::Unreadable(error) => {
                    not_done.push((piece, NotDone::Later { after: None, error }));
                }
            },
        }
    }
    let statements = statements(platform, &done, &failed, &mismatched, &admissions).await?;
    platform.database().batch(statements).await?;
    give_up(platform, not_done).await
}

/// The certificate may lag behind the status by seconds (emSign API reference, A13.3), so "not
/// possible now" is a reason to come back.
fn not_ready(fault: &CaFault) -> NotDone {
    match fault {
        CaFault::Refused(refusal)
            if matches!(
                refusal.kind,
                RefusalKind::WrongState | RefusalKind::CaTrouble
            ) =>
        {
            NotDone::Later {
                after: Some(15),
                error: fault.to_string(),
            }
        }
        other => NotDone::from(other),
    }
}

async fn statements<P: Platform>(
    platform: &P,
    done: &[&Taken],
    failed: &[&Taken],
    mismatched: &[Order],
    admissions: &[(
        certificates::NewCertificate,
        certwright_core::order::Admission,
    )],
) -> Result<Vec<Statement>, Fault> {
    let mut statements = Vec::new();
    if !admissions.is_empty() {
        let limit = license::seat_limit(platform).await?;
        let new: Vec<_> = admissions
            .iter()
            .map(|(certificate, _)| certificate.clone())
            .collect();
        let fulfilled: Vec<_> = admissions
            .iter()
            .map(|(_, outcome)| &outcome.fulfilled)
            .collect();
        // An order that was held stays as it is when there is still no seat.
        let held: Vec<_> = admissions
            .iter()
            .map(|(_, outcome)| &outcome.held)
            .filter(|order| !was_held(order))
            .collect();
        statements.extend(certificates::admit(&new, &fulfilled, &held, &limit)?);
        let system = Caller::system();
        let subject = match admissions {
            [(only, _)] => only.order_id.to_string(),
            several => format!("{} orders", several.len()),
        };
        let ids = admissions.iter().map(|(new, _)| new.order_id.as_str());
        let detail = (admissions.len() > 1).then(|| ids.collect::<Vec<_>>().join(", "));
        let entry = audit::Entry {
            caller: &system,
            action: "certificate.fetch",
            subject: &subject,
            outcome: "done",
            detail,
        };
        statements.push(audit::insert(platform, &entry));
    }
    if !mismatched.is_empty() {
        statements.push(orders::update(&mismatched.iter().collect::<Vec<_>>())?);
    }
    statements.extend(work::mark_admitted(done)?);
    let now = platform.now();
    let touched: BTreeSet<&str> = done
        .iter()
        .chain(failed)
        .filter_map(|piece| piece.job_id.as_ref().map(JobId::as_str))
        .collect();
    statements.push(jobs::touch(&touched, now)?);
    statements.extend(work::finish(done)?);
    statements.extend(work::fail(failed)?);
    Ok(statements)
}

fn was_held(order: &Order) -> bool {
    matches!(&order.state, certwright_core::order::OrderState::Held(held) if held.since < order.updated_at)
}
