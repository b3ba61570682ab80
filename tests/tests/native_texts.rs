//! Texts of people, of programs and of the CA: how long they may be, of which characters, and that none of
//! them shows the access key.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use certwright_tests::{
    requests::Key,
    story::{Story, text},
};
use emsign_sandbox::{DEFAULT_ACCESS_KEY, DEFAULT_ACCOUNT_NUMBER, DirectoryPart};
use futures_executor::block_on;
use serde_json::{Value, json};

const GROUP: &str = "3107745521";

fn order(credential: &str, product: &str, name: &str) -> Value {
    json!({
        "credentialId": credential, "productCode": product, "groupNumber": GROUP, "domain": name,
        "csr": Key::of(1).unwrap().request(&[name]).unwrap(),
        "requestor": { "name": "Dana Whitlock", "email": "dana@corp.example", "isdCode": "1",
            "phone": "2075550142", "designation": "PKI lead" },
        "agreement": { "accepted": true, "signerPlace": "Portland", "signerName": "Dana Whitlock",
            "signerIp": "203.0.113.24" },
        "remarks": "web tier",
    })
}

fn place(story: &Story, order: &Value) -> (u16, Value) {
    let key = [("idempotency-key", "one")];
    block_on(story.world.request("POST", "/v1/orders", &key, order))
}

/// The problem of this field, complete with what to do.
fn refused(status: u16, said: &Value, field: &str, text: &str) {
    let shown: String = text.chars().take(20).collect();
    assert_eq!(status, 422, "{field} {shown:?}: {said:#}");
    let problems = said["errors"].as_array().unwrap();
    let problem = problems.iter().find(|problem| problem["field"] == *field);
    let problem = problem.unwrap_or_else(|| panic!("{field}: {said:#}"));
    let told = problem["message"].as_str().unwrap();
    assert!(
        told.starts_with("Must ") || field.ends_with("email"),
        "{told}"
    );
    assert!(problem["remedy"].is_string(), "{problem:#}");
    let all = said.to_string();
    assert!(all.len() < 4_000 && !all.contains('\u{202e}'), "{all:.300}");
}

#[test]
fn every_text_has_a_length_and_characters() {
    let story = Story::begin(0);
    let credential = story.link();
    let bad = |most: usize| {
        let long = ["x".repeat(most + 1), "x\u{7}".repeat(20_000)];
        let strange = [
            "a\u{0}b",
            "a\u{1b}[31mb",
            "a\u{202e}b",
            "a\u{2066}b",
            "a\u{2028}b",
            "a\nb",
            "a\u{ffff}b",
        ];
        long.into_iter().chain(strange.map(str::to_owned))
    };
    for (pointer, field, most) in [
        ("/requestor/name", "requestor/name", 100),
        ("/requestor/email", "requestor/email", 254),
        ("/requestor/phone", "requestor/phone", 15),
        ("/requestor/designation", "requestor/designation", 100),
        ("/agreement/signerPlace", "agreement/signerPlace", 100),
        ("/agreement/signerName", "agreement/signerName", 100),
        ("/remarks", "remarks", 200),
    ] {
        for text in bad(most) {
            let mut order = order(&credential, "842", "app.whitlock.example");
            *order.pointer_mut(pointer).unwrap() = json!(text);
            let (status, said) = place(&story, &order);
            if pointer == "/requestor/phone" {
                assert_eq!(status, 422, "{said:#}");
            } else {
                refused(status, &said, field, &text);
            }
        }
    }
    let account = |label: &str| {
        json!({ "label": label, "environment": "development",
            "accountNumber": "7412005999", "accessKey": "AK-1" })
    };
    let csr = Key::of(2)
        .unwrap()
        .request(&["b.whitlock.example"])
        .unwrap();
    for text in bad(100) {
        for (path, body) in [
            ("/v1/credentials", account(&text)),
            ("/v1/tokens", json!({ "label": text, "role": "viewer" })),
            ("/v1/csrs", json!({ "label": text, "csr": csr })),
        ] {
            let (status, said) = story.send("POST", path, &body);
            refused(status, &said, "label", &text);
        }
    }
    let (status, placed) = place(&story, &order(&credential, "842", "app.whitlock.example"));
    assert_eq!(status, 201, "{placed:#}");
    let path = format!("/v1/orders/{}", text(&placed["id"]));
    for text in bad(200) {
        for (action, field, body) in [
            (
                "revoke",
                "remark",
                json!({ "reason": "superseded", "remark": text }),
            ),
            ("cancel", "remark", json!({ "remark": text })),
            ("decline", "reason", json!({ "reason": text })),
        ] {
            let (status, said) = story.send("POST", &format!("{path}/{action}"), &body);
            refused(status, &said, field, &text);
        }
    }
    assert_eq!(story.calls("RejectOrder") + story.calls("RevokeOrder"), 0);
}

#[test]
fn the_access_key_stands_in_no_other_text_of_its_request() {
    let story = Story::begin(0);
    let link = |label: &str, number: &str, key: &str| {
        let body = json!({ "label": label, "environment": "development",
            "accountNumber": number, "accessKey": key });
        story.send("POST", "/v1/credentials", &body)
    };
    let key = DEFAULT_ACCESS_KEY;
    let (front, back) = key.split_at(key.len() / 2);
    let disguises = [
        key.to_owned(),
        format!(" {key} "),
        format!("emSign {key}, Portland"),
        format!("{front}\u{200b}{back}"),
        format!("{front} {back}"),
        format!("{front}\u{2060}{back}\u{ad}"),
        format!("\u{feff}{key}"),
    ];
    for disguise in &disguises {
        for given in [key.to_owned(), format!("\u{200b}{key}\r\n")] {
            let (status, said) = link(disguise, DEFAULT_ACCOUNT_NUMBER, &given);
            refused(status, &said, "label", disguise);
            let (status, said) = link("Head office", disguise, &given);
            assert_eq!(status, 422, "{said:#}");
            assert!(!said.to_string().contains(key), "{said:#}");
        }
    }
    assert_eq!(story.calls("ValidateCredentials"), 0);
    // A key that was pasted with what cannot be seen at its ends is that key.
    let (status, linked) = link(
        "Head office",
        DEFAULT_ACCOUNT_NUMBER,
        &format!("\u{feff}{key}\u{200b}\n"),
    );
    assert_eq!(status, 201, "{linked:#}");
}

#[test]
fn a_key_that_stands_in_the_label_does_not_replace_another() {
    let story = Story::begin(0);
    let label = "Head office, soon K3Y-0f-th3-n3xt";
    let body = json!({ "label": label, "environment": "development",
        "accountNumber": DEFAULT_ACCOUNT_NUMBER, "accessKey": DEFAULT_ACCESS_KEY });
    let linked = story.ok("POST", "/v1/credentials", &body);
    let path = format!(
        "/v1/credentials/{}/rotate",
        text(&linked["credential"]["id"])
    );
    let asked = story.calls("ValidateCredentials");
    for key in [
        "K3Y-0f-th3-n3xt",
        "K3Y-0f-th3-n3xt\n",
        "\u{200b}K3Y-0f-th3-n3xt",
        DEFAULT_ACCOUNT_NUMBER,
    ] {
        let (status, said) = story.send("POST", &path, &json!({ "accessKey": key }));
        refused(status, &said, "accessKey", key);
    }
    assert_eq!(
        story.calls("ValidateCredentials"),
        asked,
        "the CA was asked"
    );
    story.ok("POST", &path, &json!({ "accessKey": DEFAULT_ACCESS_KEY }));
}

#[test]
fn names_of_any_length_come_through_sync_and_lists() {
    let story = Story::begin(0);
    let credential = story.link();
    for n in 0..4 {
        let mut sandbox = story.sandbox.borrow_mut();
        let now = certwright_worker::platform::Platform::now(&story.world).unix();
        let name = format!("{}{n}", "Größe\n".repeat(100));
        let group = json!({ "groupNumber": format!("319000000{n}"), "groupName": name });
        sandbox
            .change_directory(DirectoryPart::Group, group, now)
            .unwrap();
        let domain = json!({ "domainName": format!("{}{n}.example", "a.".repeat(3_000)),
            "organizationNumber": "2984410" });
        sandbox
            .change_directory(DirectoryPart::Domain, domain, now)
            .unwrap();
    }
    story.ok("POST", "/v1/sync", &json!({}));
    story.work();
    for (part, member, longest) in [("groups", "number", 600), ("domains", "name", 6_000)] {
        let path = format!("/v1/{part}?credentialId={credential}");
        let whole = story.get(&format!("{path}&limit=100"));
        let count = whole["items"].as_array().unwrap().len();
        let mut seen = Vec::new();
        let mut next = Some(format!("{path}&limit=1"));
        while let Some(page) = next {
            assert!(page.len() < 2_000, "{} characters of address", page.len());
            let page = story.get(&page);
            let items = page["items"].as_array().unwrap();
            seen.extend(items.iter().map(|item| text(&item["entry"][member])));
            let cursor = page["nextCursor"].as_str();
            next = cursor.map(|cursor| format!("{path}&limit=1&cursor={cursor}"));
        }
        assert_eq!(seen.len(), count, "{part}");
        let kept = whole.to_string();
        assert!(
            kept.len() > 4 * longest,
            "{part}: the names are kept as they are"
        );
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), count, "{part}");
    }
}

#[test]
fn orders_placed_here_have_their_organization_in_the_csv() {
    let story = Story::begin(0);
    let credential = story.link();
    let mut order = order(&credential, "846", "app.whitlock.example");
    order["organizationNumber"] = json!("2984410");
    let (status, placed) = place(&story, &order);
    assert_eq!(status, 201, "{placed:#}");
    let name = text(&placed["organizationName"]);
    let sheet = story.pages("/v1/orders.csv?limit=50");
    let line = sheet
        .lines()
        .find(|line| line.contains(&text(&placed["id"])));
    assert!(!name.is_empty() && line.unwrap().contains(&name), "{sheet}");
}
