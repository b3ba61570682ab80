//! What a request to each endpoint aims at. The match is exhaustive: a new endpoint has to say here
//! what of an account it can be aimed at, or the tests do not compile.

use certwright_api::endpoint::Endpoint;
use serde_json::{Value, json};

use crate::stage::{Account, Stage, order};

/// A request.
pub(super) struct Aim {
    pub(super) path: String,
    pub(super) body: Option<Value>,
}

/// A request to the endpoint that aims at something of this account; none where the request has no
/// way to name an account, be it by a thing of it.
pub(super) fn at(stage: &Stage, endpoint: Endpoint, account: &Account) -> Option<Aim> {
    let named = |id: &str, body: Option<Value>| {
        let path = endpoint.path(id);
        Some(Aim { path, body })
    };
    let certificate = account.certificate["id"].as_str().unwrap();
    let credential = account.credential.as_str();
    match endpoint {
        Endpoint::GetCredential | Endpoint::VerifyCredential => named(credential, None),
        Endpoint::SyncCredential | Endpoint::ImportOrders => named(credential, Some(json!({}))),
        Endpoint::RotateCredential => {
            let key = emsign_sandbox::DEFAULT_ACCESS_KEY;
            named(credential, Some(json!({ "accessKey": key })))
        }
        Endpoint::SetApproval => named(credential, Some(json!({ "approval": "none" }))),
        Endpoint::SetNewDomains => named(credential, Some(json!({ "newDomains": "validate" }))),
        Endpoint::SyncAll => named("", Some(json!({ "credentialIds": [credential] }))),
        Endpoint::ListAccounts
        | Endpoint::ListGroups
        | Endpoint::ListOrganizations
        | Endpoint::ListDomains
        | Endpoint::ListProducts
        | Endpoint::ListOrders
        | Endpoint::ExportOrders
        | Endpoint::ListCertificates
        | Endpoint::ExportCertificates => Some(Aim {
            path: format!("{}?credentialId={credential}", endpoint.template()),
            body: None,
        }),
        Endpoint::GetCsr => named(&account.csr, None),
        Endpoint::ValidateOrder | Endpoint::PlaceOrder => {
            let host = format!("next.{}", account.host);
            named("", Some(order(&stage.story.world, credential, &host, 750)))
        }
        Endpoint::GetOrder
        | Endpoint::CheckOrder
        | Endpoint::ApproveOrder
        | Endpoint::WithdrawOrder
        | Endpoint::DeleteOrder
        | Endpoint::RestoreOrder
        | Endpoint::DiscardRevocation
        | Endpoint::GetDcv => named(&account.order, None),
        Endpoint::RevokeOrder => {
            let body = json!({ "reason": "superseded", "remark": "replaced" });
            named(&account.order, Some(body))
        }
        Endpoint::DeclineOrder => named(&account.order, Some(json!({ "reason": "not needed" }))),
        Endpoint::CancelOrder => named(&account.order, Some(json!({ "remark": "not needed" }))),
        Endpoint::VerifyDcv => {
            let body = json!({ "domain": account.host, "method": "dnsTxt" });
            named(&account.order, Some(body))
        }
        Endpoint::GetCertificate | Endpoint::ExportCertificate => named(certificate, None),
        Endpoint::GetJob | Endpoint::StopJob => named(&account.job, None),
        Endpoint::RetryDeadLetter | Endpoint::DiscardDeadLetter => {
            named(&account.dead_letter, None)
        }
        Endpoint::CreateToken => {
            let body = json!({ "label": "x", "role": "viewer", "credentialId": credential });
            named("", Some(body))
        }
        Endpoint::RevokeToken => named(&account.token, None),
        Endpoint::Health
        | Endpoint::LinkCredential
        | Endpoint::ListCredentials
        | Endpoint::InspectCsr
        | Endpoint::StoreCsr
        | Endpoint::ListCsrs
        | Endpoint::CheckDueOrders
        | Endpoint::ResealCredentials
        | Endpoint::RevokeTokens
        | Endpoint::AdmitHeld
        | Endpoint::ListJobs
        | Endpoint::ListDeadLetters
        | Endpoint::RetryDeadLetters
        | Endpoint::GetLicense
        | Endpoint::SetLicense
        | Endpoint::RemoveLicense
        | Endpoint::Dump
        | Endpoint::Restore
        | Endpoint::GiveUpRestore
        | Endpoint::GetMe
        | Endpoint::ListTokens
        | Endpoint::GetSummary
        | Endpoint::ListAudit
        | Endpoint::ListAuditHeads
        | Endpoint::ExportAudit
        | Endpoint::PruneAudit => None,
    }
}

/// A request to the endpoint that names no account.
pub(super) fn at_nothing(stage: &Stage, endpoint: Endpoint) -> Aim {
    let csr = order(
        &stage.story.world,
        &stage.own.credential,
        "new.example",
        760,
    )["csr"]
        .clone();
    let body = match endpoint {
        Endpoint::InspectCsr | Endpoint::StoreCsr => Some(json!({ "csr": csr })),
        Endpoint::PruneAudit => Some(json!({
            "account": stage.own.credential, "seq": 1, "hash": "0".repeat(64),
        })),
        Endpoint::SetLicense => Some(json!({ "license": "cwl1.none" })),
        Endpoint::LinkCredential => Some(json!({
            "label": "Third", "environment": "development",
            "accountNumber": "7412005111", "accessKey": "a-wrong-key",
        })),
        _ => None,
    };
    let path = match endpoint {
        Endpoint::ExportAudit => {
            let chain = &stage.own.credential;
            format!("{}?account={chain}", endpoint.template())
        }
        _ => endpoint.template().to_owned(),
    };
    Aim { path, body }
}
