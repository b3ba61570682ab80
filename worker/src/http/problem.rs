//! Faults as RFC 9457 problem documents: the one place.

use certwright_api::problem::{FieldProblem, PROBLEM_JSON, Problem};
use certwright_core::{
    advice::sentence,
    fault::{CaFault, CaRefusal},
    pace::TooMany,
};
use http::{
    HeaderValue, Response, StatusCode,
    header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};

use super::{authenticate::Turned, headers, limits::TooMuch};
use crate::{
    fault::{Conflict, Fault},
    platform::SealFault,
};

/// What every problem document has.
struct Base {
    status: StatusCode,
    code: &'static str,
    title: &'static str,
}

fn problem(base: &Base, detail: impl Into<String>) -> Problem {
    Problem {
        kind: format!("https://certwright.example/problems/{}", base.code),
        title: base.title.to_owned(),
        status: base.status.as_u16(),
        detail: sentence(&detail.into()),
        code: base.code.to_owned(),
        field: None,
        remedy: None,
        errors: Vec::new(),
        instance: None,
    }
}

fn respond(problem: &Problem) -> Response<Vec<u8>> {
    // What to do is a sentence, like what is wrong.
    let problem = &Problem {
        remedy: problem.remedy.as_deref().map(sentence),
        ..problem.clone()
    };
    let mut response = Response::new(serde_json::to_vec(problem).unwrap_or_default());
    *response.status_mut() =
        StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    response
}

/// A reply that no request is dispatched for, with the headers that every reply has.
fn alone(problem: &Problem) -> Response<Vec<u8>> {
    let mut response = respond(problem);
    headers::protect(response.headers_mut());
    response
}

/// A fault as a reply, and what the log should say of it.
pub(super) fn of_fault(fault: Fault, instance: &str) -> (Response<Vec<u8>>, Option<String>) {
    let mut log = None;
    let mut retry_after = None;
    let mut problem = match fault {
        Fault::Invalid(errors) => invalid(errors),
        Fault::NotFound(what) => problem(
            &Base {
                status: StatusCode::NOT_FOUND,
                code: "not-found",
                title: "Not found",
            },
            format!("there is no such {what}"),
        ),
        Fault::Conflict(conflict) => conflicting(conflict),
        Fault::Ca(fault) => {
            if let CaFault::RateLimited { after } = &fault {
                retry_after = Some(after.unwrap_or(30));
            }
            of_ca(&fault)
        }
        Fault::Internal(text) => {
            log = Some(text);
            internal("something went wrong here, and is in the log under this request's id")
        }
        Fault::Seal(fault) => {
            log = Some(fault.to_string());
            let base = Base {
                status: StatusCode::SERVICE_UNAVAILABLE,
                code: match fault {
                    SealFault::Damaged => "access-key-damaged",
                    _ => "master-key",
                },
                title: "The access key cannot be used",
            };
            Problem {
                field: fault.secret(),
                remedy: Some(fault.remedy()),
                ..problem(&base, fault.to_string())
            }
        }
    };
    problem.instance = Some(instance.to_owned());
    let mut response = respond(&problem);
    if let Some(seconds) = retry_after
        && let Ok(value) = HeaderValue::from_str(&seconds.to_string())
    {
        response.headers_mut().insert(RETRY_AFTER, value);
    }
    (response, log)
}

fn invalid(errors: Vec<FieldProblem>) -> Problem {
    let base = Base {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        code: "invalid-request",
        title: "The request cannot be accepted",
    };
    let Some(first) = errors.first().cloned() else {
        return problem(&base, "the request cannot be accepted");
    };
    let detail = format!("{}: {}", first.field, first.message);
    Problem {
        code: first.code,
        field: Some(first.field),
        remedy: first.remedy,
        errors,
        ..problem(&base, detail)
    }
}

const STATE: &str = "The request does not fit the present state";

fn conflicting(conflict: Conflict) -> Problem {
    // RFC 9457 wants one status per kind; a reused key is the one conflict that is not about state
    // (draft-ietf-httpapi-idempotency-key-header §2.7), and who may decide on an order depends on
    // who asked for it.
    let (status, title) = match conflict.code {
        "idempotency-key-reused" => (StatusCode::UNPROCESSABLE_ENTITY, STATE),
        "own-order" | "not-a-decider" | "not-the-requester" => {
            (StatusCode::FORBIDDEN, "Somebody else decides on this order")
        }
        _ => (StatusCode::CONFLICT, STATE),
    };
    let base = Base {
        status,
        code: conflict.code,
        title,
    };
    Problem {
        field: conflict.field.map(str::to_owned),
        remedy: conflict.remedy,
        ..problem(&base, conflict.detail)
    }
}

fn of_ca(fault: &CaFault) -> Problem {
    match fault {
        CaFault::Unanswered(why) => Problem {
            remedy: Some("try again in a moment".to_owned()),
            ..problem(
                &Base {
                    status: StatusCode::BAD_GATEWAY,
                    code: "ca-unanswered",
                    title: "emSign gave no usable answer",
                },
                format!("emSign gave no usable answer: {why}"),
            )
        },
        CaFault::RateLimited { after } => Problem {
            remedy: Some(match after {
                Some(seconds) => format!("try again in {seconds} seconds"),
                None => "try again in a moment".to_owned(),
            }),
            ..problem(
                &Base {
                    status: StatusCode::SERVICE_UNAVAILABLE,
                    code: "ca-rate-limited",
                    title: "emSign asks for fewer calls",
                },
                "emSign asks for fewer calls of this account at the moment, so nothing was done",
            )
        },
        CaFault::CredentialRefused(refusal) => {
            refused(refusal, "ca-credential-refused", "accessKey")
        }
        CaFault::Refused(refusal) => refused(refusal, "ca-refused", ""),
    }
}

fn refused(refusal: &CaRefusal, code: &'static str, field: &str) -> Problem {
    let base = Base {
        status: StatusCode::UNPROCESSABLE_ENTITY,
        code,
        title: "emSign refused",
    };
    let field = refusal
        .field
        .clone()
        .or_else(|| (!field.is_empty()).then(|| field.to_owned()));
    Problem {
        field,
        remedy: Some(refusal.remedy.clone()),
        ..problem(&base, format!("emSign refused: {refusal}."))
    }
}

fn internal(detail: &str) -> Problem {
    let base = Base {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        code: "internal",
        title: "Something went wrong",
    };
    problem(&base, detail)
}

/// A caller who is turned away.
pub(super) fn turned_away(turned: Turned) -> Response<Vec<u8>> {
    let signs_in = "send the header Authorization: Bearer followed by your token";
    let new_token = "ask an administrator for a new one";
    let assertion;
    let (status, code, detail, remedy) = match turned {
        Turned::Missing => (
            StatusCode::UNAUTHORIZED,
            "token-missing",
            "the request has no bearer token",
            signs_in,
        ),
        Turned::Unknown => (
            StatusCode::UNAUTHORIZED,
            "token-unknown",
            "the token is invalid or was revoked",
            new_token,
        ),
        Turned::Expired => (
            StatusCode::UNAUTHORIZED,
            "token-expired",
            "the token has expired",
            new_token,
        ),
        Turned::Revoked => (
            StatusCode::UNAUTHORIZED,
            "token-revoked",
            "the token was revoked",
            new_token,
        ),
        Turned::Assertion(fault) => {
            assertion = fault.to_string();
            (
                StatusCode::UNAUTHORIZED,
                "assertion-refused",
                assertion.as_str(),
                "Sign in again. When that does not help, ask an administrator to compare \
                 ACCESS_TEAM_DOMAIN and ACCESS_AUD with Access",
            )
        }
        Turned::KeysMissing => (
            StatusCode::SERVICE_UNAVAILABLE,
            "access-keys-missing",
            "the keys of the Access team cannot be had, so nobody can be signed in with it",
            "try again in a minute, or use a token",
        ),
        Turned::Elsewhere => (
            StatusCode::FORBIDDEN,
            "cross-site",
            "another site has made the browser send this request",
            "use the console itself, or a token",
        ),
        Turned::PersonWithoutRole => (
            StatusCode::UNAUTHORIZED,
            "token-person-without-role",
            "The person who made this token no longer has the role that it was made with.",
            "Ask an administrator for a rule in ACCESS_ROLES, or for another token.",
        ),
        Turned::NoRights => (
            StatusCode::FORBIDDEN,
            "no-role",
            "you are signed in, but nothing gives you a role here",
            "ask an administrator for a rule in ACCESS_ROLES",
        ),
        Turned::Role => (
            StatusCode::FORBIDDEN,
            "role-too-low",
            "your role does not allow this",
            "ask an administrator",
        ),
        Turned::Scope => (
            StatusCode::FORBIDDEN,
            "scope-too-narrow",
            "this concerns the whole system, and you have one account only",
            "Ask an administrator of the whole system.",
        ),
    };
    let base = Base {
        status,
        code,
        title: "Not allowed",
    };
    let mut response = respond(&Problem {
        remedy: Some(remedy.to_owned()),
        ..problem(&base, detail)
    });
    if status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static("60"));
    }
    response
}

/// No such address.
pub(super) fn no_address() -> Response<Vec<u8>> {
    let base = Base {
        status: StatusCode::NOT_FOUND,
        code: "no-such-address",
        title: "Not found",
    };
    respond(&problem(&base, "there is no such address"))
}

/// An address that takes other methods.
pub(super) fn other_method(allowed: &[http::Method]) -> Response<Vec<u8>> {
    let base = Base {
        status: StatusCode::METHOD_NOT_ALLOWED,
        code: "method-not-allowed",
        title: "This address does not take that method",
    };
    let names: Vec<&str> = allowed.iter().map(http::Method::as_str).collect();
    let names = names.join(", ");
    let mut response = respond(&problem(&base, format!("this address takes {names}")));
    if let Ok(value) = HeaderValue::from_str(&names) {
        response.headers_mut().insert(ALLOW, value);
    }
    response
}

/// A request that is turned away before it is read.
pub(super) fn too_much(too_much: &TooMuch) -> Response<Vec<u8>> {
    let (status, code, title, detail, remedy) = match too_much {
        TooMuch::Address => (
            StatusCode::URI_TOO_LONG,
            "address-too-long",
            "The address is too long",
            "the path or its query is longer than any that this API has",
            "send less in the path and in its parameters".to_owned(),
        ),
        TooMuch::Headers => (
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "headers-too-large",
            "The headers are too large",
            "the request has too many headers, or too large ones",
            "send fewer or shorter headers".to_owned(),
        ),
        TooMuch::Requests(TooMany { seconds }) => (
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-requests",
            "Too many requests",
            "there were too many requests within a minute",
            format!("try again in {seconds} seconds"),
        ),
        TooMuch::FailedSignIns(TooMany { seconds }) => (
            StatusCode::TOO_MANY_REQUESTS,
            "too-many-failed-sign-ins",
            "Too many failed sign-ins",
            "too many sign-ins from this address failed within a minute",
            format!("check the token, and try again in {seconds} seconds"),
        ),
    };
    let base = Base {
        status,
        code,
        title,
    };
    let mut response = respond(&Problem {
        remedy: Some(remedy),
        ..problem(&base, detail)
    });
    if let TooMuch::Requests(TooMany { seconds }) | TooMuch::FailedSignIns(TooMany { seconds }) =
        too_much
    {
        let headers = response.headers_mut();
        headers.insert(RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}

/// A body that is not JSON by its own word.
pub(super) fn content_type() -> Response<Vec<u8>> {
    let base = Base {
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        code: "content-type",
        title: "The body is not JSON",
    };
    respond(&Problem {
        field: Some("Content-Type".to_owned()),
        remedy: Some("send JSON with the header Content-Type: application/json, or for a restore JSON lines \
             with application/jsonl"
                .to_owned()),
        ..problem(&base, "the body is not marked as JSON")
    })
}

/// A body that ended before it was complete (RFC 9112 §8).
pub(super) fn broken_off() -> Response<Vec<u8>> {
    let base = Base {
        status: StatusCode::BAD_REQUEST,
        code: "body-incomplete",
        title: "The body is incomplete",
    };
    respond(&Problem {
        field: Some("body".to_owned()),
        remedy: Some("Send the request again.".to_owned()),
        ..problem(
            &base,
            "The request's body ended before it was complete, so nothing was done.",
        )
    })
}

/// A body larger than [`super::MAX_BODY`].
#[must_use]
pub fn too_large() -> Response<Vec<u8>> {
    let base = Base {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        code: "body-too-large",
        title: "The body is too large",
    };
    alone(&Problem {
        field: Some("body".to_owned()),
        remedy: Some("send less: an order with its CSR takes a few kilobytes".to_owned()),
        ..problem(
            &base,
            format!("the body has more than {} bytes", super::MAX_BODY),
        )
    })
}

/// A deployment that lacks a binding, a variable or a secret. The log names it.
#[must_use]
pub fn not_configured() -> Response<Vec<u8>> {
    let base = Base {
        status: StatusCode::SERVICE_UNAVAILABLE,
        code: "not-configured",
        title: "The deployment is not configured",
    };
    alone(&Problem {
        remedy: Some("look into the Worker's log, which names the missing setting".to_owned()),
        ..problem(
            &base,
            "a binding, variable or secret of this deployment is missing or malformed",
        )
    })
}
