//! Reading the CA's order report into the inventory of orders, some pages an invocation.

use certwright_api::jobs::{ImportReport, JobReport};
use certwright_core::{
    ca::{ReportPage, ReportQuery},
    ids::{CredentialId, JobId, OrderId, WorkId},
    import::{CaIdentity, ImportContext, ImportPlan, plan},
    order::{Effect, Order},
    time::Timestamp,
};
use certwright_emsign::GetOrderReport;

use super::{
    Task, messages,
    not_done::{NotDone, give_up},
};
use crate::{
    ca::{CALLS_IN_FLIGHT, Connection, Urgency},
    database::{Database, Statement},
    fault::Fault,
    platform::Platform,
    random::Fresh,
    storage::{
        certificates, credentials, jobs, orders,
        work::{self, NewWork, Taken},
    },
};

/// How many pages are read in one invocation: as many as calls may be in flight.
const PAGES_PER_INVOCATION: u32 = CALLS_IN_FLIGHT as u32;

/// Reads the pages that the piece names, and asks for the next ones.
pub(super) async fn run<P: Platform>(platform: &P, piece: &Taken) -> Result<(), Fault> {
    let Task::Import {
        credential_id,
        job_id,
        page,
        restore_deleted,
    } = &piece.task
    else {
        return Ok(());
    };
    let database = platform.database();
    let (Some(credential), Some(job)) = (
        credentials::by_id(database, credential_id).await?,
        jobs::by_id(database, job_id).await?,
    ) else {
        database.batch(work::finish(&[piece])?).await?;
        return Ok(());
    };
    let connection = Connection::open(platform, &credential, Urgency::Background).await?;
    let asked_at = platform.now();
    let mut report = job.report.import.unwrap_or_default();
    let pages = match read(&connection, *page, &report).await {
        Ok(pages) => pages,
        Err(not_done) => return give_up(platform, vec![(piece, not_done)]).await,
    };
    let context = ImportContext {
        credential_id: credential_id.clone(),
        asked_at,
        restores_deleted: *restore_deleted,
    };
    let mut batch = Batch {
        job_id,
        statements: Vec::new(),
        work: Vec::new(),
    };
    for page in &pages {
        let plan = plan_page(platform, page, &context).await?;
        count(&mut report, page, &plan);
        batch.add(platform, plan, asked_at)?;
    }
    let next = page.saturating_add(u32::try_from(pages.len()).unwrap_or(1));
    if next <= report.pages {
        let task = Task::Import {
            credential_id: credential_id.clone(),
            job_id: job_id.clone(),
            page: next,
            restore_deleted: *restore_deleted,
        };
        batch.work.push(new_work(platform, task, job_id, asked_at));
    }
    batch.store(platform, piece, report).await
}

/// The first page alone, since it tells how many there are; later ones six at a time.
async fn read<P: Platform>(
    connection: &Connection<'_, P>,
    first: u32,
    report: &ImportReport,
) -> Result<Vec<ReportPage>, NotDone> {
    let last = if report.pages_read == 0 {
        first
    } else {
        first
            .saturating_add(PAGES_PER_INVOCATION - 1)
            .min(report.pages)
    };
    let calls: Vec<GetOrderReport> = (first..=last)
        .map(|page| {
            GetOrderReport(ReportQuery {
                page,
                ..ReportQuery::default()
            })
        })
        .collect();
    let mut pages = Vec::new();
    for reply in connection.call_all(&calls).await {
        match reply {
            Ok(page) => pages.push(page),
            // What was read before the fault is kept; the next piece begins after it.
            Err(_) if !pages.is_empty() => break,
            Err(fault) => return Err(NotDone::from(&fault)),
        }
    }
    Ok(pages)
}

async fn plan_page<P: Platform>(
    platform: &P,
    page: &ReportPage,
    context: &ImportContext,
) -> Result<ImportPlan, Fault> {
    let identities: Vec<CaIdentity> = page.rows.iter().filter_map(CaIdentity::of_row).collect();
    let requests: Vec<&str> = page
        .rows
        .iter()
        .filter_map(|row| row.request_number.as_ref().map(|number| number.as_str()))
        .collect();
    let known = orders::by_ca_identities(
        platform.database(),
        &context.credential_id,
        &identities,
        &requests,
    )
    .await?;
    Ok(plan(&page.rows, &known, context, context.asked_at, || {
        OrderId::fresh(platform)
    }))
}

fn count(report: &mut ImportReport, page: &ReportPage, plan: &ImportPlan) {
    let len = |items: &[_]| u32::try_from(items.len()).unwrap_or(u32::MAX);
    report.pages = page.pages;
    report.orders = page.total;
    report.pages_read = report.pages_read.saturating_add(1);
    report.added = report.added.saturating_add(len(&plan.added));
    report.changed = report.changed.saturating_add(len(&plan.changed));
    report.unchanged = report.unchanged.saturating_add(plan.unchanged);
    report.left_deleted = report.left_deleted.saturating_add(plan.left_deleted);
    let unreadable = u32::try_from(page.unreadable.len()).unwrap_or(u32::MAX);
    report.skipped = report
        .skipped
        .saturating_add(plan.unidentified)
        .saturating_add(unreadable);
}

fn new_work(platform: &impl Platform, task: Task, job_id: &JobId, due_at: Timestamp) -> NewWork {
    let id = WorkId::fresh(platform);
    NewWork {
        id,
        task,
        job_id: Some(job_id.clone()),
        due_at,
        if_order: None,
    }
}

/// What one invocation of an import writes, in one transaction.
struct Batch<'j> {
    job_id: &'j JobId,
    statements: Vec<Statement>,
    work: Vec<NewWork>,
}

impl Batch<'_> {
    fn add(
        &mut self,
        platform: &impl Platform,
        plan: ImportPlan,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let fetches = plan
            .added
            .iter()
            .chain(&plan.changed)
            .filter(|change| change.effects.contains(&Effect::FetchCertificate))
            .map(|change| Task::Fetch {
                order_id: change.order.id.clone(),
            });
        self.work
            .extend(fetches.map(|task| new_work(platform, task, self.job_id, now)));
        let added: Vec<&Order> = plan.added.iter().map(|change| &change.order).collect();
        let changed: Vec<&Order> = plan.changed.iter().map(|change| &change.order).collect();
        if !added.is_empty() {
            self.statements.extend(orders::insert(&added)?);
        }
        if !changed.is_empty() {
            self.statements.push(orders::update(&changed)?);
            self.statements.extend(certificates::revoke(&changed, now)?);
        }
        Ok(())
    }

    async fn store<P: Platform>(
        self,
        platform: &P,
        piece: &Taken,
        import: ImportReport,
    ) -> Result<(), Fault> {
        let now = platform.now();
        let report = JobReport {
            import: Some(import),
            ..JobReport::default()
        };
        let mut statements = self.statements;
        statements.push(jobs::report(self.job_id, &report, &piece.lease(), now)?);
        statements.push(work::insert_under(&self.work, &piece.lease(), now)?);
        statements.extend(work::finish(&[piece])?);
        platform.database().batch(statements).await?;
        let next = messages(self.work.iter().map(|piece| (&piece.id, &piece.task)));
        platform.enqueue(next, 0).await;
        Ok(())
    }
}

/// The account of an import task, for those who start one.
#[must_use]
pub fn first(credential_id: CredentialId, job_id: JobId, restore_deleted: bool) -> Task {
    Task::Import {
        credential_id,
        job_id,
        page: 1,
        restore_deleted,
    }
}
