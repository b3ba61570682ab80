//! The seeded account: a plausible company with groups, organizations, domains and a history of
//! orders in every status.
//!
//! Numbers and names are fixed, so that tests can rely on them; what the orders are depends on the
//! seed.

mod directory;
mod orders;

use std::collections::{BTreeSet, VecDeque};

use crate::{
    ledger::{Account, AccountState, Ledger, Orders, account::User},
    when::Unix,
};

/// The remarks of every seeded order.
pub(crate) const REMARKS: &str = "ordered in the portal";

/// What a new account is like.
#[derive(Clone, Debug)]
pub(crate) struct AccountPlan<'a> {
    pub(crate) number: &'a str,
    pub(crate) access_key: &'a str,
    pub(crate) orders: u32,
}

/// Adds an account to the books, with everything in it.
pub(crate) fn add_account(ledger: &mut Ledger, plan: &AccountPlan<'_>, now: Unix) {
    let position = ledger.accounts.len();
    let mut account = Account {
        number: plan.number.to_owned(),
        access_key: plan.access_key.to_owned(),
        state: AccountState::Active,
        user: User {
            full_name: "Dana Whitlock".to_owned(),
            email: "dana.whitlock@corp.example".to_owned(),
            isd_code: "+1".to_owned(),
            mobile_number: "2075550142".to_owned(),
            designation: "PKI lead".to_owned(),
            role_id: "1".to_owned(),
        },
        groups: directory::groups(position),
        organizations: directory::organizations(ledger.seed, position),
        domains: directory::domains(position, now),
        orders: Orders::default(),
        txns: BTreeSet::new(),
        placed: VecDeque::new(),
    };
    orders::add(
        ledger.seed,
        &mut ledger.numbers,
        &mut account,
        plan.orders,
        now,
    );
    ledger.accounts.push(account);
}
