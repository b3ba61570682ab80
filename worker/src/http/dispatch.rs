//! From a request to the use case that it asks for.

use certwright_api::{
    certificates::CertificateView,
    credentials::{ImportRequest, RotateCredential, SyncAllRequest, SyncRequest},
    csrs::CsrRequest,
    endpoint::{Endpoint, NoEndpoint},
    license::SetLicense,
    orders::{CancelRequest, OrderRequest, OrderView, RevokeRequest, VerifyDcvRequest},
    page::Page,
    system::Health,
};
use certwright_core::{
    ca::DcvMethod, directory::DirectoryPart, ids::OrderReference, permission::Action,
};
use http::{
    HeaderMap, HeaderValue, Request,
    header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS},
};
use sha2::{Digest, Sha256};

use super::{
    authenticate::{self, authenticate},
    body::{self, BodyFault, MAX_BODY},
    csv, problem,
    query::Query,
    reply::{self, Reply, accepted, created, ok},
    search,
};
use crate::{
    caller::Caller,
    database::Database,
    fault::{Conflict, Fault},
    platform::Platform,
    random::{self, Fresh},
    storage::audit::{Entry, insert},
    usecase::{
        admit_held, audit, cancel, certificates, check, credentials, csr, dcv, dead_letters,
        delete, dump, import, license, lists, order_view, place_order, restore, revoke, summary,
        sync, validate_order,
    },
};

/// Why a request is not served by its use case.
pub(super) enum Stopped {
    ContentType,
    Fault(Fault),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
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
/// 1. finds the endpoint (404, 405);
/// 2. finds out who is calling and whether they may (401, 403, audited);
/// 3. bounds and reads what was sent (413, 415, 422);
/// 4. runs the use case; its faults become problem documents.
pub async fn handle<P: Platform>(platform: &P, request: Request<Vec<u8>>) -> Reply {
    let mut reply = route(platform, &request).await;
    let headers = reply.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
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

async fn route<P: Platform>(platform: &P, request: &Request<Vec<u8>>) -> Reply {
    let matched = match Endpoint::find(request.method(), request.uri().path()) {
        Ok(matched) => matched,
        Err(NoEndpoint::Path) => return problem::no_address(),
        Err(NoEndpoint::Method { allowed }) => return problem::other_method(&allowed),
    };
    let caller = match authenticate(platform, request.headers(), matched.endpoint.action()) {
        Ok(caller) => caller,
        Err(turned) => {
            note_refusal(platform, request).await;
            return problem::turned_away(turned);
        }
    };
    if request.body().len() > MAX_BODY {
        return problem::too_large();
    }
    let call = Call {
        platform,
        caller,
        headers: request.headers(),
        uri: request.uri(),
        body: request.body(),
        parameter: matched.parameter.unwrap_or(""),
    };
    let served = match call.may_go_on(matched.endpoint).await {
        Ok(()) => call.serve(matched.endpoint).await,
        Err(stopped) => Err(stopped),
    };
    if !matches!(matched.endpoint.action(), Action::Public | Action::Read) {
        audit::seal_after(platform).await;
    }
    match served {
        Ok(reply) => reply,
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

async fn note_refusal<P: Platform>(platform: &P, request: &Request<Vec<u8>>) {
    let caller = Caller {
        actor: "unknown".to_owned(),
        role: None,
        address: authenticate::address(request.headers()),
    };
    let subject = format!("{} {}", request.method(), request.uri().path());
    let subject: String = subject.chars().take(200).collect();
    let entry = Entry {
        caller: &caller,
        action: "access",
        subject: &subject,
        outcome: "refused",
        detail: None,
    };
    // A trail that cannot be written must not open the door, and the caller is refused anyway.
    if platform
        .database()
        .batch(vec![insert(platform, &entry)])
        .await
        .is_err()
    {
        platform.log("a refused access could not be recorded");
    }
}

/// A request that may be served.
struct Call<'r, P: Platform> {
    platform: &'r P,
    caller: Caller,
    headers: &'r HeaderMap,
    uri: &'r http::Uri,
    body: &'r [u8],
    parameter: &'r str,
}

impl<P: Platform> Call<'_, P> {
    /// While a dump is being restored nothing else is changed.
    async fn may_go_on(&self, endpoint: Endpoint) -> Result<(), Stopped> {
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

    async fn serve(&self, endpoint: Endpoint) -> Result<Reply, Stopped> {
        let (platform, caller) = (self.platform, &self.caller);
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
            Endpoint::ListCredentials => ok(&lists::credentials(platform).await?),
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
            Endpoint::SyncCredential => {
                let SyncRequest { parts } = body::json_or_default(self.headers, self.body)?;
                let request = SyncAllRequest {
                    credential_ids: vec![self.id()?],
                    parts,
                };
                accepted(&sync::run(platform, caller, &request).await?)
            }
            Endpoint::SyncAll => {
                let request: SyncAllRequest = body::json_or_default(self.headers, self.body)?;
                accepted(&sync::run(platform, caller, &request).await?)
            }
            Endpoint::ImportOrders => {
                let request: ImportRequest = body::json_or_default(self.headers, self.body)?;
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
            Endpoint::ListCsrs => ok(&lists::csrs(platform, &self.paging()?).await?),
            Endpoint::GetCsr => ok(&lists::csr(platform, &self.id()?).await?),
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
            Endpoint::GetOrder => ok(&order_view::load(platform, &self.id()?).await?),
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
            Endpoint::ListJobs => ok(&lists::jobs(platform, &self.paging()?).await?),
            Endpoint::GetJob => ok(&lists::job(platform, &self.id()?).await?),
            Endpoint::ListDeadLetters => ok(&dead_letters::list(platform, &self.paging()?).await?),
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
            Endpoint::GetSummary => ok(&summary::show(platform).await?),
            Endpoint::ListAudit => {
                let (walk, paging) = search::audit(self.uri)?;
                ok(&audit::list(platform, &walk, &paging).await?)
            }
            Endpoint::ListAuditHeads => ok(&audit::heads(platform).await?),
            Endpoint::ExportAudit => self.export_audit().await,
        }
    }

    fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Stopped> {
        Ok(body::json(self.headers, self.body)?)
    }

    /// The id in the address. One that is malformed names nothing that exists.
    fn id<T: std::str::FromStr>(&self) -> Result<T, Stopped> {
        self.parameter
            .parse()
            .map_err(|_| Fault::NotFound("thing: the id is not one of ours").into())
    }

    fn paging(&self) -> Result<crate::paging::Paging, Stopped> {
        Ok(Query::read(self.uri, &["limit", "cursor"])?.paging()?)
    }

    async fn domains(&self) -> Result<Reply, Stopped> {
        let known = ["credentialId", "expiresBefore", "limit", "cursor"];
        let query = Query::read(self.uri, &known)?;
        let (credential, paging) = (query.id("credentialId")?, query.paging()?);
        match query.time("expiresBefore")? {
            Some(_) if credential.is_some() => {
                let message = "can't be combined with credentialId";
                Err(Fault::invalid("expiresBefore", "combined", message).into())
            }
            Some(end) => ok(&lists::expiring_domains(self.platform, end, &paging).await?),
            None => {
                let part = DirectoryPart::Domains;
                ok(&lists::directory(self.platform, part, credential.as_ref(), &paging).await?)
            }
        }
    }

    async fn directory(&self, part: DirectoryPart) -> Result<Reply, Stopped> {
        let query = Query::read(self.uri, &["credentialId", "limit", "cursor"])?;
        let credential = query.id("credentialId")?;
        let page =
            lists::directory(self.platform, part, credential.as_ref(), &query.paging()?).await?;
        ok(&page)
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
        let order = place_order::run_once(self.platform, &self.caller, &key, &request).await?;
        created(&order, Endpoint::GetOrder, order.id.as_str())
    }

    async fn list_orders(&self) -> Result<Page<OrderView>, Stopped> {
        let (search, paging) = search::orders(self.uri)?;
        Ok(lists::orders(self.platform, &search, &paging).await?)
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
        let (search, paging) = search::certificates(self.uri)?;
        Ok(certificates::search(self.platform, &search, &paging).await?)
    }

    async fn dump(&self) -> Result<Reply, Stopped> {
        let query = Query::read(self.uri, &["cursor"])?;
        let cursor = query.text("cursor");
        let page = dump::page(self.platform, &self.caller, cursor.as_deref()).await?;
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
        ok(&restore::take(self.platform, &self.caller, from, text).await?)
    }

    async fn export_audit(&self) -> Result<Reply, Stopped> {
        let query = Query::read(self.uri, &["account", "cursor"])?;
        let account = query.text("account").ok_or_else(|| {
            let message = "is missing; GET /v1/audit/heads names every chain";
            Fault::invalid("account", "missing-parameter", message)
        })?;
        let cursor = query.text("cursor");
        let page = audit::export(self.platform, &self.caller, &account, cursor.as_deref()).await?;
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
