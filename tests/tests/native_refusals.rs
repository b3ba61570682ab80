//! What the CA's refusals mean, to the client and in the sandbox, held against a table that was
//! written from the vendor's documents and from neither of the two.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeMap;

use certwright_core::{
    ca::{Agreement, Contact, NewOrder},
    fault::{CaFault, CaRefusal, RefusalKind, Unanswered},
    ids::OrderReference,
    time::Timestamp,
};
use certwright_emsign::{Call, GenerateOrderSsl, Stamp, Txn, ValidateCredentials, interpret};
use http::Response;
use serde_json::json;

const TABLE: &str = include_str!("../fixtures/ca-refusals.txt");

struct Row {
    words: Vec<String>,
    means: String,
    field: Option<String>,
    is_booked_perhaps: bool,
}

fn table() -> BTreeMap<u32, Row> {
    TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let row = Row {
                words: cells[1].split(' ').map(str::to_lowercase).collect(),
                means: cells[2].to_owned(),
                field: (!cells[3].is_empty()).then(|| cells[3].to_owned()),
                is_booked_perhaps: cells[4] == "open",
            };
            (cells[0].parse().unwrap(), row)
        })
        .collect()
}

fn fault<C: Call>(call: &C, code: &str, message: &str) -> CaFault {
    let stamp = Stamp {
        at: Timestamp::from_unix(1_800_000_000),
        txn: Txn::try_from("90317725104418".to_owned()).unwrap(),
    };
    let body = json!({"meta": {"ver": "1.0", "status": "0", "errorCode": code,
        "errorMessage": message}});
    let response = Response::builder()
        .status(200)
        .body(serde_json::to_vec(&body).unwrap())
        .unwrap();
    match interpret(call, &response, &stamp) {
        Err(fault) => fault,
        Ok(_) => panic!("{code} counts as a success"),
    }
}

fn booking() -> GenerateOrderSsl {
    GenerateOrderSsl(NewOrder {
        reference: OrderReference::from_random([1; 7]),
        product_code: "842".into(),
        group_number: "3107745521".into(),
        organization: None,
        primary: "app.whitlock.example".parse().unwrap(),
        additional: Vec::new(),
        csr_pem: String::new(),
        requestor: Contact {
            name: "Dana Whitlock".into(),
            email: "dana.whitlock@corp.example".into(),
            isd_code: "1".into(),
            phone: "2075550142".into(),
            designation: None,
        },
        agreement: Agreement {
            signer_name: "Dana Whitlock".into(),
            signer_place: "Portland".into(),
            signer_ip: "203.0.113.24".into(),
        },
        validity_years: 1,
        remarks: String::new(),
    })
}

fn kind(refusal: &CaRefusal) -> &'static str {
    match refusal.kind {
        RefusalKind::Invalid => "invalid",
        RefusalKind::UnknownOrder => "unknown",
        RefusalKind::WrongState => "state",
        RefusalKind::AlreadyDone => "done",
        RefusalKind::Funds => "funds",
        RefusalKind::CaTrouble => "trouble",
        RefusalKind::Other => "other",
    }
}

/// What a fault means and which field it points to, in the words of the table.
fn meaning(fault: &CaFault) -> (&'static str, Option<&str>) {
    match fault {
        CaFault::Refused(refusal) => (kind(refusal), refusal.field.as_deref()),
        CaFault::CredentialRefused(refusal) => ("credential", refusal.field.as_deref()),
        CaFault::Unanswered(_) => ("open", None),
        CaFault::RateLimited { .. } => ("limit", None),
    }
}

#[test]
fn every_code_has_the_meaning_and_the_field_that_the_vendor_gives_it() {
    for (code, row) in table() {
        let fault = fault(&ValidateCredentials, &format!("EMS-{code}"), "");
        let expected = (row.means.as_str(), row.field.as_deref());
        assert_eq!(meaning(&fault), expected, "EMS-{code}");
        if let CaFault::Refused(refusal) | CaFault::CredentialRefused(refusal) = &fault {
            let remedy = &refusal.remedy;
            assert!(remedy.ends_with('.') && remedy.len() > 15, "EMS-{code}");
            assert!(!remedy.contains("does not know"), "EMS-{code}");
        }
    }
}

/// A booked order behind an answer that was taken for a refusal would be bought a second time.
#[test]
fn a_booking_counts_as_refused_only_where_nothing_can_have_been_booked() {
    let table = table();
    for code in 900..1300 {
        let fault = fault(&booking(), &format!("EMS-{code}"), "no");
        let is_open = matches!(fault, CaFault::Unanswered(_));
        let expected = table.get(&code).is_none_or(|row| row.is_booked_perhaps);
        // Codes that the vendor leaves out stand between two of one meaning.
        let is_gap = !table.contains_key(&code);
        assert!(is_open == expected || is_gap, "EMS-{code}: {fault:?}");
    }
    for (code, message) in [
        ("EMS-4711", "An answer of next year"),
        ("EMS-1300", ""),
        ("", "Order is with the approver"),
        ("", ""),
        ("EMS-DOMAIN-7", "odd"),
        ("", "Something went Wrong"),
    ] {
        let fault = fault(&booking(), code, message);
        assert!(matches!(fault, CaFault::Unanswered(_)), "{code} {message}");
    }
}

/// The CA's words stay, for the time when its list shows that nothing was booked.
#[test]
fn an_unclear_answer_keeps_code_words_and_remedy() {
    let CaFault::Unanswered(Unanswered::Unclear(refusal)) =
        fault(&booking(), "EMS-1141", "Exceeded Negative Credit Limit.")
    else {
        panic!()
    };
    assert_eq!(refusal.code.as_deref(), Some("EMS-1141"));
    assert_eq!(refusal.kind, RefusalKind::Funds);
    assert_eq!(
        refusal.advice().matches(". ").count(),
        2,
        "sentences that follow each other: {}",
        refusal.advice()
    );
}

#[test]
fn the_sandbox_says_what_the_vendor_s_table_says() {
    let table = table();
    for (code, text) in emsign_sandbox::refusals().filter(|(code, _)| !code.is_empty()) {
        let number = code.strip_prefix("EMS-").unwrap().parse().unwrap();
        let row: &Row = table.get(&number).expect(code);
        let text = text.to_lowercase();
        for word in &row.words {
            assert!(text.contains(word), "{code} {text}: {word}");
        }
        let expects_empty = row.words.iter().any(|word| word == "empty");
        assert_eq!(text.contains("empty"), expects_empty, "{code} {text}");
    }
}
