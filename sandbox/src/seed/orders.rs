//! The history of the seeded account.
//!
//! Every sixth order is special, in a fixed rotation, so that each status occurs from 114 orders
//! on; the others were issued at some time and have expired since if that was long ago.

use crate::{
    draws::Draws,
    ledger::{
        Account, Agreement, Csr, DomainCheck, Numbers, Order, OrganizationClaim, Outcome,
        Requestor, Revocation,
    },
    options::Options,
    products::{self, Product},
    status::{certificate, order},
    when::{DAY, Unix, start_of_day},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    Issued,
    AwaitsDomain,
    AwaitsCsr,
    AwaitsAgreement,
    AwaitsOrganization,
    InterimDv,
    SystemRa,
    AwaitsApproval,
    Discrepancy,
    Rejected,
    AutoRejected,
    Cancelled,
    Draft,
    OvDraft,
    Revoked,
    RevocationRequested,
    RevocationRefused,
    UnknownStatus,
    SecondApprover,
    PrivatePki,
}

const SPECIAL: [Story; 19] = [
    Story::AwaitsDomain,
    Story::Revoked,
    Story::Draft,
    Story::Cancelled,
    Story::AwaitsOrganization,
    Story::Rejected,
    Story::AwaitsCsr,
    Story::InterimDv,
    Story::RevocationRequested,
    Story::UnknownStatus,
    Story::AwaitsAgreement,
    Story::SystemRa,
    Story::OvDraft,
    Story::AwaitsApproval,
    Story::RevocationRefused,
    Story::Discrepancy,
    Story::AutoRejected,
    Story::SecondApprover,
    Story::PrivatePki,
];

impl Story {
    fn of(index: u32) -> Self {
        let special = (index % 6 == 5).then_some((index / 6) as usize % SPECIAL.len());
        special
            .and_then(|position| SPECIAL.get(position))
            .copied()
            .unwrap_or(Self::Issued)
    }

    /// How long ago such an order was placed at most; nobody waits for a year.
    fn oldest(self) -> Unix {
        match self {
            Self::Issued | Self::Cancelled | Self::Rejected | Self::AutoRejected => 420,
            Self::Revoked | Self::RevocationRefused | Self::PrivatePki => 180,
            _ => 21,
        }
    }

    fn needs_organization(self) -> bool {
        matches!(
            self,
            Self::AwaitsOrganization | Self::InterimDv | Self::OvDraft
        )
    }
}

const DV: [&str; 8] = ["842", "842", "842", "842", "844", "844", "843", "845"];
const OV: [&str; 6] = ["846", "846", "848", "848", "847", "849"];
const HOSTS: [&str; 16] = [
    "www", "shop", "api", "mail", "vpn", "portal", "static", "img", "auth", "status", "build",
    "wiki", "crm", "fleet", "orders", "lab",
];
const TAGS: [&str; 6] = [
    "Department:Web",
    "Department:IT",
    "Department:Logistics",
    "Cost:CC-9",
    "Cost:CC-12",
    "Owner:SRE",
];
const PEOPLE: [(&str, &str); 4] = [
    ("Dana Whitlock", "dana.whitlock@corp.example"),
    ("Ira Moss", "ira.moss@corp.example"),
    ("Zoë Ångström", "zoe.angstrom@corp.example"),
    ("Lee Ortega", "lee.ortega@corp.example"),
];

/// Adds `count` orders to the account, oldest first.
pub(super) fn add(seed: u64, numbers: &mut Numbers, account: &mut Account, count: u32, now: Unix) {
    let mut plan: Vec<(Unix, u32, Story)> = (0..count)
        .map(|index| {
            let mut draws = Draws::new(seed, "seeded date", &format!("{} {index}", account.number));
            let story = Story::of(index);
            // Days before today, so that a restart on the same day gives the same certificates.
            let span = u64::try_from(story.oldest() * DAY).unwrap_or(0);
            let ago = i64::try_from(draws.below(span)).unwrap_or(0);
            (start_of_day(now) - 1 - ago, index, story)
        })
        .collect();
    plan.sort_unstable_by_key(|(placed_at, index, _)| (*placed_at, *index));
    for (placed_at, index, story) in plan {
        let key = format!("{} {index}", account.number);
        let mut draws = Draws::new(seed, "seeded order", &key);
        if let Some(order) = tell(seed, numbers, account, &mut draws, story, placed_at, now) {
            account.orders.push(order);
        }
    }
}

fn tell(
    seed: u64,
    numbers: &mut Numbers,
    account: &Account,
    draws: &mut Draws,
    story: Story,
    placed_at: Unix,
    now: Unix,
) -> Option<Order> {
    let product = product(draws, story)?;
    let mut order = Order::new(numbers.request(), product, placed_at);
    if !matches!(story, Story::Draft | Story::OvDraft) {
        order.order_number = Some(numbers.order());
    }
    describe(&mut order, account, draws, product)?;
    order.csr = Csr::Seeded;
    order.agreement = Some(Agreement {
        signer_name: order.requestor.requestor_name.clone(),
        signer_place: "Portland".to_owned(),
        signed_at: placed_at + 3,
    });
    for domain in &mut order.domains {
        domain.verified_at = Some(placed_at + 300);
        domain.method = Some(1);
    }
    live(&mut order, seed, draws, story, now);
    Some(order)
}

fn product(draws: &mut Draws, story: Story) -> Option<&'static Product> {
    let code = if story == Story::PrivatePki {
        "149"
    } else if story.needs_organization() || draws.below(3) == 0 {
        // Now and then an EV product.
        if story == Story::Issued && draws.below(5) == 0 {
            "850"
        } else {
            draws.pick(&OV)?
        }
    } else {
        draws.pick(&DV)?
    };
    products::by_code(code)
}

/// Who orders what for which group, organization and names.
fn describe(
    order: &mut Order,
    account: &Account,
    draws: &mut Draws,
    product: &Product,
) -> Option<()> {
    let rules = products::ssl_rules(product.type_id);
    let usable: Vec<_> = account
        .organizations
        .iter()
        .filter(|organization| organization.serves(rules.is_some_and(|rules| rules.ev)))
        .collect();
    let organization = draws.pick(&usable)?;
    let domains: Vec<_> = account
        .domains
        .iter()
        .filter(|domain| domain.organization_number == organization.organization_number)
        .filter(|domain| domain.dcv_status == 1)
        .collect();
    let domain = &draws.pick(&domains)?.domain_name;
    order.group_number = draws.pick(&organization.groups)?.clone();
    let host = |draws: &mut Draws| {
        let label = draws.pick(&HOSTS).copied().unwrap_or("www");
        format!("{label}{}.{domain}", draws.below(90))
    };
    let main = host(draws);
    let wildcard = rules.is_some_and(|rules| rules.wildcard);
    order.domain_name = if wildcard { format!("*.{main}") } else { main };
    order
        .domains
        .push(DomainCheck::new(&order.domain_name, None));
    if rules.is_some_and(|rules| rules.additional_domains) {
        for _ in 0..=draws.below(4) {
            let name = host(draws);
            if order.domain_mut(&name).is_none() {
                order.domains.push(DomainCheck::new(&name, None));
            }
        }
    }
    if rules.is_some_and(|rules| rules.organization) {
        order.organization = Some(OrganizationClaim {
            number: Some(organization.organization_number.clone()),
            name: organization.organization_name.clone(),
            country: organization.country_code.clone(),
            state: organization.state_name.clone(),
            locality: organization.locality.clone(),
            documents_at: None,
            verified_at: Some(order.placed_at),
        });
    }
    let (name, email) = draws.pick(&PEOPLE)?;
    order.requestor = Requestor {
        requestor_name: (*name).to_owned(),
        requestor_isd_code: "+1".to_owned(),
        requestor_mobile_number: "2075550142".to_owned(),
        requestor_email: (*email).to_owned(),
        requestor_designation: String::new(),
    };
    order.remarks = super::REMARKS.to_owned();
    for _ in 0..draws.below(3) {
        let tag = (*draws.pick(&TAGS)?).to_owned();
        if !order.tags.contains(&tag) {
            order.tags.push(tag);
        }
    }
    Some(())
}

/// What became of the order.
fn live(order: &mut Order, seed: u64, draws: &mut Draws, story: Story, now: Unix) {
    let force = |order: &mut Order, order_status, certificate_status| {
        order.forced_order_status = Some(order_status);
        order.forced_certificate_status = Some(certificate_status);
    };
    let unvalidated = |order: &mut Order| {
        for domain in &mut order.domains {
            (domain.verified_at, domain.method) = (None, None);
        }
    };
    match story {
        Story::AwaitsDomain => unvalidated(order),
        Story::AwaitsCsr => order.csr = Csr::Pending,
        Story::AwaitsAgreement => order.agreement = None,
        Story::AwaitsOrganization | Story::InterimDv => {
            if let Some(organization) = &mut order.organization {
                (organization.number, organization.verified_at) = (None, None);
            }
            // With validated domains, the interim certificate comes by itself.
            if story == Story::AwaitsOrganization {
                unvalidated(order);
            }
        }
        Story::SystemRa => force(order, order::IN_PROGRESS, 16),
        Story::AwaitsApproval => {
            force(
                order,
                order::PENDING_APPROVAL,
                certificate::PENDING_FOR_APPROVER,
            );
        }
        Story::SecondApprover => force(order, order::IN_PROGRESS, 6),
        Story::Discrepancy => force(order, order::IN_PROGRESS, 3),
        Story::UnknownStatus => force(order, order::IN_PROGRESS, 99),
        Story::Rejected => order.outcome = Some(Outcome::Rejected),
        Story::AutoRejected => {
            order.outcome = Some(Outcome::Rejected);
            order.forced_certificate_status = Some(14);
        }
        Story::Cancelled => {
            unvalidated(order);
            order.outcome = Some(Outcome::Cancelled);
        }
        Story::Draft | Story::OvDraft => order.csr = Csr::Pending,
        Story::Issued
        | Story::PrivatePki
        | Story::Revoked
        | Story::RevocationRequested
        | Story::RevocationRefused => {
            let issued_at = order.placed_at + 600;
            order.issue(seed, &Options::default(), issued_at);
            order.downloaded_at = (draws.below(4) != 0).then_some(issued_at + 60);
            revoke(order, draws, story, now);
        }
    }
}

fn revoke(order: &mut Order, draws: &mut Draws, story: Story, now: Unix) {
    let placed_at = order.placed_at;
    let (requested_at, refused) = match story {
        Story::Revoked => (placed_at + DAY.min(now - placed_at - 60).max(0), false),
        // Processed two weeks from now: until then it stays requested.
        Story::RevocationRequested => (now + 14 * DAY, false),
        Story::RevocationRefused => (placed_at + 3600, true),
        _ => return,
    };
    order.revocation_refused = refused;
    order.revocation = Some(Revocation {
        reason: draws
            .pick(&["1", "3", "4", "5", "9"])
            .copied()
            .unwrap_or("4")
            .to_owned(),
        remarks: "no longer needed".to_owned(),
        requested_at,
        refused,
    });
}
