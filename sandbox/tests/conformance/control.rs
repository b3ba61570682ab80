//! The control API.

use emsign_sandbox::{Ledger, Options, Sandbox};
use serde_json::{Value, json};

use crate::support::{Ca, START, csr, dv};

#[test]
fn approve_reject_and_set() {
    let mut ca = Ca::new();
    let open = "app.unknown.example";
    let number = ca.place(dv(open, &csr(open)));
    let entry = ca.control("POST", &format!("orders/{number}/approve"), Value::Null);
    assert_eq!(entry["certificateStatusId"], 20);
    let details = ca.ok("GetCertificate", Ca::certificate_request(&number));
    assert!(
        !details["certificateDetails"]["endEntityCertificate"]
            .as_str()
            .unwrap()
            .is_empty()
    );
    let (status, _) = ca.try_control("POST", &format!("orders/{number}/reject"), Value::Null);
    assert_eq!(status, 409);
    let number = ca.place(dv(open, ""));
    let (status, _) = ca.try_control("POST", &format!("orders/{number}/approve"), Value::Null);
    assert_eq!(status, 409, "there is no CSR");
    ca.control("POST", &format!("orders/{number}/reject"), Value::Null);
    assert_eq!(ca.standing(&number), "4/5");
    let number = ca.place(dv(open, ""));
    ca.control(
        "POST",
        &format!("orders/{number}/set"),
        json!({ "certificateStatusId": 99, "orderStatusId": 8 }),
    );
    assert_eq!(ca.standing(&number), "8/99");
    ca.control("POST", &format!("orders/{number}/set"), json!({}));
    assert_eq!(ca.standing(&number), "1/1");
}

#[test]
fn the_clock_can_be_moved() {
    let mut ca = Ca::new();
    let number = ca.issued("app.whitlock.example");
    let answer = ca.control("POST", "advance", json!({ "seconds": 200 * 86_400 }));
    assert_eq!(answer["now"], ca.now + 200 * 86_400);
    assert_eq!(ca.standing(&number), "6/12");
}

#[test]
fn calls_are_counted() {
    let mut ca = Ca::new();
    ca.ok("GetGroupDetails", json!({}));
    ca.ok("getgroupdetails", json!({}));
    ca.refused("TrackOrder", json!({}));
    let _visits = [
        ca.sandbox.in_flight().enter(),
        ca.sandbox.in_flight().enter(),
    ];
    let calls = ca.control("GET", "calls", Value::Null);
    assert_eq!(
        calls,
        json!({
            "total": 3, "maxInFlight": 2, "calls": { "GetGroupDetails": 2, "TrackOrder": 1 },
        })
    );
    drop(_visits);
    let calls = ca.control("POST", "calls/reset", Value::Null);
    assert_eq!(calls, json!({ "total": 0, "maxInFlight": 0, "calls": {} }));
}

#[test]
fn the_directory_can_be_changed() {
    let mut ca = Ca::new();
    let domains = |ca: &mut Ca| {
        ca.ok("GetDomainDetails", json!({}))["domainDetails"]
            .as_array()
            .unwrap()
            .clone()
    };
    ca.control(
        "POST",
        "domains",
        json!({ "domainName": "added.example", "organizationNumber": "2984410" }),
    );
    let added = domains(&mut ca).pop().unwrap();
    assert_eq!(added["domainName"], "added.example");
    assert_eq!(added["dcvStatus"], "1");
    assert_eq!(added["expiryDate"], "2027-04-17 00:00:00");
    ca.issued("app.added.example");
    ca.control(
        "POST",
        "domains",
        json!({ "domainName": "added.example", "expiresInDays": 5 }),
    );
    assert_eq!(
        domains(&mut ca).pop().unwrap()["expiryDate"],
        "2026-10-06 00:00:10"
    );
    ca.control(
        "POST",
        "domains",
        json!({ "domainName": "added.example", "status": 2 }),
    );
    assert_eq!(domains(&mut ca).pop().unwrap()["status"], "2");
    ca.control(
        "POST",
        "domains",
        json!({ "domainName": "added.example", "remove": true }),
    );
    assert_eq!(domains(&mut ca).len(), 12);

    ca.control(
        "POST",
        "groups",
        json!({ "groupNumber": "3107745599", "groupName": "Added" }),
    );
    ca.control(
        "POST",
        "organizations",
        json!({
            "organizationNumber": "2989999", "organizationName": "Added Ltd",
            "groups": ["3107745599"],
        }),
    );
    ca.control(
        "POST",
        "organizations",
        json!({ "organizationNumber": "2984410", "organizationName": "Whitlock Foods plc" }),
    );
    let answer = ca.ok("GetGroupDetails", json!({}));
    let groups = answer["accountDetails"]["groups"].as_array().unwrap();
    assert_eq!(
        groups[4]["organizationDetails"][0]["organizationName"],
        "Added Ltd"
    );
    assert_eq!(
        groups[0]["organizationDetails"][0]["organizationName"],
        "Whitlock Foods plc"
    );
    for (path, body, expected) in [
        ("domains", json!({ "organizationNumber": "2984410" }), 400),
        (
            "domains",
            json!({ "domainName": "a.example", "color": "red" }),
            400,
        ),
        (
            "domains",
            json!({ "domainName": "a.example", "remove": true }),
            404,
        ),
        (
            "groups",
            json!({ "accountNumber": "1", "groupNumber": "1" }),
            404,
        ),
        ("groups", json!([]), 400),
    ] {
        assert_eq!(ca.try_control("POST", path, body).0, expected);
    }
}

#[test]
fn a_second_account_has_everything_of_its_own() {
    let mut ca = Ca::with_orders(10);
    let account = json!({ "accountNumber": "7412005840", "accessKey": "second", "orders": 25 });
    ca.control("POST", "accounts", account.clone());
    assert_eq!(ca.try_control("POST", "accounts", account).0, 409);
    (ca.account, ca.key) = ("7412005840".to_owned(), "second".to_owned());
    let groups = ca.ok("GetGroupDetails", json!({}))["accountDetails"]["groups"].clone();
    assert_eq!(groups[0]["groupNumber"], "3107755521");
    assert_eq!(
        groups[0]["organizationDetails"][0]["organizationNumber"],
        "2994410"
    );
    let report = ca.ok("GetOrderReport", json!({}));
    assert_eq!(report["orderDetails"]["totalNoOfResults"], 25);
    let mut order = dv("app.whitlock-2.example", &csr("app.whitlock-2.example"));
    order["groupNumber"] = groups[0]["groupNumber"].clone();
    let number = ca.place(order);
    ca.wait(10);
    assert_eq!(ca.standing(&number), "6/20");
}

#[test]
fn many_orders_are_issued_at_once() {
    let mut ca = Ca::new();
    let numbers = ca.control(
        "POST",
        "orders/issue-many",
        json!({ "count": 50, "tags": ["Batch:1"], "domainName": "trucks.example" }),
    );
    assert_eq!(numbers.as_array().unwrap().len(), 50);
    let report = ca.ok(
        "GetOrderReport",
        json!({ "searchCriteria": { "tags": ["Batch:1"] } }),
    );
    assert_eq!(report["orderDetails"]["totalNoOfResults"], 50);
    let number = numbers[49].as_str().unwrap();
    assert_eq!(ca.standing(number), "6/20");
    ca.ok("GetCertificate", Ca::certificate_request(number));
    for (body, expected) in [
        (json!({ "count": 1, "groupNumber": "1" }), 404),
        (json!({ "count": 1, "productCode": "848" }), 400),
        (json!({ "count": -1 }), 400),
    ] {
        assert_eq!(
            ca.try_control("POST", "orders/issue-many", body).0,
            expected
        );
    }
}

#[test]
fn routes_that_are_not_there() {
    let mut ca = Ca::new();
    for (method, path) in [
        ("GET", ""),
        ("GET", "nothing"),
        ("POST", "books"),
        ("GET", "orders/1"),
        ("POST", "orders/1/approve"),
        ("POST", "orders/1/dance"),
    ] {
        assert_eq!(
            ca.try_control(method, path, Value::Null).0,
            404,
            "{method} {path}"
        );
    }
    let (status, answer) = ca.try_control("POST", "faults", json!({ "kind": "sulk" }));
    assert_eq!(status, 400);
    assert!(answer["error"].is_string());
}

#[test]
fn the_ca_is_published() {
    let mut ca = Ca::new();
    let published = ca.control("GET", "ca", Value::Null);
    let number = ca.issued("app.whitlock.example");
    ca.wait(1);
    let answer = ca.ok("GetCertificate", Ca::certificate_request(&number));
    let details = &answer["certificateDetails"];
    assert_eq!(details["rootCertificate"], published["rootCertificate"]);
    assert_eq!(details["caCertificate"], published["caCertificate"]);
}

#[test]
fn the_books_can_be_written_and_read() {
    let mut ca = Ca::with_orders(30);
    let number = ca.issued("app.whitlock.example");
    ca.control("POST", "advance", json!({ "seconds": 60 }));
    let before = ca.ok("GetCertificate", Ca::certificate_request(&number));
    let written = serde_json::to_vec(ca.sandbox.ledger()).unwrap();
    let read: Ledger = serde_json::from_slice(&written).unwrap();
    // The books' seed wins.
    let options = Options {
        seed: 99,
        ..Options::default()
    };
    ca.sandbox = Sandbox::restore(options, read).unwrap();
    let after = ca.ok("GetCertificate", Ca::certificate_request(&number));
    assert_eq!(after["certificateDetails"], before["certificateDetails"]);
    let books = ca.control("GET", "books", Value::Null);
    assert_eq!(books["orders"].as_array().unwrap().len(), 31);
    assert_eq!(books["now"], START + 10 + 60);
    let next = ca.place(dv("b.whitlock.example", ""));
    assert!(next > number);
}
