//! Long work, and work that was set aside.

mod dead_letters;
mod report;

use certwright_api::endpoint::{Endpoint, op};
use certwright_api::jobs::{JobKind, JobState, JobView};
use certwright_api::page::Page;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::{use_app, use_client};
use crate::parts::{
    Confirm, Empty, Fetched, Pager, Progress, Status, Time, Tone, fetched, items, paged, rows, show,
};
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
                <td data-label=t("job_started")><Time at=first.created_at /></td>
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
                        <th scope="col">{t("job_started")}</th>
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
        (JobState::Incomplete, _) => {
            view! { <Status tone=Tone::Waiting text=t("job_incomplete") /> }.into_any()
        }
        (JobState::Stopped, _) => {
            view! { <Status tone=Tone::Past text=t("job_stopped") /> }.into_any()
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
    show(job, content)
}

/// Asks, and stops the job.
#[component]
fn Stop(job: Signal<JobView>, all: Fetched<JobView>) -> impl IntoView {
    let (app, client) = (use_app(), use_client());
    let is_open = RwSignal::new(false);
    let may_stop = app.may(Endpoint::StopJob);
    let is_shown =
        Memo::new(move |_| may_stop.get() && job.with(|job| job.state == JobState::Running));
    let stop = move |()| {
        let id = job.with_untracked(|job| job.id.to_string());
        spawn_local(async move {
            let client = client.get_value();
            if let Err(trouble) = client.act(op::StopJob, &id).await {
                app.toasts.trouble(&trouble);
            }
            all.again();
        });
    };
    view! {
        <Show when=move || is_shown.get()>
            <p>
                <button class="quiet" on:click=move |_| is_open.set(true)>{t("job_stop")}</button>
            </p>
        </Show>
        <Confirm is_open title=t("job_stop") action=t("job_stop") on_confirm=stop>
            <p>{t("job_stop_lead")}</p>
        </Confirm>
    }
}

fn content(job: Signal<JobView>, all: Fetched<JobView>) -> AnyView {
    let first = job.get_untracked();
    use_app().set_heading(first.id.as_str(), kind(first.kind));
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
        <Stop job all />
        {move || problem.get().map(|text| view! { <p class="note bad">{text}</p> })}
        <report::Report report />
        <p><a class="button quiet" href=next.0.href()>{t(next.1)}</a></p>
    }
    .into_any()
}
