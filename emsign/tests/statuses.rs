//! Every status number of the CA, through `TrackOrder` and through the report.
#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use certwright_core::ca::{
    DomainCheckState, Observation, RevocationStanding, Stage, Standing, StatusText,
};
use certwright_emsign::TrackOrder;
use serde_json::{Value, json};
use support::{EMAIL, answer, changed, number, replies, report, stamp};

const REVOKED: RevocationStanding = RevocationStanding::Revoked {
    reason: None,
    processed_at: None,
};

fn track(order: Value) -> Observation {
    let body = json!({"meta": {"status": "1"}, "orderDetails": order}).to_string();
    answer(
        &TrackOrder {
            order_number: number("5580931746"),
        },
        &body,
    )
    .unwrap()
}

fn by_ids(certificate: &str, order: &str) -> Standing {
    track(json!({
        "certificateStatusId": certificate, "certificateStatus": "words about it",
        "orderStatusId": order, "orderStatus": "words about the order",
    }))
    .standing
}

fn pending(stage: Stage) -> Standing {
    Standing::Pending { stage }
}

fn rejected() -> Standing {
    Standing::Rejected {
        text: "words about it".into(),
    }
}

fn unknown(certificate: &str, order: &str) -> Standing {
    pending(Stage::Unknown {
        certificate: StatusText {
            id: certificate.into(),
            text: "words about it".into(),
        },
        order: StatusText {
            id: order.into(),
            text: "words about the order".into(),
        },
    })
}

/// A13.2, with the order accepted (2).
#[test]
fn every_certificate_status() {
    use Stage::{Approval, Documents, DomainValidation, OrganizationVerification, Processing};
    for (id, standing) in [
        (1, pending(Processing)),
        (2, pending(Approval)),
        (3, pending(Documents)),
        (4, pending(Processing)),
        (5, rejected()),
        (6, pending(Approval)),
        (7, Standing::Issued),
        (8, rejected()),
        (9, Standing::Issued),
        (10, unknown("10", "2")),
        (11, unknown("11", "2")),
        (12, Standing::Expired),
        (13, Standing::Cancelled),
        (14, rejected()),
        (15, Standing::Issued),
        (16, pending(Processing)),
        (17, pending(Processing)),
        (18, rejected()),
        (19, rejected()),
        (20, Standing::Issued),
        (21, rejected()),
        (22, Standing::Revoked),
        (23, Standing::Issued),
        (24, pending(DomainValidation)),
        (25, pending(OrganizationVerification)),
        (26, pending(Processing)),
        (27, rejected()),
        (28, unknown("28", "2")),
    ] {
        let id: i32 = id;
        assert_eq!(
            by_ids(&id.to_string(), "2"),
            standing,
            "certificateStatusId {id}"
        );
    }
}

/// A13.1, with the certificate's setup pending (1).
#[test]
fn every_order_status() {
    for (id, standing) in [
        (0, unknown("1", "0")),
        (1, pending(Stage::Processing)),
        (2, pending(Stage::Processing)),
        (3, pending(Stage::Processing)),
        (
            4,
            Standing::Rejected {
                text: "words about the order".into(),
            },
        ),
        (5, Standing::Cancelled),
        (6, pending(Stage::Processing)),
        (7, pending(Stage::OnHold)),
        (8, pending(Stage::Approval)),
        (9, pending(Stage::Approval)),
        (10, unknown("1", "10")),
    ] {
        let id: i32 = id;
        assert_eq!(by_ids("1", &id.to_string()), standing, "orderStatusId {id}");
    }
}

#[test]
fn a_number_that_decides_wins_over_one_that_is_unknown() {
    assert_eq!(by_ids("22", "77"), Standing::Revoked);
    assert_eq!(by_ids("20", ""), Standing::Issued);
    assert_eq!(by_ids("13", "x"), Standing::Cancelled);
    assert_eq!(by_ids("3", "77"), pending(Stage::Documents));
    assert_eq!(by_ids("99", "5"), Standing::Cancelled);
    assert_eq!(by_ids("", "7"), pending(Stage::OnHold));
    for (certificate, order) in [
        ("24", "77"),
        ("4", ""),
        ("99", "2"),
        ("99", "6"),
        ("", "8"),
        ("two", "2"),
        ("-1", "1"),
    ] {
        assert_eq!(by_ids(certificate, order), unknown(certificate, order));
    }
}

#[test]
fn a_certificate_that_exists_is_not_unmade_by_its_order() {
    assert_eq!(by_ids("20", "4"), Standing::Issued);
    assert_eq!(by_ids("9", "5"), Standing::Issued);
    assert_eq!(
        by_ids("15", "5"),
        Standing::Cancelled,
        "approved is not generated"
    );
    assert_eq!(by_ids("8", "5"), Standing::Cancelled);
}

#[test]
fn the_walk_of_a_dv_order() {
    assert_eq!(by_ids("24", "2"), pending(Stage::DomainValidation));
    assert_eq!(by_ids("15", "3"), Standing::Issued);
    assert_eq!(by_ids("20", "6"), Standing::Issued);
    assert_eq!(by_ids("9", "6"), Standing::Issued);
    assert_eq!(by_ids("13", "5"), Standing::Cancelled);
}

#[test]
fn what_is_lacking_is_told_in_the_order_in_which_it_is_done() {
    let stage = |blocks: Value| {
        let mut order = json!({"certificateStatusId": "16", "orderStatusId": "8"});
        order
            .as_object_mut()
            .unwrap()
            .extend(blocks.as_object().unwrap().clone());
        let Standing::Pending { stage } = track(order).standing else {
            unreachable!()
        };
        stage
    };
    let mut blocks = json!({
        "csr": "0",
        "subscriberAgreement": {"status": "0"},
        "organizationVerification": {"status": "0"},
        "domainVerification": {"status": "0"},
    });
    assert_eq!(stage(blocks.clone()), Stage::Csr);
    blocks["csr"] = json!(1);
    assert_eq!(stage(blocks.clone()), Stage::Agreement);
    blocks["subscriberAgreement"]["status"] = json!("1");
    assert_eq!(stage(blocks.clone()), Stage::OrganizationVerification);
    blocks["organizationVerification"]["status"] = json!("1");
    assert_eq!(stage(blocks.clone()), Stage::DomainValidation);
    blocks["domainVerification"] = json!({"status": "1", "a.example": {"dcvStatus": "0"}});
    assert_eq!(stage(blocks.clone()), Stage::DomainValidation);
    blocks["domainVerification"] = json!({"status": "1", "a.example": {"dcvStatus": "1"}});
    assert_eq!(stage(blocks.clone()), Stage::Approval);
    assert_eq!(
        stage(json!({"domainVerification": null, "csr": ""})),
        Stage::Approval
    );
}

#[test]
fn a_pending_order_in_full() {
    let call = TrackOrder {
        order_number: number("5580931746"),
    };
    let seen = answer(&call, replies::track_pending).unwrap();
    assert_eq!(seen.at, stamp().at);
    assert_eq!(seen.standing, pending(Stage::DomainValidation));
    assert_eq!(seen.certificate_status.text, "Pending for Approver");
    assert_eq!(seen.order_status.id, "2");
    assert_eq!(seen.revocation, None);
    assert_eq!(seen.requestor_email.as_deref(), Some(EMAIL));
    assert!(
        seen.tracking_url
            .unwrap()
            .starts_with("https://sandbox-us-subscriber.emsign.com/")
    );
    assert_eq!(seen.domains.len(), 1, "`status` is not a domain");
    assert_eq!(seen.domains[0].domain, "app.whitlock.example");
    assert_eq!(seen.domains[0].state, DomainCheckState::Pending);
    assert_eq!(seen.domains[0].method.as_deref(), Some("DNS TXT Record"));
    assert!(!seen.domains[0].caa_forbids);
    assert_eq!(
        answer(&call, replies::track_issued).unwrap().standing,
        Standing::Issued
    );
}

#[test]
fn an_odd_order_is_shown_as_it_came() {
    let call = TrackOrder {
        order_number: number("5580931746"),
    };
    let seen = answer(&call, replies::track_odd).unwrap();
    assert_eq!(
        seen.standing,
        pending(Stage::Unknown {
            certificate: StatusText {
                id: "99".into(),
                text: "Something New".into()
            },
            order: StatusText {
                id: "2".into(),
                text: "Order Accepted".into()
            },
        })
    );
    assert_eq!(seen.tracking_url, None, "no script behind a link");
    assert_eq!(seen.revocation, None, "an empty block is no request");
    assert!(seen.domains.is_empty());
    let statusless = r#"{"meta":{"status":"1"},"orderDetails":{"csr":"1"}}"#;
    assert!(answer(&call, statusless).is_err());
}

#[test]
fn every_state_of_a_domain() {
    for (dcv, status, caa, state, forbids) in [
        ("0", "1", "1", DomainCheckState::Pending, false),
        ("1", "1", "3", DomainCheckState::Validated, false),
        ("1", "3", "", DomainCheckState::Pending, false),
        ("2", "1", "2", DomainCheckState::Rejected, true),
        ("", "1", "", DomainCheckState::Unknown, false),
        ("9", "1", "", DomainCheckState::Unknown, false),
    ] {
        let seen = track(json!({
            "certificateStatusId": "24", "orderStatusId": "2",
            "domainVerification": {
                "a.example": {"dcvStatus": dcv, "status": status, "caaStatus": caa}
            }
        }));
        assert_eq!(
            (seen.domains[0].state, seen.domains[0].caa_forbids),
            (state, forbids)
        );
    }
}

#[test]
fn every_state_of_a_revocation_request() {
    let refused = || RevocationStanding::Refused {
        text: "as the CA says".into(),
    };
    for (id, standing) in [
        ("1", RevocationStanding::Requested),
        ("2", REVOKED),
        ("3", refused()),
        ("4", RevocationStanding::Requested),
        ("5", REVOKED),
        ("6", refused()),
        (
            "7",
            RevocationStanding::Unknown {
                status: StatusText {
                    id: "7".into(),
                    text: "as the CA says".into(),
                },
            },
        ),
    ] {
        let block = json!({"revokeRequestStatusId": id, "revokeRequestStatus": "as the CA says"});
        let body = changed(
            replies::track_revoked,
            "/orderDetails/revocationDetails",
            Some(block),
        );
        let call = TrackOrder {
            order_number: number("5580931746"),
        };
        let seen = answer(&call, &body).unwrap();
        assert_eq!(seen.revocation, Some(standing), "{id}");
        assert_eq!(seen.standing, Standing::Revoked);
    }
}

#[test]
fn rows_of_the_report_go_by_the_numbers_alone() {
    for (certificate, order, standing) in [
        ("24", "2", pending(Stage::DomainValidation)),
        ("2", "8", pending(Stage::Approval)),
        ("13", "5", Standing::Cancelled),
        ("", "7", pending(Stage::OnHold)),
    ] {
        let body = replies::report_empty.replace(
            "[]",
            &json!([{
                "orderNumber": "5580931746", "certificateStatusId": certificate, "orderStatusId": order
            }])
            .to_string(),
        );
        assert_eq!(
            answer(&report(1), &body).unwrap().rows[0].standing,
            standing
        );
    }
}

#[test]
fn a_revoked_certificate_has_its_reason_and_date() {
    let of = |reason: &str, date: &str| {
        track(json!({
            "certificateStatusId": "22", "orderStatusId": "6",
            "revocationDetails": {"revokeRequestStatusId": "2", "revokeReasonId": reason,
                "revokeProcessedDate": date, "revokeRequestStatus": "Certificate Revoked"}
        }))
        .revocation
    };
    assert_eq!(
        of("4", "2026-06-02 11:20:45"),
        Some(RevocationStanding::Revoked {
            reason: Some(certwright_core::revocation::RevocationReason::Superseded),
            processed_at: certwright_core::time::Timestamp::parse_rfc3339("2026-06-02T11:20:45Z")
                .ok(),
        })
    );
    assert_eq!(of("77", "soon"), Some(REVOKED));
    assert_eq!(of("", ""), Some(REVOKED));
}
