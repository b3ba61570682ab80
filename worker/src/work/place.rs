//! Moving the placing of an order on: calling the CA, or finding out what became of a call.

use certwright_core::{
    ca::{Booked, NewOrder, NewOrderOrganization, ReportQuery, ReportRow},
    fault::{CaFault, CaRefusal, RefusalKind, Unanswered},
    ids::{OrderId, OrderReference},
    import::CaIdentity,
    order::{CALL_LIMIT, Effect, Event, Order, OrderState, Placing, PlacingPhase, Transition},
    time::{DAY, MINUTE, Timestamp},
};
use certwright_emsign::{GenerateOrderSsl, GetOrderReport, GetOrganizationDetails};

use super::{
    Message,
    not_done::{NotDone, give_up},
};
use crate::{
    ca::{Connection, Urgency},
    caller::Caller,
    database::Database,
    fault::Fault,
    platform::Platform,
    storage::{
        audit, credentials, orders,
        work::{self, PutBack, Taken},
    },
};

/// How many pages of the CA's list are read in one look. An order's own day, product and name
/// never fill so many.
const MAX_PAGES: u32 = 5;
/// Seconds by which the CA's clock may be behind ours.
const CLOCK_TOLERANCE: i64 = 15 * MINUTE;

/// Moves the placing of an order on by one step.
pub(super) async fn run<P: Platform>(
    platform: &P,
    piece: &Taken,
    order_id: &OrderId,
) -> Result<(), Fault> {
    let Some(order) = orders::by_id(platform.database(), order_id).await? else {
        return finish(platform, piece).await;
    };
    let OrderState::Placing(placing) = &order.state else {
        return finish(platform, piece).await;
    };
    let found = credentials::by_id(platform.database(), &order.credential_id).await?;
    let Some(credential) = found else {
        return finish(platform, piece).await;
    };
    let connection = match Connection::open(platform, &credential, Urgency::Order).await {
        Ok(connection) => connection,
        // An account that came from a dump waits for its access key.
        Err(Fault::Conflict(conflict)) => {
            let error = conflict.detail;
            let later = NotDone::Later {
                after: Some(10 * MINUTE),
                error,
            };
            return give_up(platform, vec![(piece, later)]).await;
        }
        Err(other) => return Err(other),
    };
    match placing.phase {
        PlacingPhase::Ready { .. } => call(platform, piece, &connection, &order, placing).await,
        PlacingPhase::Calling { since } => {
            let due = since.plus(CALL_LIMIT);
            if platform.now() < due {
                // Somebody may still be at it.
                return put_back(platform, piece, due).await;
            }
            let change = order.apply(Event::PlaceUnanswered { said: None }, platform.now())?;
            store(platform, piece, &change, "unknown").await
        }
        PlacingPhase::Unknown { called_at, .. } => {
            look(platform, piece, &connection, &order, placing, called_at).await
        }
    }
}

/// Commits the call, makes it, commits its outcome.
async fn call<P: Platform>(
    platform: &P,
    piece: &Taken,
    connection: &Connection<'_, P>,
    order: &Order,
    placing: &Placing,
) -> Result<(), Fault> {
    let request = match with_token(connection, &placing.request).await {
        Ok(request) => request,
        Err(fault) => return give_up(platform, vec![(piece, NotDone::from(&fault))]).await,
    };
    let started = order.apply(Event::PlaceStarted, platform.now())?;
    let written = platform
        .database()
        .batch(vec![orders::update(&[&started.order])?])
        .await?;
    if written.first().is_none_or(|rows| *rows == 0) {
        // The order moved meanwhile; whoever moved it has taken over.
        return put_back(platform, piece, platform.now().plus(5)).await;
    }
    let (event, outcome) = match connection.call(&GenerateOrderSsl(request)).await {
        Ok(booked) => (Event::PlaceAccepted(booked), "done"),
        Err(CaFault::Refused(refusal) | CaFault::CredentialRefused(refusal)) => {
            (Event::PlaceRefused(refusal), "refused")
        }
        Err(CaFault::RateLimited { after }) => (Event::PlaceNotTaken { after }, "postponed"),
        Err(CaFault::Unanswered(why)) => (Event::PlaceUnanswered { said: said(why) }, "unknown"),
    };
    let change = started.order.apply(event, platform.now())?;
    store(platform, piece, &change, outcome).await
}

/// What the CA did say in an answer that does not show whether it booked the order.
fn said(why: Unanswered) -> Option<CaRefusal> {
    match why {
        Unanswered::Unclear(refusal) => Some(*refusal),
        Unanswered::Trouble(message) => Some(CaRefusal {
            code: None,
            message,
            field: None,
            remedy: "Nothing was ordered. Place the order again, or ask emSign's support if this goes on."
                .to_owned(),
            kind: RefusalKind::CaTrouble,
        }),
        Unanswered::Connection
        | Unanswered::Status(_)
        | Unanswered::NotUnderstood(_)
        | Unanswered::TooLarge => None,
    }
}

/// The organization's token is read just before it is used: it is a capability and not stored. A
/// refusal is no obstacle: without the token the CA asks the organization's contact by e-mail, and
/// an account that is refused is refused in so many words when it orders.
async fn with_token<P: Platform>(
    connection: &Connection<'_, P>,
    request: &NewOrder,
) -> Result<NewOrder, CaFault> {
    let mut request = request.clone();
    let Some(organization) = &request.organization else {
        return Ok(request);
    };
    let details = GetOrganizationDetails {
        organization_number: organization.number.clone(),
        group_number: request.group_number.clone(),
    };
    let prevetting_token = match connection.call(&details).await {
        Ok(details) => details.prevetting_token,
        Err(CaFault::Refused(_) | CaFault::CredentialRefused(_)) => None,
        Err(fault) => return Err(fault),
    };
    let number = organization.number.clone();
    request.organization = Some(NewOrderOrganization {
        number,
        prevetting_token,
    });
    Ok(request)
}

/// Looks for the order in the CA's list.
async fn look<P: Platform>(
    platform: &P,
    piece: &Taken,
    connection: &Connection<'_, P>,
    order: &Order,
    placing: &Placing,
    called_at: Timestamp,
) -> Result<(), Fault> {
    let Some(reference) = order.reference() else {
        return finish(platform, piece).await;
    };
    let by_tag = ReportQuery {
        tag: Some(reference.tag()),
        ..ReportQuery::default()
    };
    let by_facts = ReportQuery {
        product_code: Some(placing.request.product_code.clone()),
        domain: Some(order.domain.clone()),
        ordered_between: Some((called_at.plus(-DAY), platform.now().plus(DAY))),
        ..ReportQuery::default()
    };
    let mut found = None;
    let mut is_whole = true;
    for query in [by_tag, by_facts] {
        let list = match read_all(connection, &query).await {
            Ok(list) => list,
            Err(fault) => return give_up(platform, vec![(piece, NotDone::from(&fault))]).await,
        };
        is_whole &= list.is_whole;
        found = match with_reference(&list.rows, reference) {
            Some(row) => Some(row.clone()),
            None => lookalike(platform, order, &list.rows, called_at).await?,
        };
        if found.is_some() {
            break;
        }
    }
    let (event, outcome) = match (found, is_whole) {
        (Some(row), _) => match row.order_number {
            Some(order_number) => {
                let request_number = row.request_number;
                let booked = Booked {
                    order_number,
                    request_number,
                    tracking_url: None,
                };
                (Event::FoundAtCa(booked), "found")
            }
            None => return later(platform, piece, "the CA lists the order without a number").await,
        },
        (None, true) => (Event::AbsentAtCa, "absent"),
        (None, false) => {
            return later(
                platform,
                piece,
                "the CA's order list could not be read whole",
            )
            .await;
        }
    };
    let change = order.apply(event, platform.now())?;
    store(platform, piece, &change, outcome).await
}

async fn later<P: Platform>(platform: &P, piece: &Taken, error: &str) -> Result<(), Fault> {
    let error = error.to_owned();
    give_up(
        platform,
        vec![(piece, NotDone::Later { after: None, error })],
    )
    .await
}

/// What a search of the CA's list gave.
struct Listed {
    rows: Vec<ReportRow>,
    /// Whether that is all of it. A list that was not read whole proves no absence.
    is_whole: bool,
}

async fn read_all<P: Platform>(
    connection: &Connection<'_, P>,
    query: &ReportQuery,
) -> Result<Listed, CaFault> {
    let mut listed = Listed {
        rows: Vec::new(),
        is_whole: true,
    };
    for page in 1..=MAX_PAGES {
        let query = ReportQuery {
            page,
            ..query.clone()
        };
        let reply = connection.call(&GetOrderReport(query)).await?;
        listed.rows.extend(reply.rows);
        listed.is_whole &= reply.unreadable.is_empty();
        if page >= reply.pages {
            return Ok(listed);
        }
    }
    listed.is_whole = false;
    Ok(listed)
}

fn with_reference<'r>(rows: &'r [ReportRow], reference: &OrderReference) -> Option<&'r ReportRow> {
    rows.iter().find(|row| {
        row.tags
            .iter()
            .any(|tag| OrderReference::from_tag(tag).as_ref() == Some(reference))
    })
}

/// Should the CA's list carry no tags: the one order without tags for the same name, not older
/// than the call, that is not known here already.
async fn lookalike<P: Platform>(
    platform: &P,
    order: &Order,
    rows: &[ReportRow],
    called_at: Timestamp,
) -> Result<Option<ReportRow>, Fault> {
    let earliest = called_at.plus(-CLOCK_TOLERANCE);
    let candidates: Vec<&ReportRow> = rows
        .iter()
        .filter(|row| {
            row.tags.is_empty()
                && row.order_number.is_some()
                && row.product_code == order.product_code
                && row.domain.eq_ignore_ascii_case(&order.domain)
                && row.ordered_at.is_some_and(|at| at >= earliest)
        })
        .collect();
    let identities: Vec<CaIdentity> = candidates
        .iter()
        .filter_map(|row| CaIdentity::of_row(row))
        .collect();
    let known =
        orders::by_ca_identities(platform.database(), &order.credential_id, &identities, &[])
            .await?;
    let mut unknown = candidates.into_iter().filter(|row| {
        !known
            .iter()
            .any(|known| CaIdentity::of_order(known) == CaIdentity::of_row(row))
    });
    Ok(match (unknown.next(), unknown.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    })
}

/// Stores a change with its trace, and removes the piece or sets when it goes on.
async fn store<P: Platform>(
    platform: &P,
    piece: &Taken,
    change: &Transition,
    outcome: &'static str,
) -> Result<(), Fault> {
    let order = &change.order;
    let system = Caller::system();
    let entry = audit::Entry {
        caller: &system,
        action: "order.place",
        subject: order.id.as_str(),
        outcome,
        detail: order
            .ca_order_number
            .as_ref()
            .map(|number| format!("CA order {number}")),
    };
    let mut statements = vec![
        audit::insert_if_order(platform, &entry, order),
        orders::update(&[order])?,
    ];
    let next = change.effects.iter().find_map(|effect| match effect {
        Effect::Place { not_before } => Some(*not_before),
        Effect::FetchCertificate => None,
    });
    match next {
        Some(due) => statements.push(work::go_on(piece, due)),
        None => statements.extend(work::finish(&[piece])?),
    }
    platform.database().batch(statements).await?;
    if let Some(due) = next {
        let delay = u32::try_from(due.seconds_since(platform.now())).unwrap_or(0);
        platform
            .enqueue(
                vec![Message {
                    work: vec![piece.id.clone()],
                }],
                delay,
            )
            .await;
    }
    Ok(())
}

async fn put_back<P: Platform>(platform: &P, piece: &Taken, due: Timestamp) -> Result<(), Fault> {
    platform
        .database()
        .batch(Vec::from_iter(work::put_back(&[PutBack::unspent(
            piece,
            due,
            "waiting".to_owned(),
        )])?))
        .await?;
    Ok(())
}

async fn finish<P: Platform>(platform: &P, piece: &Taken) -> Result<(), Fault> {
    platform.database().batch(work::finish(&[piece])?).await?;
    Ok(())
}
