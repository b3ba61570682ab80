//! A16.1: revocation.

use serde_json::{Value, json};

use crate::support::{Ca, csr, dv};

fn request(number: &str, reason: &str, remarks: &str) -> Value {
    json!({ "revocationDetails": {
        "orderNumber": number, "requestorEmail": "dana.whitlock@corp.example",
        "revokeReasonId": reason, "revokeRemarks": remarks,
    }})
}

#[test]
fn requested_then_revoked() {
    let mut ca = Ca::new();
    let number = ca.issued("app.whitlock.example");
    ca.ok("RevokeOrder", request(&number, "4", "replaced by new key"));
    let tracked = ca.track(&number);
    assert_eq!(tracked["certificateStatusId"], "20");
    assert_eq!(tracked["revocationDetails"]["revokeRequestStatusId"], "1");
    assert_eq!(
        ca.refused("RevokeOrder", request(&number, "4", "again")),
        "EMS-972"
    );
    ca.wait(3);
    let tracked = ca.track(&number);
    assert_eq!(tracked["certificateStatusId"], "22");
    assert_eq!(
        tracked["revocationDetails"],
        json!({
            "revokeRequestStatusId": "2", "revokeReasonId": "4",
            "revokeProcessedDate": "2026-10-01 00:00:13",
            "revokeRequestStatus": "Certificate Revoked",
        })
    );
    assert_eq!(
        ca.refused("RevokeOrder", request(&number, "4", "again")),
        "EMS-973"
    );
    ca.ok("GetCertificate", Ca::certificate_request(&number));
}

#[test]
fn five_reasons_and_a_remark() {
    let mut ca = Ca::new();
    let number = ca.issued("app.whitlock.example");
    for (reason, remarks, code) in [
        ("", "why", "EMS-969"),
        ("0", "why", "EMS-970"),
        ("2", "why", "EMS-970"),
        ("6", "why", "EMS-970"),
        ("10", "why", "EMS-970"),
        ("superseded", "why", "EMS-970"),
        ("4", " ", "EMS-971"),
        ("4", "this; that", "EMS-1213"),
    ] {
        assert_eq!(
            ca.refused("RevokeOrder", request(&number, reason, remarks)),
            code
        );
    }
    assert_eq!(
        ca.refused("RevokeOrder", request("1", "4", "why")),
        "EMS-943"
    );
    for (position, reason) in ["1", "3", "4", "5", "9"].into_iter().enumerate() {
        let number = ca.issued(&format!("n{position}.whitlock.example"));
        ca.ok("RevokeOrder", request(&number, reason, "why"));
    }
}

#[test]
fn only_certificates_that_are_there() {
    let mut ca = Ca::new();
    let open = "app.unknown.example";
    let number = ca.place(dv(open, &csr(open)));
    assert_eq!(
        ca.refused("RevokeOrder", request(&number, "4", "why")),
        "EMS-990"
    );
    let number = ca.issued("app.whitlock.example");
    ca.wait(201 * 86_400);
    assert_eq!(
        ca.refused("RevokeOrder", request(&number, "4", "why")),
        "EMS-982"
    );
}

#[test]
fn a_refused_revocation_leaves_the_certificate_and_may_be_asked_for_again() {
    let mut ca = Ca::new();
    let number = ca.issued("revoke-refused.whitlock.example");
    ca.ok("RevokeOrder", request(&number, "4", "why"));
    ca.wait(3);
    let tracked = ca.track(&number);
    assert_eq!(tracked["certificateStatusId"], "20");
    assert_eq!(tracked["revocationDetails"]["revokeRequestStatusId"], "3");
    ca.ok("RevokeOrder", request(&number, "4", "why"));
}
