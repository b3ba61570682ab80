//! No input may panic the sandbox, and every input gets an answer.

use emsign_sandbox::{Options, Reply, Sandbox};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use crate::support::{Ca, START, csr, dv, set};

const OPERATIONS: [&str; 18] = [
    "ValidateCredentials",
    "GetGroupDetails",
    "GetOrganizationDetails",
    "GetDomainDetails",
    "GetProductDetails",
    "GetFieldDetails",
    "GenerateOrderSSL",
    "SubmitCSR",
    "SubmitDocument",
    "AgreementAcceptance",
    "GetDcv",
    "VerifyDcv",
    "TrackOrder",
    "GetOrderReport",
    "GetCertificate",
    "RevokeOrder",
    "RejectOrder",
    "RejectRequest",
];

const MEMBERS: [&str; 24] = [
    "orderDetails",
    "searchCriteria",
    "dcvDetails",
    "revocationDetails",
    "agreementDetails",
    "documentDetails",
    "organizationDetails",
    "productDetails",
    "orderNumber",
    "requestNumber",
    "pageNumber",
    "pageSize",
    "tags",
    "domainName",
    "dcvMethod",
    "csr",
    "groupNumber",
    "requestorEmail",
    "orderDateFrom",
    "orderDateTill",
    "rejectRemarks",
    "revokeReasonId",
    "additionalDomains",
    "certificateInformation",
];

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,24}".prop_map(Value::from),
        "[0-9]{0,22}".prop_map(Value::from),
        select(vec![
            "1",
            "0",
            "842",
            "848",
            "3107745521",
            "2984410",
            "a@b",
            "*.whitlock.example"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((select(MEMBERS.to_vec()), inner), 0..6).prop_map(|members| {
                Value::Object(
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

/// An answer is JSON with a meta, or it is Spring's.
fn check(reply: &Reply) -> Result<(), TestCaseError> {
    let response = reply.response.as_ref();
    prop_assert!(response.is_some());
    let Some(response) = response else {
        return Ok(());
    };
    let body: Value = serde_json::from_slice(response.body())
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    if response.status() == 200 {
        prop_assert!(
            body["meta"]["status"] == "0" || body["meta"]["status"] == "1",
            "{body}"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_bytes(body in vec(any::<u8>(), 0..300), operation in select(OPERATIONS.to_vec())) {
        let mut ca = Ca::new();
        check(&ca.post(&format!("/emSignHub-API/{operation}"), body))?;
    }

    #[test]
    fn random_json_with_a_right_meta(
        body in json_value(),
        operation in select(OPERATIONS.to_vec()),
    ) {
        let mut ca = Ca::with_orders(20);
        let body = match body {
            Value::Object(members) => Value::Object(members),
            other => json!({ "orderDetails": other }),
        };
        check(&ca.send(operation, body))?;
    }

    #[test]
    fn an_order_with_anything_anywhere(
        value in json_value(),
        path in select(vec![
            "productCode", "groupNumber", "autoSecureWWW", "requestorInformation",
            "requestorInformation.requestorEmail", "subscriptionDetails", "organizationDetails",
            "organizationDetails.preVetting", "certificateInformation",
            "certificateInformation.domainName", "certificateInformation.additionalDomains", "csr",
            "agreementDetails", "technicalPointOfContact", "additionalInformation",
            "additionalInformation.tags", "additionalInformation.customFields", "requestNumber",
            "documentsAttached", "contractSignerInfo",
        ]),
    ) {
        let mut ca = Ca::new();
        let mut order = dv("app.whitlock.example", "");
        set(&mut order, path, value);
        check(&ca.send("GenerateOrderSSL", json!({ "orderDetails": order })))?;
        ca.wait(100);
        let _ = ca.control("GET", "books", Value::Null);
    }

    #[test]
    fn a_csr_with_any_octet_changed(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut ca = Ca::new();
        let pem = csr("app.whitlock.example");
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let mut der = data_encoding::BASE64.decode(body.as_bytes()).unwrap();
        let at = at.index(der.len());
        der[at] = to;
        let pem = format!(
            "-----BEGIN CERTIFICATE REQUEST-----\n{}\n-----END CERTIFICATE REQUEST-----",
            data_encoding::BASE64.encode(&der)
        );
        let order = json!({ "orderDetails": dv("app.whitlock.example", &pem) });
        check(&ca.send("GenerateOrderSSL", order))?;
    }

    #[test]
    fn any_control_request(
        method in select(vec!["GET", "POST", "DELETE", "PUT"]),
        path in select(vec![
            "books", "calls", "advance", "faults", "behaviour", "domains", "groups",
            "organizations", "accounts", "accounts/7412005839/state", "orders/1/set",
            "orders/issue-many", "ca", "", "//", "orders//approve",
        ]),
        body in json_value(),
    ) {
        let mut ca = Ca::new();
        let (status, _) = ca.try_control(method, path, body);
        prop_assert!([200, 400, 404, 409].contains(&status));
    }

    #[test]
    fn any_time(now in any::<i64>(), advance in any::<i64>(), orders in 0_u32..40) {
        let mut sandbox =
            Sandbox::new(Options { orders, ..Options::default() }, now).unwrap();
        sandbox.advance(advance, now);
        let books = sandbox.books(now);
        prop_assert_eq!(books.orders.len(), orders as usize);
        sandbox.advance(advance, now);
        let _ = sandbox.books(START);
    }

    #[test]
    fn any_path(path in "/[a-zA-Z0-9/._-]{0,40}") {
        let mut ca = Ca::new();
        let request = http::Request::post(&path)
            .header("content-type", "application/json")
            .body(b"{}".to_vec())
            .unwrap();
        let reply = ca.sandbox.handle(&request, START);
        prop_assert!(reply.response.is_some());
    }
}

#[test]
fn deep_nesting_is_refused_as_json() {
    let mut ca = Ca::new();
    let body = "[".repeat(100_000);
    let answer = crate::support::json_of(&ca.post("/emSignHub-API/TrackOrder", body));
    assert_eq!(answer["meta"]["errorCode"], "EMS-902");
}
