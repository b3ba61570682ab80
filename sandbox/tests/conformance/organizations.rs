//! A11.3, A11.4: orders that name an organization.

use serde_json::{Value, json};

use crate::support::{Ca, csr, ov};

const NAME: &str = "app.whitlock.example";

fn refused(ca: &mut Ca, order: &Value) -> String {
    ca.refused("GenerateOrderSSL", json!({ "orderDetails": order }))
}

#[test]
fn an_order_for_a_vetted_organization() {
    let mut ca = Ca::new();
    let number = ca.place(ov(NAME, &csr(NAME), "2984410"));
    assert_eq!(ca.track(&number)["organizationVerification"]["status"], "1");
    // An EV organization may be used for OV.
    ca.place(ov("hub.trucks.example", "", "2984733"));
    for (group, organization, code) in [
        ("3107745521", "", "EMS-1134"),
        ("3107745521", "2984411", "EMS-1135"),
        ("3107745538", "2984410", "EMS-1161"),
        ("3107745521", "2985102", "EMS-1073"),
        ("3107745538", "2985347", "EMS-1073"),
        ("3107745521", "2985590", "EMS-1073"),
    ] {
        let mut order = ov(NAME, "", organization);
        order["groupNumber"] = json!(group);
        assert_eq!(refused(&mut ca, &order), code, "{organization} in {group}");
    }
    let mut order = ov(NAME, "", "2984410");
    order["organizationDetails"]["prevettingToken"] = json!("0");
    assert_eq!(refused(&mut ca, &order), "EMS-1214");
    let body = json!({ "organizationDetails": {
        "organizationNumber": "2984410", "groupNumber": "3107745521",
    }});
    let token =
        ca.ok("GetOrganizationDetails", body)["organizationDetails"]["prevettingToken"].clone();
    order["organizationDetails"]["prevettingToken"] = token;
    ca.place(order);
}

fn with_address(mut order: Value) -> Value {
    order["organizationDetails"] = json!({ "preVetting": "0" });
    let information = order["certificateInformation"].as_object_mut().unwrap();
    for (member, value) in [
        ("organizationName", "Pike & Moss Ltd"),
        ("streetAddress1", "1 Main Street"),
        ("locality", "Portland"),
        ("state", "Maine"),
        ("countryCode", "US"),
        ("postalCode", "04101"),
    ] {
        information.insert(member.to_owned(), json!(value));
    }
    order
}

#[test]
fn an_order_for_an_organization_to_be_vetted_needs_its_address() {
    let mut ca = Ca::new();
    let order = with_address(ov("app.pike.example", "", ""));
    for member in [
        "organizationName",
        "streetAddress1",
        "locality",
        "state",
        "countryCode",
        "postalCode",
    ] {
        let mut order = order.clone();
        order["certificateInformation"][member] = json!("");
        assert_eq!(refused(&mut ca, &order), "EMS-936", "{member}");
    }
    for (member, value) in [
        ("postalCode", "04101\u{2013}2".to_owned()),
        ("postalCode", "1".repeat(17)),
        ("countryCode", "us".to_owned()),
        ("organizationName", "W".repeat(65)),
        ("locality", "P".repeat(129)),
        ("state", "Ma\nine".to_owned()),
    ] {
        let mut order = order.clone();
        order["certificateInformation"][member] = json!(value);
        assert_eq!(refused(&mut ca, &order), "EMS-936", "{member}");
    }
    let number = ca.place(order);
    assert_eq!(ca.track(&number)["organizationVerification"]["status"], "0");
}

#[test]
fn an_ev_order_names_two_people() {
    let mut ca = Ca::new();
    let person = json!({
        "name": "Nora Pike", "email": "nora.pike@corp.example", "isdCode": "1",
        "mobileNumber": "2075550133", "designation": "CFO", "employeeID": "E-118",
    });
    let mut order = ov("hub.trucks.example", "", "2984733");
    order["productCode"] = json!("850");
    assert_eq!(refused(&mut ca, &order), "EMS-1220");
    order["contractSignerInfo"] = person.clone();
    assert_eq!(refused(&mut ca, &order), "EMS-1221");
    order["certificateApproverInfo"] = person.clone();
    ca.place(order.clone());
    order["certificateApproverInfo"]["employeeID"] = json!("");
    assert_eq!(refused(&mut ca, &order), "EMS-1221");
    order["certificateApproverInfo"] = person;
    // Never a wildcard, never with an OV organization, not for the web shop.
    order["certificateInformation"]["domainName"] = json!("*.trucks.example");
    assert_eq!(refused(&mut ca, &order), "EMS-1058");
    order["certificateInformation"]["domainName"] = json!("hub.trucks.example");
    order["organizationDetails"]["organizationNumber"] = json!("2984410");
    assert_eq!(refused(&mut ca, &order), "EMS-1073");
    order["groupNumber"] = json!("3107745544");
    assert_eq!(refused(&mut ca, &order), "EMS-1269");
    // To be vetted, it needs more of an address than OV does.
    let mut order = with_address(order);
    order["groupNumber"] = json!("3107745521");
    assert_eq!(refused(&mut ca, &order), "EMS-936");
    order["certificateInformation"]["streetAddress2"] = json!("Floor 2");
    order["certificateInformation"]["companyRegistrationNumber"] = json!("HRB 1");
    ca.place(order);
}
