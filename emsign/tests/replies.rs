//! What a success yields, a fixture per situation.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod support;

use certwright_core::{
    ca::{DcvChallenge, DcvMethod, Stage, Standing},
    directory::{DomainStanding, OrganizationStanding, ValidatedFor},
    fault::{CaFault, Unanswered},
    product::ProductType,
};
use certwright_emsign::{
    Call, GenerateOrderSsl, GetCertificate, GetDcv, GetDomainDetails, GetGroupDetails,
    GetOrganizationDetails, GetProductDetails, ValidateCredentials,
};
use serde_json::json;
use support::{EMAIL, account_number, answer, at, changed, new_order, number, replies, report};

/// Checks that the reply is not taken for an answer, and that the fault names this.
#[track_caller]
fn not_understood<C: Call>(call: &C, body: &str, names: &str) {
    match answer(call, body) {
        Err(CaFault::Unanswered(Unanswered::NotUnderstood(what))) => {
            assert!(what.contains(names), "{what}");
        }
        Err(fault) => panic!("{fault:?}"),
        Ok(_) => panic!("taken for an answer"),
    }
}

#[test]
fn credentials_under_both_sets_of_meta_names() {
    answer(&ValidateCredentials, replies::ok).unwrap();
    answer(&ValidateCredentials, replies::ok_other_meta_names).unwrap();
    let shouting = replies::ok
        .replace("\"status\"", "\"STATUS\"")
        .replace("\"meta\"", "\"Meta\"");
    answer(&ValidateCredentials, &shouting).unwrap();
}

#[test]
fn the_reply_to_another_transaction_is_not_believed() {
    not_understood(
        &ValidateCredentials,
        replies::ok_of_another_transaction,
        "transaction",
    );
    let other = changed(
        replies::ok_other_meta_names,
        "/meta/responseTxnId",
        Some(json!("x")),
    );
    not_understood(&ValidateCredentials, &other, "transaction");
    let silent = changed(replies::ok, "/meta/txn", Some(json!("")));
    answer(&ValidateCredentials, &silent).unwrap();
}

#[test]
fn the_account_with_its_groups_and_organizations() {
    let call = GetGroupDetails {
        account_number: account_number(),
    };
    let overview = answer(&call, replies::groups).unwrap();
    assert_eq!(overview.account.number, "7412005839");
    assert_eq!(overview.account.full_name, "Dana Whitlock");
    assert_eq!(overview.account.phone, "+1 2075550142");
    assert_eq!(overview.account.role_id, "1");
    let numbers: Vec<_> = overview
        .groups
        .iter()
        .map(|group| group.number.as_str())
        .collect();
    assert_eq!(numbers, ["3107745521", "2207745529", "1107745530"]);
    assert!(overview.groups[0].is_default && !overview.groups[1].is_default);
    assert_eq!(
        overview.groups[0].account_balance.as_deref(),
        Some("5240.00")
    );
    assert_eq!(overview.groups[0].group_balance, None);
    assert_eq!(overview.groups[1].group_balance.as_deref(), Some("-12.50"));
    assert_eq!(overview.organizations.len(), 2, "each organization once");
    let foods = &overview.organizations[0];
    assert_eq!(foods.groups, ["2207745529", "3107745521"], "sorted");
    assert_eq!(foods.validated_for, ValidatedFor::Ov);
    assert_eq!(foods.standing, OrganizationStanding::Listed);
    assert_eq!(overview.organizations[1].validated_for, ValidatedFor::Ev);

    let nameless = changed(replies::groups, "/accountDetails/groups", None);
    not_understood(&call, &nameless, "accountDetails.groups");
    not_understood(&call, replies::ok, "accountDetails");
    let odd = replies::groups.replace("2207745529", " ");
    not_understood(&call, &odd, "accountDetails.groups[1].groupNumber");
}

#[test]
fn an_organization_in_every_standing() {
    let call = GetOrganizationDetails {
        organization_number: "2984410".into(),
        group_number: "3107745521".into(),
    };
    let details = answer(&call, replies::organization).unwrap();
    assert_eq!(
        details.prevetting_token.as_deref(),
        Some("7C0E51B2D9A84F30A1B66E0D94C27F15")
    );
    assert!(
        !format!("{details:?}").contains("7C0E"),
        "the token is a credential"
    );
    let organization = details.organization;
    assert_eq!(organization.groups, ["3107745521"]);
    assert_eq!(
        organization.domains,
        ["shop.whitlock.example", "whitlock.example"]
    );
    assert_eq!(organization.country.as_deref(), Some("US"));
    assert_eq!(organization.locality.as_deref(), Some("Portland"));
    for (status, validation, standing) in [
        ("1", "0", OrganizationStanding::Pending),
        ("1", "1", OrganizationStanding::Validated),
        ("1", "2", OrganizationStanding::Rejected),
        ("1", "3", OrganizationStanding::Rejected),
        ("1", "4", OrganizationStanding::Expired),
        ("1", "5", OrganizationStanding::UnderDiscrepancy),
        ("2", "1", OrganizationStanding::Inactive),
        ("3", "1", OrganizationStanding::Expired),
        ("1", "7", OrganizationStanding::Unknown("1/7".into())),
        ("", "1", OrganizationStanding::Unknown("/1".into())),
    ] {
        let body = changed(
            replies::organization,
            "/organizationDetails/organizationStatusId",
            Some(json!(status)),
        );
        let body = changed(
            &body,
            "/organizationDetails/validationStatusId",
            Some(json!(validation)),
        );
        assert_eq!(
            answer(&call, &body).unwrap().organization.standing,
            standing
        );
    }
    for domains in [json!(""), json!([]), json!(null)] {
        let body = changed(
            replies::organization,
            "/organizationDetails/domains",
            Some(domains),
        );
        assert!(
            answer(&call, &body)
                .unwrap()
                .organization
                .domains
                .is_empty()
        );
    }
    let other = replies::organization.replace("2984410", "2984411");
    not_understood(&call, &other, "another organization");
}

#[test]
fn domains_as_list_as_single_object_and_none() {
    let domains = answer(&GetDomainDetails, replies::domains).unwrap();
    assert_eq!(domains.len(), 2);
    assert_eq!(domains[0].standing, DomainStanding::Validated);
    assert_eq!(domains[0].expires, Some(at("2026-08-07T06:10:44Z")));
    assert_eq!(domains[0].organization_number.as_deref(), Some("2984410"));
    assert_eq!(domains[1].standing, DomainStanding::Pending);
    assert_eq!(domains[1].expires, None);
    let one = answer(&GetDomainDetails, replies::domains_single_object).unwrap();
    assert_eq!(one, domains[..1]);
    assert!(
        answer(&GetDomainDetails, replies::domains_empty_object)
            .unwrap()
            .is_empty()
    );
    not_understood(&GetDomainDetails, replies::ok, "domainDetails");
    for (status, validation, standing) in [
        ("1", "2", DomainStanding::Rejected),
        ("2", "1", DomainStanding::Inactive),
        ("3", "1", DomainStanding::Expired),
        ("1", "9", DomainStanding::Unknown("1/9".into())),
    ] {
        let body = changed(
            replies::domains_single_object,
            "/domainDetails/status",
            Some(json!(status)),
        );
        let body = changed(&body, "/domainDetails/dcvStatus", Some(json!(validation)));
        assert_eq!(
            answer(&GetDomainDetails, &body).unwrap()[0].standing,
            standing
        );
    }
}

#[test]
fn products_out_of_their_categories() {
    let call = GetProductDetails {
        group_number: Some("3107745521".into()),
    };
    let products = answer(&call, replies::products).unwrap();
    let codes: Vec<_> = products
        .iter()
        .map(|product| product.code.as_str())
        .collect();
    assert_eq!(codes, ["842", "848", "149"]);
    assert_eq!(products[0].product_type, ProductType(13));
    assert_eq!(products[0].category, "SSL/TLS Certificates");
    assert_eq!(products[0].currency, "USD");
    assert_eq!(products[0].groups, ["3107745521"]);
    assert_eq!(products[0].prices.len(), 3);
    assert_eq!(products[1].prices["1 Year"], "310.5");
    assert_eq!(products[2].prices["price"], "20.0");
    not_understood(&call, replies::ok, "productDetails");
    let nameless = replies::products.replace("\"848\"", "\"\"");
    not_understood(
        &call,
        &nameless,
        "productDetails[0].products[1].productCode",
    );
}

#[test]
fn a_booked_order_needs_its_number() {
    let call = GenerateOrderSsl(new_order());
    let booked = answer(&call, replies::booked).unwrap();
    assert_eq!(booked.order_number.as_str(), "5580931746");
    assert_eq!(booked.request_number, Some(number("6401192277")));
    let page = booked.tracking_url.unwrap();
    assert!(page.ends_with("/publicLinkVerification.jsp?a=Zm9vYmFy"));
    let elsewhere = changed(
        replies::booked,
        "/orderDetails/trackingURL",
        Some(json!("https://emsign.com.other.example/a")),
    );
    assert_eq!(answer(&call, &elsewhere).unwrap().tracking_url, None);
    not_understood(&call, replies::booked_as_draft, "orderDetails.orderNumber");
    not_understood(&call, replies::ok, "orderDetails");
    let odd = changed(
        replies::booked,
        "/orderDetails/orderNumber",
        Some(json!("5 5")),
    );
    not_understood(&call, &odd, "orderDetails.orderNumber");
    let as_number = changed(
        replies::booked,
        "/orderDetails/orderNumber",
        Some(json!(5580931746u64)),
    );
    assert_eq!(
        answer(&call, &as_number).unwrap().order_number.as_str(),
        "5580931746"
    );
}

#[test]
fn a_page_of_the_report() {
    let page = answer(&report(1), replies::report).unwrap();
    assert_eq!((page.page, page.pages, page.total), (1, 2, 137));
    assert!(page.unreadable.is_empty());
    let [issued, draft] = page.rows.as_slice() else {
        panic!("two rows")
    };
    assert_eq!(issued.order_number, Some(number("5580931746")));
    assert_eq!(issued.standing, Standing::Issued);
    assert_eq!(issued.ordered_at, Some(at("2026-03-09T08:35:33Z")));
    assert_eq!(issued.expires_at, Some(at("2027-03-09T23:59:59Z")));
    assert_eq!(
        issued.serial.as_deref(),
        Some("94418827364501928374650192837465")
    );
    assert_eq!(issued.organization_name, None);
    assert_eq!(issued.tags, ["Department:Web", "Certwright:ABCDEFGH23"]);
    assert_eq!(draft.order_number, None);
    assert_eq!(draft.request_number, Some(number("6401192299")));
    assert_eq!(
        draft.standing,
        Standing::Pending {
            stage: Stage::OnHold
        }
    );
    assert_eq!(draft.tags, issued.tags, "as text with commas");
}

#[test]
fn rows_that_cannot_be_read_are_skipped_and_told() {
    let page = answer(&report(1), replies::report_with_unreadable_rows).unwrap();
    assert_eq!(page.rows.len(), 1);
    assert_eq!(
        page.unreadable,
        [
            "row 1: not an object",
            "row 2: neither orderNumber nor requestNumber",
            "row 3: orderNumber is unreadable",
        ]
    );
}

#[test]
fn an_empty_report_is_a_page_and_half_a_report_is_none() {
    let page = answer(&report(1), replies::report_empty).unwrap();
    assert_eq!((page.rows.len(), page.pages, page.total), (0, 0, 0));
    let bare = r#"{"meta":{"status":"1"},"orderDetails":{"ordersArray":[]}}"#;
    assert_eq!(answer(&report(4), bare).unwrap().page, 4);
    let endless = changed(replies::report, "/orderDetails/noOfPages", None);
    not_understood(&report(1), &endless, "orderDetails.noOfPages");
    let rowless = changed(replies::report, "/orderDetails/ordersArray", None);
    not_understood(&report(1), &rowless, "orderDetails.ordersArray");
    not_understood(&report(1), replies::ok, "orderDetails");
}

#[test]
fn a_certificate_with_its_chain_as_it_came() {
    let call = GetCertificate {
        order_number: number("5580931746"),
        requestor_email: EMAIL.into(),
    };
    let issued = answer(&call, replies::certificate).unwrap();
    assert!(issued.leaf.contains("MIIF"));
    assert_eq!(issued.others.len(), 2);
    assert!(
        issued.others[0].contains("----- MIIE -----"),
        "left as it came"
    );
    assert!(!issued.is_interim);
    let interim = changed(
        replies::certificate,
        "/certificateDetails/interimDv",
        Some(json!(true)),
    );
    assert!(answer(&call, &interim).unwrap().is_interim);
    not_understood(
        &call,
        replies::certificate_not_there_yet,
        "certificateDetails.endEntityCertificate",
    );
}

#[test]
fn a_challenge_of_each_method() {
    let call = |method| GetDcv {
        order_number: number("5580931746"),
        requestor_email: EMAIL.into(),
        domain: "app.whitlock.example".into(),
        method,
    };
    assert_eq!(
        answer(&call(DcvMethod::DnsTxt), replies::dcv_dns).unwrap(),
        DcvChallenge::DnsTxt {
            token: "9f30c1b77e5d4a21b0c9d86a4417e52f".into()
        }
    );
    assert_eq!(
        answer(&call(DcvMethod::HttpFile), replies::dcv_file).unwrap(),
        DcvChallenge::HttpFile {
            file_name: "A1B2C3".into(),
            content: "9f30c1b77e5d4a21".into()
        }
    );
    assert_eq!(
        answer(&call(DcvMethod::Email), replies::dcv_email).unwrap(),
        DcvChallenge::Email {
            addresses: vec![
                "admin@whitlock.example".into(),
                "hostmaster@whitlock.example".into()
            ]
        }
    );
    not_understood(
        &call(DcvMethod::DnsTxt),
        replies::dcv_file,
        "dcvDetails.token",
    );
    not_understood(
        &call(DcvMethod::HttpFile),
        replies::dcv_dns,
        "dcvDetails.fileName",
    );
    not_understood(
        &call(DcvMethod::Email),
        replies::dcv_dns,
        "dcvDetails.dcvEmails",
    );
}
