//! What every test of this crate needs: an account, a stamp, values for calls, replies.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "shared by several test programs, none of which uses everything"
)]

use certwright_core::{
    ca::{Agreement, Contact, NewOrder, ReportQuery},
    credential::{AccessKey, AccountNumber},
    fault::CaFault,
    ids::OrderReference,
    time::Timestamp,
};
use certwright_emsign::{Account, Call, GetOrderReport, Stamp, Txn, hosts, interpret};
use http::Response;
use serde_json::Value;

pub const KEY: &str = "K7qX-demo-access-key-01";
pub const EMAIL: &str = "dana.whitlock@corp.example";
pub const CSR: &str =
    "-----BEGIN CERTIFICATE REQUEST-----\nMIIC\n-----END CERTIFICATE REQUEST-----\n";

pub fn account() -> Account {
    Account {
        base: hosts::checked_base("https://ca.example/emSignHub-API/", hosts::Reach::Internet)
            .unwrap(),
        number: account_number(),
        key: AccessKey::parse(KEY).unwrap(),
    }
}

pub fn account_number() -> AccountNumber {
    AccountNumber::try_from("7412005839".to_owned()).unwrap()
}

pub fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

pub fn stamp() -> Stamp {
    Stamp {
        at: at("2026-03-09T08:35:31Z"),
        txn: Txn::try_from("90317725104418".to_owned()).unwrap(),
    }
}

pub fn number<T: TryFrom<String>>(text: &str) -> T {
    T::try_from(text.to_owned()).ok().unwrap()
}

pub fn new_order() -> NewOrder {
    NewOrder {
        reference: OrderReference::try_from("ABCDEFGH23".to_owned()).unwrap(),
        product_code: "842".into(),
        group_number: "3107745521".into(),
        organization: None,
        primary: "app.whitlock.example".parse().unwrap(),
        additional: Vec::new(),
        csr_pem: CSR.into(),
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

pub fn report(page: u32) -> GetOrderReport {
    GetOrderReport(ReportQuery {
        page,
        ..ReportQuery::default()
    })
}

pub fn response(status: u16, body: impl Into<Vec<u8>>) -> Response<Vec<u8>> {
    Response::builder()
        .status(status)
        .body(body.into())
        .unwrap()
}

pub fn answer<C: Call>(call: &C, body: &str) -> Result<C::Reply, CaFault> {
    interpret(call, &response(200, body), &stamp())
}

/// The body with the value at a JSON pointer replaced, or taken out.
pub fn changed(body: &str, pointer: &str, value: Option<Value>) -> String {
    let mut whole: Value = serde_json::from_str(body).unwrap();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = whole.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
    whole.to_string()
}

/// A failure as the CA sends it.
pub fn failure(code: &str, message: &str) -> String {
    serde_json::json!({"meta": {"ver": "1.0", "status": "0", "errorCode": code, "errorMessage": message}})
        .to_string()
}

macro_rules! replies {
    ($($name:ident),* $(,)?) => {
        pub mod replies {
            $(
                #[allow(non_upper_case_globals, reason = "named as the file")]
                pub const $name: &str =
                    include_str!(concat!("../fixtures/replies/", stringify!($name), ".json"));
            )*
            pub const PROXY_PAGE: &str = include_str!("../fixtures/replies/proxy.html");
            pub const ALL: &[&str] = &[$($name,)* PROXY_PAGE];
        }
    };
}

replies! {
    ok, ok_other_meta_names, ok_of_another_transaction, groups, organization, domains,
    domains_single_object, domains_empty_object, products, booked, booked_as_draft, track_pending,
    track_issued, track_revoked, track_odd, report, report_with_unreadable_rows, report_empty,
    certificate, certificate_not_there_yet, certificate_refused, dcv_dns, dcv_file, dcv_email,
    dcv_already_verified, refused_account, inactive_without_code, spring_404,
}
