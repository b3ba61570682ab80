//! What holds for every history, and the turns that matter one by one.

use proptest::prelude::*;

use super::{samples::*, *};
use crate::{
    ca::{RevocationStanding, Stage, Standing},
    fault::RefusalKind,
    revocation::{Remark, RevocationReason},
    time::{MINUTE, Timestamp},
};

fn after(order: &Order, event: Event, now: Timestamp) -> Order {
    order.apply(event, now).unwrap().order
}

fn pending() -> Order {
    let calling = after(&order(), Event::PlaceStarted, start());
    after(&calling, Event::PlaceAccepted(booked()), start())
}

fn fulfilled() -> Order {
    pending().admit(&facts(), start()).unwrap().fulfilled
}

fn unknown() -> Order {
    let calling = after(&order(), Event::PlaceStarted, start());
    after(
        &calling,
        Event::PlaceUnanswered { said: None },
        start().plus(30),
    )
}

#[test]
fn a_second_call_is_refused_while_one_is_open() {
    let calling = after(&order(), Event::PlaceStarted, start());
    assert_eq!(
        calling.apply(Event::PlaceStarted, start()),
        Err(TransitionError::AlreadyCalling)
    );
    assert_eq!(
        unknown().apply(Event::PlaceStarted, start()),
        Err(TransitionError::AlreadyCalling)
    );
}

#[test]
fn an_unknown_outcome_is_tried_again_only_after_two_absences_and_a_pause() {
    let soon = start().plus(MINUTE);
    let once = after(&unknown(), Event::AbsentAtCa, soon);
    let twice_but_early = after(&once, Event::AbsentAtCa, soon.plus(MINUTE));
    for order in [&once, &twice_but_early] {
        assert!(matches!(
            &order.state,
            OrderState::Placing(Placing {
                phase: PlacingPhase::Unknown { .. },
                attempt: 1,
                ..
            })
        ));
    }
    let late = start().plus(QUIET_BEFORE_RETRY);
    let ready = after(&twice_but_early, Event::AbsentAtCa, late);
    assert!(matches!(
        &ready.state,
        OrderState::Placing(Placing {
            phase: PlacingPhase::Ready { .. },
            attempt: 2,
            ..
        })
    ));
    let late_only = after(&unknown(), Event::AbsentAtCa, late);
    assert!(matches!(
        &late_only.state,
        OrderState::Placing(Placing {
            phase: PlacingPhase::Unknown { absences: 1, .. },
            ..
        })
    ));
}

#[test]
fn the_last_attempt_ends_in_failure_with_nothing_at_the_ca() {
    let mut order = order();
    let mut now = start();
    for _ in 0..MAX_ATTEMPTS {
        order = after(&order, Event::PlaceStarted, now);
        order = after(&order, Event::PlaceUnanswered { said: None }, now);
        for _ in 0..ABSENCES_BEFORE_RETRY {
            now = now.plus(QUIET_BEFORE_RETRY);
            order = after(&order, Event::AbsentAtCa, now);
        }
    }
    assert!(matches!(order.state, OrderState::Failed(_)));
}

#[test]
fn an_order_found_at_the_ca_is_adopted() {
    let adopted = after(&unknown(), Event::FoundAtCa(booked()), start());
    assert_eq!(adopted.ca_order_number, Some(booked().order_number));
    assert!(matches!(adopted.state, OrderState::Pending(_)));
}

#[test]
fn issued_by_status_asks_for_the_certificate_and_is_still_pending() {
    let seen = Event::Observed(Box::new(observation(Standing::Issued, start().plus(5))));
    let transition = pending().apply(seen, start().plus(5)).unwrap();
    assert_eq!(transition.effects, [Effect::FetchCertificate]);
    assert!(matches!(transition.order.state, OrderState::Pending(_)));
}

#[test]
fn an_older_observation_never_moves_an_order() {
    let approval = observation(
        Standing::Pending {
            stage: Stage::Approval,
        },
        start().plus(60),
    );
    let newer = after(
        &pending(),
        Event::Observed(Box::new(approval)),
        start().plus(60),
    );
    let older = Event::Observed(Box::new(observation(Standing::Cancelled, start().plus(59))));
    let transition = newer.apply(older, start().plus(61)).unwrap();
    assert!(!transition.is_change);
    assert_eq!(transition.order, newer);
}

#[test]
fn a_status_that_goes_backwards_keeps_the_certificate() {
    let back = observation(
        Standing::Pending {
            stage: Stage::DomainValidation,
        },
        start().plus(99),
    );
    let order = after(
        &fulfilled(),
        Event::Observed(Box::new(back)),
        start().plus(99),
    );
    assert_eq!(order.state.certificate_id(), Some(&facts().certificate_id));
}

#[test]
fn revoked_is_said_only_when_the_ca_says_it() {
    let ask = Event::RevokeRequested {
        reason: RevocationReason::Superseded,
        remark: remark(),
    };
    let asked = after(&fulfilled(), ask.clone(), start());
    assert_eq!(
        asked.state.revocation().unwrap().phase,
        RevocationPhase::Sending
    );
    let taken = after(&asked, Event::RevokeAccepted, start());
    assert_eq!(
        taken.state.revocation().unwrap().phase,
        RevocationPhase::Requested
    );
    assert!(
        !taken.apply(ask.clone(), start()).unwrap().is_change,
        "asking twice changes nothing"
    );
    let no = revocation(
        RevocationStanding::Refused { text: "no".into() },
        start().plus(9),
    );
    let refused = after(&taken, Event::Observed(Box::new(no)), start().plus(9));
    assert!(matches!(
        refused.state.revocation().unwrap().phase,
        RevocationPhase::Refused { .. }
    ));
    assert!(
        refused.apply(ask, start().plus(10)).unwrap().is_change,
        "after a refusal anew"
    );
    let yes = revocation(
        RevocationStanding::Revoked {
            reason: Some(RevocationReason::KeyCompromise),
            processed_at: Some(start().plus(15)),
        },
        start().plus(20),
    );
    let revoked = after(&taken, Event::Observed(Box::new(yes)), start().plus(20));
    assert_eq!(
        revoked.state,
        OrderState::Revoked {
            certificate_id: Some(facts().certificate_id),
            reason: Some(RevocationReason::KeyCompromise),
            processed_at: Some(start().plus(15)),
        }
    );
}

#[test]
fn already_done_counts_as_taken() {
    let ask = Event::RevokeRequested {
        reason: RevocationReason::Superseded,
        remark: remark(),
    };
    let asked = after(&fulfilled(), ask, start());
    let told = after(
        &asked,
        Event::RevokeRefused(refusal(RefusalKind::AlreadyDone)),
        start(),
    );
    assert_eq!(
        told.state.revocation().unwrap().phase,
        RevocationPhase::Requested
    );
}

#[test]
fn cancelled_is_said_only_when_the_ca_says_it() {
    let ask = Event::CancelRequested { remark: remark() };
    let asked = after(&pending(), ask.clone(), start());
    assert!(asked.state.sending_since().is_some());
    assert!(!asked.apply(ask.clone(), start()).unwrap().is_change);
    let approval = Standing::Pending {
        stage: Stage::Approval,
    };
    let seen = Event::Observed(Box::new(observation(approval, start().plus(5))));
    let followed = after(&asked, seen, start().plus(5));
    assert_eq!(followed.state.sending_since(), Some(start()));
    let no = Event::CancelRefused(refusal(RefusalKind::WrongState));
    let refused = after(&followed, no, start().plus(6));
    assert!(matches!(
        refused.state.cancellation().unwrap().phase,
        CancellationPhase::Refused { .. }
    ));
    assert!(refused.apply(ask.clone(), start()).unwrap().is_change);
    let already = Event::CancelRefused(refusal(RefusalKind::AlreadyDone));
    let cancelled = after(&followed, already, start().plus(6));
    assert_eq!(cancelled.state, OrderState::Cancelled);
    assert!(!cancelled.apply(ask.clone(), start()).unwrap().is_change);
    assert_eq!(
        fulfilled().apply(ask, start()),
        Err(TransitionError::NotCancellable)
    );
}

#[test]
fn what_a_person_asked_for_is_followed_although_the_order_was_deleted() {
    let ask = Event::CancelRequested { remark: remark() };
    let deleted = after(&pending(), Event::Deleted, start());
    assert_eq!(deleted.next_check_at, None);
    let asked = after(&pending(), ask, start());
    let deleted = after(&asked, Event::Deleted, start());
    assert!(deleted.next_check_at.is_some());
}

#[test]
fn a_mismatch_stays_shown_while_the_certificate_is_asked_for_again() {
    let differences = vec!["another key".to_owned()];
    let wrong = after(
        &pending(),
        Event::Mismatched { differences },
        start().plus(5),
    );
    let seen = Event::Observed(Box::new(observation(Standing::Issued, start().plus(9))));
    let transition = wrong.apply(seen, start().plus(9)).unwrap();
    assert_eq!(transition.effects, [Effect::FetchCertificate]);
    assert!(matches!(
        transition.order.state,
        OrderState::Pending(Pending {
            stage: Stage::CertificateMismatch { .. },
            ..
        })
    ));
}

#[test]
fn deletion_is_undone_without_a_trace_in_the_state() {
    let deleted = after(&fulfilled(), Event::Deleted, start().plus(5));
    assert!(deleted.deleted_at.is_some());
    let restored = after(&deleted, Event::Restored, start().plus(6));
    assert_eq!(restored.deleted_at, None);
    assert_eq!(restored.state, fulfilled().state);
}

#[test]
fn checks_grow_rarer_with_age_and_stop_at_the_end() {
    let order = pending();
    let mut last = 0;
    for age in [0, 1_000, 10_000, 100_000, 1_000_000, 10_000_000] {
        let now = start().plus(age);
        let seen = observation(
            Standing::Pending {
                stage: Stage::Approval,
            },
            now,
        );
        let next = after(&order, Event::Observed(Box::new(seen)), now)
            .next_check_at
            .unwrap();
        let wait = next.seconds_since(now);
        assert!(wait > last, "{wait} after {last}");
        last = wait;
    }
    let done = Event::Observed(Box::new(observation(Standing::Cancelled, start())));
    assert_eq!(after(&order, done, start()).next_check_at, None);
    assert_eq!(fulfilled().next_check_at, None);
}

/// A step of a random history.
#[derive(Clone, Debug)]
enum Step {
    Event(usize, i64),
    Admit(bool),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        9 => (0..events(start()).len(), -500_i64..500).prop_map(|(i, skew)| Step::Event(i, skew)),
        2 => any::<bool>().prop_map(Step::Admit),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_history_loses_a_certificate_or_leaves_a_final_state(
        steps in prop::collection::vec(step(), 1..60)
    ) {
        let mut order = order();
        let mut now = start();
        for step in steps {
            now = now.plus(30);
            let before = order.clone();
            match step {
                Step::Event(index, skew) => {
                    let event = events(now.plus(skew)).remove(index);
                    let Ok(transition) = order.apply(event, now) else { continue };
                    prop_assert_eq!(transition.is_change, transition.order != order);
                    order = transition.order;
                }
                Step::Admit(has_seat) => {
                    let Ok(admission) = order.admit(&facts(), now) else { continue };
                    order = if has_seat { admission.fulfilled } else { admission.held };
                }
            }
            let grew = order.version.saturating_sub(before.version);
            prop_assert_eq!(grew, u64::from(order != before));
            if before.is_final() {
                prop_assert_eq!(&order.state, &before.state);
            }
            if let Some(id) = before.state.certificate_id() {
                prop_assert_eq!(order.state.certificate_id(), Some(id));
            }
            if before.ca_order_number.is_some() {
                prop_assert_eq!(&order.ca_order_number, &before.ca_order_number);
            }
            if let (Some(a), Some(b)) = (before.observed_at, order.observed_at) {
                prop_assert!(b >= a);
            }
            let is_in_doubt = matches!(
                &before.state,
                OrderState::Placing(Placing {
                    phase: PlacingPhase::Calling { .. } | PlacingPhase::Unknown { .. }, ..
                })
            );
            let is_calling_again = matches!(
                &order.state,
                OrderState::Placing(Placing { phase: PlacingPhase::Calling { .. }, .. })
            ) && order != before;
            // Only deletion and its undoing touch an order in doubt without settling the doubt.
            if is_in_doubt && is_calling_again {
                prop_assert_eq!(&order.state, &before.state);
            }
            let text = serde_json::to_string(&order).unwrap();
            prop_assert_eq!(serde_json::from_str::<Order>(&text).unwrap(), order.clone());
        }
    }
}

#[test]
fn refusal_while_nothing_is_open_is_an_error() {
    let event = Event::PlaceRefused(refusal(RefusalKind::Invalid));
    assert_eq!(
        order().apply(event, start()),
        Err(TransitionError::NotInDoubt)
    );
}

#[test]
fn a_second_revocation_for_another_reason_is_refused_and_not_dropped() {
    let ask = |reason| Event::RevokeRequested {
        reason,
        remark: Remark::try_from("found on a public server".to_owned()).unwrap(),
    };
    let at = start().plus(10);
    let asked = after(&fulfilled(), ask(RevocationReason::Superseded), at);
    let again = asked.apply(ask(RevocationReason::Superseded), at);
    assert!(!again.unwrap().is_change);
    let graver = ask(RevocationReason::KeyCompromise);
    let taken = after(&asked, Event::RevokeAccepted, at);
    for order in [&asked, &taken] {
        let refused = order.apply(graver.clone(), at);
        assert_eq!(refused, Err(TransitionError::RevocationUnderWay));
    }
}
