//! A9, A12: validation of domains, documents, agreement.

use emsign_sandbox::{DcvMode, Options};
use serde_json::{Value, json};

use crate::support::{Ca, csr, dv, ov};

const OPEN: &str = "app.unknown.example";

#[test]
fn which_orders_need_no_challenge() {
    let mut ca = Ca::new();
    ca.control("POST", "behaviour", json!({ "rateLimit": false }));
    let skipped = |ca: &mut Ca, order: Value| {
        let number = ca.place(order);
        ca.wait(10);
        ca.standing(&number) == "6/20"
    };
    // DV: any validated domain of the account, and every name below it.
    for (name, expected) in [
        ("whitlock.example", true),
        ("deep.down.whitlock.example", true),
        ("notwhitlock.example", false),
        ("app.trucks.example", true),
        ("app.fresh-whitlock.example", false),
        ("app.old-whitlock.example", false),
        ("app.tidewater-labs.example", false),
        // Validated, but its organization has expired.
        ("app.whitlock-retail.example", false),
    ] {
        assert_eq!(skipped(&mut ca, dv(name, &csr(name))), expected, "{name}");
    }
    // OV: the organization's own.
    let name = "app.whitlock.example";
    assert!(skipped(&mut ca, ov(name, &csr(name), "2984410")));
    assert!(!skipped(&mut ca, ov(name, &csr(name), "2984733")));
    // DV that names an organization is held to it.
    let mut order = dv(name, &csr(name));
    order["organizationDetails"] = json!({ "preVetting": "1", "organizationNumber": "2984733" });
    assert!(!skipped(&mut ca, order));
    // The domain's time runs out.
    assert!(skipped(
        &mut ca,
        dv("app.corp.example", &csr("app.corp.example"))
    ));
    ca.wait(8 * 86_400);
    assert!(!skipped(
        &mut ca,
        dv("app.corp.example", &csr("app.corp.example"))
    ));
}

#[test]
fn the_challenge_appears_a_little_later() {
    let mut ca = Ca::new();
    let number = ca.place(dv(OPEN, &csr(OPEN)));
    assert_eq!(ca.track(&number)["domainVerification"], Value::Null);
    let body = ca.dcv(&number, OPEN);
    assert_eq!(ca.refused("GetDcv", body.clone()), "EMS-956");
    ca.wait(2);
    let verification = ca.track(&number)["domainVerification"].clone();
    assert_eq!(verification["status"], "0");
    assert_eq!(
        verification[OPEN],
        json!({
            "dcvMethod": "", "dcvStatus": "0", "status": "1", "verifiedDate": "",
            "caaStatus": "1",
        })
    );
    ca.ok("GetDcv", body);
}

#[test]
fn three_methods() {
    let mut ca = Ca::new();
    let number = ca.place(dv(OPEN, &csr(OPEN)));
    ca.wait(5);
    let mut body = ca.dcv(&number, OPEN);
    let details = ca.ok("GetDcv", body.clone())["dcvDetails"].clone();
    assert_eq!(details["token"].as_str().unwrap().len(), 32);
    assert_eq!(details["fileName"], "");
    assert_eq!(details["dcvEmails"], json!([]));
    body["dcvDetails"]["dcvMethod"] = json!("2");
    let details = ca.ok("GetDcv", body.clone())["dcvDetails"].clone();
    assert_eq!(details["token"], "");
    assert!(!details["fileContent"].as_str().unwrap().is_empty());
    body["dcvDetails"]["dcvMethod"] = json!("3");
    let details = ca.ok("GetDcv", body.clone())["dcvDetails"].clone();
    assert_eq!(details["dcvEmails"].as_array().unwrap().len(), 5);
    assert_eq!(ca.refused("VerifyDcv", body.clone()), "EMS-1166");
    body["dcvDetails"]["dcvEmail"] = json!("dana@unknown.example");
    assert_eq!(ca.refused("VerifyDcv", body.clone()), "EMS-1167");
    body["dcvDetails"]["dcvEmail"] = details["dcvEmails"][3].clone();
    ca.ok("VerifyDcv", body.clone());
    assert_eq!(ca.refused("VerifyDcv", body), "EMS-1080");
    let verification = ca.track(&number)["domainVerification"].clone();
    assert_eq!(verification["status"], "1");
    assert_eq!(verification[OPEN]["dcvMethod"], "Email");
    assert_eq!(verification[OPEN]["dcvStatus"], "1");
}

#[test]
fn challenge_requests_that_are_refused() {
    let mut ca = Ca::new();
    let number = ca.place(dv(OPEN, &csr(OPEN)));
    ca.wait(5);
    for (member, value, code) in [
        ("domainName", "", "EMS-1157"),
        ("dcvMethod", "4", "EMS-1159"),
        ("dcvMethod", "", "EMS-1158"),
        ("domainName", "other.unknown.example", "EMS-1164"),
        ("orderNumber", "", "EMS-942"),
        ("orderNumber", "1", "EMS-943"),
        ("requestorEmail", "", "EMS-924"),
    ] {
        let mut body = ca.dcv(&number, OPEN);
        body["dcvDetails"][member] = json!(value);
        assert_eq!(ca.refused("GetDcv", body.clone()), code, "GetDcv, {member}");
        assert_eq!(ca.refused("VerifyDcv", body), code, "VerifyDcv, {member}");
    }
    // Either wrapper.
    let body = json!({ "orderDetails": ca.dcv(&number, OPEN)["dcvDetails"] });
    ca.ok("GetDcv", body);
    let name = "app.whitlock.example";
    let number = ca.issued(name);
    let body = ca.dcv(&number, name);
    assert_eq!(ca.refused("GetDcv", body), "EMS-956");
}

#[test]
fn verification_before_the_challenge_was_fetched_fails() {
    let mut ca = Ca::new();
    let number = ca.place(dv(OPEN, &csr(OPEN)));
    ca.wait(5);
    let body = ca.dcv(&number, OPEN);
    assert_eq!(ca.refused("VerifyDcv", body), "EMS-1076");
}

#[test]
fn verification_by_the_control_api() {
    let mut ca = Ca::with(Options {
        orders: 0,
        dcv: DcvMode::Control,
        ..Options::default()
    });
    let number = ca.place(dv(OPEN, &csr(OPEN)));
    ca.wait(5);
    let body = ca.dcv(&number, OPEN);
    ca.ok("GetDcv", body.clone());
    assert_eq!(ca.refused("VerifyDcv", body.clone()), "EMS-1076");
    let (status, _) = ca.try_control(
        "POST",
        &format!("orders/{number}/publish-dcv"),
        json!({ "domainName": "other.example" }),
    );
    assert_eq!(status, 404);
    ca.control("POST", &format!("orders/{number}/publish-dcv"), Value::Null);
    ca.ok("VerifyDcv", body);
}

#[test]
fn the_added_www_follows_its_domain_and_forbids_the_file() {
    let mut ca = Ca::new();
    let mut order = dv(OPEN, &csr(OPEN));
    order["autoSecureWWW"] = json!("1");
    let number = ca.place(order);
    ca.wait(5);
    let mut body = ca.dcv(&number, OPEN);
    body["dcvDetails"]["dcvMethod"] = json!("2");
    assert_eq!(ca.refused("GetDcv", body), "EMS-1106");
    let body = ca.dcv(&number, OPEN);
    ca.ok("GetDcv", body.clone());
    ca.ok("VerifyDcv", body);
    let verification = ca.track(&number)["domainVerification"].clone();
    assert_eq!(verification["status"], "1");
    assert_eq!(verification["www.app.unknown.example"]["dcvStatus"], "1");
}

#[test]
fn the_agreement_after_the_order() {
    let mut ca = Ca::new();
    let name = "app.whitlock.example";
    let mut order = dv(name, &csr(name));
    order["agreementDetails"] = json!({ "acceptAgreement": "0" });
    let number = ca.place(order);
    ca.wait(10);
    assert_eq!(ca.standing(&number), "1/1");
    assert_eq!(ca.track(&number)["subscriberAgreement"]["status"], "0");
    let mut body = json!({ "agreementDetails": {
        "requestorEmail": "dana.whitlock@corp.example", "orderNumber": number,
        "acceptAgreement": "1", "signerName": "Dana Whitlock", "signerPlace": "Portland",
        "signerIP": "127.0.0.1",
    }});
    assert_eq!(ca.refused("AgreementAcceptance", body.clone()), "EMS-1091");
    body["agreementDetails"]["signerIP"] = json!("203.0.113.24");
    for (member, code) in [
        ("acceptAgreement", "EMS-1085"),
        ("signerName", "EMS-1088"),
        ("signerPlace", "EMS-1086"),
    ] {
        let mut body = body.clone();
        body["agreementDetails"][member] = json!("");
        assert_eq!(ca.refused("AgreementAcceptance", body), code);
    }
    ca.ok("AgreementAcceptance", body.clone());
    assert_eq!(ca.refused("AgreementAcceptance", body), "EMS-1082");
    ca.wait(10);
    assert_eq!(ca.standing(&number), "6/20");
}

#[test]
fn an_organization_is_vetted_by_its_documents() {
    let mut ca = Ca::new();
    let mut order = ov(OPEN, &csr(OPEN), "");
    order["organizationDetails"] = json!({ "preVetting": "0" });
    order["certificateInformation"] = json!({
        "domainName": OPEN, "organizationName": "Pike & Moss Ltd", "streetAddress1": "1 Main",
        "locality": "Portland", "state": "Maine", "countryCode": "US", "postalCode": "04101",
    });
    let number = ca.place(order);
    ca.wait(5);
    let dcv = ca.dcv(&number, OPEN);
    ca.ok("GetDcv", dcv.clone());
    ca.ok("VerifyDcv", dcv);
    assert_eq!(ca.standing(&number), "2/2");
    // A temporary DV certificate comes meanwhile (A13).
    ca.wait(10);
    assert_eq!(ca.track(&number)["interimDvIssued"], "1");
    let request = Ca::certificate_request(&number);
    let details = ca.ok("GetCertificate", request.clone())["certificateDetails"].clone();
    assert_eq!(details["interimDv"], "1");
    let mut body = json!({ "documentDetails": {
        "requestorEmail": "ira.moss@corp.example", "orderNumber": number,
        "numberOfDocuments": "2",
        "documentsAttached": [{
            "id": "1", "fileName": "charter.pdf", "description": "company charter",
            "base64Value": "JVBERi0x",
        }],
    }});
    assert_eq!(ca.refused("SubmitDocument", body.clone()), "EMS-991");
    body["documentDetails"]["numberOfDocuments"] = json!("1");
    ca.ok("SubmitDocument", body.clone());
    ca.wait(10);
    assert_eq!(ca.standing(&number), "6/20");
    let details = ca.ok("GetCertificate", request)["certificateDetails"].clone();
    assert_eq!(details["interimDv"], "0");
    assert_eq!(ca.refused("SubmitDocument", body), "EMS-956");
}
