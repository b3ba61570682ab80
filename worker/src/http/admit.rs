//! Who gets in: authentication, then the core's verdict, then a note of who was refused.

use certwright_api::{
    endpoint::Matched,
    tokens::{Me, SignIn},
};
use certwright_core::{
    ids,
    permission::{Place, Standing, Verdict, judge},
    strangers::Uncounted,
    time::Timestamp,
};
use http::{HeaderMap, request::Parts};

use super::{
    authenticate::{SignedIn, Stranger, Turned, authenticate, unknown},
    handle::Stopped,
    limits,
    scope::Target,
};
use crate::{caller::Caller, database::Database, fault::Fault, platform::Platform, storage::audit};

/// Somebody who may go on.
pub(super) struct Admitted {
    pub(super) caller: Caller,
    pub(super) target: Target,
    sign_in: Option<(SignIn, Option<Timestamp>)>,
}

impl Admitted {
    /// Somebody who has signed in otherwise.
    #[cfg(feature = "testing")]
    pub(super) fn of(caller: Caller, matched: &Matched<'_>) -> Result<Self, Fault> {
        Ok(Self {
            caller,
            target: Target::read(matched.endpoint.reach(), matched.parameter)?,
            sign_in: None,
        })
    }

    /// Who that is, for themselves.
    pub(super) fn me(&self) -> Result<Me, Fault> {
        let unknown = || Fault::Internal("nobody is signed in".to_owned());
        let (sign_in, expires_at) = self.sign_in.ok_or_else(unknown)?;
        Ok(Me {
            actor: self.caller.actor.clone(),
            sign_in,
            role: self.caller.role.ok_or_else(unknown)?,
            credential_id: self.caller.scope.clone(),
            expires_at,
        })
    }
}

/// Decides whether a request goes on:
///
/// 1. finds out who is calling (401; 503 when that can't be found out);
/// 2. holds role and scope against the endpoint (403);
/// 3. finds out whether what the path names is within the scope (404).
///
/// Whoever is refused is written down.
pub(super) async fn admit<P: Platform>(
    platform: &P,
    request: &Parts,
    matched: &Matched<'_>,
) -> Result<Admitted, Stopped> {
    let endpoint = matched.endpoint;
    let read = || Target::read(endpoint.reach(), matched.parameter);
    if endpoint.action().allows(None) {
        return Ok(Admitted {
            caller: unknown(&request.headers, "anyone"),
            target: read()?,
            sign_in: None,
        });
    }
    let SignedIn {
        caller,
        role,
        sign_in,
        expires_at,
    } = match authenticate(platform, &request.headers).await {
        Ok(signed_in) => signed_in,
        Err(Stranger::Fault(fault)) => return Err(fault.into()),
        Err(Stranger::Turned(turned, caller)) => {
            if turned.is_failed_sign_in() {
                limits::failed_sign_ins(platform, &request.headers).await?;
            } else if turned.is_stranger() {
                limits::anyone(platform, &request.headers).await?;
            } else {
                limits::caller(platform, &caller).await?;
            }
            if turned.is_stranger() {
                note_stranger(platform, matched, &request.headers, &caller).await;
            } else {
                note_refusal(platform, matched, &caller).await;
            }
            return Err(Stopped::Turned(turned));
        }
    };
    limits::caller(platform, &caller).await?;
    let judged = |place| {
        let is_scoped = caller.scope.is_some();
        let standing = Standing { role, is_scoped };
        judge(endpoint.action(), endpoint.reach(), Some(standing), place)
    };
    let (mut verdict, mut target) = (judged(Place::Inside), Target::Nothing);
    if verdict == Verdict::Allowed {
        target = read()?;
        if let Some(scope) = &caller.scope {
            verdict = judged(target.place(platform, scope).await?);
        }
    }
    if let Some(stopped) = refusal(verdict, &target) {
        note_refusal(platform, matched, &caller).await;
        return Err(stopped);
    }
    Ok(Admitted {
        caller,
        target,
        sign_in: Some((sign_in, expires_at)),
    })
}

fn refusal(verdict: Verdict, target: &Target) -> Option<Stopped> {
    Some(match verdict {
        Verdict::Allowed => return None,
        Verdict::NotSignedIn => Stopped::Turned(Turned::Missing),
        Verdict::RoleTooLow => Stopped::Turned(Turned::Role),
        Verdict::ScopeTooNarrow => Stopped::Turned(Turned::Scope),
        Verdict::Hidden => Stopped::Fault(target.hidden()),
    })
}

/// Writes down that a stranger was refused: a few of them, whatever they send, and how many went before
/// without an entry.
async fn note_stranger<P: Platform>(
    platform: &P,
    matched: &Matched<'_>,
    headers: &HeaderMap,
    caller: &Caller,
) {
    let Some(earlier) = platform.note_stranger(&limits::network(headers)) else {
        return;
    };
    let mut detail = path_of(matched);
    if let Some(Uncounted { refused, since }) = earlier {
        detail = format!(
            "{detail}; before this, {refused} refused requests since {since} got no entry of their own"
        );
    }
    note(platform, matched, caller, detail).await;
}

/// Writes down who was refused what; of the same caller at the same endpoint once in a window.
pub(super) async fn note_refusal<P: Platform>(
    platform: &P,
    matched: &Matched<'_>,
    caller: &Caller,
) {
    note(platform, matched, caller, path_of(matched)).await;
}

/// An address may hold anything in the place of an id, a secret that was pasted there included.
fn path_of(matched: &Matched<'_>) -> String {
    let id = matched.parameter.filter(|text| ids::is_id(text));
    matched.endpoint.path(id.unwrap_or("{id}"))
}

async fn note<P: Platform>(platform: &P, matched: &Matched<'_>, caller: &Caller, detail: String) {
    let endpoint = matched.endpoint;
    let subject = format!("{} {}", endpoint.method(), endpoint.template());
    let entry = audit::Entry {
        caller,
        action: "access",
        subject: &subject,
        outcome: "refused",
        detail: Some(detail),
    };
    // A trail that cannot be written must not open the door, and the caller is refused anyway.
    let note = vec![audit::insert_refusal(platform, &entry)];
    if platform.database().batch(note).await.is_err() {
        platform.log("a refused access could not be recorded");
    }
}
