//! The control API: what a test may ask and change behind the CA's back.
//!
//! Not part of emSign. Everything here is also a method of [`Sandbox`]; see `README.md` for the
//! JSON.

mod books;
mod directory;
mod management;

use http::{Method, StatusCode};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

pub use books::{BookEntry, Books};
pub use directory::DirectoryPart;
pub use management::{IssueMany, NewAccount};

use crate::{
    behaviour::FaultRule,
    exchange::{Request, Response, respond},
    sandbox::Sandbox,
};

/// Why a control request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ControlError {
    /// There is no such route, order or account.
    NotFound(String),
    /// The request makes no sense.
    Invalid(String),
    /// It makes sense, but not for an order in this state.
    Conflict(String),
}

impl std::fmt::Display for ControlError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::NotFound(text) | Self::Invalid(text) | Self::Conflict(text)) = self;
        f.write_str(text)
    }
}

impl std::error::Error for ControlError {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetStatus {
    certificate_status_id: Option<u16>,
    order_status_id: Option<u16>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct PublishDcv {
    domain_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetBehaviour {
    rate_limit: bool,
}

/// Answers a request under `/control/`.
pub(crate) fn route(sandbox: &mut Sandbox, request: &Request, path: &str, now: i64) -> Response {
    let (status, body) = match dispatch(sandbox, request, path, now) {
        Ok(body) => (StatusCode::OK, body),
        Err(error) => {
            let status = match error {
                ControlError::NotFound(_) => StatusCode::NOT_FOUND,
                ControlError::Invalid(_) => StatusCode::BAD_REQUEST,
                ControlError::Conflict(_) => StatusCode::CONFLICT,
            };
            (status, json!({ "error": error.to_string() }))
        }
    };
    let body = serde_json::to_vec(&body).unwrap_or_default();
    respond(status, "application/json", body, sandbox.seed())
}

fn dispatch(
    sandbox: &mut Sandbox,
    request: &Request,
    path: &str,
    now: i64,
) -> Result<Value, ControlError> {
    let segments: Vec<&str> = path.split('/').collect();
    let body = request.body();
    match (request.method(), segments.as_slice()) {
        (&Method::GET, ["books"]) => json_of(&sandbox.books(now)),
        (&Method::GET, ["calls"]) => Ok(calls(sandbox)),
        (&Method::POST, ["calls", "reset"]) => {
            sandbox.reset_calls();
            Ok(calls(sandbox))
        }
        (&Method::GET, ["ca"]) => Ok(json!({
            "rootCertificate": sandbox.root_pem(),
            "caCertificate": sandbox.intermediate_pem(),
        })),
        (&Method::POST, ["advance"]) => {
            let advance: Advance = read(body)?;
            Ok(json!({ "now": sandbox.advance(advance.seconds, now) }))
        }
        (&Method::GET, ["faults"]) => json_of(&sandbox.faults()),
        (&Method::POST, ["faults"]) => {
            sandbox.add_fault(read::<FaultRule>(body)?);
            json_of(&sandbox.faults())
        }
        (&Method::DELETE, ["faults"]) => {
            sandbox.clear_faults();
            json_of(&sandbox.faults())
        }
        (&Method::POST, ["behaviour"]) => {
            let behaviour: SetBehaviour = read(body)?;
            sandbox.set_rate_limit(behaviour.rate_limit);
            Ok(json!({ "rateLimit": behaviour.rate_limit }))
        }
        (&Method::POST, ["domains"]) => {
            sandbox.change_directory(DirectoryPart::Domain, read(body)?, now)
        }
        (&Method::POST, ["organizations"]) => {
            sandbox.change_directory(DirectoryPart::Organization, read(body)?, now)
        }
        (&Method::POST, ["groups"]) => {
            sandbox.change_directory(DirectoryPart::Group, read(body)?, now)
        }
        (&Method::GET, ["accounts"]) => Ok(sandbox.accounts()),
        (&Method::POST, ["accounts"]) => sandbox.add_account(&read::<NewAccount>(body)?, now),
        (&Method::POST, ["accounts", number, "state"]) => {
            sandbox.set_account_state(number, read::<Value>(body)?)
        }
        (&Method::POST, ["orders", "issue-many"]) => {
            json_of(&sandbox.issue_many(&read::<IssueMany>(body)?, now)?)
        }
        (&Method::GET, ["orders", number]) => json_of(&sandbox.book_entry(number, now)?),
        (&Method::POST, ["orders", number, action]) => {
            act(sandbox, number, action, body, now)?;
            json_of(&sandbox.book_entry(number, now)?)
        }
        (method, _) => Err(ControlError::NotFound(format!(
            "no route {method} /control/{path}"
        ))),
    }
}

fn act(
    sandbox: &mut Sandbox,
    number: &str,
    action: &str,
    body: &[u8],
    now: i64,
) -> Result<(), ControlError> {
    match action {
        "set" => {
            let status: SetStatus = read(body)?;
            sandbox.set_status(number, status.order_status_id, status.certificate_status_id)
        }
        "approve" => sandbox.approve(number, now),
        "reject" => sandbox.reject(number),
        "publish-dcv" => {
            let publish: PublishDcv = if body.is_empty() {
                PublishDcv::default()
            } else {
                read(body)?
            };
            sandbox.publish_dcv(number, publish.domain_name.as_deref())
        }
        "refuse-revocation" => sandbox.refuse_revocation(number),
        _ => Err(ControlError::NotFound(format!(
            "no action {action} for orders"
        ))),
    }
}

fn calls(sandbox: &Sandbox) -> Value {
    let counts = sandbox.calls();
    json!({
        "total": counts.values().sum::<u64>(),
        "maxInFlight": sandbox.in_flight().most(),
        "calls": counts,
    })
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ControlError> {
    serde_json::from_slice(body).map_err(|error| ControlError::Invalid(error.to_string()))
}

fn json_of(value: &impl Serialize) -> Result<Value, ControlError> {
    serde_json::to_value(value).map_err(|error| ControlError::Invalid(error.to_string()))
}
