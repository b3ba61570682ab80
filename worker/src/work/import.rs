//! Reading the CA's order report into the inventory of orders, some pages an invocation.

use certwright_api::{
    credentials::ImportRequest,
    jobs::{ImportReport, JobReport},
};
use certwright_core::{
    ca::{ReportPage, ReportQuery, ReportRow},
    fault::CaFault,
    ids::{CredentialId, JobId, OrderId, WorkId},
    import::{
        CaIdentity, ImportContext, ImportPlan, MAX_LOOKS, pause_before_look, plan, plausible_pages,
    },
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
        certificates, credentials, import_seen, jobs, orders,
        work::{self, NewWork, Taken},
    },
};

/// How many pages are read in one invocation: as many as calls may be in flight.
const PAGES_PER_INVOCATION: u32 = CALLS_IN_FLIGHT as u32;

/// One task of an import: which pages are next, and within which limits.
#[derive(Clone)]
struct Reading {
    credential_id: CredentialId,
    job_id: JobId,
    /// The first page to be read.
    page: u32,
    restore_deleted: bool,
    /// How often the report was read from its first page before.
    look: u32,
    max_orders: u32,
    /// The last page that this look may come to, known from its first page on.
    last_page: u32,
}

impl Reading {
    fn of(task: &Task) -> Option<Self> {
        match task.clone() {
            Task::Import {
                credential_id,
                job_id,
                page,
                restore_deleted,
                look,
                max_orders,
                last_page,
            } => Some(Self {
                credential_id,
                job_id,
                page,
                restore_deleted,
                look,
                max_orders,
                last_page,
            }),
            _ => None,
        }
    }

    fn task(self) -> Task {
        Task::Import {
            credential_id: self.credential_id,
            job_id: self.job_id,
            page: self.page,
            restore_deleted: self.restore_deleted,
            look: self.look,
            max_orders: self.max_orders,
            last_page: self.last_page,
        }
    }
}

/// Reads the pages that the piece names, and asks for the next ones.
pub(super) async fn run<P: Platform>(platform: &P, piece: &Taken) -> Result<(), Fault> {
    let Some(mut reading) = Reading::of(&piece.task) else {
        return Ok(());
    };
    let database = platform.database();
    let (Some(credential), Some(job)) = (
        credentials::by_id(database, &reading.credential_id).await?,
        jobs::by_id(database, &reading.job_id).await?,
    ) else {
        database.batch(work::finish(&[piece])?).await?;
        return Ok(());
    };
    let connection = Connection::open(platform, &credential, Urgency::Background).await?;
    let asked_at = platform.now();
    let mut report = job.report.import.unwrap_or_default();
    let found = match read(&connection, &reading, &report).await {
        Ok(found) => found,
        Err(not_done) => return give_up(platform, vec![(piece, not_done)]).await,
    };
    if reading.page == 1
        && let Some(first) = found.pages.first()
    {
        begin_look(&mut reading, &mut report, first);
    }
    let most = reading.max_orders;
    if report.orders > most || report.listed > most {
        let error = too_many(report.orders.max(report.listed), most);
        return give_up(platform, vec![(piece, NotDone::Never { error })]).await;
    }
    let context = ImportContext {
        credential_id: reading.credential_id.clone(),
        asked_at,
        restores_deleted: reading.restore_deleted,
    };
    let mut batch = Batch {
        job_id: &reading.job_id,
        statements: Vec::new(),
        work: Vec::new(),
        fresh: Vec::new(),
        forget: false,
    };
    for page in &found.pages {
        let plan = plan_page(platform, page, &batch, &context).await?;
        count(&mut report, page, &plan);
        report.pages = report.pages.max(page.pages).min(reading.last_page);
        batch.add(platform, plan, asked_at)?;
    }
    let next = reading
        .page
        .saturating_add(u32::try_from(found.pages.len()).unwrap_or(1));
    if next <= report.pages && !found.is_end {
        let page = next;
        let task = Reading {
            page,
            ..reading.clone()
        };
        let job_id = &reading.job_id;
        batch
            .work
            .push(new_work(platform, task.task(), job_id, asked_at));
    } else {
        batch.end_look(platform, piece, &reading, &mut report)?;
    }
    batch.store(platform, piece, report).await
}

/// What the first page says bounds the look.
fn begin_look(reading: &mut Reading, report: &mut ImportReport, first: &ReportPage) {
    let rows = first.rows.len().saturating_add(first.unreadable.len());
    let rows = u32::try_from(rows).unwrap_or(u32::MAX);
    let pages = plausible_pages(first.pages, first.total, rows);
    reading.last_page = pages.saturating_add(pages / 10).saturating_add(2);
    report.looks = reading.look.saturating_add(1);
    report.orders = first.total;
    report.pages = pages;
    report.skipped = 0;
}

fn too_many(orders: u32, most: u32) -> String {
    format!(
        "emSign announces {orders} orders, and an import reads at most {most}. If that many are right, start the import again with a higher limit."
    )
}

/// Pages that were read.
struct Found {
    pages: Vec<ReportPage>,
    /// Whether the report ends with them, whatever it announces.
    is_end: bool,
}

/// The first page alone, since it tells how many there are; later ones six at a time.
async fn read<P: Platform>(
    connection: &Connection<'_, P>,
    reading: &Reading,
    report: &ImportReport,
) -> Result<Found, NotDone> {
    let first = reading.page;
    let last = if first == 1 {
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
    let mut found = Found {
        pages: Vec::new(),
        is_end: false,
    };
    for (page, reply) in (first..).zip(connection.call_all(&calls).await) {
        match reply {
            Ok(reply) => {
                let is_empty = reply.rows.is_empty() && reply.unreadable.is_empty();
                found.pages.push(reply);
                if is_empty && page > 1 {
                    found.is_end = true;
                    break;
                }
            }
            // A page beyond the last is refused (A14).
            Err(CaFault::Refused(_)) if page > 1 => {
                found.is_end = true;
                break;
            }
            // What was read before the fault is kept; the next piece begins after it.
            Err(_) if !found.pages.is_empty() => break,
            Err(fault) => return Err(NotDone::from(&fault)),
        }
    }
    Ok(found)
}

async fn plan_page<P: Platform>(
    platform: &P,
    page: &ReportPage,
    batch: &Batch<'_>,
    context: &ImportContext,
) -> Result<ImportPlan, Fault> {
    // What an earlier page of this invocation shows is planned already and not stored yet.
    let rows: Vec<ReportRow> = page
        .rows
        .iter()
        .filter(|row| {
            CaIdentity::of_row(row).is_none_or(|identity| !batch.fresh.contains(&identity))
        })
        .cloned()
        .collect();
    let identities: Vec<CaIdentity> = rows.iter().filter_map(CaIdentity::of_row).collect();
    let requests: Vec<&str> = rows
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
    let before = import_seen::among(platform.database(), batch.job_id, &identities).await?;
    Ok(plan(
        &rows,
        &before,
        &known,
        context,
        context.asked_at,
        || OrderId::fresh(platform),
    ))
}

fn count(report: &mut ImportReport, page: &ReportPage, plan: &ImportPlan) {
    let len = |items: &[_]| u32::try_from(items.len()).unwrap_or(u32::MAX);
    report.pages_read = report.pages_read.saturating_add(1);
    report.added = report.added.saturating_add(len(&plan.added));
    report.changed = report.changed.saturating_add(plan.changed_fresh);
    let fresh = u32::try_from(plan.fresh.len()).unwrap_or(u32::MAX);
    report.listed = report.listed.saturating_add(fresh);
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
    /// Orders that were not seen before.
    fresh: Vec<CaIdentity>,
    /// Whether the import ends with this.
    forget: bool,
}

impl Batch<'_> {
    /// Compares what was read with what the report announces. While orders are missing it is read
    /// again, up to [`MAX_LOOKS`] times; then the job says how many are missing.
    fn end_look(
        &mut self,
        platform: &impl Platform,
        piece: &Taken,
        reading: &Reading,
        report: &mut ImportReport,
    ) -> Result<(), Fault> {
        let now = platform.now();
        report.missing = report
            .orders
            .saturating_sub(report.listed.saturating_add(report.skipped));
        let look = reading.look.saturating_add(1);
        if report.missing > 0 && look < MAX_LOOKS {
            let again = Reading {
                page: 1,
                look,
                ..reading.clone()
            };
            let due = now.plus(pause_before_look(look));
            self.work
                .push(new_work(platform, again.task(), &reading.job_id, due));
            return Ok(());
        }
        let lease = piece.lease();
        if report.missing > 0 {
            let (orders, listed, missing) = (report.orders, report.listed, report.missing);
            let problem = format!(
                "emSign announces {orders} orders and lists {listed}. {missing} are missing, although the list was read {look} times. Import again later, or compare with the emSign portal."
            );
            self.statements.push(jobs::note_missing(
                &reading.job_id,
                missing,
                &problem,
                &lease,
                now,
            ));
        }
        self.forget = true;
        Ok(())
    }

    fn add(
        &mut self,
        platform: &impl Platform,
        plan: ImportPlan,
        now: Timestamp,
    ) -> Result<(), Fault> {
        self.fresh.extend(plan.fresh);
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
        let lease = piece.lease();
        statements.push(jobs::report(self.job_id, &report, &lease, now)?);
        statements.push(if self.forget {
            import_seen::forget_under(self.job_id, &lease)
        } else {
            import_seen::note(self.job_id, &self.fresh, &lease)?
        });
        statements.push(work::insert_under(&self.work, &piece.lease(), now)?);
        statements.extend(work::finish(&[piece])?);
        platform.database().batch(statements).await?;
        let (later, soon): (Vec<&NewWork>, Vec<&NewWork>) =
            self.work.iter().partition(|piece| piece.due_at > now);
        let sent =
            |pieces: &[&NewWork]| messages(pieces.iter().map(|piece| (&piece.id, &piece.task)));
        platform.enqueue(sent(&soon), 0).await;
        if let Some(due) = later.iter().map(|piece| piece.due_at).max() {
            let delay = u32::try_from(due.seconds_since(now)).unwrap_or(0);
            platform.enqueue(sent(&later), delay).await;
        }
        Ok(())
    }
}

/// The first task of an import, for those who start one.
#[must_use]
pub fn first(credential_id: CredentialId, job_id: JobId, request: &ImportRequest) -> Task {
    Task::Import {
        credential_id,
        job_id,
        page: 1,
        restore_deleted: request.restore_deleted,
        look: 0,
        max_orders: request.max_orders,
        last_page: 0,
    }
}
