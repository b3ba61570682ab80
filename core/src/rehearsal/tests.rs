//! Each thing that can be wrong with a wish is named by its field.

use std::collections::BTreeMap;

use super::*;
use crate::{
    credential::NewDomains,
    directory::{DomainStanding, OrganizationStanding, ValidatedFor},
    product::ProductType,
};

const CSR: &str = include_str!("../../tests/fixtures/app.whitlock.example.csr.pem");

fn now() -> Timestamp {
    Timestamp::from_unix(1_795_000_000)
}

fn wish() -> Wish<'static> {
    Wish {
        product_code: "846",
        group_number: "31",
        organization_number: Some("29"),
        domain: "app.whitlock.example",
        additional_domains: &[],
        requestor: None,
        accepts_agreement: true,
        signer_place: "Portland",
        signer_name: None,
        signer_ip: Some("203.0.113.7"),
        validity_years: 1,
        remarks: None,
    }
}

fn known() -> Known {
    Known {
        product: Some(Product {
            code: "846".into(),
            name: "OV SSL".into(),
            product_type: ProductType(16),
            category: "SSL/TLS Certificates".into(),
            currency: "USD".into(),
            prices: BTreeMap::from([("1 Year".into(), "310.0".into())]),
            groups: vec!["31".into()],
        }),
        group: Some(Group {
            number: "31".into(),
            name: "Head office".into(),
            is_default: true,
            account_balance: None,
            group_balance: None,
        }),
        organization: Some(Organization {
            number: "29".into(),
            name: "Whitlock Foods Ltd".into(),
            groups: vec!["31".into()],
            validated_for: ValidatedFor::Ov,
            standing: OrganizationStanding::Validated,
            country: None,
            locality: None,
            domains: Vec::new(),
        }),
        domains: vec![Domain {
            name: "whitlock.example".into(),
            organization_number: Some("29".into()),
            organization_name: None,
            standing: DomainStanding::Validated,
            method: None,
            expires: None,
        }],
        account: Some(Account {
            number: "7412005839".into(),
            full_name: "Dana Whitlock".into(),
            email: "dana@corp.example".into(),
            phone: "+1 2075550142".into(),
            designation: "PKI lead".into(),
            role_id: "1".into(),
        }),
        key_used_for: None,
        covers: Vec::new(),
        free_seats: 5,
        needs_approval: false,
        new_domains: NewDomains::Validate,
    }
}

fn run(wish: &Wish<'_>, csr: &GivenCsr, known: &Known) -> Rehearsal {
    rehearse(wish, csr, known, OrderReference::from_random([1; 7]), now())
}

fn csr() -> GivenCsr {
    GivenCsr::Read(Box::new(Csr::read(CSR.as_bytes()).unwrap()))
}

/// Field and code of every error.
fn errors(rehearsal: &Rehearsal) -> Vec<(String, &'static str)> {
    let errors = rehearsal
        .findings
        .iter()
        .filter(|f| f.severity == Severity::Error);
    errors
        .map(|finding| (finding.field.clone(), finding.code))
        .collect()
}

#[test]
fn a_good_wish_becomes_an_order_with_its_price() {
    let rehearsal = run(&wish(), &csr(), &known());
    assert_eq!(rehearsal.findings, []);
    assert_eq!(rehearsal.price.as_deref(), Some("310.0 USD"));
    let order = rehearsal.order.unwrap();
    assert_eq!(order.requestor.isd_code, "1");
    assert_eq!(order.agreement.signer_name, "Dana Whitlock");
    assert_eq!(order.organization.unwrap().prevetting_token, None);
}

#[test]
fn an_order_does_without_what_the_ca_says_of_its_user() {
    for designation in ["x".repeat(240_000), "PKI\u{202e}lead".into(), String::new()] {
        let mut known = known();
        let account = known.account.as_mut().unwrap();
        account.designation = designation;
        let wish = Wish {
            requestor: None,
            ..wish()
        };
        let order = run(&wish, &csr(), &known).order.unwrap();
        assert_eq!(order.requestor.designation, None);
    }
}

#[test]
fn every_fault_of_the_wish_names_its_field() {
    let many = vec!["a.whitlock.example".to_owned(); 101];
    let further = ["b.whitlock.example".to_owned()];
    type Change<'c> = Box<dyn Fn(&mut Wish<'c>) + 'c>;
    let cases: Vec<(Change<'_>, &str, &str)> = vec![
        (
            Box::new(|w| w.domain = "app_.example"),
            "domain",
            "malformed-name",
        ),
        // The product names an organization, whose domain it has to be.
        (
            Box::new(|w| w.domain = "app.other.example"),
            "domain",
            "domain-outside-account",
        ),
        (
            Box::new(|w| w.domain = "*.whitlock.example"),
            "domain",
            "name-not-for-product",
        ),
        (
            Box::new(|w| w.additional_domains = &further),
            "additionalDomains",
            "name-not-for-product",
        ),
        (
            Box::new(|w| w.additional_domains = &many),
            "additionalDomains",
            "too-many-names",
        ),
        (
            Box::new(|w| w.group_number = "32"),
            "groupNumber",
            "product-not-in-group",
        ),
        (
            Box::new(|w| w.organization_number = None),
            "organizationNumber",
            "organization-missing",
        ),
        (
            Box::new(|w| w.accepts_agreement = false),
            "agreement/accepted",
            "not-accepted",
        ),
        (
            Box::new(|w| w.signer_place = " "),
            "agreement/signerPlace",
            "length",
        ),
        (
            Box::new(|w| w.signer_ip = Some("nowhere")),
            "agreement/signerIp",
            "malformed",
        ),
        (
            Box::new(|w| w.validity_years = 4),
            "validityYears",
            "out-of-range",
        ),
        (
            Box::new(|w| w.remarks = Some("two\nlines")),
            "remarks",
            "character",
        ),
    ];
    for (change, field, code) in cases {
        let mut wish = wish();
        change(&mut wish);
        let rehearsal = run(&wish, &csr(), &known());
        assert!(!rehearsal.is_valid());
        assert!(
            errors(&rehearsal).contains(&(field.to_owned(), code)),
            "{:?}",
            errors(&rehearsal)
        );
    }
}

#[test]
fn what_the_account_lacks_is_named() {
    type Change = fn(&mut Known);
    let cases: [(Change, &str, &str); 7] = [
        (|k| k.product = None, "productCode", "unknown-product"),
        (|k| k.group = None, "groupNumber", "unknown-group"),
        (
            |k| k.organization = None,
            "organizationNumber",
            "unknown-organization",
        ),
        (|k| k.domains.clear(), "domain", "domain-outside-account"),
        (|k| k.account = None, "requestor", "requestor-missing"),
        (
            |k| k.organization.as_mut().unwrap().standing = OrganizationStanding::Expired,
            "organizationNumber",
            "organization-not-validated",
        ),
        (
            |k| k.product.as_mut().unwrap().product_type = ProductType(19),
            "productCode",
            "ev-not-supported",
        ),
    ];
    for (change, field, code) in cases {
        let mut known = known();
        change(&mut known);
        let rehearsal = run(&wish(), &csr(), &known);
        assert_eq!(errors(&rehearsal), [(field.to_owned(), code)]);
    }
}

#[test]
fn a_dv_order_for_a_new_domain_is_warned_of_unless_the_account_refuses_it() {
    let wish = Wish {
        organization_number: None,
        ..wish()
    };
    let mut known = known();
    known.product.as_mut().unwrap().product_type = ProductType(13);
    known.domains.clear();
    let rehearsal = run(&wish, &csr(), &known);
    assert!(rehearsal.is_valid(), "{:?}", rehearsal.findings);
    let [warning] = rehearsal.findings.as_slice() else {
        panic!("{:?}", rehearsal.findings);
    };
    assert_eq!(warning.severity, Severity::Warning);
    assert_eq!(
        (warning.field.as_str(), warning.code),
        ("domain", "domain-outside-account")
    );
    assert!(warning.remedy.contains("as part of this order"));

    known.new_domains = NewDomains::Refuse;
    let refused = run(&wish, &csr(), &known);
    let error = ("domain".to_owned(), "domain-outside-account");
    assert_eq!(errors(&refused), [error]);
}

#[test]
fn the_request_is_named_when_it_is_missing_or_for_another_name() {
    let cases = [
        (GivenCsr::Missing, "csr", "csr-missing"),
        (GivenCsr::Unknown, "csrId", "unknown-csr"),
    ];
    for (csr, field, code) in cases {
        assert_eq!(
            errors(&run(&wish(), &csr, &known())),
            [(field.to_owned(), code)]
        );
    }
    let other = Wish {
        domain: "www.whitlock.example",
        ..wish()
    };
    let found = errors(&run(&other, &csr(), &known()));
    assert_eq!(found, [("csr".to_owned(), "common-name-differs")]);
}

#[test]
fn warnings_do_not_stop_an_order() {
    let mut known = known();
    known.free_seats = 0;
    known.key_used_for = Some("old.whitlock.example".into());
    known.domains[0].expires = Some(now());
    let rehearsal = run(&wish(), &csr(), &known);
    assert!(rehearsal.is_valid());
    let codes: Vec<_> = rehearsal
        .findings
        .iter()
        .map(|finding| finding.code)
        .collect();
    assert_eq!(codes, ["domain-needs-validation", "key-reused", "no-seat"]);
}

#[test]
fn that_the_order_will_wait_is_told_before_it_is_sent() {
    let mut known = known();
    known.needs_approval = true;
    let rehearsal = run(&wish(), &csr(), &known);
    assert!(rehearsal.is_valid());
    let codes: Vec<_> = rehearsal
        .findings
        .iter()
        .map(|finding| (finding.severity, finding.code))
        .collect();
    assert_eq!(codes, [(Severity::Info, "needs-approval")]);
}

#[test]
fn names_that_have_a_certificate_or_an_order_are_warned_of() {
    use super::{Cover, CoveredBy, covering_names};
    let additional = ["shop.whitlock.example".to_owned()];
    let mut wish = wish();
    wish.additional_domains = &additional;
    let looked_up: Vec<String> = covering_names(&wish)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        looked_up.contains(&"*.whitlock.example".to_owned()),
        "{looked_up:?}"
    );
    assert!(looked_up.contains(&"shop.whitlock.example".to_owned()));
    let order = format!("ord_{}", "a".repeat(26));
    let cover = |name: &str, by: CoveredBy| Cover {
        name: name.parse().unwrap(),
        by,
        order: order.parse().unwrap(),
    };
    let certificate = || CoveredBy::Certificate {
        serial: "4F01".to_owned(),
        not_after: Timestamp::from_unix(1_830_297_600),
    };
    let placed = CoveredBy::Order {
        state: "awaitingApproval".to_owned(),
    };
    let told = |covers: Vec<Cover>| {
        let known = Known { covers, ..known() };
        let rehearsed = run(&wish, &csr(), &known);
        let all = rehearsed.findings.into_iter();
        let all = all.filter(|finding| finding.code.starts_with("already-"));
        all.map(|finding| (finding.field, finding.message))
            .collect::<Vec<_>>()
    };
    let by_wildcard = told(vec![cover("*.whitlock.example", certificate())]);
    assert_eq!(by_wildcard.len(), 1, "{by_wildcard:?}");
    let text = &by_wildcard[0].1;
    assert!(
        text.contains("valid until 2028-01-01 (serial 4F01") && text.contains(&order),
        "{text}"
    );
    let ordered = told(vec![cover("shop.whitlock.example", placed)]);
    assert_eq!(ordered[0].0, "additionalDomains");
    assert!(ordered[0].1.contains("waits for approval"), "{ordered:?}");
    // A name beside it, or two labels above, has nothing to do with it.
    assert_eq!(told(vec![cover("whitlock.example", certificate())]), []);
    assert_eq!(
        told(vec![cover("*.www.whitlock.example", certificate())]),
        []
    );
}
