//! Long work, and work that was set aside.

mod dead_letters;
mod report;

use certwright_api::endpoint::op;
use certwright_api::jobs::{JobKind, JobState, JobView};
use certwright_api::page::Page;
use leptos::prelude::*;

use crate::parts::{Empty, Pager, Progress, Status, Time, Tone, fetched, items, paged, rows, show};
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

fn table(page: Signal<Page<JobView>>) -> AnyView {
    let items = items(page);
    let is_empty = Memo::new(move |_| items.with(Vec::is_empty));
    let row = |job: Signal<JobView>| {
        let first = job.get_untracked();
        let href = Route::Job(first.id.to_string()).href();
        view! {
            <tr data-row="">
                <td class="main"><a data-row-link="" href=href>{kind(first.kind)}</a></td>
                <td><State job /></td>
                <td class="wide"><Time at=first.created_at /></td>
            </tr>
        }
    };
    view! {
        <Show when=move || is_empty.get()>
            <Empty text=t("jobs_none") />
        </Show>
        <div class="table" hidden=is_empty role="group" aria-label=t("jobs_title") tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t("job_kind")}</th>
                        <th scope="col">{t("job_state")}</th>
                        <th scope="col" class="wide">{t("job_started")}</th>
                    </tr>
                </thead>
                <tbody>{rows(items, |job| job.id.as_str(), row)}</tbody>
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

/// How far a job is, or how it ended.
#[component]
fn State(job: Signal<JobView>) -> impl IntoView {
    let state = Memo::new(move |_| job.with(|job| (job.state, job.problem.is_some())));
    let label = kind(job.with_untracked(|job| job.kind));
    move || match state.get() {
        (JobState::Running, _) => {
            let done = Signal::derive(move || job.with(|job| job.done));
            let total = Signal::derive(move || job.with(|job| job.total));
            view! { <Progress label=label.clone() done total /> }.into_any()
        }
        (JobState::Done, has_problem) => {
            let tone = if has_problem {
                Tone::Waiting
            } else {
                Tone::Good
            };
            view! { <Status tone text=t("job_done") /> }.into_any()
        }
        (JobState::Failed, _) => {
            view! { <Status tone=Tone::Bad text=t("job_failed") /> }.into_any()
        }
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
    show(job, |job, _| content(job))
}

fn content(job: Signal<JobView>) -> AnyView {
    let first = job.get_untracked();
    let next = match first.kind {
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
    let problem = Memo::new(move |_| job.with(|job| job.problem.clone()));
    let report = Memo::new(move |_| job.with(|job| job.report.clone()));
    view! {
        <header class="page-head">
            <div>
                <p class="crumbs"><a href=Route::Jobs.href()>{t("jobs_title")}</a></p>
                <h1>{kind(first.kind)}</h1>
            </div>
            <span class="hint"><Time at=first.created_at /></span>
        </header>
        <div role="status"><State job /></div>
        {move || problem.get().map(|text| view! { <p class="note bad">{text}</p> })}
        <report::Report report />
        <p><a class="button quiet" href=next.0.href()>{t(next.1)}</a></p>
    }
    .into_any()
}
