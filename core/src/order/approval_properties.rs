//! No history of a waiting order reaches the CA without a second person, and the turns one by one.

use proptest::prelude::*;

use super::{samples::*, *};
use crate::{
    permission::Role,
    time::{DAY, MINUTE},
};

fn approve(actor: &str, role: Role) -> Event {
    Event::Approved {
        by: person(actor, role),
    }
}

fn operator() -> Event {
    approve("token:operator", Role::Operator)
}

fn withdraw(actor: &str, role: Role) -> Event {
    Event::Withdrawn {
        by: person(actor, role),
    }
}

#[test]
fn a_second_person_sends_it_on_its_way() {
    let now = start().plus(DAY);
    let transition = waiting().apply(operator(), now).unwrap();
    assert_eq!(transition.effects, [Effect::Place { not_before: now }]);
    let OrderState::Placing(placing) = &transition.order.state else {
        panic!("{:?}", transition.order.state)
    };
    let OrderState::AwaitingApproval(before) = waiting().state else {
        panic!("it does not wait")
    };
    assert_eq!(placing.request, before.request, "what was seen is ordered");
    assert_eq!(placing.phase, PlacingPhase::Ready { not_before: now });
    let approval = transition.order.approval.clone().unwrap();
    assert_eq!(
        (approval.asked.by.as_str(), approval.by.as_str()),
        (REQUESTER, "token:operator")
    );
    assert_eq!((approval.asked.at, approval.at), (start(), now));
    assert_eq!(
        transition.order.apply(operator(), now),
        Err(TransitionError::NotAwaitingApproval),
        "once"
    );
}

#[test]
fn nobody_approves_their_own_whatever_their_role() {
    for role in [Role::Operator, Role::Admin] {
        assert_eq!(
            waiting().apply(approve(REQUESTER, role), start()),
            Err(TransitionError::OwnOrder)
        );
    }
}

#[test]
fn only_operators_decide_on_the_orders_of_others() {
    let decline = |role| Event::Declined {
        by: person("token:other", role),
        reason: reason(),
    };
    for role in [Role::Viewer, Role::Requester] {
        for (event, refused) in [
            (approve("token:other", role), TransitionError::NotADecider),
            (decline(role), TransitionError::NotADecider),
            (
                withdraw("token:other", role),
                TransitionError::NotTheRequester,
            ),
        ] {
            assert_eq!(waiting().apply(event, start()), Err(refused));
        }
    }
    for (event, state) in [
        (decline(Role::Operator), "declined"),
        (withdraw("token:other", Role::Operator), "withdrawn"),
        (withdraw(REQUESTER, Role::Requester), "withdrawn"),
    ] {
        let ended = waiting().apply(event, start()).unwrap();
        assert_eq!(ended.order.state.name(), state);
        assert!(ended.order.is_final() && ended.effects.is_empty());
    }
}

#[test]
fn what_may_be_decided_is_what_the_events_allow() {
    let all = [Decision::Approve, Decision::Decline, Decision::Withdraw];
    for (by, decisions) in [
        (person(REQUESTER, Role::Requester), &all[2..]),
        (person(REQUESTER, Role::Admin), &all[1..]),
        (person("token:operator", Role::Operator), &all[..]),
        (person("token:other", Role::Requester), &[]),
    ] {
        assert_eq!(waiting().decisions(&by, start()), decisions, "{by:?}");
        assert_eq!(order().decisions(&by, start()), [], "nothing waits");
    }
}

#[test]
fn what_nobody_decides_on_lapses() {
    let soon = start().plus(LAPSES_AFTER - 1);
    assert!(!waiting().apply(Event::Waited, soon).unwrap().is_change);
    let late = start().plus(LAPSES_AFTER);
    assert_eq!(
        waiting().apply(operator(), late),
        Err(TransitionError::ApprovalLapsed),
        "not approved either before the schedule has seen it"
    );
    let lapsed = waiting().apply(Event::Waited, late).unwrap().order;
    assert_eq!(lapsed.state.name(), "lapsed");
    assert!(lapsed.is_final());
}

#[test]
fn a_waiting_order_is_not_deleted_or_cancelled_but_withdrawn() {
    for event in [Event::Deleted, Event::CancelRequested { remark: remark() }] {
        assert_eq!(
            waiting().apply(event, start()),
            Err(TransitionError::AwaitsApproval)
        );
    }
}

#[test]
fn approved_after_a_restore_it_is_looked_for_before_it_is_placed() {
    let dumped_at = start().plus(MINUTE);
    let restored = waiting().restored_from(dumped_at);
    assert!(restored.may_be_booked() && !waiting().may_be_booked());
    // Dumped and restored again: it may be booked since the first dump.
    let restored = restored.restored_from(start().plus(DAY));
    let approved = restored.apply(operator(), start().plus(2 * DAY)).unwrap();
    let OrderState::Placing(placing) = &approved.order.state else {
        panic!("{:?}", approved.order.state)
    };
    assert_eq!(
        placing.phase,
        PlacingPhase::Unknown {
            called_at: dumped_at,
            absences: 0,
            said: None
        }
    );
}

#[test]
fn the_rule_says_whose_orders_wait() {
    let roles = [
        None,
        Some(Role::Requester),
        Some(Role::Operator),
        Some(Role::Admin),
    ];
    for (rule, waits) in [
        (ApprovalRule::None, [false; 4]),
        (ApprovalRule::Requesters, [true, true, false, false]),
        (ApprovalRule::Everyone, [true; 4]),
    ] {
        assert_eq!(roles.map(|role| rule.applies_to(role)), waits, "{rule:?}");
    }
}

#[test]
fn a_reason_is_a_line_of_text() {
    for text in ["", "  ", "two\nlines", &"x".repeat(201)] {
        assert!(DeclineReason::try_from(text.to_owned()).is_err(), "{text}");
    }
    let kept = DeclineReason::try_from(" too dear ".to_owned()).unwrap();
    assert_eq!(kept.as_str(), "too dear");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_history_sends_an_order_that_nobody_else_approved(
        steps in prop::collection::vec((0..events(start()).len(), 0..4 * DAY), 1..40)
    ) {
        let mut order = waiting();
        let mut now = start();
        let mut was_approved = false;
        for (index, seconds) in steps {
            now = now.plus(seconds);
            let event = events(now).remove(index);
            let by_another = matches!(
                &event,
                Event::Approved { by } if by.actor != REQUESTER && by.role == Some(Role::Operator)
            );
            let Ok(transition) = order.apply(event, now) else { continue };
            prop_assert_eq!(transition.is_change, transition.order != order);
            if transition.is_change && by_another {
                prop_assert!(!was_approved, "approved twice");
                was_approved = true;
            }
            let before = order;
            order = transition.order;
            if before.is_final() {
                prop_assert_eq!(&order.state, &before.state);
            }
            prop_assert_eq!(order.approval.is_some(), was_approved);
            if !was_approved {
                prop_assert!(transition.effects.is_empty());
                prop_assert_eq!(&order.ca_order_number, &None);
                prop_assert_eq!(order.next_check_at, None);
                let stays = ["awaitingApproval", "declined", "withdrawn", "lapsed"];
                prop_assert!(stays.contains(&order.state.name()), "{}", order.state.name());
            }
            let text = serde_json::to_string(&order).unwrap();
            prop_assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), order.clone());
        }
    }
}
