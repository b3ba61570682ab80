//! Calls to the CA on behalf of a linked account.

use std::cell::Cell;

use certwright_core::{
    backoff::Backoff,
    fault::{CaFault, Unanswered},
    ids::CredentialId,
};
use certwright_emsign::{Account, Call, Stamp, Txn, interpret, request};
use futures_util::{StreamExt, stream};

use crate::{
    database::Database,
    fault::{Conflict, Fault},
    platform::{NoReply, Platform},
    random::{self, Fresh},
    seal,
    storage::credentials::{self, CredentialRow},
};

/// How many calls are in flight at once: the platform opens no more than six connections.
pub const CALLS_IN_FLIGHT: usize = 6;

/// For whom a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// A person waits for the answer. Goes through while the account is paused, and is repeated.
    Person,
    /// An order is being placed. Goes through too; when to repeat is its own state's decision.
    Order,
    /// Nobody waits: an import, a sync, a scheduled check. Keeps to the account's pause.
    Background,
}

/// Seconds after which a person's call that was refused for the rate limit is tried again.
const PERSON_WAITS: [u32; 2] = [2, 5];

/// A linked account, ready to make calls.
pub struct Connection<'p, P: Platform> {
    platform: &'p P,
    account: Account,
    urgency: Urgency,
    pace: Pace,
}

/// What is known of the account's rate limit.
struct Pace {
    /// The account's row; `None` while it is not stored yet.
    row: Option<CredentialId>,
    backoff: Cell<Backoff>,
    /// Whether this invocation has taken a strike back; it does so once.
    has_relaxed: Cell<bool>,
}

impl<'p, P: Platform> Connection<'p, P> {
    /// Opens the sealed key of a stored account.
    ///
    /// # Errors
    /// [`Fault::Seal`], or a conflict when this deployment does not have the account's
    /// environment.
    pub async fn open(
        platform: &'p P,
        credential: &CredentialRow,
        urgency: Urgency,
    ) -> Result<Self, Fault> {
        if credential.needs_key() {
            return Err(key_missing());
        }
        let key = seal::unseal(platform, &credential.id, &credential.sealed_key).await?;
        let base = platform
            .settings()
            .ca_base(credential.environment)
            .ok_or_else(environment_missing)?;
        let account = Account {
            base,
            number: credential.account_number.clone(),
            key,
        };
        let pace = Pace {
            row: Some(credential.id.clone()),
            backoff: Cell::new(credential.backoff()),
            has_relaxed: Cell::new(false),
        };
        Ok(Self {
            platform,
            account,
            urgency,
            pace,
        })
    }

    /// An account that is not stored yet.
    #[must_use]
    pub fn with(platform: &'p P, account: Account) -> Self {
        let pace = Pace {
            row: None,
            backoff: Cell::default(),
            has_relaxed: Cell::new(false),
        };
        Self {
            platform,
            account,
            urgency: Urgency::Person,
            pace,
        }
    }

    /// The account.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// How many calls may be in flight at once.
    #[must_use]
    pub fn width(&self) -> usize {
        match self.urgency {
            Urgency::Person | Urgency::Order => CALLS_IN_FLIGHT,
            Urgency::Background => self.pace.backoff.get().width(CALLS_IN_FLIGHT),
        }
    }

    /// Makes one call. Every call, repeated ones included, has a time and a transaction number of
    /// its own. A call that the CA turned away for its rate limit was not acted on; a person's is
    /// then tried twice more, after seconds, while the account's background work stands still.
    ///
    /// # Errors
    /// [`CaFault`]; background calls of a paused account are refused here and not made. A fault for
    /// the rate limit says how long the account rests, where that is known.
    pub async fn call<C: Call>(&self, call: &C) -> Result<C::Reply, CaFault> {
        let mut waits = PERSON_WAITS.iter();
        loop {
            self.may_call()?;
            let reply = self.call_once(call).await;
            self.note(reply.as_ref().err()).await;
            match (&reply, waits.next()) {
                (Err(CaFault::RateLimited { after: None }), Some(seconds))
                    if self.urgency == Urgency::Person =>
                {
                    self.platform.wait(*seconds).await;
                }
                (Err(CaFault::RateLimited { after: None }), _) => {
                    let after = self.rest();
                    return Err(CaFault::RateLimited { after });
                }
                _ => return reply,
            }
        }
    }

    async fn call_once<C: Call>(&self, call: &C) -> Result<C::Reply, CaFault> {
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
                NoReply::NotAllowed | NoReply::Connection => Unanswered::Connection,
                NoReply::TooLarge => Unanswered::TooLarge,
            })
        })?;
        interpret(call, &reply, &stamp)
    }

    /// For how many seconds more the account rests, if it does.
    fn rest(&self) -> Option<i64> {
        let now = self.platform.now();
        let until = self.pace.backoff.get().pause(now)?;
        Some(until.seconds_since(now))
    }

    /// Background work of a paused account does not call.
    fn may_call(&self) -> Result<(), CaFault> {
        match (self.urgency, self.rest()) {
            (Urgency::Background, Some(seconds)) => Err(CaFault::RateLimited {
                after: Some(seconds),
            }),
            _ => Ok(()),
        }
    }

    /// Remembers what a call's end says about the rate limit, for all invocations.
    async fn note(&self, fault: Option<&CaFault>) {
        let Some(row) = &self.pace.row else { return };
        let before = self.pace.backoff.get();
        let spread = random::number(self.platform);
        let Some(after) = before.after(fault, self.platform.now(), spread) else {
            return;
        };
        let relaxes = after.strikes < before.strikes;
        if relaxes && self.pace.has_relaxed.replace(true) {
            return;
        }
        self.pace.backoff.set(after);
        let statement = credentials::note_backoff(row, before, after);
        // It is a courtesy to the CA; the call's own outcome counts for more than a failure here.
        if let Err(fault) = self.platform.database().batch(vec![statement]).await {
            self.platform.log(&format!("back-off of {row}: {fault:?}"));
        }
    }

    /// Makes several calls, as many in flight as are allowed; replies come in the order of the
    /// calls.
    pub async fn call_all<C: Call>(&self, calls: &[C]) -> Vec<Result<C::Reply, CaFault>> {
        stream::iter(calls)
            .map(|call| self.call(call))
            .buffered(self.width())
            .collect()
            .await
    }
}

/// The account's access key is not here.
#[must_use]
pub fn key_missing() -> Fault {
    Fault::Conflict(Conflict {
        code: "access-key-missing",
        field: Some("accessKey"),
        detail: "this account has no access key here, since it came from a dump".to_owned(),
        remedy: Some("give the account its access key".to_owned()),
    })
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
