//! Calls to the CA on behalf of a linked account.

use certwright_core::fault::{CaFault, Unanswered};
use certwright_emsign::{Account, Call, Stamp, Txn, interpret, request};
use futures_util::{StreamExt, stream};

use crate::{
    fault::{Conflict, Fault},
    platform::{NoReply, Platform},
    random::Fresh,
    storage::credentials::CredentialRow,
};

/// How many calls are in flight at once: the platform opens no more than six connections.
pub const CALLS_IN_FLIGHT: usize = 6;

/// A linked account, ready to make calls.
pub struct Connection<'p, P: Platform> {
    platform: &'p P,
    account: Account,
}

impl<'p, P: Platform> Connection<'p, P> {
    /// Opens the sealed key of a stored account.
    ///
    /// # Errors
    /// [`Fault::Seal`], or a conflict when this deployment does not have the account's
    /// environment.
    pub async fn open(platform: &'p P, credential: &CredentialRow) -> Result<Self, Fault> {
        let key = platform
            .unseal(&credential.id, &credential.sealed_key)
            .await?;
        let base = platform
            .settings()
            .ca_base(credential.environment)
            .ok_or_else(environment_missing)?;
        let account = Account {
            base,
            number: credential.account_number.clone(),
            key,
        };
        Ok(Self { platform, account })
    }

    /// An account that is not stored yet.
    #[must_use]
    pub fn with(platform: &'p P, account: Account) -> Self {
        Self { platform, account }
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// Makes one call. Every call, repeated ones included, has a time and a transaction number of
    /// its own.
    ///
    /// # Errors
    /// [`CaFault`].
    pub async fn call<C: Call>(&self, call: &C) -> Result<C::Reply, CaFault> {
        let stamp = Stamp {
            at: self.platform.now(),
            txn: Txn::fresh(self.platform),
        };
        let reply = self
            .platform
            .call(request(&self.account, &stamp, call))
            .await;
        let reply = reply.map_err(|no_reply| {
            CaFault::Unanswered(match no_reply {
                NoReply::Connection => Unanswered::Connection,
                NoReply::TooLarge => Unanswered::TooLarge,
            })
        })?;
        interpret(call, &reply, &stamp)
    }

    /// Makes several calls, as many in flight as the platform allows; replies come in the order
    /// of the calls.
    pub async fn call_all<C: Call>(&self, calls: &[C]) -> Vec<Result<C::Reply, CaFault>> {
        stream::iter(calls)
            .map(|call| self.call(call))
            .buffered(CALLS_IN_FLIGHT)
            .collect()
            .await
    }
}

/// The deployment has no such environment.
#[must_use]
pub fn environment_missing() -> Fault {
    Fault::Conflict(Conflict {
        code: "environment-not-configured",
        field: Some("environment"),
        detail: "this deployment has no development CA".to_owned(),
        remedy: Some(
            "choose a production or sandbox environment, or set DEVELOPMENT_CA_BASE".to_owned(),
        ),
    })
}
