//! A11: what `GenerateOrderSSL` takes and refuses.

use serde_json::{Value, json};

use crate::support::{Ca, csr, dv, set};

const NAME: &str = "app.whitlock.example";

fn refused(ca: &mut Ca, order: &Value) -> String {
    ca.refused("GenerateOrderSSL", json!({ "orderDetails": order }))
}

fn names(ca: &mut Ca, number: &str) -> Vec<String> {
    let entry = ca.control("GET", &format!("orders/{number}"), Value::Null);
    serde_json::from_value(entry["domains"].clone()).unwrap()
}

#[test]
fn an_order_gets_two_numbers_and_a_tracking_url() {
    let mut ca = Ca::new();
    let answer = ca.ok(
        "GenerateOrderSSL",
        json!({ "orderDetails": dv(NAME, &csr(NAME)) }),
    );
    let placed = &answer["orderDetails"];
    for member in ["requestNumber", "orderNumber"] {
        let number = placed[member].as_str().unwrap();
        assert!(number.len() == 10 && number.bytes().all(|byte| byte.is_ascii_digit()));
    }
    assert!(placed["trackingURL"].is_string());
    let entry = ca.control("GET", "books", Value::Null)["orders"][0].clone();
    assert_eq!(entry["orderNumber"], placed["orderNumber"]);
    assert_eq!(entry["tags"], json!(["Department:Web", "Cost:CC-9"]));
    assert_eq!(entry["timesPlaced"], 1);
}

/// One member changed, and the code for it; an empty code means that the order is taken.
#[test]
fn members_of_an_order() {
    let cases: &[(&str, Value, &str)] = &[
        ("productCode", json!(""), "EMS-1162"),
        ("productCode", json!("838"), "EMS-1162"),
        ("productCode", json!("149"), "EMS-1162"),
        ("productCode", json!(842), ""),
        ("accountingModel", json!("1"), ""),
        ("accountingModel", json!(null), ""),
        ("accountingModel", json!("3"), "EMS-901"),
        ("saveAndHold", json!(""), "EMS-901"),
        ("emailNotifications", json!(null), ""),
        ("emailNotifications", json!("yes"), "EMS-901"),
        ("groupNumber", json!(""), ""),
        ("groupNumber", json!("3107745599"), "EMS-1137"),
        ("requestorInformation", json!(null), "EMS-916"),
        ("requestorInformation.requestorName", json!(" "), "EMS-920"),
        (
            "requestorInformation.requestorName",
            json!("Zoë Ångström"),
            "",
        ),
        (
            "requestorInformation.requestorEmail",
            json!("dana"),
            "EMS-925",
        ),
        ("requestorInformation.requestorIsdCode", json!("+1"), ""),
        (
            "requestorInformation.requestorIsdCode",
            json!("one"),
            "EMS-921",
        ),
        ("requestorInformation.requestorDesignation", json!(""), ""),
        ("subscriptionDetails", json!(null), ""),
        ("subscriptionDetails.validity", json!("4"), "EMS-1216"),
        ("subscriptionDetails.renewCriteria", json!("45"), "EMS-1218"),
        ("organizationDetails", json!(null), ""),
        ("organizationDetails.preVetting", json!("2"), "EMS-1075"),
        ("certificateInformation", json!(null), "EMS-917"),
        ("certificateInformation.domainName", json!(""), "EMS-1157"),
        (
            "certificateInformation.domainName",
            json!("10.0.0.1"),
            "EMS-1057",
        ),
        (
            "certificateInformation.domainName",
            json!("*.whitlock.example"),
            "EMS-1058",
        ),
        (
            "certificateInformation.domainName",
            json!("co.uk"),
            "EMS-1060",
        ),
        (
            "certificateInformation.additionalDomains",
            json!(["b.whitlock.example"]),
            "EMS-1173",
        ),
        (
            "certificateInformation.additionalDomains",
            json!([NAME]),
            "",
        ),
        ("agreementDetails", json!(null), "EMS-1084"),
        ("agreementDetails.acceptAgreement", json!("yes"), "EMS-1092"),
        ("agreementDetails.acceptAgreement", json!("0"), ""),
        ("agreementDetails.signerName", json!(""), "EMS-1088"),
        ("agreementDetails.signerPlace", json!(""), "EMS-1086"),
        ("agreementDetails.signerIP", json!("127.0.0.1"), "EMS-1091"),
        (
            "agreementDetails.signerIP",
            json!("192.168.7.1"),
            "EMS-1091",
        ),
        ("agreementDetails.signerIP", json!("1.2.3.4.5"), "EMS-1091"),
        ("agreementDetails.signerIP", json!("2001:db8::7"), ""),
        ("technicalPointOfContact", json!(null), ""),
        ("technicalPointOfContact.pocEmail", json!(""), ""),
        ("technicalPointOfContact.pocFirstName", json!(""), ""),
        (
            "technicalPointOfContact",
            json!({ "tpcFirstName": "Lee", "tpcEmail": "lee" }),
            "",
        ),
        ("technicalPointOfContact.pocEmail", json!("lee"), "EMS-1047"),
        ("additionalInformation", json!(null), "EMS-918"),
        ("additionalInformation.remarks", json!(""), "EMS-918"),
        ("additionalInformation.remarks", json!(null), "EMS-918"),
        ("additionalInformation.tags", json!(null), ""),
        ("csr", json!(""), ""),
        (
            "csr",
            json!("-----BEGIN CERTIFICATE REQUEST-----"),
            "EMS-952",
        ),
        ("requestNumber", json!("6401192277"), "EMS-1005"),
        ("autoSecureWWW", json!("yes"), "EMS-1105"),
        ("additionalInformation.remarks", json!("a\nb"), "EMS-927"),
        (
            "additionalInformation.remarks",
            json!("r".repeat(251)),
            "EMS-977",
        ),
        ("additionalInformation.tags", json!(["Web"]), "EMS-1144"),
        ("additionalInformation.tags", json!(["No:1"]), "EMS-1145"),
        (
            "additionalInformation.tags",
            json!([format!("{}:1", "t".repeat(31))]),
            "EMS-1146",
        ),
        (
            "additionalInformation.tags",
            json!([format!("Cost:{}", "1".repeat(31))]),
            "EMS-1148",
        ),
        (
            "additionalInformation.tags",
            json!(["Cost:1", "cost:1"]),
            "EMS-1150",
        ),
    ];
    for (path, value, code) in cases {
        let mut ca = Ca::new();
        let mut order = dv(NAME, &csr(NAME));
        set(&mut order, path, value.clone());
        if code.is_empty() {
            ca.place(order);
        } else {
            assert_eq!(refused(&mut ca, &order), *code, "{path} = {value}");
            let books = ca.control("GET", "books", Value::Null);
            assert_eq!(books["orders"], json!([]), "a refused order was booked");
        }
    }
}

#[test]
fn the_group_counts_only_at_its_place() {
    let mut ca = Ca::new();
    let mut order = dv(NAME, "");
    order["groupNumber"] = json!("");
    order["delegationInformation"] = json!({ "groupNumber": "3107745538" });
    let number = ca.place(order);
    let entry = ca.control("GET", &format!("orders/{number}"), Value::Null);
    assert_eq!(entry["groupNumber"], "3107745521");
}

#[test]
fn www_is_added_unless_told_otherwise_at_the_right_place() {
    let mut ca = Ca::new();
    let with_www = [NAME, "www.app.whitlock.example"];
    for (auto, nested, expected) in [
        (json!("0"), json!("1"), &with_www[..1]),
        (json!("1"), json!("0"), &with_www[..]),
        // The server's default.
        (json!(null), json!("0"), &with_www[..]),
    ] {
        let mut order = dv(NAME, "");
        order["autoSecureWWW"] = auto;
        order["certificateInformation"]["autoSecureWWW"] = nested;
        let number = ca.place(order);
        assert_eq!(names(&mut ca, &number), expected);
    }
    let mut order = dv("www.whitlock.example", "");
    order["autoSecureWWW"] = json!("1");
    let number = ca.place(order);
    assert_eq!(names(&mut ca, &number), ["www.whitlock.example"]);
    let mut order = dv("*.whitlock.example", "");
    order["productCode"] = json!("843");
    order["autoSecureWWW"] = json!("1");
    let number = ca.place(order);
    assert_eq!(names(&mut ca, &number), ["*.whitlock.example"]);
}

#[test]
fn additional_domains_of_a_ucc_product() {
    let mut ca = Ca::new();
    let mut order = dv("a.whitlock.example", &csr("a.whitlock.example"));
    order["productCode"] = json!("844");
    assert_eq!(refused(&mut ca, &order), "EMS-1179");
    // One comma-joined string, the domain itself again, and things that are no names.
    order["certificateInformation"]["additionalDomains"] = json!([
        "b.whitlock.example,A.whitlock.example",
        "ops@whitlock.example",
        "10.0.0.1"
    ]);
    let number = ca.place(order.clone());
    assert_eq!(
        names(&mut ca, &number),
        [
            "a.whitlock.example",
            "b.whitlock.example",
            "ops@whitlock.example",
            "10.0.0.1"
        ]
    );
    // Such an order can never finish.
    ca.wait(10);
    let tracked = ca.track(&number);
    assert!(tracked["domainVerification"]["10.0.0.1"].is_object());
    let body = ca.dcv(&number, "10.0.0.1");
    ca.ok("GetDcv", body.clone());
    assert_eq!(ca.refused("VerifyDcv", body), "EMS-1076");
    order["certificateInformation"]["additionalDomains"] = json!(["*.whitlock.example"]);
    assert_eq!(refused(&mut ca, &order), "EMS-1175");
    let many: Vec<String> = (0..260)
        .map(|at| format!("n{at}.whitlock.example"))
        .collect();
    order["certificateInformation"]["additionalDomains"] = json!(many);
    assert_eq!(refused(&mut ca, &order), "EMS-1172");
}

#[test]
fn wildcard_products_take_wildcards_only() {
    let mut ca = Ca::new();
    let mut order = dv(NAME, "");
    order["productCode"] = json!("843");
    assert_eq!(refused(&mut ca, &order), "EMS-1059");
    order["productCode"] = json!("845");
    order["certificateInformation"] = json!({
        "domainName": "*.whitlock.example",
        "additionalDomains": ["*.corp.example", "mail.corp.example"],
    });
    order["csr"] = json!(csr("*.whitlock.example"));
    let number = ca.place(order);
    assert_eq!(names(&mut ca, &number).len(), 3);
}

#[test]
fn a_draft_has_no_order_number_until_it_is_submitted() {
    let mut ca = Ca::new();
    let mut order = dv(NAME, "");
    order["saveAndHold"] = json!("1");
    let answer = ca.ok("GenerateOrderSSL", json!({ "orderDetails": order }));
    assert_eq!(answer["orderDetails"]["orderNumber"], "");
    let request = answer["orderDetails"]["requestNumber"]
        .as_str()
        .unwrap()
        .to_owned();
    let track = json!({ "orderDetails": { "orderNumber": request } });
    assert_eq!(ca.refused("TrackOrder", track), "EMS-943");
    let rows = ca.ok("GetOrderReport", json!({}))["orderDetails"]["ordersArray"].clone();
    assert_eq!(rows[0]["orderNumber"], "");
    assert_eq!(rows[0]["requestNumber"], request);
    assert_eq!(rows[0]["orderStatus"], "On Hold");
    // The whole body again, with the request number.
    order["saveAndHold"] = json!("0");
    order["requestNumber"] = json!(request);
    let answer = ca.ok("GenerateOrderSSL", json!({ "orderDetails": order }));
    assert_eq!(answer["orderDetails"]["requestNumber"], request);
    let number = answer["orderDetails"]["orderNumber"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(ca.standing(&number), "1/1");
    assert_eq!(refused(&mut ca, &order), "EMS-1165");
    let report = ca.ok("GetOrderReport", json!({}));
    assert_eq!(report["orderDetails"]["totalNoOfResults"], 1);
}

#[test]
fn the_seventeenth_order_in_ten_seconds_is_refused_without_a_code() {
    let mut ca = Ca::new();
    for _ in 0..16 {
        ca.place(dv(NAME, ""));
    }
    assert_eq!(refused(&mut ca, &dv(NAME, "")), "Inactive Account User.");
    ca.wait(10);
    ca.place(dv(NAME, ""));
    ca.control("POST", "behaviour", json!({ "rateLimit": false }));
    for _ in 0..40 {
        ca.place(dv(NAME, ""));
    }
}
