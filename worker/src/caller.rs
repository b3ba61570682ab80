//! Who is calling.

use certwright_core::{order::Decider, permission::Role};

/// Who is calling, after authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name in the audit trail.
    pub actor: String,
    /// The role; the system has none.
    pub role: Option<Role>,
    /// The address from which the request came, where the platform tells.
    pub address: Option<String>,
}

impl Caller {
    /// Queue and schedule: the system itself.
    #[must_use]
    pub fn system() -> Self {
        Self {
            actor: "system".to_owned(),
            role: None,
            address: None,
        }
    }

    /// The caller as one who decides on orders that wait for approval.
    #[must_use]
    pub fn decider(&self) -> Decider {
        Decider {
            actor: self.actor.clone(),
            role: self.role,
        }
    }
}
