//! Changing what the CA has decided, and how it behaves.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ControlError;
use crate::{
    behaviour::FaultRule,
    ledger::{AccountState, Agreement, Csr, DomainCheck, Order, Outcome, Requestor},
    products,
    sandbox::Sandbox,
    seed::{self, AccountPlan},
    when::Unix,
};

/// A further account. It gets the seeded directory under numbers of its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAccount {
    /// Ten digits, not in use.
    pub account_number: String,
    /// Its access key.
    pub access_key: String,
    /// How many existing orders it has.
    #[serde(default)]
    pub orders: u32,
}

/// Orders that are issued at once, without a CSR: their keys are derived from the seed.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IssueMany {
    /// How many.
    pub count: u32,
    /// The first account if missing.
    #[serde(default)]
    pub account_number: Option<String>,
    /// The default group if missing.
    #[serde(default)]
    pub group_number: Option<String>,
    /// A DV product; 842 if missing.
    #[serde(default)]
    pub product_code: Option<String>,
    /// The names are `n1.` to `nN.` under this one; `whitlock.example` if missing.
    #[serde(default)]
    pub domain_name: Option<String>,
    /// Tags of every order.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl Sandbox {
    /// Moves the sandbox's clock, and says what it shows now.
    pub fn advance(&mut self, seconds: i64, now: i64) -> i64 {
        self.ledger.clock_offset = self.ledger.clock_offset.saturating_add(seconds);
        self.ledger.time(now)
    }

    /// Adds a rule of misbehaviour.
    pub fn add_fault(&mut self, rule: FaultRule) {
        self.ledger.behaviour.add(rule);
    }

    /// Removes all rules of misbehaviour.
    pub fn clear_faults(&mut self) {
        self.ledger.behaviour.clear();
    }

    /// The rules of misbehaviour in force; counted ones show what is left.
    #[must_use]
    pub fn faults(&self) -> Vec<FaultRule> {
        self.ledger.behaviour.rules().cloned().collect()
    }

    /// Switches the refusal of orders in quick succession.
    pub fn set_rate_limit(&mut self, on: bool) {
        self.ledger.behaviour.rate_limit = on;
    }

    fn order_mut(&mut self, number: &str) -> Result<&mut Order, ControlError> {
        self.ledger
            .find_order(number)
            .ok_or_else(|| ControlError::NotFound(format!("no order {number}")))
    }

    /// Shows these status ids for an order from now on, whatever is true; `None` goes back to
    /// what is.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn set_status(
        &mut self,
        number: &str,
        order_status: Option<u16>,
        certificate_status: Option<u16>,
    ) -> Result<(), ControlError> {
        let order = self.order_mut(number)?;
        order.forced_order_status = order_status;
        order.forced_certificate_status = certificate_status;
        Ok(())
    }

    /// Validates, vets and signs whatever is missing, and issues; the file is there at once. Only
    /// a CSR cannot be made up.
    ///
    /// # Errors
    /// [`ControlError::NotFound`]; [`ControlError::Conflict`] for a draft, an order that has
    /// ended, or one without a CSR.
    pub fn approve(&mut self, number: &str, now: i64) -> Result<(), ControlError> {
        let now = self.ledger.time(now);
        let (seed, options) = (self.ledger.seed, self.options.clone());
        let order = self.order_mut(number)?;
        if order.is_draft() || order.outcome.is_some() {
            return Err(ControlError::Conflict(
                "a draft or an ended order".to_owned(),
            ));
        }
        if order.csr == Csr::Pending {
            return Err(ControlError::Conflict(
                "the order has no CSR yet".to_owned(),
            ));
        }
        (order.forced_order_status, order.forced_certificate_status) = (None, None);
        (order.pending_rounds, order.to_be_rejected) = (0, false);
        for domain in &mut order.domains {
            domain.verified_at.get_or_insert(now);
        }
        if let Some(organization) = &mut order.organization {
            organization.verified_at.get_or_insert(now);
        }
        order.agreement.get_or_insert_with(|| Agreement {
            signer_name: "Control API".to_owned(),
            signer_place: "nowhere".to_owned(),
            signed_at: now,
        });
        if order.certificate.is_none() {
            order.issue(seed, &options, now - Unix::from(options.certificate_lag));
        }
        Ok(())
    }

    /// Rejects an order that has no certificate, as the CA would.
    ///
    /// # Errors
    /// [`ControlError::NotFound`]; [`ControlError::Conflict`] if it has a certificate.
    pub fn reject(&mut self, number: &str) -> Result<(), ControlError> {
        let order = self.order_mut(number)?;
        if order.certificate.is_some() {
            return Err(ControlError::Conflict(
                "the certificate is issued".to_owned(),
            ));
        }
        (order.forced_order_status, order.forced_certificate_status) = (None, None);
        order.outcome = Some(Outcome::Rejected);
        Ok(())
    }

    /// Says that the challenge of a domain of the order is published, or of all its domains.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn publish_dcv(&mut self, number: &str, domain: Option<&str>) -> Result<(), ControlError> {
        let order = self.order_mut(number)?;
        let mut found = false;
        for check in &mut order.domains {
            if domain.is_none_or(|name| check.name.eq_ignore_ascii_case(name)) {
                check.published = true;
                found = true;
            }
        }
        if found {
            Ok(())
        } else {
            Err(ControlError::NotFound(
                "the order has no such domain".to_owned(),
            ))
        }
    }

    /// Lets the CA refuse to revoke this order's certificate: a request that was not processed
    /// yet, and later ones.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn refuse_revocation(&mut self, number: &str) -> Result<(), ControlError> {
        let order = self.order_mut(number)?;
        order.revocation_refused = true;
        if let Some(revocation) = &mut order.revocation {
            revocation.refused = true;
        }
        Ok(())
    }

    /// Number, key, state and directory of every account.
    #[must_use]
    pub fn accounts(&self) -> Value {
        let accounts: Vec<Value> = self
            .ledger
            .accounts
            .iter()
            .map(|account| {
                json!({
                    "accountNumber": account.number,
                    "accessKey": account.access_key,
                    "state": account.state,
                    "orders": account.orders.len(),
                    "groups": account.groups,
                    "organizations": account.organizations,
                    "domains": account.domains,
                })
            })
            .collect();
        json!({ "accounts": accounts })
    }

    /// Adds an account.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for a bad number, [`ControlError::Conflict`] for one in use.
    pub fn add_account(&mut self, account: &NewAccount, now: i64) -> Result<Value, ControlError> {
        let number = account.account_number.as_str();
        if number.len() != 10 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ControlError::Invalid(
                "an account number has ten digits".to_owned(),
            ));
        }
        if account.access_key.is_empty() || account.orders > 100_000 {
            return Err(ControlError::Invalid(
                "no key, or too many orders".to_owned(),
            ));
        }
        if self.ledger.account_mut(number).is_some() {
            return Err(ControlError::Conflict("the account exists".to_owned()));
        }
        let now = self.ledger.time(now);
        let plan = AccountPlan {
            number,
            access_key: &account.access_key,
            orders: account.orders,
        };
        seed::add_account(&mut self.ledger, &plan, now);
        Ok(self.accounts())
    }

    /// Changes an account's `state`: `active`, `user-inactive`, `user-deactivated` or `expired`;
    /// or its `accessKey`, as when the key was generated anew in the portal.
    ///
    /// # Errors
    /// [`ControlError::NotFound`], [`ControlError::Invalid`].
    pub fn set_account_state(
        &mut self,
        number: &str,
        change: Value,
    ) -> Result<Value, ControlError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Change {
            state: Option<AccountState>,
            access_key: Option<String>,
        }
        let change: Change = serde_json::from_value(change)
            .map_err(|error| ControlError::Invalid(error.to_string()))?;
        let account = self
            .ledger
            .account_mut(number)
            .ok_or_else(|| ControlError::NotFound(format!("no account {number}")))?;
        if let Some(state) = change.state {
            account.state = state;
        }
        if let Some(key) = change.access_key {
            account.access_key = key;
        }
        Ok(self.accounts())
    }

    /// Books `count` issued orders, and gives their order numbers.
    ///
    /// # Errors
    /// [`ControlError::NotFound`] for an unknown account, group or product;
    /// [`ControlError::Invalid`] for a product that is not DV, or for too many.
    pub fn issue_many(&mut self, many: &IssueMany, now: i64) -> Result<Vec<String>, ControlError> {
        let now = self.ledger.time(now);
        let unknown = |what: &str| ControlError::NotFound(format!("no such {what}"));
        let code = many.product_code.as_deref().unwrap_or("842");
        let product = products::by_code(code).ok_or_else(|| unknown("product"))?;
        let dv = products::ssl_rules(product.type_id).is_some_and(|rules| !rules.organization);
        if !dv || many.count > 100_000 {
            return Err(ControlError::Invalid(
                "not a DV product, or too many".to_owned(),
            ));
        }
        let issued_at = now - Unix::from(self.options.certificate_lag);
        let (seed, options) = (self.ledger.seed, &self.options);
        let account = match &many.account_number {
            Some(number) => self
                .ledger
                .accounts
                .iter_mut()
                .find(|account| account.number == *number),
            None => self.ledger.accounts.first_mut(),
        };
        let account = account.ok_or_else(|| unknown("account"))?;
        let group = match &many.group_number {
            Some(number) => account.group(number),
            None => account.default_group(),
        };
        let group = group.ok_or_else(|| unknown("group"))?.group_number.clone();
        let domain = many.domain_name.as_deref().unwrap_or("whitlock.example");
        let mut numbers = Vec::new();
        for index in 1..=many.count {
            let mut order = Order::new(self.ledger.numbers.request(), product, now);
            let number = self.ledger.numbers.order();
            order.order_number = Some(number.clone());
            order.group_number.clone_from(&group);
            order.domain_name = format!("n{index}.{domain}");
            order.domains = vec![DomainCheck::new(&order.domain_name, Some(now))];
            order.requestor = Requestor {
                requestor_name: account.user.full_name.clone(),
                requestor_isd_code: account.user.isd_code.clone(),
                requestor_mobile_number: account.user.mobile_number.clone(),
                requestor_email: account.user.email.clone(),
                requestor_designation: String::new(),
            };
            order.agreement = Some(Agreement {
                signer_name: account.user.full_name.clone(),
                signer_place: "Portland".to_owned(),
                signed_at: now,
            });
            order.csr = Csr::Seeded;
            order.remarks = "issued through the control API".to_owned();
            order.tags.clone_from(&many.tags);
            order.issue(seed, options, issued_at);
            account.orders.push(order);
            numbers.push(number);
        }
        Ok(numbers)
    }
}
