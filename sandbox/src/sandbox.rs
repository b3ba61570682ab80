//! The sandbox itself: a function of requests and time.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use http::{Method, StatusCode, header};
use serde::Serialize;

use crate::{
    behaviour::{FaultKind, FaultRule, Strikes},
    control,
    endpoints::{self, Call, Operation},
    envelope::{self, Answer, Envelope, Meta},
    exchange::{Reply, Request, Response, respond},
    flight::{CallCounts, InFlight},
    issuer::Issuer,
    ledger::Ledger,
    options::Options,
    refusal::{self, Refusal},
    seed::{self, AccountPlan},
    when::{self, Unix},
};

/// The path under which the operations are.
pub const PREFIX: &str = "/emSignHub-API/";

/// Larger bodies are refused.
pub const MOST_BODY: usize = 1 << 20;

const JSON: &str = "application/json;charset=UTF-8";

/// An emSign look-alike.
///
/// It does no input or output, reads no clock and draws no randomness: the same requests at the
/// same times give the same replies.
pub struct Sandbox {
    pub(crate) options: Options,
    pub(crate) ledger: Ledger,
    pub(crate) issuer: Issuer,
    pub(crate) calls: CallCounts,
    pub(crate) struck: BTreeMap<(&'static str, FaultKind), u64>,
    in_flight: Arc<InFlight>,
    revision: u64,
}

/// The cryptography failed while the CA's certificates were made.
#[derive(Debug)]
pub struct SetupError;

impl std::fmt::Display for SetupError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the sandbox CA's keys and certificates could not be made")
    }
}

impl std::error::Error for SetupError {}

impl Sandbox {
    /// A sandbox with the seeded account; `now` is in Unix seconds, and the account's history ends
    /// there.
    ///
    /// # Errors
    /// [`SetupError`], which has no known cause.
    pub fn new(options: Options, now: Unix) -> Result<Self, SetupError> {
        let mut ledger = Ledger::new(options.seed, options.rate_limit);
        let now = ledger.time(now);
        let plan = AccountPlan {
            number: &options.account_number,
            access_key: &options.access_key,
            orders: options.orders,
        };
        seed::add_account(&mut ledger, &plan, now);
        Self::restore(options, ledger)
    }

    /// A sandbox with these books. The seed is the books'; seeded orders are not added again. The
    /// rate limit is on when books and options agree that it is.
    ///
    /// # Errors
    /// [`SetupError`], which has no known cause.
    pub fn restore(mut options: Options, mut ledger: Ledger) -> Result<Self, SetupError> {
        options.seed = ledger.seed;
        ledger.behaviour.rate_limit &= options.rate_limit;
        let issuer = Issuer::new(ledger.seed).ok_or(SetupError)?;
        Ok(Self {
            options,
            ledger,
            issuer,
            calls: CallCounts::new(),
            struck: BTreeMap::new(),
            in_flight: Arc::default(),
            revision: 0,
        })
    }

    /// The books, to be written out.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Rises with every request that may have changed the books.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The seed from which everything is derived.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.ledger.seed
    }

    /// Account number and access key of the first account.
    #[must_use]
    pub fn credentials(&self) -> Option<(&str, &str)> {
        let account = self.ledger.accounts.first()?;
        Some((&account.number, &account.access_key))
    }

    /// The counter of calls at once, for whoever plays the network.
    #[must_use]
    pub fn in_flight(&self) -> &Arc<InFlight> {
        &self.in_flight
    }

    /// Answers a request at `now`, in Unix seconds.
    pub fn handle(&mut self, request: &Request, now: i64) -> Reply {
        self.revision = self.revision.wrapping_add(1);
        if request.body().len() > MOST_BODY {
            return Reply::now(self.spring(StatusCode::PAYLOAD_TOO_LARGE, request, now));
        }
        if let Some(path) = request.uri().path().strip_prefix("/control/") {
            return Reply::now(control::route(self, request, path, now));
        }
        // The bare host and unknown names get Spring's answer, which has no meta (emSign API
        // reference, A1).
        let name = request.uri().path().strip_prefix(PREFIX);
        let Some(operation) = name.and_then(Operation::named) else {
            return Reply::now(self.spring(StatusCode::NOT_FOUND, request, now));
        };
        if request.method() != Method::POST {
            return Reply::now(self.spring(StatusCode::METHOD_NOT_ALLOWED, request, now));
        }
        if !is_json(request) {
            return Reply::now(self.spring(StatusCode::UNSUPPORTED_MEDIA_TYPE, request, now));
        }
        *self.calls.entry(operation.name().to_owned()).or_default() += 1;
        self.operate(operation, request, now)
    }

    fn operate(&mut self, operation: Operation, request: &Request, now: i64) -> Reply {
        let now = self.ledger.time(now);
        let opened = envelope::open(request.body());
        let account = opened
            .as_ref()
            .map_or("", |opened| opened.meta.account_number.as_str());
        let mut strikes = self
            .ledger
            .behaviour
            .strike(self.seed(), operation.name(), account);
        for kind in strikes.kinds() {
            let struck = self.struck.entry((operation.name(), kind)).or_default();
            *struck += 1;
        }
        let mut reply = match self.turned_away(&strikes) {
            Some(reply) => reply,
            None => {
                let (outcome, meta) = match opened {
                    Ok(opened) => (
                        self.carry_out(operation, &opened, &mut strikes, now),
                        opened.meta,
                    ),
                    Err(refusal) => (Err(refusal), Meta::default()),
                };
                self.answer(operation, &outcome, &meta, &strikes, now)
            }
        };
        reply.delay = self.options.latency;
        if let Some(rule) = strikes.get(FaultKind::Slow) {
            reply.delay += seconds(rule);
        }
        reply.trickle = strikes.get(FaultKind::Trickle).map(seconds);
        reply
    }

    /// The faults that come between the caller and the CA: nothing is done.
    fn turned_away(&self, strikes: &Strikes) -> Option<Reply> {
        if strikes.has(FaultKind::ReplyLostBefore) {
            return Some(Reply::dropped());
        }
        if let Some(rule) = strikes.get(FaultKind::ServerError) {
            return Some(Reply::now(
                self.page(status(rule, StatusCode::SERVICE_UNAVAILABLE)),
            ));
        }
        strikes
            .has(FaultKind::TooManyRequests)
            .then(|| Reply::now(self.page(StatusCode::TOO_MANY_REQUESTS)))
    }

    fn carry_out(
        &mut self,
        operation: Operation,
        opened: &Envelope,
        strikes: &mut Strikes,
        now: Unix,
    ) -> Result<Answer, Refusal> {
        let seed = self.ledger.seed;
        let Ledger {
            accounts,
            numbers,
            behaviour,
            ..
        } = &mut self.ledger;
        let position = envelope::authenticate(accounts, &self.options, &opened.meta, now)?;
        let account = accounts.get_mut(position).ok_or(refusal::ACCOUNT_NUMBER)?;
        if strikes.has(FaultKind::UnmarkedRateLimit) {
            return Err(refusal::RATE_LIMIT);
        }
        if let Some(rule) = strikes.get(FaultKind::Refusal) {
            return Err(refusal_of(rule));
        }
        let mut call = Call {
            account,
            numbers,
            behaviour,
            strikes,
            issuer: &self.issuer,
            options: &self.options,
            seed,
            now,
            body: &opened.body,
        };
        endpoints::carry_out(operation, &mut call)
    }

    /// Puts the outcome on the wire, with the faults that befall it there.
    fn answer(
        &self,
        operation: Operation,
        outcome: &Result<Answer, Refusal>,
        meta: &Meta,
        strikes: &Strikes,
        now: Unix,
    ) -> Reply {
        if strikes.has(FaultKind::ReplyLostAfter) {
            return Reply::dropped();
        }
        if let Some(rule) = strikes.get(FaultKind::ServerErrorAfter) {
            return Reply::now(self.page(status(rule, StatusCode::BAD_GATEWAY)));
        }
        if let Some(rule) = strikes.get(FaultKind::HtmlPage) {
            return Reply::now(self.page(status(rule, StatusCode::OK)));
        }
        let refused = strikes
            .get(FaultKind::RefusalAfter)
            .map(|rule| Err(refusal_of(rule)));
        let outcome = refused.as_ref().unwrap_or(outcome);
        let skew = strikes.get(FaultKind::WrongClock).map_or(0, |rule| {
            rule.seconds.unwrap_or(420).clamp(-when::DAY, when::DAY)
        });
        let both_names = operation == Operation::ValidateCredentials;
        let beside = outcome
            .as_ref()
            .err()
            .map_or("", |refusal| endpoints::beside_failure(operation, refusal));
        let mut body = envelope::seal(outcome, beside, meta, now + skew, both_names);
        if strikes.has(FaultKind::TruncatedJson) {
            body.truncate(body.len() / 2);
        }
        let wrong_type = strikes.has(FaultKind::WrongContentType);
        let content_type = if wrong_type { "text/plain" } else { JSON };
        Reply::now(respond(StatusCode::OK, content_type, body, self.seed()))
    }

    /// What a front proxy says instead of the CA: HTML, whatever was asked for.
    fn page(&self, status: StatusCode) -> Response {
        let reason = status.canonical_reason().unwrap_or("Error");
        let body = format!(
            "<html>\r\n<head><title>{0} {reason}</title></head>\r\n<body>\r\n<center><h1>{0} \
             {reason}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
            status.as_u16()
        );
        respond(status, "text/html", body.into_bytes(), self.seed())
    }

    /// Spring Boot's error body (A1): no meta.
    fn spring(&self, status: StatusCode, request: &Request, now: i64) -> Response {
        #[derive(Serialize)]
        struct SpringError<'a> {
            timestamp: String,
            status: u16,
            error: &'a str,
            path: &'a str,
        }
        let path = request.uri().path();
        let error = SpringError {
            timestamp: when::spring_time(self.ledger.time(now)),
            status: status.as_u16(),
            error: status.canonical_reason().unwrap_or_default(),
            path: path
                .strip_prefix(PREFIX.trim_end_matches('/'))
                .unwrap_or(path),
        };
        let body = serde_json::to_vec(&error).unwrap_or_default();
        respond(status, "application/json", body, self.seed())
    }
}

fn is_json(request: &Request) -> bool {
    request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn status(rule: &FaultRule, default: StatusCode) -> StatusCode {
    rule.status
        .and_then(|code| StatusCode::from_u16(code).ok())
        .unwrap_or(default)
}

/// The refusal that a rule describes.
fn refusal_of(rule: &FaultRule) -> Refusal {
    let message = rule.message.clone();
    Refusal::custom(
        rule.code.clone().unwrap_or_default(),
        message.unwrap_or_else(|| refusal::SOMETHING_WRONG.message.into_owned()),
    )
}

/// A rule's duration, of at most an hour.
fn seconds(rule: &FaultRule) -> Duration {
    Duration::from_secs(rule.seconds.unwrap_or(10).clamp(0, 3600).unsigned_abs())
}
