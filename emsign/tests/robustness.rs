//! No reply, however broken, makes any call panic, or gets its bytes into an error at length.
#![cfg(not(target_family = "wasm"))]

mod support;

use certwright_core::{ca::DcvMethod, revocation::RevocationReason};
use certwright_emsign::{
    Call, GenerateOrderSsl, GetCertificate, GetDcv, GetDomainDetails, GetGroupDetails,
    GetOrganizationDetails, GetProductDetails, RejectOrder, RevokeOrder, SubmitCsr, TrackOrder,
    ValidateCredentials, VerifyDcv, interpret,
};
use http::Response;
use proptest::{
    arbitrary::any,
    collection::vec,
    prelude::{Just, ProptestConfig, Strategy, prop_assert},
    prop_oneof, proptest,
    sample::{Index, select},
};
use serde_json::{Value, json};
use support::{CSR, EMAIL, account_number, new_order, number, replies, report, response, stamp};

/// Feeds the reply to every call; returns the longest message of a fault.
fn feed_all(reply: &Response<Vec<u8>>) -> usize {
    let order = "5580931746";
    let (organization_number, group_number) = ("2984410".to_owned(), "3107745521".to_owned());
    let (requestor_email, domain) = (EMAIL.to_owned(), "app.whitlock.example".to_owned());
    let remark = || number("as agreed");
    let dcv = |method| GetDcv {
        order_number: number(order),
        requestor_email: requestor_email.clone(),
        domain: domain.clone(),
        method,
    };
    [
        feed(&ValidateCredentials, reply),
        feed(
            &GetGroupDetails {
                account_number: account_number(),
            },
            reply,
        ),
        feed(
            &GetOrganizationDetails {
                organization_number,
                group_number: group_number.clone(),
            },
            reply,
        ),
        feed(&GetDomainDetails, reply),
        feed(
            &GetProductDetails {
                group_number: Some(group_number),
            },
            reply,
        ),
        feed(&GenerateOrderSsl(new_order()), reply),
        feed(
            &TrackOrder {
                order_number: number(order),
            },
            reply,
        ),
        feed(&report(1), reply),
        feed(
            &GetCertificate {
                order_number: number(order),
                requestor_email: requestor_email.clone(),
            },
            reply,
        ),
        feed(&dcv(DcvMethod::DnsTxt), reply),
        feed(&dcv(DcvMethod::HttpFile), reply),
        feed(&dcv(DcvMethod::Email), reply),
        feed(
            &VerifyDcv {
                order_number: number(order),
                requestor_email: requestor_email.clone(),
                domain: domain.clone(),
                method: DcvMethod::Email,
                email_address: None,
            },
            reply,
        ),
        feed(
            &RevokeOrder {
                order_number: number(order),
                requestor_email: requestor_email.clone(),
                reason: RevocationReason::KeyCompromise,
                remark: remark(),
            },
            reply,
        ),
        feed(
            &RejectOrder {
                order_number: number(order),
                remark: remark(),
            },
            reply,
        ),
        feed(
            &SubmitCsr {
                order_number: number(order),
                requestor_email: requestor_email.clone(),
                csr_pem: CSR.into(),
            },
            reply,
        ),
    ]
    .into_iter()
    .max()
    .unwrap_or_default()
}

fn feed<C: Call>(call: &C, reply: &Response<Vec<u8>>) -> usize {
    interpret(call, reply, &stamp())
        .err()
        .map_or(0, |fault| fault.to_string().len())
}

/// The longest message: the CA's words and code, up to four bytes per character.
const LONGEST: usize = 4 * 1000;

#[test]
fn every_fixture_against_every_call() {
    for body in replies::ALL {
        for status in [200, 301, 400, 404, 429, 500] {
            assert!(feed_all(&response(status, *body)) <= LONGEST);
        }
    }
}

fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[0-9]{0,30}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[], null, {"": ""}])),
        Just(json!({"status": {"status": []}})),
        Just(json!("x".repeat(100_000))),
    ]
}

/// How many values there are in all.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(values) => values.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0_usize,
    }
}

/// Replaces the value that stands at `place` of a depth-first walk.
fn replace(value: &mut Value, place: &mut usize, by: &Value) -> bool {
    if *place == 0 {
        *value = by.clone();
        return true;
    }
    *place -= 1;
    match value {
        Value::Array(values) => values.iter_mut().any(|value| replace(value, place, by)),
        Value::Object(members) => members.values_mut().any(|value| replace(value, place, by)),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(status in 100_u16..600, body in vec(any::<u8>(), 0..600)) {
        prop_assert!(feed_all(&response(status, body)) <= LONGEST);
    }

    #[test]
    fn fixtures_with_bytes_changed_and_cut(
        body in select(replies::ALL),
        changes in vec((any::<Index>(), any::<u8>()), 0..6),
        cut in any::<Index>(),
        is_cut in any::<bool>(),
    ) {
        let mut body = body.as_bytes().to_vec();
        for (place, byte) in changes {
            let place = place.index(body.len());
            body[place] = byte;
        }
        if is_cut {
            body.truncate(cut.index(body.len()));
        }
        prop_assert!(feed_all(&response(200, body)) <= LONGEST);
    }

    #[test]
    fn fixtures_with_values_replaced(
        body in select(replies::ALL),
        changes in vec((any::<Index>(), odd_value()), 1..4),
    ) {
        let Ok(mut value) = serde_json::from_str::<Value>(body) else { return Ok(()) };
        for (place, by) in changes {
            let mut place = place.index(count(&value));
            replace(&mut value, &mut place, &by);
        }
        prop_assert!(feed_all(&response(200, value.to_string())) <= LONGEST);
    }
}
