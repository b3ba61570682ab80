//! Orders that wait for a second person: what people do with them, and what must hold of them.

use anyhow::Result;
use certwright_core::{
    order::{Order, OrderState},
    permission::Role,
};
use certwright_worker::caller::Caller;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{history::History, task::Purpose};

/// Whose orders wait; the administrator places all of them, so only one rule makes them wait.
const RULES: [&str; 4] = ["everyone", "everyone", "requesters", "none"];

#[derive(Deserialize)]
struct IdRow {
    id: String,
}

#[derive(Deserialize)]
struct Decided {
    subject: String,
    action: String,
    actor: String,
}

/// Somebody else than the administrator who placed the orders.
fn operator() -> Caller {
    Caller::named("token:operator", Some(Role::Operator))
}

impl History {
    /// An administrator says whose orders wait.
    pub(super) fn set_rule(&mut self) {
        let rule = self.draws.pick(&RULES).copied().unwrap_or("none");
        self.note(format!("orders wait: {rule}"));
        let path = format!("/v1/credentials/{}/approval", self.credential);
        self.send("PUT", &path, json!({ "approval": rule }), Purpose::Other);
        // A laxer rule than everyone's takes a second person.
        let second = Caller::named("token:second", Some(Role::Admin));
        let body = json!({ "approval": rule });
        self.send_as(Some(second), "PUT", &path, body, Purpose::Other);
    }

    /// Somebody decides on an order that waits: more often than not an operator, now and then the
    /// administrator on an order of their own, now and then both at once.
    pub(super) fn decide(&mut self) -> Result<()> {
        let waiting: Vec<IdRow> = self.stage.rows(
            "SELECT id FROM orders WHERE state = 'awaitingApproval' ORDER BY ordered_at, id",
        )?;
        let Some(IdRow { id }) = self.draws.pick(&waiting) else {
            return Ok(());
        };
        let people = if self.draws.happens(300) { 2 } else { 1 };
        for _ in 0..people {
            let (verb, body) = self
                .draws
                .weighted(&[(5, "approve"), (1, "decline"), (1, "withdraw")])
                .map_or(("approve", Value::Null), |verb| match verb {
                    "decline" => (verb, json!({ "reason": "simulated" })),
                    _ => (verb, Value::Null),
                });
            let caller = (!self.draws.happens(150)).then(operator);
            let path = format!("/v1/orders/{id}/{verb}");
            self.send_as(caller, "POST", &path, body, Purpose::Other);
        }
        Ok(())
    }
}

/// An order that was to wait went to the CA by the decision of one other person, and one that was
/// decided on otherwise never did. (That the CA has no order which waits here is seen with its
/// books.)
pub(super) fn inspect(history: &mut History, orders: &[Order]) -> Result<()> {
    let decided: Vec<Decided> = history.stage.rows(
        "SELECT subject, action, actor FROM audit WHERE outcome = 'done' AND action IN \
         ('order.request', 'order.approve', 'order.decline', 'order.withdraw', 'order.lapse')",
    )?;
    for order in orders {
        let of_order: Vec<&Decided> = decided
            .iter()
            .filter(|decided| decided.subject == order.id.as_str())
            .collect();
        let by = |action: &str| {
            let mut found = of_order.iter().filter(|decided| decided.action == action);
            found.next().map(|decided| decided.actor.as_str())
        };
        let requester = by("order.request");
        let ended_by = match &order.state {
            OrderState::AwaitingApproval(_) => None,
            OrderState::Declined(_) => Some("order.decline"),
            OrderState::Withdrawn(_) => Some("order.withdraw"),
            OrderState::Lapsed(_) => Some("order.lapse"),
            _ => Some("order.approve"),
        };
        let expected = usize::from(ended_by.is_some()) + 1;
        let is_told = match requester {
            None => of_order.is_empty(),
            Some(_) => of_order.len() == expected && ended_by.is_none_or(|end| by(end).is_some()),
        };
        let is_approved = ended_by == Some("order.approve") && requester.is_some();
        let by_two = by("order.approve") != requester;
        if !is_told || is_approved != order.approval.is_some() || (is_approved && !by_two) {
            let state = order.state.name();
            let told: Vec<&str> = of_order.iter().map(|one| one.action.as_str()).collect();
            history.violation(format!(
                "{} is {state}, and of its approval the trail tells {told:?}",
                order.id
            ));
        }
    }
    Ok(())
}
