//! Who may do what: the one table.

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
