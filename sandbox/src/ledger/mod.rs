//! The CA's books: one serialisable value.
//!
//! Facts only. What a client sees of an order, its status ids, is computed from them and the time
//! in [`order`]; nothing here keeps a status of its own.

pub(crate) mod account;
pub(crate) mod order;
mod orders;
pub(crate) mod walk;

use serde::{Deserialize, Serialize};

pub(crate) use account::{Account, AccountState, Domain, Group, Organization};
pub(crate) use order::{
    Agreement, Certificate, Csr, DomainCheck, Order, OrganizationClaim, Outcome, Requestor,
    Revocation,
};
pub(crate) use orders::Orders;

use crate::{behaviour::Behaviour, draws::Draws, when::Unix};

/// 2400-01-01: beyond every date that a certificate is issued or tested for.
const LATEST: Unix = 13_569_465_600;

/// Everything that the sandbox remembers. Write it out and read it back, and the CA goes on where
/// it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ledger {
    pub(crate) seed: u64,
    /// Seconds by which the control API has moved the clock.
    pub(crate) clock_offset: i64,
    pub(crate) numbers: Numbers,
    pub(crate) accounts: Vec<Account>,
    pub(crate) behaviour: Behaviour,
}

impl Ledger {
    pub(crate) fn new(seed: u64, rate_limit: bool) -> Self {
        Self {
            seed,
            clock_offset: 0,
            numbers: Numbers {
                seed,
                issued: 0,
                next: 0,
            },
            accounts: Vec::new(),
            behaviour: Behaviour::new(rate_limit),
        }
    }

    /// The account and its order of this number, in whichever account it is.
    pub(crate) fn find_order(&mut self, number: &str) -> Option<&mut Order> {
        self.accounts
            .iter_mut()
            .find_map(|account| account.orders.by_any_number_mut(number))
    }

    /// The account of this number.
    pub(crate) fn account_mut(&mut self, number: &str) -> Option<&mut Account> {
        self.accounts
            .iter_mut()
            .find(|account| account.number == number)
    }

    /// The sandbox's time at the caller's `now`, kept where sums with durations don't overflow.
    pub(crate) fn time(&self, now: Unix) -> Unix {
        now.saturating_add(self.clock_offset).clamp(0, LATEST)
    }
}

/// Where order and request numbers come from: ten digits, rising, with gaps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Numbers {
    seed: u64,
    issued: u64,
    next: u64,
}

impl Numbers {
    fn advance(&mut self) -> u64 {
        let gap = Draws::new(self.seed, "number gap", &self.issued.to_string()).below(89);
        self.issued = self.issued.wrapping_add(1);
        // Numbers stay below the ceiling of ten digits for a hundred million orders.
        self.next = self.next.saturating_add(1 + gap) % 4_000_000_000;
        self.next
    }

    /// A new order number.
    pub(crate) fn order(&mut self) -> String {
        (5_580_000_000 + self.advance()).to_string()
    }

    /// A new request number.
    pub(crate) fn request(&mut self) -> String {
        (1_401_000_000 + self.advance()).to_string()
    }
}
