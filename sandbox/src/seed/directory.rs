//! Groups, organizations and domains of the seeded account; see the README for the table.
//!
//! Further accounts get the same ones under numbers that are 10,000 higher each, and names that
//! carry the account's position, since numbers are unique at the CA.

use crate::{
    draws::token,
    ledger::{Domain, Group, Organization},
    when::{DAY, Unix, start_of_day},
};

/// (number, name, default, balance, products withheld)
const GROUPS: [(u64, &str, bool, &str, &[&str]); 4] = [
    (3_107_745_521, "Head office", true, "5240.00", &[]),
    (3_107_745_538, "Logistics", false, "1180.50", &[]),
    (3_107_745_544, "Web shop", false, "-75.25", &["850", "851"]),
    (3_107_745_560, "Lab", false, "0.00", &[]),
];

struct OrganizationSeed {
    number: u64,
    name: &'static str,
    /// Positions in [`GROUPS`].
    groups: &'static [usize],
    validation_for: u8,
    status: u8,
    validation: u8,
    address: (
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
        &'static str,
    ),
}

const ORGANIZATIONS: [OrganizationSeed; 6] = [
    OrganizationSeed {
        number: 2_984_410,
        name: "Whitlock Foods Ltd",
        groups: &[0, 2],
        validation_for: 1,
        status: 1,
        validation: 1,
        address: ("US", "Maine", "ME", "Portland", "14 Harbor Row", "04101"),
    },
    OrganizationSeed {
        number: 2_984_733,
        name: "Whitlock Logistics",
        groups: &[0, 1],
        validation_for: 2,
        status: 1,
        validation: 1,
        address: ("US", "Maine", "ME", "Bangor", "7 Depot Street", "04401"),
    },
    OrganizationSeed {
        number: 2_985_102,
        name: "Whitlock Retail GmbH",
        groups: &[0],
        validation_for: 1,
        status: 3,
        validation: 4,
        address: ("DE", "Hamburg", "HH", "Hamburg", "Am Kai 3", "20457"),
    },
    OrganizationSeed {
        number: 2_985_347,
        name: "Harbor Row Ventures",
        groups: &[1],
        validation_for: 1,
        status: 1,
        validation: 0,
        address: (
            "US",
            "Vermont",
            "VT",
            "Burlington",
            "2 Lake Street",
            "05401",
        ),
    },
    OrganizationSeed {
        number: 2_985_590,
        name: "Whitlock Mail Services",
        groups: &[0],
        validation_for: 3,
        status: 1,
        validation: 1,
        address: ("US", "Maine", "ME", "Portland", "14 Harbor Row", "04101"),
    },
    OrganizationSeed {
        number: 2_985_876,
        name: "Tidewater Labs",
        groups: &[2, 3],
        validation_for: 1,
        status: 1,
        validation: 1,
        address: (
            "US",
            "Virginia",
            "VA",
            "Norfolk",
            "90 Granby Street",
            "23510",
        ),
    },
];

struct DomainSeed {
    name: &'static str,
    organization: u64,
    method: u8,
    dcv: u8,
    status: u8,
    created_days_ago: Unix,
    expires_in_days: Option<Unix>,
}

const fn domain(
    name: &'static str,
    organization: u64,
    method: u8,
    dcv: u8,
    status: u8,
    created_days_ago: Unix,
    expires_in_days: Option<Unix>,
) -> DomainSeed {
    DomainSeed {
        name,
        organization,
        method,
        dcv,
        status,
        created_days_ago,
        expires_in_days,
    }
}

const DOMAINS: [DomainSeed; 12] = [
    domain("whitlock.example", 2_984_410, 1, 1, 1, 48, Some(150)),
    domain("whitlock-foods.example", 2_984_410, 3, 1, 1, 90, Some(108)),
    domain("corp.example", 2_984_410, 1, 1, 1, 192, Some(6)),
    domain("fresh-whitlock.example", 2_984_410, 1, 0, 1, 1, None),
    domain("old-whitlock.example", 2_984_410, 1, 1, 2, 120, Some(78)),
    domain(
        "whitlock-logistics.example",
        2_984_733,
        1,
        1,
        1,
        30,
        Some(168),
    ),
    domain("trucks.example", 2_984_733, 2, 1, 1, 75, Some(123)),
    domain("refused-trucks.example", 2_984_733, 1, 2, 1, 12, None),
    domain("whitlock-retail.example", 2_985_102, 1, 1, 1, 150, Some(48)),
    domain("harbor-row.example", 2_985_347, 1, 0, 1, 3, None),
    domain("tidewater.example", 2_985_876, 1, 1, 1, 20, Some(178)),
    domain("tidewater-labs.example", 2_985_876, 1, 1, 3, 260, Some(-62)),
];

fn shifted(number: u64, position: usize) -> String {
    (number + 10_000 * position as u64).to_string()
}

fn named(name: &str, position: usize) -> String {
    if position == 0 {
        name.to_owned()
    } else {
        format!("{name} {}", position + 1)
    }
}

fn domain_named(name: &str, position: usize) -> String {
    if position == 0 {
        name.to_owned()
    } else {
        name.replace(".example", &format!("-{}.example", position + 1))
    }
}

pub(super) fn groups(position: usize) -> Vec<Group> {
    GROUPS
        .iter()
        .map(|(number, name, default_group, balance, withheld)| Group {
            group_number: shifted(*number, position),
            group_name: named(name, position),
            default_group: *default_group,
            account_balance: (*balance).to_owned(),
            group_balance: String::new(),
            withheld_products: withheld.iter().map(|code| (*code).to_owned()).collect(),
        })
        .collect()
}

pub(super) fn organizations(seed: u64, position: usize) -> Vec<Organization> {
    ORGANIZATIONS
        .iter()
        .map(|organization| {
            let number = shifted(organization.number, position);
            let (country, state, state_code, locality, street, postal_code) = organization.address;
            Organization {
                organization_name: named(organization.name, position),
                groups: organization
                    .groups
                    .iter()
                    .filter_map(|group| GROUPS.get(*group))
                    .map(|(number, ..)| shifted(*number, position))
                    .collect(),
                validation_for: organization.validation_for,
                organization_status_id: organization.status,
                validation_status_id: organization.validation,
                prevetting_token: token(seed, "prevetting token", &number).to_ascii_uppercase(),
                country_code: country.to_owned(),
                state_name: state.to_owned(),
                state_code: state_code.to_owned(),
                locality: locality.to_owned(),
                street_address: street.to_owned(),
                postal_code: postal_code.to_owned(),
                organization_number: number,
            }
        })
        .collect()
}

pub(super) fn domains(position: usize, now: Unix) -> Vec<Domain> {
    // Not at midnight, or the dates would look made up.
    let base = start_of_day(now) + 22_244;
    DOMAINS
        .iter()
        .map(|domain| Domain {
            domain_name: domain_named(domain.name, position),
            organization_number: shifted(domain.organization, position),
            dcv_method: domain.method,
            dcv_status: domain.dcv,
            status: domain.status,
            created: base - domain.created_days_ago * DAY,
            expires: domain.expires_in_days.map(|days| base + days * DAY),
        })
        .collect()
}
