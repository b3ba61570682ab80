//! A13: an order's walk, and the texts of its stations.

use emsign_sandbox::{certificate_status_text, order_status_text};
use serde_json::{Value, json};

use crate::support::{Ca, csr, dv};

#[test]
fn the_usual_walk() {
    let mut ca = Ca::new();
    let name = "app.unknown.example";
    let number = ca.place(dv(name, &csr(name)));
    ca.wait(5);
    assert_eq!(ca.standing(&number), "2/24");
    let dcv = ca.dcv(&number, name);
    ca.ok("GetDcv", dcv.clone());
    ca.ok("VerifyDcv", dcv);
    assert_eq!(ca.standing(&number), "3/15");
    ca.wait(2);
    assert_eq!(ca.standing(&number), "6/20");
    // The file lags the status, and empty success is what comes meanwhile.
    let request = Ca::certificate_request(&number);
    let details = ca.ok("GetCertificate", request.clone())["certificateDetails"].clone();
    assert_eq!(details["endEntityCertificate"], "");
    assert_eq!(ca.standing(&number), "6/20");
    ca.wait(1);
    ca.ok("GetCertificate", request);
    assert_eq!(ca.standing(&number), "6/9");
    ca.wait(200 * 86_400);
    assert_eq!(ca.standing(&number), "6/12");
}

#[test]
fn what_track_order_says() {
    let mut ca = Ca::new();
    let number = ca.issued("app.whitlock.example");
    let tracked = ca.track(&number);
    for (member, value) in [
        ("orderStatus", json!("Order Fulfilled")),
        ("certificateStatus", json!("Certificate Generated")),
        ("certificateExpiryDate", json!("2027-04-18 23:59:59")),
        ("csr", json!("1")),
        ("interimDvIssued", json!("0")),
        ("organizationVerification", Value::Null),
        ("revocationDetails", Value::Null),
    ] {
        assert_eq!(tracked[member], value, "{member}");
    }
    assert!(tracked["trackingUrl"].is_string());
    assert_eq!(tracked["requestorInformation"]["requestorIsdCode"], "+1");
    assert_eq!(
        tracked["subscriberAgreement"]["signedDate"],
        "2026-10-01 00:00:00"
    );
    assert_eq!(
        tracked["domainVerification"]["app.whitlock.example"]["dcvStatus"],
        "1"
    );
}

#[test]
fn every_status_has_the_text_of_the_reference() {
    let order = [
        (1, "Order Placed"),
        (2, "Order Accepted"),
        (3, "Order In-Progress"),
        (4, "Order Rejected"),
        (5, "Order Cancelled"),
        (6, "Order Fulfilled"),
        (7, "On Hold"),
        (8, "Order Pending for Approval"),
        (9, "Order Pending for Account Administrator Approval"),
    ];
    let certificate = [
        (1, "Setup Pending"),
        (2, "Pending for Approver"),
        (3, "Under Discrepancy"),
        (4, "Approved"),
        (5, "Rejected"),
        (6, "Pending Second Approver"),
        (7, "Approved by Second Approver"),
        (8, "Rejected by Second Approver"),
        (9, "Certificate Downloaded"),
        (12, "Certificate Expired"),
        (13, "Rejected due to Order Cancellation"),
        (14, "Auto Rejected"),
        (15, "Approved by System"),
        (16, "Pending System RA"),
        (17, "Approved LRA"),
        (18, "Rejected LRA"),
        (19, "Invalid Configuration"),
        (20, "Certificate Generated"),
        (21, "Download Rejected"),
        (22, "Certificate Revoked"),
        (23, "Rekey Approved"),
        (24, "Pending for Approver"),
        (25, "Organization Authorization Pending"),
        (26, "Organization Authorized"),
        (27, "Organization Rejected LRA"),
    ];
    let mut ca = Ca::new();
    let number = ca.place(dv("app.whitlock.example", ""));
    let show = |ca: &mut Ca, status: Value| {
        ca.control("POST", &format!("orders/{number}/set"), status);
        ca.track(&number)
    };
    for (id, text) in order {
        assert_eq!(order_status_text(id), text);
        let tracked = show(&mut ca, json!({ "orderStatusId": id }));
        assert_eq!(tracked["orderStatusId"], id.to_string());
        assert_eq!(tracked["orderStatus"], text);
    }
    for (id, text) in certificate {
        assert_eq!(certificate_status_text(id), text);
        let tracked = show(&mut ca, json!({ "certificateStatusId": id }));
        assert_eq!(tracked["certificateStatusId"], id.to_string());
        assert_eq!(tracked["certificateStatus"], text);
    }
}

#[test]
fn orders_that_the_ca_rejects_or_delays() {
    let mut ca = Ca::new();
    let name = "reject.whitlock.example";
    let number = ca.place(dv(name, &csr(name)));
    assert_eq!(ca.standing(&number), "3/15");
    ca.wait(5);
    assert_eq!(ca.standing(&number), "4/5");
    assert_eq!(
        ca.refused("GetCertificate", Ca::certificate_request(&number)),
        "EMS-966"
    );
    let name = "pending3.whitlock.example";
    let number = ca.place(dv(name, &csr(name)));
    ca.wait(100);
    let walk: Vec<String> = (0..4).map(|_| ca.standing(&number)).collect();
    assert_eq!(walk, ["2/24", "2/24", "2/24", "6/20"]);
}

#[test]
fn orders_that_are_not_there() {
    let mut ca = Ca::new();
    for (number, code) in [("", "EMS-942"), ("1", "EMS-943"), ("6401192277", "EMS-943")] {
        let body = json!({ "orderDetails": { "orderNumber": number } });
        assert_eq!(ca.refused("TrackOrder", body), code);
    }
    // Another account's order is unknown, too.
    let number = ca.issued("app.whitlock.example");
    ca.control(
        "POST",
        "accounts",
        json!({ "accountNumber": "7412005840", "accessKey": "second key" }),
    );
    (ca.account, ca.key) = ("7412005840".to_owned(), "second key".to_owned());
    let body = json!({ "orderDetails": { "orderNumber": number } });
    assert_eq!(ca.refused("TrackOrder", body), "EMS-943");
}
