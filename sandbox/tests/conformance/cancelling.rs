//! A16.2, A16.3: cancelling orders and drafts.

use serde_json::{Value, json};

use crate::support::{Ca, csr, dv};

fn order(number: &str, remarks: &str) -> Value {
    json!({ "orderDetails": { "orderNumber": number, "rejectRemarks": remarks } })
}

fn draft(number: &str, remarks: &str) -> Value {
    json!({ "orderDetails": { "requestNumber": number, "rejectRemarks": remarks } })
}

#[test]
fn an_order_is_cancelled_once_and_only_before_it_is_issued() {
    let mut ca = Ca::new();
    let open = "app.unknown.example";
    let number = ca.place(dv(open, &csr(open)));
    assert_eq!(ca.refused("RejectOrder", order("", "twice")), "EMS-942");
    assert_eq!(ca.refused("RejectOrder", order("1", "twice")), "EMS-943");
    assert_eq!(ca.refused("RejectOrder", order(&number, "")), "EMS-964");
    ca.ok("RejectOrder", order(&number, "ordered twice"));
    ca.wait(10);
    assert_eq!(ca.standing(&number), "5/13");
    assert_eq!(
        ca.refused("RejectOrder", order(&number, "again")),
        "EMS-985"
    );
    assert_eq!(
        ca.refused("GetCertificate", Ca::certificate_request(&number)),
        "EMS-985"
    );
    let body = ca.dcv(&number, open);
    assert_eq!(ca.refused("GetDcv", body), "EMS-956");
    // It stays in the report.
    let report = ca.ok("GetOrderReport", json!({}));
    assert_eq!(
        report["orderDetails"]["ordersArray"][0]["certificateStatusId"],
        "13"
    );
    let number = ca.issued("app.whitlock.example");
    assert_eq!(
        ca.refused("RejectOrder", order(&number, "too late")),
        "EMS-987"
    );
}

#[test]
fn a_draft_is_discarded_by_its_request_number() {
    let mut ca = Ca::new();
    let mut body = dv("app.whitlock.example", "");
    body["saveAndHold"] = json!("1");
    let answer = ca.ok("GenerateOrderSSL", json!({ "orderDetails": body }));
    let number = answer["orderDetails"]["requestNumber"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        ca.refused("RejectRequest", draft("", "not needed")),
        "EMS-1004"
    );
    assert_eq!(
        ca.refused("RejectRequest", draft("1", "not needed")),
        "EMS-1005"
    );
    assert_eq!(ca.refused("RejectRequest", draft(&number, "")), "EMS-984");
    ca.ok("RejectRequest", draft(&number, "not needed"));
    assert_eq!(
        ca.refused("RejectRequest", draft(&number, "again")),
        "EMS-985"
    );
    let placed = ca.ok(
        "GenerateOrderSSL",
        json!({ "orderDetails": dv("b.whitlock.example", "") }),
    );
    let number = placed["orderDetails"]["requestNumber"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        ca.refused("RejectRequest", draft(&number, "not a draft")),
        "EMS-1165"
    );
}
