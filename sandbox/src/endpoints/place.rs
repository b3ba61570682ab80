//! `GenerateOrderSSL`: orders and drafts of DV, OV and EV certificates, and `GenerateOrderPrivatePKI`:
//! drafts of private ones (emSign API reference, A5, A11). What an order must be like is checked in
//! [`super::order_check`].

use serde::Serialize;

use super::{
    Call,
    order_check::{check, check_private, flag},
    order_request::OrderDetails,
};
use crate::{
    behaviour::{FaultKind, FaultRule},
    draws::token,
    envelope::Answer,
    ledger::Order,
    names::{self, Magic},
    refusal::{self, Refusal},
    when::Unix,
};

/// So many orders may be placed in so many seconds (A11.6).
const RATE: (usize, Unix) = (16, 10);

#[derive(Serialize)]
struct Placed<'a> {
    #[serde(rename = "requestNumber")]
    request_number: &'a str,
    #[serde(rename = "orderNumber")]
    order_number: &'a str,
    // Spelt so here, `trackingUrl` in `TrackOrder` (B12).
    #[serde(rename = "trackingURL")]
    tracking_url: String,
}

/// Places an order, or saves a draft of one.
pub(super) fn generate(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request: OrderDetails = call.section("orderDetails")?;
    limit_rate(call)?;
    let order = check(call, &request)?;
    let draft = flag(&request.save_and_hold).ok_or(refusal::BAD_REQUEST)?;
    book(call, &request, order, draft)
}

/// Saves a draft of an order for a private certificate. Whatever was sent to place one at once, the
/// real service answered `EMS-939` (A5).
pub(super) fn generate_private(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let request: OrderDetails = call.section("orderDetails")?;
    limit_rate(call)?;
    let order = check_private(call, &request)?;
    if !flag(&request.save_and_hold).ok_or(refusal::BAD_REQUEST)? {
        return Err(refusal::SOMETHING_WRONG);
    }
    book(call, &request, order, true)
}

fn book(
    call: &mut Call<'_>,
    request: &OrderDetails,
    mut order: Order,
    draft: bool,
) -> Result<Answer, Refusal> {
    if let Some(number) = request.request_number.filled() {
        order.request_number = existing_draft(call, number)?;
    } else {
        order.request_number = call.numbers.request();
    }
    let order_number = if draft {
        String::new()
    } else {
        call.numbers.order()
    };
    let placed = Placed {
        request_number: &order.request_number.clone(),
        order_number: &order_number,
        tracking_url: format!(
            "https://sandbox-us-subscriber.emsign.com/PublicLink/publicLinkVerification.jsp?a={}",
            token(call.seed, "tracking", &order.request_number)
        ),
    };
    let answer = Answer::of("orderDetails", &placed)?;
    if !draft {
        call.account.placed.push_back(call.now);
        strike_magic(call, &order.domain_name);
    }
    enter(call, order, (!draft).then_some(order_number));
    Ok(answer)
}

/// Books the order: a new one at the end, a draft in its place.
fn enter(call: &mut Call<'_>, mut order: Order, order_number: Option<String>) {
    let request_number = order.request_number.clone();
    match call.account.orders.by_request_number_mut(&request_number) {
        Some(draft) => {
            *draft = order;
            if let Some(number) = order_number {
                call.account.orders.number_draft(&request_number, number);
            }
        }
        None => {
            order.order_number = order_number;
            call.account.orders.push(order);
        }
    }
}

fn existing_draft(call: &mut Call<'_>, number: &str) -> Result<String, Refusal> {
    let draft = call
        .account
        .orders
        .by_request_number_mut(number)
        .ok_or(refusal::REQUEST_INVALID)?;
    if draft.is_draft() && draft.outcome.is_none() {
        Ok(number.to_owned())
    } else {
        Err(refusal::NOT_A_DRAFT)
    }
}

/// Too many orders in quick succession get a refusal that looks like an inactive user's.
fn limit_rate(call: &mut Call<'_>) -> Result<(), Refusal> {
    let placed = &mut call.account.placed;
    while placed.front().is_some_and(|at| at + RATE.1 <= call.now) {
        placed.pop_front();
    }
    if call.behaviour.rate_limit && placed.len() >= RATE.0 {
        return Err(refusal::RATE_LIMIT);
    }
    Ok(())
}

/// Faults asked for by the first label of the name.
fn strike_magic(call: &mut Call<'_>, name: &str) {
    let kind = match names::magic(name) {
        Some(Magic::LostAnswer) => FaultKind::ReplyLostAfter,
        Some(Magic::Html) => FaultKind::HtmlPage,
        Some(Magic::Slow) => FaultKind::Slow,
        _ => return,
    };
    let seen = &mut call.behaviour.answers_lost;
    if kind == FaultKind::Slow || !seen.iter().any(|lost| lost == name) {
        if kind != FaultKind::Slow {
            seen.push(name.to_owned());
        }
        call.strikes.add(FaultRule::new("GenerateOrderSSL", kind));
    }
}
