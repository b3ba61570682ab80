//! The product catalogue (emSign API reference, A10), with the codes of the US sandbox.

use crate::when::Unix;

/// One product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Product {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    /// The only key that means the same everywhere (A10.1).
    pub(crate) type_id: u16,
    pub(crate) category_id: u8,
    /// Prices of one, two and three years; private PKI has one price without years.
    pub(crate) prices: &'static [&'static str],
}

/// What a product is allowed to certify, by its `productTypeID` (A10.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) organization: bool,
    pub(crate) ev: bool,
    pub(crate) wildcard: bool,
    pub(crate) additional_domains: bool,
}

/// `productTypeID` of private certificates.
pub(crate) const PRIVATE_PKI: u16 = 39;

/// Categories: id, name.
pub(crate) const CATEGORIES: [(u8, &str); 4] = [
    (1, "Document Signer Certificates"),
    (2, "S/MIME Certificates"),
    (3, "SSL/TLS Certificates"),
    (8, "Private PKI Products"),
];

const fn product(
    code: &'static str,
    name: &'static str,
    type_id: u16,
    category_id: u8,
    prices: &'static [&'static str],
) -> Product {
    Product {
        code,
        name,
        type_id,
        category_id,
        prices,
    }
}

/// Every product that `GetProductDetails` lists.
pub(crate) const PRODUCTS: [Product; 20] = [
    product(
        "819",
        "Document Signer - Natural Person",
        10,
        1,
        &["45.0", "80.0"],
    ),
    product(
        "822",
        "Document Signer - Legal Person",
        11,
        1,
        &["95.0", "180.0"],
    ),
    product(
        "825",
        "Document Signer - Legal Entity",
        12,
        1,
        &["120.0", "230.0"],
    ),
    product("903", "S/MIME Mailbox Validated", 41, 2, &["15.0", "28.0"]),
    product(
        "904",
        "S/MIME Individual Validated",
        41,
        2,
        &["25.0", "45.0"],
    ),
    product(
        "905",
        "S/MIME Organization Validated",
        41,
        2,
        &["35.0", "65.0"],
    ),
    product("914", "S/MIME Sponsor Validated", 41, 2, &["35.0", "65.0"]),
    product("842", "DV SSL Certificate", 13, 3, &["0.0", "0.0", "0.0"]),
    product(
        "843",
        "DV SSL Wildcard Certificate",
        14,
        3,
        &["110.0", "210.0", "300.0"],
    ),
    product(
        "844",
        "DV SSL Certificate UCC",
        15,
        3,
        &["90.0", "170.0", "250.0"],
    ),
    product(
        "845",
        "DV SSL Wildcard UCC",
        21,
        3,
        &["240.0", "450.0", "640.0"],
    ),
    product(
        "846",
        "OV SSL Certificate",
        16,
        3,
        &["130.0", "250.0", "360.0"],
    ),
    product("847", "OV SSL Wildcard Certificate", 17, 3, &["390.0"]),
    product("848", "OV SSL Certificate UCC", 18, 3, &["310.0"]),
    product("849", "OV SSL Wildcard UCC", 22, 3, &["540.0"]),
    product("850", "EV SSL Certificate", 19, 3, &["290.0"]),
    product("851", "EV SSL Certificate UCC", 20, 3, &["480.0"]),
    product("149", "Intranet SSL 1 Year", 39, 8, &["20.0"]),
    product("150", "Intranet SSL 2 Year", 39, 8, &["38.0"]),
    product("151", "IGTF Host Certificate", 39, 8, &["12.0"]),
];

/// The product of this code.
pub(crate) fn by_code(code: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.code == code)
}

/// What the SSL product of this type may certify; `None` for products of other kinds.
pub(crate) fn ssl_rules(type_id: u16) -> Option<Rules> {
    let rules = |organization, ev, wildcard, additional_domains| {
        Some(Rules {
            organization,
            ev,
            wildcard,
            additional_domains,
        })
    };
    match type_id {
        13 => rules(false, false, false, false),
        14 => rules(false, false, true, false),
        15 => rules(false, false, false, true),
        21 => rules(false, false, true, true),
        16 => rules(true, false, false, false),
        17 => rules(true, false, true, false),
        18 => rules(true, false, false, true),
        22 => rules(true, false, true, true),
        19 => rules(true, true, false, false),
        20 => rules(true, true, false, true),
        _ => None,
    }
}

/// How many days a certificate issued at `issued_at` may live: a year and a bit per subscription
/// year, never more than the vendor's 390 days (A10.1) nor than the CA/Browser Forum's SC-081v3
/// allows on that date.
pub(crate) fn validity_days(years: u8, issued_at: Unix) -> Unix {
    // Midnight UTC of 2026-03-15, 2027-03-15 and 2029-03-15.
    const STEPS: [(Unix, Unix); 3] = [
        (1_868_227_200, 47),
        (1_805_068_800, 100),
        (1_773_532_800, 200),
    ];
    let industry = STEPS
        .iter()
        .find(|(since, _)| issued_at >= *since)
        .map_or(398, |(_, days)| *days);
    (Unix::from(years.max(1)) * 366).min(390).min(industry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::when::request_time;

    #[test]
    fn codes_are_unique_and_types_are_those_of_the_reference() {
        for product in &PRODUCTS {
            assert_eq!(
                PRODUCTS
                    .iter()
                    .filter(|other| other.code == product.code)
                    .count(),
                1
            );
            assert!(CATEGORIES.iter().any(|(id, _)| *id == product.category_id));
            assert_eq!(
                ssl_rules(product.type_id).is_some(),
                product.category_id == 3
            );
        }
        let dv = by_code("842").unwrap();
        assert_eq!(dv.type_id, 13);
    }

    #[test]
    fn lifetimes_shrink_with_the_industry_rules() {
        for (date, days) in [
            ("2026-03-14T23:59:59+00:00", 366),
            ("2026-03-15T00:00:00+00:00", 200),
            ("2027-03-14T23:59:59+00:00", 200),
            ("2027-03-15T00:00:00+00:00", 100),
            ("2029-03-14T23:59:59+00:00", 100),
            ("2029-03-15T00:00:00+00:00", 47),
        ] {
            assert_eq!(
                validity_days(1, request_time(date).unwrap()),
                days,
                "{date}"
            );
        }
        assert_eq!(validity_days(3, 0), 390);
    }
}
