//! A7 to A10: groups, organizations, domains, products.

use serde_json::{Value, json};

use crate::support::Ca;

fn groups(ca: &mut Ca) -> Vec<Value> {
    ca.ok("GetGroupDetails", json!({}))["accountDetails"]["groups"]
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn groups_with_their_organizations() {
    let mut ca = Ca::new();
    let details = ca.ok("GetGroupDetails", json!({}))["accountDetails"].clone();
    assert_eq!(details["fullName"], "Dana Whitlock");
    assert_eq!(details["roleId"], "1");
    let groups = groups(&mut ca);
    assert_eq!(groups.len(), 4);
    assert_eq!(
        groups
            .iter()
            .filter(|group| group["isDefaultGroup"] == "1")
            .count(),
        1
    );
    assert_eq!(groups[0]["groupNumber"], "3107745521");
    assert_eq!(groups[0]["accountBalance"], "5240.00");
    // The same organization under several groups.
    let under = |number: &str| {
        groups
            .iter()
            .flat_map(|group| group["organizationDetails"].as_array().unwrap())
            .filter(|organization| organization["organizationNumber"] == number)
            .count()
    };
    assert_eq!(under("2984410"), 2);
    assert_eq!(under("2985347"), 1);
}

#[test]
fn an_organization_as_its_group_sees_it() {
    let mut ca = Ca::new();
    let request = |organization: &str, group: &str| {
        json!({ "organizationDetails": {
            "organizationNumber": organization, "groupNumber": group,
        }})
    };
    let answer = ca.ok("GetOrganizationDetails", request("2984410", "3107745521"));
    let details = &answer["organizationDetails"];
    assert_eq!(details["organizationName"], "Whitlock Foods Ltd");
    assert_eq!(details["prevettingToken"].as_str().unwrap().len(), 32);
    assert_eq!(details["validationStatusId"], "1");
    let domains: Vec<_> = details["domains"].as_array().unwrap().iter().collect();
    assert_eq!(
        domains,
        ["whitlock.example", "whitlock-foods.example", "corp.example"]
    );
    for (organization, group, code) in [
        ("", "3107745521", "EMS-1134"),
        ("2984410", "", "EMS-1136"),
        ("2984410", "1", "EMS-1137"),
        ("1", "3107745521", "EMS-1135"),
        ("2984410", "3107745538", "EMS-1161"),
    ] {
        let code_seen = ca.refused("GetOrganizationDetails", request(organization, group));
        assert_eq!(code_seen, code);
    }
}

#[test]
fn organizations_in_different_states() {
    let mut ca = Ca::new();
    for (organization, group, status, validation, kind) in [
        ("2984733", "3107745521", "1", "1", "2"),
        ("2985102", "3107745521", "3", "4", "1"),
        ("2985347", "3107745538", "1", "0", "1"),
        ("2985590", "3107745521", "1", "1", "3"),
        ("2985876", "3107745560", "1", "1", "1"),
    ] {
        let answer = ca.ok(
            "GetOrganizationDetails",
            json!({ "organizationDetails": {
                "organizationNumber": organization, "groupNumber": group,
            }}),
        );
        let details = &answer["organizationDetails"];
        assert_eq!(details["organizationStatusId"], status);
        assert_eq!(details["validationStatusId"], validation);
        assert_eq!(details["validationFor"], kind);
    }
}

#[test]
fn domains_are_a_list_and_expire() {
    let mut ca = Ca::new();
    let status = |ca: &mut Ca, name: &str| {
        let answer = ca.ok("GetDomainDetails", json!({}));
        let domains = answer["domainDetails"].as_array().unwrap().clone();
        assert_eq!(domains.len(), 12);
        let domain = domains
            .iter()
            .find(|domain| domain["domainName"] == name)
            .unwrap()
            .clone();
        format!(
            "{}/{}",
            domain["dcvStatus"].as_str().unwrap(),
            domain["status"].as_str().unwrap()
        )
    };
    assert_eq!(status(&mut ca, "whitlock.example"), "1/1");
    assert_eq!(status(&mut ca, "fresh-whitlock.example"), "0/1");
    assert_eq!(status(&mut ca, "refused-trucks.example"), "2/1");
    assert_eq!(status(&mut ca, "old-whitlock.example"), "1/2");
    assert_eq!(status(&mut ca, "tidewater-labs.example"), "1/3");
    assert_eq!(status(&mut ca, "corp.example"), "1/1");
    ca.wait(8 * 86_400);
    assert_eq!(status(&mut ca, "corp.example"), "1/3");
}

#[test]
fn products_by_category_and_group() {
    let mut ca = Ca::new();
    let list = |ca: &mut Ca, group: &str| {
        let body = json!({ "productDetails": { "groupNumber": group } });
        ca.ok("GetProductDetails", body)["productDetails"]
            .as_array()
            .unwrap()
            .clone()
    };
    let codes = |categories: &[Value]| -> Vec<String> {
        categories
            .iter()
            .flat_map(|category| category["products"].as_array().unwrap())
            .map(|product| product["productCode"].as_str().unwrap().to_owned())
            .collect()
    };
    let categories = list(&mut ca, "3107745521");
    assert_eq!(codes(&categories).len(), 20);
    let ssl = categories
        .iter()
        .find(|category| category["categoryID"] == "3")
        .unwrap();
    assert_eq!(ssl["products"][0]["productTypeID"], "13");
    assert_eq!(
        ssl["products"][0]["subscriptionPrice"]["3 Year"]["cost"],
        "0.0"
    );
    let private = categories
        .iter()
        .find(|category| category["categoryID"] == "8")
        .unwrap();
    assert_eq!(private["products"][0]["price"], "20.0");
    assert!(private["products"][0].get("subscriptionPrice").is_none());
    // No EV for the web shop; nothing at all without a group.
    assert!(!codes(&list(&mut ca, "3107745544")).contains(&"850".to_owned()));
    assert!(list(&mut ca, "").is_empty());
    let unknown = json!({ "productDetails": { "groupNumber": "1" } });
    assert_eq!(ca.refused("GetProductDetails", unknown), "EMS-1137");
}

#[test]
fn fields_of_a_product() {
    let mut ca = Ca::new();
    let request = |group: &str, code: &str| {
        json!({ "productDetails": {
            "groupNumber": group, "categoryID": "3", "productCode": code,
        }})
    };
    let answer = ca.ok("GetFieldDetails", request("3107745521", "842"));
    assert!(answer["customFields"]["additionalInformation"].is_array());
    assert_eq!(
        ca.refused("GetFieldDetails", request("3107745521", "838")),
        "EMS-1162"
    );
    assert_eq!(
        ca.refused("GetFieldDetails", request("3107745544", "850")),
        "EMS-1269"
    );
}
