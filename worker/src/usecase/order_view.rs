//! An order as callers see it: state, who must act, and what may be done now.

use certwright_api::orders::{ApprovalView, OrderAction, OrderStatusView, OrderView, RevokedView};
use certwright_core::{
    actor::person,
    ca::Actor,
    directory::{Group, Product},
    fault::CaRefusal,
    ids::OrderId,
    order::{
        Asked, CancellationPhase, Decision, Order, OrderState, PlacingPhase, Revocation,
        RevocationPhase,
    },
    permission::Action,
    revocation::RevocationReason,
    time::Timestamp,
};
use certwright_emsign::hosts::is_ca_page;

use super::validate_order;
use crate::{
    caller::Caller,
    fault::Fault,
    platform::Platform,
    storage::{directory, orders},
};

/// The order with this id.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn find<P: Platform>(platform: &P, id: &OrderId) -> Result<Order, Fault> {
    orders::by_id(platform.database(), id)
        .await?
        .ok_or(Fault::NotFound("order"))
}

/// The order with this id as a caller sees it.
///
/// # Errors
/// [`Fault::NotFound`].
pub async fn load<P: Platform>(
    platform: &P,
    caller: &Caller,
    id: &OrderId,
) -> Result<OrderView, Fault> {
    let order = find(platform, id).await?;
    let again = match &order.state {
        OrderState::AwaitingApproval(waiting) => {
            Some(validate_order::again(platform, caller, &order, &waiting.request).await?)
        }
        _ => None,
    };
    let mut view = view(order, caller, platform.now());
    if let Some(again) = again {
        view.findings = again.findings;
        if let Some(approval) = &mut view.approval {
            approval.review = Some(again.review);
        }
    }
    named(platform, view).await
}

/// The same with the names of product and group, as the directory has them now.
///
/// # Errors
/// [`Fault`] of the database.
pub async fn named<P: Platform>(platform: &P, view: OrderView) -> Result<OrderView, Fault> {
    let (database, account) = (platform.database(), &view.credential_id);
    let product = directory::one::<Product>(database, account, &view.product_code).await?;
    let group = match &view.group_number {
        Some(number) => directory::one::<Group>(database, account, number).await?,
        None => None,
    };
    Ok(OrderView {
        product_name: product.map(|product| product.name),
        group_name: group.map(|group| group.name),
        ..view
    })
}

/// An order as a caller sees it, with what they may do with it.
#[must_use]
pub fn view(order: Order, caller: &Caller, now: Timestamp) -> OrderView {
    let decisions = order.decisions(&caller.decider(), now);
    let decisions = decisions.into_iter().map(|decision| match decision {
        Decision::Approve => OrderAction::Approve,
        Decision::Decline => OrderAction::Decline,
        Decision::Withdraw => OrderAction::Withdraw,
    });
    OrderView {
        reference: order.reference().cloned(),
        status: status(&order),
        certificate_id: order.state.certificate_id().cloned(),
        revocation: order.state.revocation().cloned(),
        revoked: match &order.state {
            OrderState::Revoked {
                reason,
                processed_at,
                ..
            } => Some(RevokedView {
                reason: *reason,
                at: *processed_at,
            }),
            _ => None,
        },
        cancellation: order.state.cancellation().cloned(),
        approval: approval(&order),
        allowed: allowed(&order, caller)
            .into_iter()
            .chain(decisions)
            .collect(),
        id: order.id,
        credential_id: order.credential_id,
        product_code: order.product_code,
        product_name: None,
        group_number: order.group_number,
        group_name: None,
        organization_name: order.organization_name,
        domain: order.domain,
        additional_domains: order.additional_domains,
        csr_id: order.csr_id,
        ca_order_number: order.ca_order_number,
        ca_request_number: order.ca_request_number,
        // What was stored by others, or restored, is judged again.
        tracking_url: order.tracking_url.filter(|url| is_ca_page(url)),
        domain_checks: order.domain_checks,
        expires_at: order.expires_at,
        ordered_at: order.ordered_at,
        updated_at: order.updated_at,
        observed_at: order.observed_at,
        next_check_at: order.next_check_at,
        deleted_at: order.deleted_at,
        version: order.version,
        findings: Vec::new(),
    }
}

fn status(order: &Order) -> OrderStatusView {
    let base = OrderStatusView {
        state: order.state.name().to_owned(),
        stage: None,
        actor: None,
        guidance: String::new(),
        ca_certificate_status: None,
        ca_order_status: None,
        ca_code: None,
    };
    match &order.state {
        OrderState::AwaitingApproval(waiting) => OrderStatusView {
            actor: Some(Actor::Approver),
            guidance: format!(
                "Requested by {}. Nothing has been sent to emSign. An operator other than the requester must approve the order within 30 days.",
                person(&waiting.asked.by)
            ),
            ..base
        },
        OrderState::Declined(declined) => OrderStatusView {
            actor: Some(Actor::Requester),
            guidance: format!(
                "Declined by {}: {}. Nothing was sent to emSign.",
                person(&declined.by),
                declined.reason.as_str()
            ),
            ..base
        },
        OrderState::Withdrawn(withdrawn) => OrderStatusView {
            guidance: format!("Withdrawn by {}. Nothing was sent to emSign.", person(&withdrawn.by)),
            ..base
        },
        OrderState::Lapsed(_) => OrderStatusView {
            actor: Some(Actor::Requester),
            guidance: "Nobody decided within 30 days. Nothing was sent to emSign. Place the order again if it is still wanted.".to_owned(),
            ..base
        },
        OrderState::Placing(placing) => {
            let (stage, guidance) = match &placing.phase {
                PlacingPhase::Ready { .. } => (
                    "ready",
                    "The order is committed here and is about to be sent.".to_owned(),
                ),
                PlacingPhase::Calling { .. } => ("calling", "emSign is being asked.".to_owned()),
                PlacingPhase::Unknown { said, .. } => ("unknown", in_doubt(said.as_deref())),
            };
            OrderStatusView {
                stage: Some(stage.to_owned()),
                actor: Some(Actor::Ca),
                guidance,
                ..base
            }
        }
        OrderState::Failed(failed) => OrderStatusView {
            actor: Some(Actor::Requester),
            guidance: failed.refusal.advice(),
            ca_code: failed.refusal.code.clone(),
            ..base
        },
        OrderState::Pending(pending) => OrderStatusView {
            stage: Some(pending.stage.name().to_owned()),
            actor: Some(pending.stage.actor()),
            guidance: match pending.cancellation.as_ref().map(|asked| &asked.phase) {
                None => pending.stage.guidance().to_owned(),
                Some(CancellationPhase::Sending) => {
                    "Cancellation requested. emSign has not confirmed that it has the request. Certwright asks again within minutes.".to_owned()
                }
                Some(CancellationPhase::Refused { text }) => {
                    format!("emSign refused to cancel: {text}. {}", pending.stage.guidance())
                }
            },
            ca_certificate_status: Some(pending.certificate_status.clone()),
            ca_order_status: Some(pending.order_status.clone()),
            ..base
        },
        OrderState::Held(held) => OrderStatusView {
            actor: Some(Actor::Requester),
            guidance: revocation_guidance(
                held.revocation.as_ref(),
                "Issued, but not downloaded: no free seat. Add seats, then store the held certificates.",
            ),
            ..base
        },
        OrderState::Fulfilled(fulfilled) => OrderStatusView {
            guidance: revocation_guidance(fulfilled.revocation.as_ref(), "Issued and stored."),
            ..base
        },
        OrderState::Rejected { text } => {
            OrderStatusView { guidance: format!("emSign rejected the order: {text}"), ..base }
        }
        OrderState::Cancelled => {
            OrderStatusView { guidance: "Cancelled before issue.".to_owned(), ..base }
        }
        OrderState::Expired => {
            OrderStatusView { guidance: "The certificate has run out.".to_owned(), ..base }
        }
        OrderState::Revoked { reason, processed_at, .. } => {
            OrderStatusView { guidance: revoked(*reason, *processed_at), ..base }
        }
    }
}

/// The approval that an order waits or waited for.
fn approval(order: &Order) -> Option<ApprovalView> {
    let view = |asked: &Asked, by: Option<&String>, at: Option<Timestamp>| ApprovalView {
        requested_by: asked.by.clone(),
        requested_at: asked.at,
        decided_by: by.cloned(),
        decided_at: at,
        reason: None,
        review: None,
    };
    Some(match (&order.state, &order.approval) {
        (OrderState::AwaitingApproval(waiting), _) => view(&waiting.asked, None, None),
        (OrderState::Declined(end), _) => ApprovalView {
            reason: Some(end.reason.as_str().to_owned()),
            ..view(&end.asked, Some(&end.by), Some(end.at))
        },
        (OrderState::Withdrawn(end), _) => view(&end.asked, Some(&end.by), Some(end.at)),
        (OrderState::Lapsed(end), _) => view(&end.asked, None, Some(end.at)),
        (_, Some(given)) => view(&given.asked, Some(&given.by), Some(given.at)),
        (_, None) => return None,
    })
}

/// That the certificate is revoked, when, and why.
fn revoked(reason: Option<RevocationReason>, at: Option<Timestamp>) -> String {
    let day = at.map(|at| at.to_string().chars().take("YYYY-MM-DD".len()).collect());
    let day: String = day.map_or(String::new(), |day: String| format!(" on {day}"));
    let why = reason.map_or("", why);
    format!("emSign revoked the certificate{day}.{why}")
}

/// The reason as a sentence that follows another.
fn why(reason: RevocationReason) -> &'static str {
    match reason {
        RevocationReason::KeyCompromise => " Reason: key compromise.",
        RevocationReason::AffiliationChanged => " Reason: affiliation changed.",
        RevocationReason::Superseded => " Reason: superseded.",
        RevocationReason::CessationOfOperation => " Reason: cessation of operation.",
        RevocationReason::PrivilegeWithdrawn => " Reason: privilege withdrawn.",
    }
}

/// An order of which the CA's answer does not tell whether it was booked.
fn in_doubt(said: Option<&CaRefusal>) -> String {
    let what = match said {
        None => "emSign gave no clear answer.".to_owned(),
        Some(said) => {
            format!("emSign answered: {said}. That does not show whether it has booked the order.")
        }
    };
    format!("{what} Certwright looks for the order in emSign's list. It is never ordered twice.")
}

/// How far a revocation is; `otherwise` when none was asked for.
fn revocation_guidance(revocation: Option<&Revocation>, otherwise: &str) -> String {
    match revocation.map(|revocation| &revocation.phase) {
        None => otherwise.to_owned(),
        Some(RevocationPhase::AwaitingApproval { asked }) => format!(
            "{} asked to revoke this certificate.{} A second person has to confirm it. emSign has heard nothing of it yet.",
            asked.by,
            revocation.map_or("", |revocation| why(revocation.reason)),
        ),
        Some(RevocationPhase::Sending) => {
            "Revocation requested. emSign has not confirmed that it has the request. Certwright asks again within minutes.".to_owned()
        }
        Some(RevocationPhase::Requested) => {
            "emSign has the revocation request and has not decided. The certificate is still valid.".to_owned()
        }
        Some(RevocationPhase::Refused { text }) => {
            format!("emSign refused the revocation: {text}. The certificate is still valid.")
        }
    }
}

/// What the caller may do about revoking: nothing while the CA has the request, and of one that waits
/// for a second person, confirm that of another.
fn revoking(order: &Order, caller: &Caller) -> Vec<OrderAction> {
    match order.state.revocation().map(|asked| &asked.phase) {
        None | Some(RevocationPhase::Refused { .. }) => vec![OrderAction::Revoke],
        Some(RevocationPhase::Sending | RevocationPhase::Requested) => Vec::new(),
        Some(RevocationPhase::AwaitingApproval { asked }) if asked.is_by(&caller.decider()) => {
            vec![OrderAction::DiscardRevocation]
        }
        Some(RevocationPhase::AwaitingApproval { .. }) => vec![
            OrderAction::ConfirmRevocation,
            OrderAction::DiscardRevocation,
        ],
    }
}

/// What the caller may do besides deciding on an approval: all of it is the work of operators, and
/// storing what is held concerns every account.
fn allowed(order: &Order, caller: &Caller) -> Vec<OrderAction> {
    if !Action::Operate.allows(caller.role) {
        return Vec::new();
    }
    if order.deleted_at.is_some() {
        return vec![OrderAction::Restore];
    }
    let has_number = order.ca_order_number.is_some();
    let mut actions = match &order.state {
        OrderState::Pending(_) if has_number => {
            vec![
                OrderAction::Check,
                OrderAction::Validate,
                OrderAction::Cancel,
            ]
        }
        OrderState::Held(_) => {
            let admit = caller.scope.is_none().then_some(OrderAction::Admit);
            let mut actions = vec![OrderAction::Check];
            actions.extend(revoking(order, caller));
            actions.extend(admit);
            actions
        }
        OrderState::Fulfilled(_) => {
            let mut actions = vec![OrderAction::Check];
            actions.extend(revoking(order, caller));
            actions
        }
        _ => Vec::new(),
    };
    // An order that is being placed may become one that costs money, and one that waits for approval
    // is withdrawn: both stay in sight.
    if !matches!(
        order.state,
        OrderState::Placing(_) | OrderState::AwaitingApproval(_)
    ) {
        actions.push(OrderAction::Delete);
    }
    actions
}
