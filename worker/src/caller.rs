//! Who is calling.

use certwright_core::{
    ids::{CredentialId, TokenId},
    order::Decider,
    permission::Role,
    time::Timestamp,
    token::{Maker, Rights},
};

use crate::fault::Fault;

/// The name of whoever holds `ADMIN_TOKEN`, and the person at the root of the tokens made with it.
pub const ADMIN: &str = "admin";

/// Who is calling, after authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name in the audit trail.
    pub actor: String,
    /// The person at the root: that of a token is the one who made it, or who made its maker.
    pub person: String,
    /// The group to which the person owes their role, where it is one.
    pub group: Option<String>,
    /// The token that they are signed in with, and when it ends.
    pub token: Option<(TokenId, Timestamp)>,
    /// The role; the system has none.
    pub role: Option<Role>,
    /// The address from which the request came, where the platform tells.
    pub address: Option<String>,
    /// The one account that the caller is bounded to; all accounts without one.
    pub scope: Option<CredentialId>,
}

impl Caller {
    /// Queue and schedule: the system itself.
    #[must_use]
    pub fn system() -> Self {
        Self::named("system", None)
    }

    /// Somebody who is one person under one name.
    #[must_use]
    pub fn named(actor: &str, role: Option<Role>) -> Self {
        Self {
            actor: actor.to_owned(),
            person: actor.to_owned(),
            group: None,
            token: None,
            role,
            address: None,
            scope: None,
        }
    }

    /// Whether they are signed in with `ADMIN_TOKEN`.
    #[must_use]
    pub fn is_admin_token(&self) -> bool {
        self.person == ADMIN && self.token.is_none()
    }

    /// What a token of theirs would be made with.
    #[must_use]
    pub fn maker(&self) -> Maker {
        match &self.token {
            Some((_, ends_at)) => Maker::Token(*ends_at),
            None if self.is_admin_token() => Maker::AdminToken,
            None => Maker::Access,
        }
    }

    /// Whether things of this account may be shown to the caller.
    #[must_use]
    pub fn may_see(&self, account: &CredentialId) -> bool {
        self.scope.as_ref().is_none_or(|scope| scope == account)
    }

    /// What the caller may do and hand on; nothing without a role.
    #[must_use]
    pub fn rights(&self) -> Option<Rights> {
        let scope = self.scope.clone();
        self.role.map(|role| Rights { role, scope })
    }

    /// The accounts of a list that the caller has asked for, `asked` being one by name.
    ///
    /// # Errors
    /// [`Fault::NotFound`] when another account than the caller's own was asked for, whether or
    /// not it exists.
    pub fn within(&self, asked: Option<CredentialId>) -> Result<Within, Fault> {
        match (&self.scope, asked) {
            (Some(scope), Some(asked)) if asked != *scope => Err(Fault::NotFound("credential")),
            (scope, asked) => Ok(Within {
                is_bound: scope.is_some(),
                account: asked.or_else(|| scope.clone()),
            }),
        }
    }

    /// The caller as one who decides on orders that wait for approval.
    #[must_use]
    pub fn decider(&self) -> Decider {
        Decider {
            actor: self.actor.clone(),
            person: self.person.clone(),
            role: self.role,
        }
    }
}

/// Which accounts' things a list shows. Every list wants one, and only [`Caller::within`] makes
/// it, so that no list forgets the caller's scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Within {
    account: Option<CredentialId>,
    is_bound: bool,
}

impl Within {
    /// The one account that is shown; all without one.
    #[must_use]
    pub fn account(&self) -> Option<&CredentialId> {
        self.account.as_ref()
    }

    /// The same when it is the caller's bound: nothing else may show, not even as the place where
    /// a page has ended.
    #[must_use]
    pub fn bound(&self) -> Option<&CredentialId> {
        self.account().filter(|_| self.is_bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bounded_caller_asks_for_their_own_account_only() {
        let account = |n: u8| CredentialId::from_random([n; 16]);
        let free = Caller::system();
        let bounded = Caller {
            scope: Some(account(1)),
            ..Caller::system()
        };
        let everything = free.within(None).unwrap();
        assert_eq!((everything.account(), everything.bound()), (None, None));
        let asked = free.within(Some(account(2))).unwrap();
        assert_eq!((asked.account(), asked.bound()), (Some(&account(2)), None));
        for asked in [None, Some(account(1))] {
            let within = bounded.within(asked).unwrap();
            assert_eq!(within.bound(), Some(&account(1)));
        }
        assert!(bounded.within(Some(account(2))).is_err());
        assert!(bounded.may_see(&account(1)) && !bounded.may_see(&account(2)));
    }
}
