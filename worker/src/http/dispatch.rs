//! Which use case an endpoint stands for, and what it is given of the request.

use certwright_api::{
    certificates::CertificateView,
    credentials::{ImportRequest, RotateCredential, SetApproval, SyncAllRequest, SyncRequest},
    csrs::CsrRequest,
    endpoint::Endpoint,
    license::SetLicense,
    orders::{
        CancelRequest, DeclineRequest, OrderRequest, OrderView, RevokeRequest, VerifyDcvRequest,
    },
    page::Page,
    reseal::ResealRequest,
    system::Health,
};
use certwright_core::{
    ca::DcvMethod,
    directory::DirectoryPart,
    ids::{CredentialId, OrderReference},
    permission::Action,
};
use http::HeaderMap;
use sha2::{Digest, Sha256};

use super::{
    admit::Admitted,
    body, csv,
    handle::Stopped,
    query::Query,
    reply::{self, Reply, accepted, created, ok},
    scope::{Aimed, Bounded},
    search,
};
use crate::{
    caller::Within,
    fault::{Conflict, Fault},
    platform::Platform,
    random::Fresh,
    usecase::{
        admit_held, approval, audit, cancel, certificates, check, credentials, csr, dcv,
        dead_letters, delete, dump, import, license, lists, order_view, place_order, reseal,
        restore, revoke, summary, sync, tokens, validate_order,
    },
};

/// A request that may be served.
pub(super) struct Call<'r, P: Platform> {
    pub(super) platform: &'r P,
    pub(super) admitted: Admitted,
    pub(super) headers: &'r HeaderMap,
    pub(super) uri: &'r http::Uri,
    pub(super) body: &'r [u8],
}

impl<P: Platform> Call<'_, P> {
    /// While a dump is being restored nothing else is changed.
    pub(super) async fn may_go_on(&self, endpoint: Endpoint) -> Result<(), Stopped> {
        let may = match endpoint.action() {
            Action::Public | Action::Read => true,
            Action::Administer
                if matches!(endpoint, Endpoint::Restore | Endpoint::GiveUpRestore) =>
            {
                true
            }
            _ => !restore::is_going_on(self.platform).await?,
        };
        if may {
            Ok(())
        } else {
            Err(restore::being_restored().into())
        }
    }

    pub(super) async fn serve(&self, endpoint: Endpoint) -> Result<Reply, Stopped> {
        let (platform, caller) = (self.platform, &self.admitted.caller);
        match endpoint {
            Endpoint::Health => {
                summary::healthy(platform).await?;
                let version = env!("CARGO_PKG_VERSION").to_owned();
                ok(&Health {
                    status: "ok".to_owned(),
                    version,
                })
            }
            Endpoint::LinkCredential => {
                let linked = credentials::link(platform, caller, &self.json()?).await?;
                created(
                    &linked,
                    Endpoint::GetCredential,
                    linked.credential.id.as_str(),
                )
            }
            Endpoint::ListCredentials => {
                ok(&lists::credentials(platform, &self.within(None)?).await?)
            }
            Endpoint::GetCredential => ok(&credentials::find(platform, &self.id()?)
                .await?
                .view(platform.now())),
            Endpoint::VerifyCredential => {
                ok(&credentials::verify(platform, caller, &self.id()?).await?)
            }
            Endpoint::RotateCredential => {
                let request: RotateCredential = self.json()?;
                let id = self.id()?;
                ok(&credentials::rotate(platform, caller, &id, &request.access_key).await?)
            }
            Endpoint::SetApproval => {
                let SetApproval { approval: rule } = self.json()?;
                ok(&credentials::set_approval(platform, caller, &self.id()?, rule).await?)
            }
            Endpoint::SyncCredential => {
                let SyncRequest { parts } = self.json_or_default()?;
                let request = SyncAllRequest {
                    credential_ids: vec![self.id()?],
                    parts,
                };
                accepted(&sync::run(platform, caller, &request).await?)
            }
            Endpoint::ResealCredentials => {
                let request: ResealRequest = self.json_or_default()?;
                ok(&reseal::step(platform, caller, &request).await?)
            }
            Endpoint::SyncAll => {
                let request: SyncAllRequest = self.json_or_default()?;
                accepted(&sync::run(platform, caller, &request).await?)
            }
            Endpoint::ImportOrders => {
                let request: ImportRequest = self.json_or_default()?;
                accepted(&import::run(platform, caller, &self.id()?, &request).await?)
            }
            Endpoint::ListAccounts => self.directory(DirectoryPart::Accounts).await,
            Endpoint::ListGroups => self.directory(DirectoryPart::Groups).await,
            Endpoint::ListOrganizations => self.directory(DirectoryPart::Organizations).await,
            Endpoint::ListDomains => self.domains().await,
            Endpoint::ListProducts => self.directory(DirectoryPart::Products).await,
            Endpoint::InspectCsr => {
                let request: CsrRequest = self.json()?;
                ok(&csr::facts(&csr::read(&request.csr)?))
            }
            Endpoint::StoreCsr => {
                let view = csr::store(platform, caller, &self.json()?).await?;
                created(&view, Endpoint::GetCsr, view.id.as_str())
            }
            Endpoint::ListCsrs => {
                ok(&lists::csrs(platform, &self.within(None)?, &self.paging()?).await?)
            }
            Endpoint::GetCsr => ok(&lists::csr(platform, caller, &self.id()?).await?),
            Endpoint::ValidateOrder => {
                let request: OrderRequest = self.json()?;
                let reference = OrderReference::fresh(platform);
                let rehearsed =
                    validate_order::rehearse(platform, caller, &request, reference).await?;
                ok(&rehearsed.validation)
            }
            Endpoint::PlaceOrder => self.place_order().await,
            Endpoint::ListOrders => ok(&self.list_orders().await?),
            Endpoint::ExportOrders => Ok(csv::orders(&self.list_orders().await?, self.uri)),
            Endpoint::GetOrder => ok(&order_view::load(platform, caller, &self.id()?).await?),
            Endpoint::ApproveOrder => ok(&approval::approve(platform, caller, &self.id()?).await?),
            Endpoint::DeclineOrder => {
                let DeclineRequest { reason } = self.json()?;
                ok(&approval::decline(platform, caller, &self.id()?, reason).await?)
            }
            Endpoint::WithdrawOrder => {
                ok(&approval::withdraw(platform, caller, &self.id()?).await?)
            }
            Endpoint::CheckOrder => ok(&check::one(platform, caller, &self.id()?).await?),
            Endpoint::CheckDueOrders => accepted(&check::all_due(platform, caller).await?),
            Endpoint::RevokeOrder => {
                let request: RevokeRequest = self.json()?;
                ok(&revoke::run(platform, caller, &self.id()?, &request).await?)
            }
            Endpoint::CancelOrder => {
                let request: CancelRequest = self.json()?;
                ok(&cancel::run(platform, caller, &self.id()?, &request).await?)
            }
            Endpoint::DeleteOrder => ok(&delete::delete(platform, caller, &self.id()?).await?),
            Endpoint::RestoreOrder => ok(&delete::restore(platform, caller, &self.id()?).await?),
            Endpoint::GetDcv => self.show_dcv().await,
            Endpoint::VerifyDcv => {
                let request: VerifyDcvRequest = self.json()?;
                ok(&dcv::verify(platform, caller, &self.id()?, &request).await?)
            }
            Endpoint::ListCertificates => ok(&self.search_certificates().await?),
            Endpoint::ExportCertificates => {
                let page = self.search_certificates().await?;
                Ok(csv::certificates(&page, self.uri))
            }
            Endpoint::GetCertificate => ok(&certificates::find(platform, &self.id()?).await?),
            Endpoint::ExportCertificate => self.export().await,
            Endpoint::AdmitHeld => accepted(&admit_held::run(platform, caller).await?),
            Endpoint::ListJobs => {
                ok(&lists::jobs(platform, &self.within(None)?, &self.paging()?).await?)
            }
            Endpoint::GetJob => ok(&lists::job(platform, &self.id()?).await?),
            Endpoint::ListDeadLetters => {
                ok(&dead_letters::list(platform, &self.within(None)?, &self.paging()?).await?)
            }
            Endpoint::RetryDeadLetters => ok(&dead_letters::retry_all(platform, caller).await?),
            Endpoint::RetryDeadLetter => {
                ok(&dead_letters::retry(platform, caller, &self.id()?).await?)
            }
            Endpoint::DiscardDeadLetter => {
                ok(&dead_letters::discard(platform, caller, &self.id()?).await?)
            }
            Endpoint::GetLicense => ok(&license::show(platform).await?),
            Endpoint::SetLicense => {
                let request: SetLicense = self.json()?;
                ok(&license::set(platform, caller, &request.license).await?)
            }
            Endpoint::RemoveLicense => ok(&license::remove(platform, caller).await?),
            Endpoint::Dump => self.dump().await,
            Endpoint::Restore => self.restore().await,
            Endpoint::GiveUpRestore => ok(&restore::give_up(platform, caller).await?),
            Endpoint::GetMe => ok(&self.admitted.me()?),
            Endpoint::CreateToken => {
                let made = tokens::create(platform, caller, &self.json()?).await?;
                created(&made, Endpoint::RevokeToken, made.token.id.as_str())
            }
            Endpoint::ListTokens => {
                let within = self.within(None)?;
                ok(&tokens::list(platform, &within, &self.paging()?).await?)
            }
            Endpoint::RevokeToken => ok(&tokens::revoke(platform, caller, &self.id()?).await?),
            Endpoint::GetSummary => ok(&summary::show(platform, &self.within(None)?).await?),
            Endpoint::ListAudit => {
                let (walk, paging) = search::audit(self.uri)?;
                ok(&audit::list(platform, &walk, &paging).await?)
            }
            Endpoint::ListAuditHeads => ok(&audit::heads(platform).await?),
            Endpoint::ExportAudit => self.export_audit().await,
        }
    }

    fn json<T: serde::de::DeserializeOwned + Bounded>(&self) -> Result<T, Stopped> {
        self.bounded(body::json(self.headers, self.body)?)
    }

    fn json_or_default<T>(&self) -> Result<T, Stopped>
    where
        T: serde::de::DeserializeOwned + Default + Bounded,
    {
        self.bounded(body::json_or_default(self.headers, self.body)?)
    }

    fn bounded<T: Bounded>(&self, mut body: T) -> Result<T, Stopped> {
        if let Some(scope) = &self.admitted.caller.scope {
            body.bound(scope)?;
        }
        Ok(body)
    }

    /// The id in the address. It is of the kind that the endpoint reaches, or the table of endpoints
    /// and this dispatch disagree.
    fn id<T: Aimed>(&self) -> Result<T, Stopped> {
        T::of(&self.admitted.target).ok_or_else(|| {
            Fault::Internal("the endpoint does not reach what its handler wants".to_owned()).into()
        })
    }

    /// The accounts of a list.
    fn within(&self, asked: Option<CredentialId>) -> Result<Within, Stopped> {
        Ok(self.admitted.caller.within(asked)?)
    }

    fn paging(&self) -> Result<crate::paging::Paging, Stopped> {
        Ok(Query::read(self.uri, &["limit", "cursor"])?.paging()?)
    }

    async fn domains(&self) -> Result<Reply, Stopped> {
        let known = ["credentialId", "expiresBefore", "limit", "cursor"];
        let query = Query::read(self.uri, &known)?;
        let (within, paging) = (self.within(query.id("credentialId")?)?, query.paging()?);
        match query.time("expiresBefore")? {
            Some(end) => ok(&lists::expiring_domains(self.platform, &within, end, &paging).await?),
            None => {
                let part = DirectoryPart::Domains;
                ok(&lists::directory(self.platform, part, &within, &paging).await?)
            }
        }
    }

    async fn directory(&self, part: DirectoryPart) -> Result<Reply, Stopped> {
        let query = Query::read(self.uri, &["credentialId", "limit", "cursor"])?;
        let within = self.within(query.id("credentialId")?)?;
        ok(&lists::directory(self.platform, part, &within, &query.paging()?).await?)
    }

    async fn place_order(&self) -> Result<Reply, Stopped> {
        let key = self
            .headers
            .get("idempotency-key")
            .and_then(|value| value.to_str().ok())
            .map(str::trim)
            .filter(|key| (1..=255).contains(&key.len()))
            .ok_or_else(idempotency_key_missing)?;
        let request: OrderRequest = self.json()?;
        let body_hash = data_encoding::HEXLOWER.encode(&Sha256::digest(self.body));
        let key = place_order::IdempotencyKey {
            key: key.to_owned(),
            body_hash,
        };
        let order =
            place_order::run_once(self.platform, &self.admitted.caller, &key, &request).await?;
        created(&order, Endpoint::GetOrder, order.id.as_str())
    }

    async fn list_orders(&self) -> Result<Page<OrderView>, Stopped> {
        let (search, paging) = search::orders(self.uri, &self.admitted.caller)?;
        Ok(lists::orders(self.platform, &self.admitted.caller, &search, &paging).await?)
    }

    async fn show_dcv(&self) -> Result<Reply, Stopped> {
        let query = Query::read(self.uri, &["domain", "method"])?;
        let method = match query.text("method").as_deref() {
            None | Some("dnsTxt") => DcvMethod::DnsTxt,
            Some("httpFile") => DcvMethod::HttpFile,
            Some("email") => DcvMethod::Email,
            Some(_) => {
                let message = "is dnsTxt, httpFile or email";
                return Err(Fault::invalid("method", "unknown", message).into());
            }
        };
        let domain = query.text("domain");
        ok(&dcv::show(self.platform, &self.id()?, domain.as_deref(), method).await?)
    }

    async fn search_certificates(&self) -> Result<Page<CertificateView>, Stopped> {
        let (search, paging) = search::certificates(self.uri, &self.admitted.caller)?;
        Ok(certificates::search(self.platform, &search, &paging).await?)
    }

    async fn dump(&self) -> Result<Reply, Stopped> {
        let query = Query::read(self.uri, &["cursor"])?;
        let cursor = query.text("cursor");
        let page = dump::page(self.platform, &self.admitted.caller, cursor.as_deref()).await?;
        let next = page.next.map(|cursor| format!("/v1/dump?cursor={cursor}"));
        Ok(reply::text("application/jsonl", page.text, next.as_deref()))
    }

    async fn restore(&self) -> Result<Reply, Stopped> {
        let query = Query::read(self.uri, &["from"])?;
        let from = query.text("from").and_then(|from| from.parse().ok());
        let from = from.ok_or_else(|| {
            let message = "is the number of the first line that is sent; the first of a dump is 1";
            Fault::invalid("from", "malformed", message)
        })?;
        let text = body::lines(self.headers, self.body)?;
        ok(&restore::take(self.platform, &self.admitted.caller, from, text).await?)
    }

    async fn export_audit(&self) -> Result<Reply, Stopped> {
        let query = Query::read(self.uri, &["account", "cursor"])?;
        let account = query.text("account").ok_or_else(|| {
            let message = "is missing; GET /v1/audit/heads names every chain";
            Fault::invalid("account", "missing-parameter", message)
        })?;
        let cursor = query.text("cursor");
        let page = audit::export(
            self.platform,
            &self.admitted.caller,
            &account,
            cursor.as_deref(),
        )
        .await?;
        let next = page
            .next
            .map(|cursor| format!("/v1/audit/export?account={account}&cursor={cursor}"));
        Ok(reply::text("application/jsonl", page.text, next.as_deref()))
    }

    async fn export(&self) -> Result<Reply, Stopped> {
        let query = Query::read(self.uri, &["part"])?;
        let part = certificates::Part::parse(query.text("part").as_deref())?;
        let pem = certificates::export(self.platform, &self.id()?, part).await?;
        Ok(reply::text("application/x-pem-file", pem, None))
    }
}

fn idempotency_key_missing() -> Fault {
    Fault::Conflict(Conflict {
        code: "idempotency-key-missing",
        field: Some("Idempotency-Key"),
        detail: "an order is placed under a key, so that repeating the request cannot order twice"
            .to_owned(),
        remedy: Some(
            "send the header Idempotency-Key with 1 to 255 characters, new for each order"
                .to_owned(),
        ),
    })
}
