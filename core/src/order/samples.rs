//! Orders and events for tests.

use super::{Decider, DeclineReason, Event, IssuedFacts, Order};
use crate::{
    ca::{
        Agreement, Booked, CaOrderNumber, Contact, NewOrder, Observation, RevocationStanding,
        Stage, Standing, StatusText,
    },
    fault::{CaRefusal, RefusalKind},
    ids::{CertificateId, CredentialId, CsrId, OrderId, OrderReference},
    key::KeyFingerprint,
    permission::Role,
    revocation::{Remark, RevocationReason},
    time::Timestamp,
};

pub(crate) fn start() -> Timestamp {
    Timestamp::from_unix(1_790_000_000)
}

fn request() -> NewOrder {
    NewOrder {
        reference: OrderReference::from_random([5; 7]),
        product_code: "842".into(),
        group_number: "3107745521".into(),
        organization: None,
        primary: "app.corp.example".parse().unwrap(),
        additional: Vec::new(),
        csr_pem: String::new(),
        requestor: Contact {
            name: "Dana Whitlock".into(),
            email: "dana@corp.example".into(),
            isd_code: "1".into(),
            phone: "2075550142".into(),
            designation: None,
        },
        agreement: Agreement {
            signer_name: "Dana Whitlock".into(),
            signer_place: "Portland".into(),
            signer_ip: "203.0.113.24".into(),
        },
        validity_years: 1,
        remarks: "web tier".into(),
    }
}

pub(crate) fn order() -> Order {
    Order::intend(
        OrderId::from_random([1; 16]),
        CredentialId::from_random([2; 16]),
        CsrId::from_random([3; 16]),
        KeyFingerprint::of(b"key"),
        request(),
        start(),
    )
}

/// The name under which [`waiting`] was asked for.
pub(crate) const REQUESTER: &str = "token:requester";

/// An order that waits for approval.
pub(crate) fn waiting() -> Order {
    Order::ask(
        OrderId::from_random([1; 16]),
        CredentialId::from_random([2; 16]),
        CsrId::from_random([3; 16]),
        KeyFingerprint::of(b"key"),
        request(),
        &person(REQUESTER, Role::Requester),
        start(),
    )
}

pub(crate) fn person(actor: &str, role: Role) -> Decider {
    Decider {
        actor: actor.to_owned(),
        person: actor.to_owned(),
        role: Some(role),
    }
}

pub(crate) fn reason() -> DeclineReason {
    DeclineReason::try_from("order it from the other group".to_owned()).unwrap()
}

pub(crate) fn booked() -> Booked {
    Booked {
        order_number: CaOrderNumber::try_from("5580931746".to_owned()).unwrap(),
        request_number: None,
        tracking_url: None,
    }
}

pub(crate) fn refusal(kind: RefusalKind) -> CaRefusal {
    CaRefusal {
        code: Some("EMS-918".into()),
        message: "no".into(),
        field: None,
        remedy: "say yes".into(),
        kind,
    }
}

pub(crate) fn observation(standing: Standing, at: Timestamp) -> Observation {
    Observation {
        at,
        standing,
        certificate_status: StatusText::default(),
        order_status: StatusText::default(),
        revocation: None,
        domains: Vec::new(),
        tracking_url: None,
        requestor_email: None,
    }
}

pub(crate) fn revocation(standing: RevocationStanding, at: Timestamp) -> Observation {
    Observation {
        revocation: Some(standing),
        ..observation(Standing::Issued, at)
    }
}

pub(crate) fn facts() -> IssuedFacts {
    IssuedFacts {
        certificate_id: CertificateId::from_random([4; 16]),
        expires_at: start().plus(200 * crate::time::DAY),
    }
}

pub(crate) fn remark() -> Remark {
    Remark::try_from("replaced by a new key".to_owned()).unwrap()
}

pub(crate) fn standings() -> Vec<Standing> {
    vec![
        Standing::Pending {
            stage: Stage::DomainValidation,
        },
        Standing::Pending {
            stage: Stage::Approval,
        },
        Standing::Pending {
            stage: Stage::Unknown {
                certificate: StatusText {
                    id: "99".into(),
                    text: "Odd".into(),
                },
                order: StatusText::default(),
            },
        },
        Standing::Issued,
        Standing::Rejected {
            text: "Rejected".into(),
        },
        Standing::Cancelled,
        Standing::Expired,
        Standing::Revoked,
    ]
}

/// Every kind of event, the ones with an observation asked for at `at`.
pub(crate) fn events(at: Timestamp) -> Vec<Event> {
    let mut events = vec![
        Event::Approved {
            by: person("token:operator", Role::Operator),
        },
        Event::Approved {
            by: person(REQUESTER, Role::Admin),
        },
        Event::Approved {
            by: person("token:other", Role::Requester),
        },
        Event::Declined {
            by: person("token:operator", Role::Operator),
            reason: reason(),
        },
        Event::Withdrawn {
            by: person(REQUESTER, Role::Requester),
        },
        Event::Waited,
        Event::PlaceStarted,
        Event::PlaceAccepted(booked()),
        Event::PlaceRefused(refusal(RefusalKind::Invalid)),
        Event::PlaceNotTaken { after: None },
        Event::PlaceUnanswered { said: None },
        Event::FoundAtCa(booked()),
        Event::AbsentAtCa,
        Event::Mismatched {
            differences: vec!["another key".into()],
        },
        Event::RevokeRequested {
            reason: RevocationReason::Superseded,
            remark: remark(),
        },
        Event::RevokeAccepted,
        Event::RevokeRefused(refusal(RefusalKind::Invalid)),
        Event::RevokeRefused(refusal(RefusalKind::AlreadyDone)),
        Event::CancelRequested { remark: remark() },
        Event::CancelAccepted,
        Event::CancelRefused(refusal(RefusalKind::WrongState)),
        Event::CancelRefused(refusal(RefusalKind::AlreadyDone)),
        Event::Deleted,
        Event::Restored,
        Event::Observed(Box::new(revocation(RevocationStanding::Requested, at))),
        Event::Observed(Box::new(revocation(
            RevocationStanding::Revoked {
                reason: None,
                processed_at: None,
            },
            at,
        ))),
        Event::Observed(Box::new(revocation(
            RevocationStanding::Refused { text: "no".into() },
            at,
        ))),
    ];
    events.extend(
        standings()
            .into_iter()
            .map(|s| Event::Observed(Box::new(observation(s, at)))),
    );
    events
}
