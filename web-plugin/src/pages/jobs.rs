//! Long work, and work that was set aside.

mod dead_letters;
mod report;

use certwright_api::endpoint::op;
use certwright_api::jobs::{JobKind, JobState, JobView};
use certwright_api::page::Page;
use leptos::prelude::*;

use crate::parts::{Empty, Fetched, Pager, Progress, Status, Time, Tone, fetched, paged, show};
use crate::route::{Filter, Route};
use crate::text::t;
use dead_letters::DeadLetters;

/// The list.
#[component]
pub(crate) fn Jobs() -> impl IntoView {
    let list = paged(op::ListJobs, Signal::derive(Filter::default));
    list.page.follow(3_000, |page| {
        page.items.iter().any(|job| job.state == JobState::Running)
    });
    view! {
        <header class="page-head"><h1>{t("jobs_title")}</h1></header>
        <DeadLetters />
        {show(list.page, |page, _| table(page))}
        <Pager list />
    }
}

fn table(page: Page<JobView>) -> AnyView {
    if page.items.is_empty() {
        return view! { <Empty text=t("jobs_none") /> }.into_any();
    }
    let row = |job: JobView| {
        let href = Route::Job(job.id.to_string()).href();
        view! {
            <tr data-row="">
                <td class="main"><a data-row-link="" href=href>{kind(job.kind)}</a></td>
                <td>{state(&job)}</td>
                <td class="wide"><Time at=job.created_at /></td>
            </tr>
        }
    };
    view! {
        <div class="table" role="group" aria-label=t("jobs_title") tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t("job_kind")}</th>
                        <th scope="col">{t("job_state")}</th>
                        <th scope="col" class="wide">{t("job_started")}</th>
                    </tr>
                </thead>
                <tbody>{page.items.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn kind(kind: JobKind) -> String {
    t(match kind {
        JobKind::Sync => "job_sync",
        JobKind::Import => "job_import",
        JobKind::AdmitHeld => "job_admit_held",
        JobKind::CheckDue => "job_check_due",
    })
}

fn state(job: &JobView) -> AnyView {
    match job.state {
        JobState::Running => {
            view! { <Progress label=kind(job.kind) done=job.done total=job.total /> }.into_any()
        }
        JobState::Done => {
            let tone = if job.problem.is_some() {
                Tone::Waiting
            } else {
                Tone::Good
            };
            view! { <Status tone text=t("job_done") /> }.into_any()
        }
        JobState::Failed => view! { <Status tone=Tone::Bad text=t("job_failed") /> }.into_any(),
    }
}

/// One job: how far it is and what it found.
#[component]
pub(crate) fn JobPage(id: String) -> impl IntoView {
    let job = fetched(move |client| {
        let id = id.clone();
        async move { client.get(op::GetJob, &id, &Filter::default()).await }
    });
    job.follow(1_500, |job| job.state == JobState::Running);
    show(job, content)
}

fn content(job: JobView, _: Fetched<JobView>) -> AnyView {
    let next = match job.kind {
        JobKind::Sync => (
            Route::Accounts(Filter::by("tab", "groups")),
            "job_see_directory",
        ),
        JobKind::Import | JobKind::CheckDue => (Route::Orders(Filter::default()), "job_see_orders"),
        JobKind::AdmitHeld => (
            Route::Certificates(Filter::default()),
            "job_see_certificates",
        ),
    };
    view! {
        <header class="page-head">
            <div>
                <p class="crumbs"><a href=Route::Jobs.href()>{t("jobs_title")}</a></p>
                <h1>{kind(job.kind)}</h1>
            </div>
            <span class="hint"><Time at=job.created_at /></span>
        </header>
        <div role="status">{state(&job)}</div>
        {job.problem.map(|text| view! { <p class="note bad">{text}</p> })}
        {report::report(&job.report)}
        <p><a class="button quiet" href=next.0.href()>{t(next.1)}</a></p>
    }
    .into_any()
}
