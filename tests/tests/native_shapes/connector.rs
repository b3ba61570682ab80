//! The connector's calls for the exchanges of the table.

use certwright_core::{
    ca::{Agreement, Contact, DcvMethod, NewOrder, NewOrderOrganization, ReportQuery},
    credential::{AccessKey, AccountNumber},
    fault::CaFault,
    ids::OrderReference,
    revocation::RevocationReason,
    time::Timestamp,
};
use certwright_emsign::{
    Account, Call, GenerateOrderSsl, GetCertificate, GetDcv, GetDomainDetails, GetGroupDetails,
    GetOrderReport, GetOrganizationDetails, GetProductDetails, RejectOrder, RevokeOrder, Stamp,
    SubmitCsr, TrackOrder, Txn, ValidateCredentials, VerifyDcv, hosts, interpret, request,
};
use http::Response;
use serde_json::{Value, json};

use crate::Case;

const TXN: &str = "90317725104418";
const EMAIL: &str = "dana.whitlock@corp.example";
const DOMAIN: &str = "app.pike.example";

/// What the connector sends for an exchange, less the meta, and the code under which it takes the
/// recorded reply: empty for a success, none when it does not understand it.
pub(crate) fn exchange(case: &Case) -> (Value, Option<String>) {
    let group = || "3107745521".to_owned();
    match case.operation() {
        "ValidateCredentials" => with(&ValidateCredentials, case),
        "GetGroupDetails" => {
            let account_number = number("7412005839");
            with(&GetGroupDetails { account_number }, case)
        }
        "GetOrganizationDetails" => {
            let call = GetOrganizationDetails {
                organization_number: "2984410".into(),
                group_number: group(),
            };
            with(&call, case)
        }
        "GetDomainDetails" => with(&GetDomainDetails, case),
        "GetProductDetails" => {
            let has_group = case.request()["productDetails"]["groupNumber"].is_string();
            let group_number = has_group.then(group);
            with(&GetProductDetails { group_number }, case)
        }
        "GenerateOrderSSL" => with(&GenerateOrderSsl(order(case)), case),
        "SubmitCSR" => {
            let call = SubmitCsr {
                order_number: number("5580931746"),
                requestor_email: EMAIL.into(),
                csr_pem: "-----BEGIN CERTIFICATE REQUEST-----".into(),
            };
            with(&call, case)
        }
        "GetDcv" => {
            let call = GetDcv {
                order_number: number("5580931746"),
                requestor_email: EMAIL.into(),
                domain: DOMAIN.into(),
                method: DcvMethod::DnsTxt,
            };
            with(&call, case)
        }
        "VerifyDcv" => {
            let call = VerifyDcv {
                order_number: number("5580931746"),
                requestor_email: EMAIL.into(),
                domain: DOMAIN.into(),
                method: DcvMethod::Email,
                email_address: Some("hostmaster@app.pike.example".into()),
            };
            with(&call, case)
        }
        "TrackOrder" => {
            let order_number = number("5580931746");
            with(&TrackOrder { order_number }, case)
        }
        "GetOrderReport" => {
            let at = Timestamp::from_unix(1_773_045_331);
            let query = ReportQuery {
                page: 1,
                product_code: Some("842".into()),
                domain: Some(DOMAIN.into()),
                requestor_email: Some(EMAIL.into()),
                ordered_between: Some((at, at)),
                ..ReportQuery::default()
            };
            with(&GetOrderReport(query), case)
        }
        "GetCertificate" => {
            let call = GetCertificate {
                order_number: number("5580931746"),
                requestor_email: EMAIL.into(),
            };
            with(&call, case)
        }
        "RevokeOrder" => {
            let call = RevokeOrder {
                order_number: number("5580931746"),
                requestor_email: EMAIL.into(),
                reason: RevocationReason::Superseded,
                remark: number("replaced by new key"),
            };
            with(&call, case)
        }
        "RejectOrder" => {
            let call = RejectOrder {
                order_number: number("5580931746"),
                remark: number("ordered twice"),
            };
            with(&call, case)
        }
        other => panic!("the connector has no call {other}"),
    }
}

fn number<T: TryFrom<String>>(text: &str) -> T {
    T::try_from(text.to_owned()).ok().unwrap()
}

fn with<C: Call>(call: &C, case: &Case) -> (Value, Option<String>) {
    assert_eq!(C::OPERATION, case.operation());
    let account_number: AccountNumber = number("7412005839");
    let account = Account {
        base: hosts::checked_base("https://ca.example/emSignHub-API/", hosts::Reach::Internet)
            .unwrap(),
        number: account_number,
        key: AccessKey::parse("K7qX-demo-access-key-01").unwrap(),
    };
    let stamp = Stamp {
        at: Timestamp::from_unix(1_773_045_331),
        txn: Txn::try_from(TXN.to_owned()).unwrap(),
    };
    let mut sent: Value = serde_json::from_slice(request(&account, &stamp, call).body()).unwrap();
    let meta = sent.as_object_mut().unwrap().remove("meta").unwrap();
    let mut names: Vec<&String> = meta.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(
        names,
        ["accountNumber", "authKey", "ts", "txn", "ver"],
        "A3"
    );

    let mut reply = case.reply().clone();
    for name in ["txn", "responseTxnId"] {
        if let Some(txn) = reply["meta"].get_mut(name) {
            *txn = json!(TXN);
        }
    }
    let response = Response::builder()
        .status(case.status())
        .body(reply.to_string().into_bytes())
        .unwrap();
    let code = match interpret(call, &response, &stamp) {
        Ok(_) => Some(String::new()),
        Err(CaFault::Refused(refusal) | CaFault::CredentialRefused(refusal)) => refusal.code,
        Err(_) => None,
    };
    (sent, code)
}

fn order(case: &Case) -> NewOrder {
    let organization = &case.request()["orderDetails"]["organizationDetails"];
    let vetted = (organization["preVetting"] == "1").then(|| NewOrderOrganization {
        number: "2984410".into(),
        prevetting_token: Some("7C0E51B2D9A84F30A1B66E0D94C27F15".into()),
    });
    let additional = ["api.whitlock.example".parse().unwrap()];
    NewOrder {
        reference: OrderReference::from_random([1; 7]),
        product_code: "842".into(),
        group_number: "3107745521".into(),
        additional: if vetted.is_some() {
            additional.to_vec()
        } else {
            Vec::new()
        },
        organization: vetted,
        primary: DOMAIN.parse().unwrap(),
        csr_pem: "-----BEGIN CERTIFICATE REQUEST-----".into(),
        requestor: Contact {
            name: "Dana Whitlock".into(),
            email: EMAIL.into(),
            isd_code: "1".into(),
            phone: "2075550142".into(),
            designation: Some("PKI lead".into()),
        },
        agreement: Agreement {
            signer_name: "Dana Whitlock".into(),
            signer_place: "Portland".into(),
            signer_ip: "203.0.113.24".into(),
        },
        validity_years: 1,
        remarks: "web tier".into(),
    }
}
