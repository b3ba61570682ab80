//! A14: the order report.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{Ca, csr, dv, ov};

fn report(ca: &mut Ca, criteria: Value) -> Value {
    ca.ok("GetOrderReport", json!({ "searchCriteria": criteria }))["orderDetails"].clone()
}

fn domains(ca: &mut Ca, criteria: Value) -> Vec<String> {
    report(ca, criteria)["ordersArray"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["domainName"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn numbers_and_strings_are_mixed() {
    let mut ca = Ca::with_orders(137);
    let report = report(&mut ca, json!({}));
    assert_eq!(report["noOfPages"], 2);
    assert_eq!(report["totalNoOfResults"], 137);
    assert_eq!(report["pageSize"], 100);
    assert_eq!(report["currentPage"], "1");
    assert_eq!(report["ordersArray"].as_array().unwrap().len(), 100);
}

#[test]
fn a_row_of_an_issued_order() {
    let mut ca = Ca::new();
    let number = ca.issued("app.whitlock.example");
    let row = report(&mut ca, json!({}))["ordersArray"][0].clone();
    for (member, value) in [
        ("orderNumber", json!(number)),
        ("certificateStatusId", json!("20")),
        ("orderStatus", json!("Order Fulfilled")),
        ("groupNumber", json!("3107745521")),
        ("productCode", json!("842")),
        ("certificateExpiryDate", json!("2027-04-18 23:59:59")),
        ("certificateTrustType", json!("Public")),
        ("orderDate", json!("2026-10-01 00:00:00")),
        ("expiresWithin", json!("199")),
        ("tags", json!(["Department:Web", "Cost:CC-9"])),
        (
            "customFields",
            json!([{ "fieldID": "456", "fieldName": "Cost center", "fieldValue": "blue" }]),
        ),
        ("organizationName", json!("")),
    ] {
        assert_eq!(row[member], value, "{member}");
    }
    let serial = row["certificateSerialNumber"].as_str().unwrap();
    assert!(serial.len() > 30 && serial.bytes().all(|byte| byte.is_ascii_digit()));
    assert!(!row.to_string().contains("BEGIN CERTIFICATE"));
}

#[test]
fn pages_cover_everything_once_and_end() {
    let mut ca = Ca::with_orders(43);
    let mut seen = BTreeSet::new();
    let size = json!("10");
    for page in 1..=5 {
        let criteria = json!({ "pageNumber": page.to_string(), "pageSize": size });
        for row in report(&mut ca, criteria)["ordersArray"].as_array().unwrap() {
            assert!(seen.insert(row["requestNumber"].to_string()));
        }
    }
    assert_eq!(seen.len(), 43);
    let refused = |ca: &mut Ca, criteria: Value| {
        ca.refused("GetOrderReport", json!({ "searchCriteria": criteria }))
    };
    assert_eq!(
        refused(&mut ca, json!({ "pageNumber": "6", "pageSize": "10" })),
        "EMS-1114"
    );
    assert_eq!(refused(&mut ca, json!({ "pageNumber": "0" })), "EMS-1114");
    assert_eq!(refused(&mut ca, json!({ "pageNumber": "x" })), "EMS-1114");
    assert_eq!(refused(&mut ca, json!({ "pageSize": "501" })), "EMS-1115");
    assert_eq!(refused(&mut ca, json!({ "pageSize": "0" })), "EMS-1115");
    assert_eq!(
        report(&mut ca, json!({ "pageSize": "500" }))["noOfPages"],
        1
    );
}

#[test]
fn nothing_found_is_an_empty_list_of_no_pages() {
    let mut ca = Ca::new();
    let report = report(&mut ca, json!({ "domainName": "nobody.example" }));
    assert_eq!(report["noOfPages"], 0);
    assert_eq!(report["ordersArray"], json!([]));
}

#[test]
fn criteria() {
    let mut ca = Ca::new();
    let dated = |ca: &mut Ca, order: Value| {
        ca.place(order);
        ca.wait(86_400);
    };
    let mut first = dv("a.whitlock.example", &csr("a.whitlock.example"));
    first["additionalInformation"]["tags"] = json!(["Certwright:7K2M9QX", "Department:Web"]);
    dated(&mut ca, first);
    let mut second = ov("b.whitlock.example", "", "2984410");
    second["groupNumber"] = json!("3107745544");
    second["additionalInformation"]["tags"] = json!(["Department:Web"]);
    second["requestorInformation"]["requestorEmail"] = json!("ira.moss@corp.example");
    dated(&mut ca, second);
    let mut third = dv("c.unknown.example", &csr("c.unknown.example"));
    third["additionalInformation"]["tags"] = json!([]);
    dated(&mut ca, third);

    let (a, b, c) = (
        "a.whitlock.example",
        "b.whitlock.example",
        "c.unknown.example",
    );
    let cases: &[(Value, &[&str])] = &[
        (json!({}), &[c, b, a]),
        (json!({ "groupNumber": "3107745544" }), &[b]),
        (json!({ "productCode": "842" }), &[c, a]),
        (json!({ "productCode": "842, 846" }), &[c, b, a]),
        (
            json!({ "domainName": "B.whitlock.example,c.unknown.example" }),
            &[c, b],
        ),
        (json!({ "organizationName": "Whitlock Foods Ltd" }), &[b]),
        (json!({ "requestorEmailId": "ira.moss@corp.example" }), &[b]),
        (json!({ "orderStatusId": "6" }), &[a]),
        (json!({ "orderStatusId": "1,2" }), &[c, b]),
        (json!({ "tags": ["Certwright:7K2M9QX"] }), &[a]),
        (
            json!({ "tags": ["Certwright:7K2M9QX", "Department:Web"] }),
            &[b, a],
        ),
        (
            json!({ "tags": ["Certwright:7K2M9QX", "Department:Web"], "tagSearchCriteria": "2" }),
            &[a],
        ),
        (json!({ "certificateTrustType": "1" }), &[c, b, a]),
        (json!({ "certificateTrustType": "2" }), &[]),
        // Dates without a zone are Indian ones.
        (
            json!({ "orderDateFrom": "2026-10-02", "orderDateTill": "2026-10-02" }),
            &[b],
        ),
        (
            json!({
                "orderDateFrom": "2026-10-01T00:00:00Z", "orderDateTill": "2026-10-02T00:00:00Z",
            }),
            &[b, a],
        ),
        (
            json!({ "certExpiryDateFrom": "2027-01-01", "certExpiryDateTill": "2027-12-31" }),
            &[a],
        ),
    ];
    for (criteria, expected) in cases {
        assert_eq!(domains(&mut ca, criteria.clone()), *expected, "{criteria}");
    }
    for (criteria, code) in [
        (json!({ "orderDateFrom": "2026-10-02" }), "EMS-1121"),
        (json!({ "certExpiryDateTill": "2026-10-02" }), "EMS-1122"),
        (
            json!({ "orderDateFrom": "2.10.2026", "orderDateTill": "2026-10-02" }),
            "EMS-1108",
        ),
        (
            json!({ "orderDateFrom": "2026-10-03", "orderDateTill": "2026-10-02" }),
            "EMS-1110",
        ),
        (json!({ "certificateTrustType": "3" }), "EMS-1181"),
        (json!({ "tagSearchCriteria": "3" }), "EMS-1126"),
        (json!({ "orderStatusId": "fulfilled" }), "EMS-1117"),
        (json!({ "groupNumber": "1" }), "EMS-1137"),
    ] {
        let body = json!({ "searchCriteria": criteria });
        assert_eq!(ca.refused("GetOrderReport", body), code, "{criteria}");
    }
}

#[test]
fn the_seeded_history_has_every_status() {
    let mut ca = Ca::with_orders(120);
    let rows = report(&mut ca, json!({ "pageSize": "500" }))["ordersArray"].clone();
    let rows = rows.as_array().unwrap();
    let statuses: BTreeSet<String> = rows
        .iter()
        .map(|row| {
            let id = |member: &str| row[member].as_str().unwrap().to_owned();
            format!("{}/{}", id("orderStatusId"), id("certificateStatusId"))
        })
        .collect();
    for status in [
        "1/1", "2/2", "2/24", "3/3", "3/6", "3/16", "3/99", "4/5", "4/14", "5/13", "6/9", "6/12",
        "6/20", "6/22", "7/1", "8/2",
    ] {
        assert!(
            statuses.contains(status),
            "{status} is missing from {statuses:?}"
        );
    }
    assert!(
        rows.iter()
            .any(|row| row["certificateTrustType"] == "Private")
    );
    assert!(rows.iter().any(|row| row["orderNumber"] == ""));
    // Newest first.
    let dates: Vec<_> = rows
        .iter()
        .map(|row| row["orderDate"].as_str().unwrap())
        .collect();
    assert!(dates.is_sorted_by(|newer, older| newer >= older));
    // Every issued one has a certificate to fetch.
    for row in rows
        .iter()
        .filter(|row| row["certificateSerialNumber"] != "")
    {
        let request = Ca::certificate_request(row["orderNumber"].as_str().unwrap());
        let details = ca.ok("GetCertificate", request)["certificateDetails"].clone();
        assert_eq!(
            details["ceritficateSerialNumber"],
            row["certificateSerialNumber"]
        );
    }
}
