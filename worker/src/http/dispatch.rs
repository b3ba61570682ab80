//! Which use case an endpoint stands for, and what it is given of the request.

use certwright_api::{
    certificates::CertificateView,
    credentials::SyncAllRequest,
    directory::DirectoryEntryView,
    endpoint::{Endpoint, op},
    operation::TextPage,
    orders::{DcvView, OrderView},
    page::Page,
    system::{Health, RestoreView},
};
use certwright_core::{
    advice::advised, ca::DcvMethod, directory::Domain, ids::OrderReference, permission::Action,
};
use http::HeaderMap;

use super::{
    admit::Admitted,
    csv,
    handle::Stopped,
    reply::{self, Reply},
    request::Asked,
    search,
};
use crate::{
    fault::Fault,
    platform::Platform,
    random::Fresh,
    usecase::{
        admit_held, approval, audit, audit_prune, cancel, certificates, check, credentials, csr,
        dcv, dead_letters, delete, dump, import, license, lists, order_view, place_order, reseal,
        restore, revoke, stop_job, summary, sync, tokens, validate_order,
    },
};

/// Serves a call by the use case of its endpoint. What a handler is given of the request, and what
/// it may give back, are the types of the endpoint's line in the table.
macro_rules! serve {
    ($call:expr, $endpoint:expr; $($name:ident($asked:pat) => $value:expr,)+) => {
        match $endpoint {
            $(Endpoint::$name => {
                let $asked = Asked::<P, op::$name>::new($call);
                reply::of::<op::$name>(&$value)
            })+
        }
    };
}

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
        serve! { self, endpoint;
            Health(_) => health(platform).await?,

            LinkCredential(r) => credentials::link(platform, caller, &r.body()?).await?,
            ListCredentials(r) => lists::credentials(platform, &r.within(None)?).await?,
            GetCredential(r) => credentials::find(platform, &r.id()?).await?.view(platform.now()),
            VerifyCredential(r) => credentials::verify(platform, caller, &r.id()?).await?,
            RotateCredential(r) => {
                let (id, request) = (r.id()?, r.body()?);
                credentials::rotate(platform, caller, &id, &request.access_key).await?
            },
            SetApproval(r) => {
                let (id, request) = (r.id()?, r.body()?);
                credentials::set_approval(platform, caller, &id, request.approval).await?
            },
            SetNewDomains(r) => {
                let (id, request) = (r.id()?, r.body()?);
                credentials::set_new_domains(platform, caller, &id, request.new_domains).await?
            },
            SyncCredential(r) => {
                let request = SyncAllRequest {
                    credential_ids: vec![r.id()?],
                    parts: r.body()?.parts,
                };
                sync::run(platform, caller, &request).await?
            },
            ImportOrders(r) => import::run(platform, caller, &r.id()?, &r.body()?).await?,
            ResealCredentials(r) => reseal::step(platform, caller, &r.body()?).await?,
            SyncAll(r) => sync::run(platform, caller, &r.body()?).await?,

            ListAccounts(r) => r.directory().await?,
            ListGroups(r) => r.directory().await?,
            ListOrganizations(r) => r.directory().await?,
            ListDomains(r) => domains(&r).await?,
            ListProducts(r) => r.directory().await?,

            InspectCsr(r) => csr::facts(&csr::read(&r.body()?.csr)?),
            StoreCsr(r) => csr::store(platform, caller, &r.body()?).await?,
            ListCsrs(r) => lists::csrs(platform, &r.within(None)?, &r.paging()?).await?,
            GetCsr(r) => lists::csr(platform, caller, &r.id()?).await?,

            ValidateOrder(r) => {
                let (request, reference) = (r.body()?, OrderReference::fresh(platform));
                validate_order::rehearse(platform, caller, &request, reference).await?.validation
            },
            PlaceOrder(r) => {
                let (key, request) = r.body()?;
                place_order::run_once(platform, caller, &key, &request).await?
            },
            ListOrders(_) => self.list_orders().await?,
            ExportOrders(_) => csv::orders(&self.list_orders().await?, self.uri),
            GetOrder(r) => order_view::load(platform, caller, &r.id()?).await?,
            ApproveOrder(r) => approval::approve(platform, caller, &r.id()?).await?,
            DeclineOrder(r) => {
                approval::decline(platform, caller, &r.id()?, r.body()?.reason).await?
            },
            WithdrawOrder(r) => approval::withdraw(platform, caller, &r.id()?).await?,
            CheckOrder(r) => check::one(platform, caller, &r.id()?).await?,
            CheckDueOrders(_) => check::all_due(platform, caller).await?,
            RevokeOrder(r) => revoke::run(platform, caller, &r.id()?, &r.body()?).await?,
            DiscardRevocation(r) => revoke::discard(platform, caller, &r.id()?).await?,
            CancelOrder(r) => cancel::run(platform, caller, &r.id()?, &r.body()?).await?,
            DeleteOrder(r) => delete::delete(platform, caller, &r.id()?).await?,
            RestoreOrder(r) => delete::restore(platform, caller, &r.id()?).await?,
            GetDcv(r) => show_dcv(&r).await?,
            VerifyDcv(r) => dcv::verify(platform, caller, &r.id()?, &r.body()?).await?,

            ListCertificates(_) => self.search_certificates().await?,
            ExportCertificates(_) => {
                csv::certificates(&self.search_certificates().await?, self.uri)
            },
            GetCertificate(r) => certificates::find(platform, &r.id()?).await?,
            ExportCertificate(r) => {
                let part = r.query(&["part"])?.text("part");
                let part = certificates::Part::parse(part.as_deref())?;
                certificates::export(platform, &r.id()?, part).await?
            },
            AdmitHeld(_) => admit_held::run(platform, caller).await?,

            ListJobs(r) => lists::jobs(platform, &r.within(None)?, &r.paging()?).await?,
            GetJob(r) => lists::job(platform, &r.id()?).await?,
            StopJob(r) => stop_job::run(platform, caller, &r.id()?).await?,

            ListDeadLetters(r) => {
                dead_letters::list(platform, &r.within(None)?, &r.paging()?).await?
            },
            RetryDeadLetters(_) => dead_letters::retry_all(platform, caller).await?,
            RetryDeadLetter(r) => dead_letters::retry(platform, caller, &r.id()?).await?,
            DiscardDeadLetter(r) => dead_letters::discard(platform, caller, &r.id()?).await?,

            GetLicense(_) => license::show(platform).await?,
            SetLicense(r) => license::set(platform, caller, &r.body()?.license).await?,
            RemoveLicense(_) => license::remove(platform, caller).await?,

            Dump(r) => show_dump(&r).await?,
            Restore(r) => take_dump(&r).await?,
            GiveUpRestore(_) => restore::give_up(platform, caller).await?,

            GetMe(_) => self.admitted.me()?,
            CreateToken(r) => tokens::create(platform, caller, &r.body()?).await?,
            ListTokens(r) => tokens::list(platform, &r.within(None)?, &r.paging()?).await?,
            RevokeToken(r) => tokens::revoke(platform, caller, &r.id()?).await?,
            RevokeTokens(r) => tokens::revoke_all(platform, caller, &r.body()?).await?,

            GetSummary(r) => summary::show(platform, &r.within(None)?).await?,
            ListAudit(_) => {
                let (search, paging) = search::audit(self.uri)?;
                audit::list(platform, &search, &paging).await?
            },
            ListAuditHeads(_) => audit::heads(platform).await?,
            ExportAudit(r) => export_audit(&r).await?,
            PruneAudit(r) => audit_prune::run(platform, caller, &r.body()?).await?,
        }
    }

    async fn list_orders(&self) -> Result<Page<OrderView>, Stopped> {
        let (search, paging) = search::orders(self.uri, &self.admitted.caller)?;
        Ok(lists::orders(self.platform, &self.admitted.caller, &search, &paging).await?)
    }

    async fn search_certificates(&self) -> Result<Page<CertificateView>, Stopped> {
        let (search, paging) = search::certificates(self.uri, &self.admitted.caller)?;
        Ok(certificates::search(self.platform, &search, &paging).await?)
    }
}

async fn health<P: Platform>(platform: &P) -> Result<Health, Stopped> {
    summary::healthy(platform).await?;
    Ok(Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

async fn domains<P: Platform>(
    asked: &Asked<'_, '_, P, op::ListDomains>,
) -> Result<Page<DirectoryEntryView<Domain>>, Stopped> {
    let query = asked.query(&["credentialId", "expiresBefore", "limit", "cursor"])?;
    let within = asked.within(query.id("credentialId")?)?;
    let (platform, paging) = (asked.call.platform, query.paging()?);
    Ok(match query.time("expiresBefore")? {
        Some(end) => lists::expiring_domains(platform, &within, end, &paging).await?,
        None => lists::directory(platform, &within, &paging).await?,
    })
}

async fn show_dcv<P: Platform>(asked: &Asked<'_, '_, P, op::GetDcv>) -> Result<DcvView, Stopped> {
    let query = asked.query(&["domain", "method"])?;
    let method = match query.text("method").as_deref() {
        None | Some("dnsTxt") => DcvMethod::DnsTxt,
        Some("httpFile") => DcvMethod::HttpFile,
        Some("email") => DcvMethod::Email,
        Some(_) => {
            let wrong = advised("must be dnsTxt, httpFile or email", "Choose one of them.");
            return Err(Fault::invalid("method", "unknown", wrong).into());
        }
    };
    let domain = query.text("domain");
    Ok(dcv::show(asked.call.platform, &asked.id()?, domain.as_deref(), method).await?)
}

async fn show_dump<P: Platform>(asked: &Asked<'_, '_, P, op::Dump>) -> Result<TextPage, Stopped> {
    let cursor = asked.query(&["cursor"])?.text("cursor");
    let page = dump::page(asked.call.platform, asked.caller(), cursor.as_deref()).await?;
    let next = page.next.map(|cursor| format!("/v1/dump?cursor={cursor}"));
    let text = page.text;
    Ok(TextPage { text, next })
}

async fn take_dump<P: Platform>(
    asked: &Asked<'_, '_, P, op::Restore>,
) -> Result<RestoreView, Stopped> {
    let from = asked.query(&["from"])?.text("from");
    let from = from.and_then(|from| from.parse().ok()).ok_or_else(|| {
        let wrong = advised(
            "must be the number of the first line that is sent",
            "Count from 1, which is the dump's header.",
        );
        Fault::invalid("from", "malformed", wrong)
    })?;
    Ok(restore::take(asked.call.platform, asked.caller(), from, &asked.body()?).await?)
}

async fn export_audit<P: Platform>(
    asked: &Asked<'_, '_, P, op::ExportAudit>,
) -> Result<TextPage, Stopped> {
    let query = asked.query(&["account", "cursor"])?;
    let account = query.text("account").ok_or_else(|| {
        let wrong = advised("is missing", "Get the chains' names from /v1/audit/heads.");
        Fault::invalid("account", "missing-parameter", wrong)
    })?;
    let (platform, cursor) = (asked.call.platform, query.text("cursor"));
    let page = audit::export(platform, asked.caller(), &account, cursor.as_deref()).await?;
    let next = page
        .next
        .map(|cursor| format!("/v1/audit/export?account={account}&cursor={cursor}"));
    let text = page.text;
    Ok(TextPage { text, next })
}
