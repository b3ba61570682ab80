//! What is sent, compared with fixture files.
#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use certwright_core::{
    ca::{DcvMethod, NewOrderOrganization, ReportQuery},
    revocation::RevocationReason,
};
use certwright_emsign::{
    Call, GenerateOrderSsl, GetCertificate, GetDcv, GetDomainDetails, GetGroupDetails,
    GetOrderReport, GetOrganizationDetails, GetProductDetails, RejectOrder, RevokeOrder, SubmitCsr,
    TrackOrder, ValidateCredentials, VerifyDcv, request,
};
use http::Method;
use serde_json::Value;
use support::{CSR, EMAIL, KEY, account, account_number, at, new_order, number, report, stamp};

const ORDER: &str = "5580931746";
const DOMAIN: &str = "app.whitlock.example";

#[track_caller]
fn check<C: Call>(call: &C, operation: &str, fixture: &str) {
    let request = request(&account(), &stamp(), call);
    assert_eq!(request.method(), Method::POST);
    assert_eq!(
        request.uri().to_string(),
        format!("https://ca.example/emSignHub-API/{operation}")
    );
    assert_eq!(request.headers()["content-type"], "application/json");
    assert_eq!(request.headers()["accept"], "application/json");
    let sent: Value = serde_json::from_slice(request.body()).unwrap();
    let expected: Value = serde_json::from_str(fixture).unwrap();
    assert_eq!(sent, expected);
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("fixtures/requests/", $name, ".json"))
    };
}

#[test]
fn calls_with_meta_only() {
    check(
        &ValidateCredentials,
        "ValidateCredentials",
        fixture!("validate_credentials"),
    );
    let groups = GetGroupDetails {
        account_number: account_number(),
    };
    check(&groups, "GetGroupDetails", fixture!("get_group_details"));
    check(
        &GetDomainDetails,
        "GetDomainDetails",
        fixture!("get_domain_details"),
    );
}

#[test]
fn the_directory() {
    let organization = GetOrganizationDetails {
        organization_number: "2984410".into(),
        group_number: "3107745521".into(),
    };
    check(
        &organization,
        "GetOrganizationDetails",
        fixture!("get_organization_details"),
    );
    let products = GetProductDetails {
        group_number: Some("3107745521".into()),
    };
    check(
        &products,
        "GetProductDetails",
        fixture!("get_product_details"),
    );
    let products = GetProductDetails { group_number: None };
    check(
        &products,
        "GetProductDetails",
        fixture!("get_product_details_without_group"),
    );
}

#[test]
fn a_dv_order() {
    check(
        &GenerateOrderSsl(new_order()),
        "GenerateOrderSSL",
        fixture!("generate_order_dv"),
    );
}

#[test]
fn an_ov_order_with_several_names_and_a_token() {
    let mut order = new_order();
    order.product_code = "848".into();
    order.organization = Some(NewOrderOrganization {
        number: "2984410".into(),
        prevetting_token: Some("7C0E51B2D9A84F30A1B66E0D94C27F15".into()),
    });
    order.primary = "*.whitlock.example".parse().unwrap();
    order.additional = vec![
        "whitlock.example".parse().unwrap(),
        "api.whitlock.example".parse().unwrap(),
    ];
    order.requestor.designation = None;
    order.validity_years = 3;
    order.remarks = "  ".into();
    check(
        &GenerateOrderSsl(order),
        "GenerateOrderSSL",
        fixture!("generate_order_ov_ucc"),
    );
}

#[test]
fn an_ev_order_without_a_token() {
    let mut order = new_order();
    order.product_code = "850".into();
    order.organization = Some(NewOrderOrganization {
        number: "2984733".into(),
        prevetting_token: None,
    });
    check(
        &GenerateOrderSsl(order),
        "GenerateOrderSSL",
        fixture!("generate_order_ev_without_token"),
    );
}

#[test]
fn following_and_ending_an_order() {
    let track = TrackOrder {
        order_number: number(ORDER),
    };
    check(&track, "TrackOrder", fixture!("track_order"));
    let certificate = GetCertificate {
        order_number: number(ORDER),
        requestor_email: EMAIL.into(),
    };
    check(&certificate, "GetCertificate", fixture!("get_certificate"));
    let csr = SubmitCsr {
        order_number: number(ORDER),
        requestor_email: EMAIL.into(),
        csr_pem: CSR.into(),
    };
    check(&csr, "SubmitCSR", fixture!("submit_csr"));
    let reject = RejectOrder {
        order_number: number(ORDER),
        remark: number("ordered twice"),
    };
    check(&reject, "RejectOrder", fixture!("reject_order"));
    let revoke = RevokeOrder {
        order_number: number(ORDER),
        requestor_email: EMAIL.into(),
        reason: RevocationReason::Superseded,
        remark: number("replaced by new key"),
    };
    check(&revoke, "RevokeOrder", fixture!("revoke_order"));
}

#[test]
fn domain_control() {
    let get = GetDcv {
        order_number: number(ORDER),
        requestor_email: EMAIL.into(),
        domain: DOMAIN.into(),
        method: DcvMethod::HttpFile,
    };
    check(&get, "GetDcv", fixture!("get_dcv"));
    let mut verify = VerifyDcv {
        order_number: number(ORDER),
        requestor_email: EMAIL.into(),
        domain: DOMAIN.into(),
        method: DcvMethod::DnsTxt,
        // Without meaning for this method, so it stays here.
        email_address: Some("hostmaster@whitlock.example".into()),
    };
    check(&verify, "VerifyDcv", fixture!("verify_dcv"));
    verify.method = DcvMethod::Email;
    check(&verify, "VerifyDcv", fixture!("verify_dcv_email"));
}

#[test]
fn the_report_asks_for_pages_of_100_from_page_1() {
    check(&report(1), "GetOrderReport", fixture!("get_order_report"));
    check(&report(0), "GetOrderReport", fixture!("get_order_report"));
}

#[test]
fn the_days_of_a_search_cover_both_instants_in_india_and_in_utc() {
    let query = ReportQuery {
        page: 3,
        tag: Some("Certwright:ABCDEFGH23".into()),
        product_code: Some("842".into()),
        domain: Some(DOMAIN.into()),
        requestor_email: Some(EMAIL.into()),
        // In India 2026-03-09 and 2026-03-10.
        ordered_between: Some((at("2026-03-08T20:00:00Z"), at("2026-03-09T18:30:00Z"))),
    };
    check(
        &GetOrderReport(query),
        "GetOrderReport",
        fixture!("get_order_report_search"),
    );
}

#[test]
fn every_call_has_its_own_digest_and_none_carries_the_key() {
    let mut second = stamp();
    second.txn = certwright_emsign::Txn::from_random([1; 16]);
    let bodies = [stamp(), second].map(|stamp| {
        String::from_utf8(request(&account(), &stamp, &ValidateCredentials).into_body()).unwrap()
    });
    let digest = |body: &str| {
        serde_json::from_str::<Value>(body).unwrap()["meta"]["authKey"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_ne!(digest(&bodies[0]), digest(&bodies[1]));
    assert!(bodies.iter().all(|body| !body.contains(KEY)));
}

#[test]
fn debug_shows_neither_key_nor_token() {
    assert!(!format!("{:?}", account()).contains(KEY));
    let mut order = new_order();
    order.organization = Some(NewOrderOrganization {
        number: "2984410".into(),
        prevetting_token: Some("7C0E51B2D9A84F30A1B66E0D94C27F15".into()),
    });
    assert!(!format!("{:?}", GenerateOrderSsl(order)).contains("7C0E"));
}

#[test]
fn what_changes_something_says_so() {
    const {
        assert!(GenerateOrderSsl::CHANGES && RevokeOrder::CHANGES && RejectOrder::CHANGES);
        assert!(SubmitCsr::CHANGES && VerifyDcv::CHANGES);
        assert!(!TrackOrder::CHANGES && !GetOrderReport::CHANGES && !GetCertificate::CHANGES);
        assert!(!ValidateCredentials::CHANGES && !GetDcv::CHANGES && !GetGroupDetails::CHANGES);
        assert!(!GetDomainDetails::CHANGES && !GetProductDetails::CHANGES);
        assert!(!GetOrganizationDetails::CHANGES);
    }
}
