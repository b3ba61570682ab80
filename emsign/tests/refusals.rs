//! Everything that is not a success: what went wrong, sorted by what may be done next.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use certwright_core::{
    ca::DcvMethod,
    fault::{CaFault, CaRefusal, RefusalKind, Unanswered},
};
use certwright_emsign::{
    GenerateOrderSsl, GetCertificate, MAX_REPLY_BYTES, RejectOrder, TrackOrder,
    ValidateCredentials, VerifyDcv, interpret,
};
use http::Response;
use support::{EMAIL, answer, failure, new_order, number, replies, response, stamp};

fn fault(code: &str, message: &str) -> CaFault {
    answer(&ValidateCredentials, &failure(code, message)).unwrap_err()
}

#[track_caller]
fn refused(code: &str) -> CaRefusal {
    match fault(code, "as the CA says") {
        CaFault::Refused(refusal) => {
            assert_eq!(refusal.code.as_deref(), Some(code));
            assert_eq!(refusal.message, "as the CA says");
            refusal
        }
        other => panic!("{code}: {other:?}"),
    }
}

#[test]
fn a_refused_account_is_no_refused_call() {
    let refused = answer(&ValidateCredentials, replies::refused_account).unwrap_err();
    assert!(matches!(refused, CaFault::CredentialRefused(_)));
}

#[test]
fn trouble_at_the_ca_leaves_the_outcome_open() {
    for code in ["EMS-937", "EMS-939", "EMS-968", "EMS-976", "EMS-947"] {
        match fault(code, "Something went Wrong") {
            CaFault::Unanswered(Unanswered::Trouble(what)) => assert!(what.contains(code)),
            other => panic!("{code}: {other:?}"),
        }
        let read = TrackOrder {
            order_number: number("5580931746"),
        };
        assert!(
            answer(&read, &failure(code, ""))
                .unwrap_err()
                .is_transient(),
            "{code}"
        );
    }
}

#[test]
fn too_many_calls_and_an_inactive_user_look_the_same() {
    let limited = CaFault::RateLimited { after: None };
    let call = GenerateOrderSsl(new_order());
    assert_eq!(
        answer(&call, replies::inactive_without_code).unwrap_err(),
        limited
    );
    assert_eq!(fault("", "error: INACTIVE ACCOUNT USER"), limited);
}

#[test]
fn without_a_code_the_words_are_the_last_resort() {
    let CaFault::Refused(size) = fault("", "Invalid key size") else {
        panic!()
    };
    assert_eq!(size.code, None);
    assert_eq!(size.field.as_deref(), Some("csr"));
    let CaFault::Refused(credits) = fault("", "Insufficient Credits") else {
        panic!()
    };
    assert_eq!(credits.kind, RefusalKind::Funds);
    let unknown = fault("", "Something went Wrong");
    assert!(matches!(
        unknown,
        CaFault::Unanswered(Unanswered::Trouble(_))
    ));
    let CaFault::Refused(other) = fault("", "No.") else {
        panic!()
    };
    assert_eq!(
        (other.kind, other.message.as_str()),
        (RefusalKind::Other, "No.")
    );
}

#[test]
fn the_code_wins_over_the_words_and_is_read_in_any_spelling() {
    let CaFault::Refused(refusal) = fault("ems 1162", "Insufficient Credits") else {
        panic!()
    };
    assert_eq!(refusal.code.as_deref(), Some("EMS-1162"));
    assert_eq!(refusal.kind, RefusalKind::Invalid);
    let CaFault::Refused(refusal) = fault("EMS-DOMAIN-7", "odd") else {
        panic!()
    };
    assert_eq!(refusal.code.as_deref(), Some("EMS-DOMAIN-7"));
    assert_eq!(refusal.kind, RefusalKind::Other);
    assert_eq!(refused("EMS-4711").kind, RefusalKind::Other);
}

#[test]
fn the_ca_s_words_are_kept_without_anything_that_could_be_replayed() {
    let secret = "c9c6ba69e3ceba75c72a3bbd5c66fe1e94bd7ea4f74be74727c61017f0035185";
    let fault = fault(
        "EMS-4711",
        &format!("bad key {secret} {}", "long ".repeat(500)),
    );
    assert!(!format!("{fault:?}").contains(secret));
    let CaFault::Refused(refusal) = fault else {
        panic!()
    };
    assert!(refusal.message.starts_with("bad key … long"));
    assert!(refusal.message.chars().count() <= 400);
}

#[test]
fn a_failure_is_one_even_with_data() {
    let call = GetCertificate {
        order_number: number("5580931746"),
        requestor_email: EMAIL.into(),
    };
    let CaFault::Refused(refusal) = answer(&call, replies::certificate_refused).unwrap_err() else {
        panic!()
    };
    assert_eq!(refusal.kind, RefusalKind::WrongState);
}

#[test]
fn a_verified_domain_counts_as_success_for_its_verification_alone() {
    let verify = VerifyDcv {
        order_number: number("5580931746"),
        requestor_email: EMAIL.into(),
        domain: "app.whitlock.example".into(),
        method: DcvMethod::DnsTxt,
        email_address: None,
    };
    assert_eq!(answer(&verify, replies::dcv_already_verified), Ok(()));
    assert!(answer(&verify, &failure("EMS-1079", "CAA")).is_err());
    let reject = RejectOrder {
        order_number: number("5580931746"),
        remark: number("twice"),
    };
    assert!(answer(&reject, replies::dcv_already_verified).is_err());
}

#[test]
fn what_is_not_the_documented_json_is_no_answer() {
    let understood =
        |status, body: &[u8]| interpret(&ValidateCredentials, &response(status, body), &stamp());
    let unanswered = |status, body: &[u8]| match understood(status, body) {
        Err(CaFault::Unanswered(unanswered)) => unanswered,
        other => panic!("{other:?}"),
    };
    let words = |what: &str| Unanswered::NotUnderstood(what.to_owned());
    let ok = replies::ok.as_bytes();
    assert_eq!(
        unanswered(200, replies::PROXY_PAGE.as_bytes()),
        words("a page of HTML or XML")
    );
    assert_eq!(unanswered(200, b""), words("an empty body"));
    assert_eq!(unanswered(200, b" \r\n"), words("an empty body"));
    assert_eq!(
        unanswered(200, &ok[..ok.len() / 2]),
        words("JSON that breaks off")
    );
    assert_eq!(unanswered(200, b"[1]"), words("JSON, but not an object"));
    assert_eq!(unanswered(200, b"\xff\xfe"), words("not JSON"));
    assert_eq!(
        unanswered(200, b"{}"),
        words("meta is missing or unreadable")
    );
    assert_eq!(
        unanswered(200, br#"{"meta":{"status":"2"}}"#),
        words("meta.status is missing or unreadable")
    );
    assert_eq!(
        unanswered(200, "[".repeat(100_000).as_bytes()),
        words("not JSON")
    );
    assert_eq!(
        unanswered(404, replies::spring_404.as_bytes()),
        Unanswered::Status(404)
    );
    assert_eq!(
        unanswered(502, replies::PROXY_PAGE.as_bytes()),
        Unanswered::Status(502)
    );
    assert_eq!(unanswered(302, ok), Unanswered::Status(302));
    assert_eq!(unanswered(500, ok), Unanswered::Status(500));
    assert_eq!(
        unanswered(400, ok),
        Unanswered::Status(400),
        "a success cannot be a 400"
    );
    let large = vec![b' '; MAX_REPLY_BYTES + 1];
    assert_eq!(unanswered(200, &large), Unanswered::TooLarge);
    assert_eq!(unanswered(503, &large), Unanswered::Status(503));
    assert_eq!(understood(200, &[b"\xEF\xBB\xBF", ok].concat()), Ok(()));
    let refused = understood(400, replies::refused_account.as_bytes());
    assert!(
        matches!(refused, Err(CaFault::CredentialRefused(_))),
        "a 400 with meta"
    );
    let trouble = understood(500, replies::refused_account.as_bytes());
    assert!(matches!(
        trouble,
        Err(CaFault::Unanswered(Unanswered::Status(500)))
    ));
}

#[test]
fn retry_after_is_read_in_seconds() {
    for (header, after) in [
        (Some("17"), Some(17)),
        (Some("Fri, 31 Dec"), None),
        (None, None),
    ] {
        let mut response = Response::builder().status(429);
        if let Some(header) = header {
            response = response.header("retry-after", header);
        }
        let response = response.body(Vec::new()).unwrap();
        assert_eq!(
            interpret(&ValidateCredentials, &response, &stamp()),
            Err(CaFault::RateLimited { after })
        );
    }
}
