//! From a request to a reply.

use certwright_api::endpoint::{Endpoint, Matched, NoEndpoint};
use certwright_core::permission::Action;
use http::{HeaderValue, Request, request::Parts};

use super::{
    admit::{Admitted, admit, note_refusal},
    authenticate::Turned,
    body::{self, BodyFault, BodySource, Unread},
    cors,
    dispatch::Call,
    headers,
    limits::{self, TooMuch},
    problem,
    reply::Reply,
};
#[cfg(feature = "testing")]
use crate::caller::Caller;
use crate::{database::Database, fault::Fault, platform::Platform, random, usecase::audit};

/// Why a request is not served by its use case.
pub(super) enum Stopped {
    Turned(Turned),
    TooMuch(TooMuch),
    Unread(Unread),
    ContentType,
    Fault(Fault),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<TooMuch> for Stopped {
    fn from(too_much: TooMuch) -> Self {
        Self::TooMuch(too_much)
    }
}

impl From<Unread> for Stopped {
    fn from(unread: Unread) -> Self {
        Self::Unread(unread)
    }
}

impl From<BodyFault> for Stopped {
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::ContentType => Self::ContentType,
            BodyFault::Fields(fault) => Self::Fault(fault),
        }
    }
}

/// Serves a request:
///
/// 1. bounds its size and the pace of its address (414, 431, 429);
/// 2. finds the endpoint (404, 405);
/// 3. finds out who is calling, their pace and whether they may (401, 403, 429, audited);
/// 4. only then reads what was sent, within bounds and to its end (400, 413, 415, 422);
/// 5. runs the use case; its faults become problem documents.
pub async fn handle<P: Platform, B: BodySource>(platform: &P, request: Request<B>) -> Reply {
    let (request, body) = request.into_parts();
    let reply = route(platform, &request, body).await;
    finished(platform, &request, reply)
}

/// Serves a request of somebody who has signed in otherwise: for native tests, which play people
/// with every role. What the role may not do is refused as ever.
#[cfg(feature = "testing")]
pub async fn handle_as<P: Platform>(
    platform: &P,
    caller: Caller,
    request: Request<Vec<u8>>,
) -> Reply {
    let (request, body) = request.into_parts();
    let reply = match Endpoint::find(&request.method, request.uri.path()) {
        Ok(matched) if matched.endpoint.action().allows(caller.role) => {
            let served = match Admitted::of(caller, &matched) {
                Ok(admitted) => serve_admitted(platform, &request, body, &matched, admitted).await,
                Err(fault) => Err(fault.into()),
            };
            settled(platform, served)
        }
        Ok(_) => problem::turned_away(Turned::Role),
        Err(_) => problem::no_address(),
    };
    finished(platform, &request, reply)
}

fn finished<P: Platform>(platform: &P, request: &Parts, mut reply: Reply) -> Reply {
    let origins = &platform.settings().extension_origins;
    let headers = reply.headers_mut();
    headers::protect(headers);
    cors::share(origins, &request.headers, headers);
    if platform.settings().shows_costs {
        let cost = platform.database().cost();
        let text = format!(
            "db;desc=\"rows_read={} rows_written={} queries={}\"",
            cost.rows_read, cost.rows_written, cost.queries
        );
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert("server-timing", value);
        }
    }
    reply
}

async fn route<P: Platform>(platform: &P, request: &Parts, body: impl BodySource) -> Reply {
    if let Err(too_much) = limits::size(request) {
        return problem::too_much(&too_much);
    }
    if let Err(too_much) = limits::address(platform, &request.headers).await {
        return problem::too_much(&too_much);
    }
    let found = Endpoint::find(&request.method, request.uri.path());
    let is_for_anyone = match &found {
        Ok(matched) => matched.endpoint.action().allows(None),
        Err(_) => true,
    };
    if is_for_anyone && let Err(too_much) = limits::anyone(platform, &request.headers).await {
        return problem::too_much(&too_much);
    }
    let matched = match found {
        Ok(matched) => matched,
        Err(NoEndpoint::Path) => return problem::no_address(),
        Err(NoEndpoint::Method { allowed }) => {
            let origins = &platform.settings().extension_origins;
            return cors::preflight(origins, request, &allowed)
                .unwrap_or_else(|| problem::other_method(&allowed));
        }
    };
    let admitted = match admit(platform, request, &matched).await {
        Ok(admitted) => admitted,
        Err(stopped) => return settled(platform, Err(stopped)),
    };
    let served = serve_admitted(platform, request, body, &matched, admitted).await;
    if !matches!(matched.endpoint.action(), Action::Public | Action::Read) {
        audit::seal_after(platform).await;
    }
    settled(platform, served)
}

fn settled<P: Platform>(platform: &P, served: Result<Reply, Stopped>) -> Reply {
    match served {
        Ok(reply) => reply,
        Err(Stopped::Turned(turned)) => problem::turned_away(turned),
        Err(Stopped::TooMuch(too_much)) => problem::too_much(&too_much),
        Err(Stopped::Unread(Unread::TooLarge)) => problem::too_large(),
        Err(Stopped::Unread(Unread::BrokenOff)) => problem::broken_off(),
        Err(Stopped::ContentType) => problem::content_type(),
        Err(Stopped::Fault(fault)) => {
            let instance = random::lease(platform);
            let (reply, log) = problem::of_fault(fault, &instance);
            if let Some(text) = log {
                platform.log(&format!("request {instance}: {text}"));
            }
            reply
        }
    }
}

async fn serve_admitted<P: Platform>(
    platform: &P,
    request: &Parts,
    body: impl BodySource,
    matched: &Matched<'_>,
    admitted: Admitted,
) -> Result<Reply, Stopped> {
    let endpoint = matched.endpoint;
    let body = match endpoint.action() {
        // What anybody may ask for takes no body, and reads none.
        Action::Public => Vec::new(),
        _ => body::read(&request.headers, body).await?,
    };
    let call = Call {
        platform,
        admitted,
        headers: &request.headers,
        uri: &request.uri,
        body: &body,
    };
    call.may_go_on(endpoint).await?;
    let served = call.serve(endpoint).await;
    let caller = &call.admitted.caller;
    // For whoever is bounded to an account, another one is not there, be it in the body or asked for
    // in a list.
    if let (Some(_), Err(Stopped::Fault(Fault::NotFound(_)))) = (&caller.scope, &served) {
        note_refusal(platform, matched, caller).await;
    }
    served
}
