//! Orders and events for tests.

use super::{Event, IssuedFacts, Order};
use crate::{
    ca::{
        Agreement, Booked, CaOrderNumber, Contact, NewOrder, Observation, RevocationStanding,
        Stage, Standing, StatusText,
    },
    fault::{CaRefusal, RefusalKind},
    ids::{CertificateId, CredentialId, CsrId, OrderId, OrderReference},
    key::KeyFingerprint,
    revocation::{Remark, RevocationReason},
    time::Timestamp,
};

pub(crate) fn start() -> Timestamp {
    Timestamp::from_unix(1_790_000_000)
}

pub(crate) fn order() -> Order {
    let request = NewOrder {
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
    };
    Order::intend(
        OrderId::from_random([1; 16]),
        CredentialId::from_random([2; 16]),
        CsrId::from_random([3; 16]),
        KeyFingerprint::of(b"key"),
        request,
        start(),
    )
}

pub(crate) fn booked() -> Booked {
    Booked {
        order_number: CaOrderNumber::try_from("5580931746".to_owned()).unwrap(),
        request_number: None,
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
        Event::PlaceStarted,
        Event::PlaceAccepted(booked()),
        Event::PlaceRefused(refusal(RefusalKind::Invalid)),
        Event::PlaceNotTaken { after: None },
        Event::PlaceUnanswered,
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
        Event::Observed(Box::new(revocation(RevocationStanding::Revoked, at))),
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
