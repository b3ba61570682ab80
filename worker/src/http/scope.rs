//! What a caller's scope leaves of a request: the one place.
//!
//! A handler gets an id of the path only out of a [`Target`], and only of the kind that the table
//! of endpoints names; a target is made here, after it was seen to lie within the scope. A body is
//! read only by way of [`Bounded`], and a list is asked for only with a [`Within`]. So a handler
//! that forgets the scope has nothing to work with.
//!
//! [`Within`]: crate::caller::Within

use certwright_api::{
    credentials::{
        ImportRequest, LinkCredential, RotateCredential, SetApproval, SetNewDomains,
        SyncAllRequest, SyncRequest,
    },
    csrs::CsrRequest,
    license::SetLicense,
    orders::{CancelRequest, DeclineRequest, OrderRequest, RevokeRequest, VerifyDcvRequest},
    reseal::ResealRequest,
    system::PruneAudit,
    tokens::{CreateToken, RevokeTokens},
};
use certwright_core::{
    ids::{CertificateId, CredentialId, CsrId, JobId, OrderId, TokenId, WorkId},
    permission::{Place, Reach},
};

use crate::{
    fault::Fault,
    platform::Platform,
    storage::owners::{self, Owned},
};

/// The thing that the path names.
pub(super) enum Target {
    /// None.
    Nothing,
    Credential(CredentialId),
    Order(OrderId),
    Certificate(CertificateId),
    Csr(CsrId),
    Job(JobId),
    DeadLetter(WorkId),
    Token(TokenId),
}

impl Target {
    /// Reads the path's parameter as what the endpoint reaches. An id that is malformed names
    /// nothing that exists.
    pub(super) fn read(reach: Reach, parameter: Option<&str>) -> Result<Self, Fault> {
        let text = parameter.unwrap_or("");
        let read = match reach {
            Reach::Nothing | Reach::System | Reach::Listed | Reach::Body => Ok(Self::Nothing),
            Reach::Credential => text.parse().map(Self::Credential),
            Reach::Order => text.parse().map(Self::Order),
            Reach::Certificate => text.parse().map(Self::Certificate),
            Reach::Csr => text.parse().map(Self::Csr),
            Reach::Job => text.parse().map(Self::Job),
            Reach::DeadLetter => text.parse().map(Self::DeadLetter),
            Reach::Token => text.parse().map(Self::Token),
        };
        read.map_err(|_| Fault::NotFound("thing: the id is not one of ours"))
    }

    /// Where it lies, seen from a scope.
    pub(super) async fn place<P: Platform>(
        &self,
        platform: &P,
        scope: &CredentialId,
    ) -> Result<Place, Fault> {
        let owned = match self {
            Self::Nothing => return Ok(Place::Inside),
            Self::Credential(id) if id == scope => return Ok(Place::Inside),
            Self::Credential(_) => return Ok(Place::Outside),
            Self::Order(id) => Owned::Order(id),
            Self::Certificate(id) => Owned::Certificate(id),
            Self::Csr(id) => Owned::Csr(id),
            Self::Job(id) => Owned::Job(id),
            Self::DeadLetter(id) => Owned::DeadLetter(id),
            Self::Token(id) => Owned::Token(id),
        };
        Ok(if owners::is_of(platform.database(), owned, scope).await? {
            Place::Inside
        } else {
            Place::Outside
        })
    }

    /// What is answered when it lies elsewhere: the same as when it does not exist.
    pub(super) fn hidden(&self) -> Fault {
        Fault::NotFound(match self {
            Self::Nothing => "thing",
            Self::Credential(_) => "credential",
            Self::Order(_) => "order",
            Self::Certificate(_) => "certificate",
            Self::Csr(_) => "CSR",
            Self::Job(_) => "job",
            Self::DeadLetter(_) => "dead letter",
            Self::Token(_) => "token",
        })
    }
}

/// An id that a handler can get out of a target of its kind.
pub(super) trait Aimed: Sized {
    fn of(target: &Target) -> Option<Self>;
}

macro_rules! aimed {
    ($($id:ident: $kind:ident),+) => {
        $(impl Aimed for $id {
            fn of(target: &Target) -> Option<Self> {
                match target {
                    Target::$kind(id) => Some(id.clone()),
                    _ => None,
                }
            }
        })+
    };
}

aimed!(
    CredentialId: Credential,
    OrderId: Order,
    CertificateId: Certificate,
    CsrId: Csr,
    JobId: Job,
    WorkId: DeadLetter,
    TokenId: Token
);

/// A body, and what a scope leaves of it.
pub(super) trait Bounded {
    /// Keeps the body within an account, the caller's scope. A name of another account is the name
    /// of one that does not exist; no name stands for the caller's.
    fn bound(&mut self, scope: &CredentialId) -> Result<(), Fault>;
}

fn own(account: &CredentialId, scope: &CredentialId) -> Result<(), Fault> {
    if account == scope {
        Ok(())
    } else {
        Err(Fault::NotFound("credential"))
    }
}

impl Bounded for OrderRequest {
    fn bound(&mut self, scope: &CredentialId) -> Result<(), Fault> {
        own(&self.credential_id, scope)
    }
}

impl Bounded for SyncAllRequest {
    fn bound(&mut self, scope: &CredentialId) -> Result<(), Fault> {
        if self.credential_ids.is_empty() {
            self.credential_ids.push(scope.clone());
        }
        self.credential_ids.iter().try_for_each(|id| own(id, scope))
    }
}

impl Bounded for CreateToken {
    fn bound(&mut self, scope: &CredentialId) -> Result<(), Fault> {
        own(
            self.credential_id.get_or_insert_with(|| scope.clone()),
            scope,
        )
    }
}

macro_rules! names_no_account {
    ($($body:ident),+) => {
        $(impl Bounded for $body {
            fn bound(&mut self, _scope: &CredentialId) -> Result<(), Fault> {
                Ok(())
            }
        })+
    };
}

// The first five are beyond every scope by their endpoints; a CSR is checked or stored as such; the others
// act on what the path names.
names_no_account!(
    LinkCredential,
    SetLicense,
    RevokeTokens,
    ResealRequest,
    PruneAudit,
    RotateCredential,
    SyncRequest,
    ImportRequest,
    CsrRequest,
    RevokeRequest,
    CancelRequest,
    DeclineRequest,
    SetApproval,
    SetNewDomains,
    VerifyDcvRequest
);
