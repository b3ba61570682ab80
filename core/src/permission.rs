//! Who may do what, and to whose things: the one table.
//!
//! Every endpoint has an [`Action`], which asks for a role, and a [`Reach`], which tells how a
//! caller's scope bounds it (`api/src/endpoint.rs`). [`judge`] decides over both; the entry point
//! only finds out where what was asked for lies.

use serde::{Deserialize, Serialize};

/// The role of a caller; each includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Reads everything but secrets.
    Viewer,
    /// Stores CSRs and places orders.
    Requester,
    /// Runs the daily work: checks, syncs, imports, revokes, cancels, deletes, admits.
    Operator,
    /// Links accounts, sets the license, hands out tokens.
    Admin,
}

impl Role {
    /// Every role, the lowest first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Requester, Self::Operator, Self::Admin];

    /// The name, as stored and shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Requester => "requester",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

/// A kind of action that a route performs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Needs no caller: liveness and the API's description.
    Public,
    /// Looks at something.
    Read,
    /// Stores a CSR, places or rehearses an order.
    Request,
    /// Changes what exists, here or at the CA.
    Operate,
    /// Changes who and what the system works for.
    Administer,
}

impl Action {
    /// The least role that may do it; `None` when no caller is needed.
    #[must_use]
    pub fn least_role(self) -> Option<Role> {
        match self {
            Self::Public => None,
            Self::Read => Some(Role::Viewer),
            Self::Request => Some(Role::Requester),
            Self::Operate => Some(Role::Operator),
            Self::Administer => Some(Role::Admin),
        }
    }

    /// Whether somebody with this role (or nobody) may do it.
    #[must_use]
    pub fn allows(self, role: Option<Role>) -> bool {
        match self.least_role() {
            None => true,
            Some(least) => role.is_some_and(|role| role >= least),
        }
    }
}

/// What of the system an endpoint reaches, which tells how a scope bounds it. A caller with a scope
/// sees one emSign account and nothing that any other leaves behind, not even in a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Nothing that belongs to an account.
    Nothing,
    /// The system as a whole: a caller with a scope is refused.
    System,
    /// A list, or counts: a caller with a scope is given what their account has part in.
    Listed,
    /// The accounts that the body names; without a name, the caller's.
    Body,
    /// The account with the path's id.
    Credential,
    /// The order with the path's id.
    Order,
    /// The certificate with the path's id.
    Certificate,
    /// The CSR with the path's id.
    Csr,
    /// The job with the path's id.
    Job,
    /// The dead letter with the path's id.
    DeadLetter,
    /// The token with the path's id.
    Token,
}

impl Reach {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Nothing,
        Self::System,
        Self::Listed,
        Self::Body,
        Self::Credential,
        Self::Order,
        Self::Certificate,
        Self::Csr,
        Self::Job,
        Self::DeadLetter,
        Self::Token,
    ];

    /// Whether the path's id names a thing of this kind.
    #[must_use]
    pub fn is_one_thing(self) -> bool {
        !matches!(
            self,
            Self::Nothing | Self::System | Self::Listed | Self::Body
        )
    }
}

/// A caller, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The role.
    pub role: Role,
    /// Whether the caller is bounded to one account.
    pub is_scoped: bool,
}

/// Where what a request asks for lies, seen from the caller's scope. Without a scope everything is
/// inside; what does not exist is outside of every scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the caller's account, or not bounded.
    Inside,
    /// Elsewhere.
    Outside,
}

/// What is to become of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Allowed,
    /// Nobody is signed in.
    NotSignedIn,
    /// The role does not do.
    RoleTooLow,
    /// It concerns the whole system, the caller one account.
    ScopeTooNarrow,
    /// What was asked for is another account's. The answer is that it does not exist, so that
    /// nobody learns by asking what others have.
    Hidden,
}

/// Decides about a request.
#[must_use]
pub fn judge(action: Action, reach: Reach, caller: Option<Standing>, place: Place) -> Verdict {
    if action.allows(None) {
        return Verdict::Allowed;
    }
    let Some(caller) = caller else {
        return Verdict::NotSignedIn;
    };
    if !action.allows(Some(caller.role)) {
        return Verdict::RoleTooLow;
    }
    match (caller.is_scoped, reach, place) {
        (false, ..) | (true, Reach::Nothing, _) => Verdict::Allowed,
        (true, Reach::System, _) => Verdict::ScopeTooNarrow,
        (true, _, Place::Inside) => Verdict::Allowed,
        (true, _, Place::Outside) => Verdict::Hidden,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIONS: [Action; 5] = [
        Action::Public,
        Action::Read,
        Action::Request,
        Action::Operate,
        Action::Administer,
    ];
    const PLACES: [Place; 2] = [Place::Inside, Place::Outside];

    fn every_case() -> impl Iterator<Item = (Action, Reach, Role, Place)> {
        ACTIONS.into_iter().flat_map(|action| {
            Reach::ALL.into_iter().flat_map(move |reach| {
                Role::ALL.into_iter().flat_map(move |role| {
                    PLACES
                        .into_iter()
                        .map(move |place| (action, reach, role, place))
                })
            })
        })
    }

    fn of(role: Role, is_scoped: bool) -> Option<Standing> {
        Some(Standing { role, is_scoped })
    }

    #[test]
    fn a_higher_role_never_loses_and_a_scope_never_gains() {
        for (action, reach, role, place) in every_case() {
            let case = format!("{action:?} {reach:?} {role:?} {place:?}");
            for is_scoped in [false, true] {
                if judge(action, reach, of(role, is_scoped), place) == Verdict::Allowed {
                    let all = judge(action, reach, of(Role::Admin, is_scoped), place);
                    assert_eq!(all, Verdict::Allowed, "{case}");
                }
            }
            if judge(action, reach, of(role, true), place) == Verdict::Allowed {
                let free = judge(action, reach, of(role, false), place);
                assert_eq!(free, Verdict::Allowed, "{case}");
            }
        }
    }

    #[test]
    fn nobody_gets_in_without_signing_in() {
        for (action, reach, _, place) in every_case() {
            let expected = match action {
                Action::Public => Verdict::Allowed,
                _ => Verdict::NotSignedIn,
            };
            assert_eq!(judge(action, reach, None, place), expected);
        }
    }

    #[test]
    fn a_scope_bounds_everything_that_is_an_accounts() {
        for (action, reach, role, place) in every_case() {
            let verdict = judge(action, reach, of(role, true), place);
            let is_open = action == Action::Public || reach == Reach::Nothing;
            if !is_open && (place == Place::Outside || reach == Reach::System) {
                assert_ne!(verdict, Verdict::Allowed, "{action:?} {reach:?} {role:?}");
            }
        }
    }

    #[test]
    fn each_action_asks_for_its_role() {
        let least = ACTIONS.map(Action::least_role);
        let [viewer, requester, operator, admin] = Role::ALL.map(Some);
        assert_eq!(least, [None, viewer, requester, operator, admin]);
    }
}
