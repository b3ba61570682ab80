//! Decisions that are made at once.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use serde_json::{Value, json};

use crate::{ADMIN, OPERATOR, REQUESTER, at_the_ca, text, trail, waiting, with_rule};

/// Runs two futures against each other, `turns` telling whose turn it is, an operation at a time.
fn against<A, B>(mut turns: u64, a: impl Future<Output = A>, b: impl Future<Output = B>) -> (A, B) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut first, mut second) = (None, None);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        let is_first = turns & 1 == 1;
        turns = turns.rotate_right(1);
        if (is_first || second.is_some())
            && first.is_none()
            && let Poll::Ready(done) = a.as_mut().poll(&mut context)
        {
            first = Some(done);
        } else if second.is_none()
            && let Poll::Ready(done) = b.as_mut().poll(&mut context)
        {
            second = Some(done);
        }
        match (first.take(), second.take()) {
            (Some(one), Some(other)) => return (one, other),
            unfinished => (first, second) = unfinished,
        }
    }
}

#[test]
fn of_two_decisions_at_once_one_counts_and_leaves_a_trace() {
    let nothing = Value::Null;
    let reason = json!({ "reason": "too dear" });
    let rivals = [
        ("approve", ADMIN, &nothing),
        ("decline", ADMIN, &reason),
        ("withdraw", REQUESTER, &nothing),
    ];
    let mut both_ran = 0;
    for (verb, rival, body) in rivals {
        for turns in [
            0xaaaa_aaaa_aaaa_aaaa,
            0x5555_5555_5555_5555,
            0xcccc_cccc_cccc_cccc,
            0xf0f0_f0f0_f0f0_f0f0,
            0x0f0f_0f0f_0f0f_0f0f,
            0xfffe_0001_3c5a_9961,
            0x1248_8421_6db6_db6d,
        ] {
            let (story, credential) = with_rule("requesters");
            let path = waiting(&story, &credential);
            story.world.give_way(true);
            let (approve, other) = (format!("{path}/approve"), format!("{path}/{verb}"));
            let ((one, first), (two, second)) = against(
                turns,
                OPERATOR.sends(&story, "POST", &approve, &nothing),
                rival.sends(&story, "POST", &other, body),
            );
            story.world.give_way(false);
            let told = format!("{verb} {turns:x}: {one} {first:#} {two} {second:#}");
            assert_eq!(
                [one, two].iter().filter(|status| **status == 200).count(),
                1,
                "{told}"
            );
            let loser = if one == 200 { &second } else { &first };
            let code = text(&loser["code"]);
            assert!(
                ["order-moved", "not-waiting"].contains(&code.as_str()),
                "{told}"
            );
            both_ran += u32::from(code == "order-moved");
            story.pass(600);
            story.tick();
            let is_placed = one == 200 || verb == "approve";
            assert_eq!(at_the_ca(&story), usize::from(is_placed), "{told}");
            assert_eq!(
                story.calls("GenerateOrderSSL"),
                u64::from(is_placed),
                "{told}"
            );
            let decided = trail(&story, &path);
            let decided = decided
                .iter()
                .filter(|(action, _, outcome)| action != "order.request" && outcome == "done");
            assert_eq!(decided.count(), 1, "{told}");
        }
    }
    assert!(both_ran > 5, "they did not meet: {both_ran}");
}
