//! Who did what.

mod history;

use certwright_api::endpoint::op;
use certwright_api::page::Page;
use certwright_api::system::AuditView;
use leptos::prelude::*;

use crate::app::go;
use crate::parts::{Empty, Pager, SearchField, Status, Time, Tone, linked, paged, show};
use crate::route::{Filter, Route};
use crate::text::{t, t_value};
use history::History;
pub(crate) use history::HistoryWarning;

/// The screen.
#[component]
pub(crate) fn Audit(filter: Signal<Filter>) -> impl IntoView {
    let list = paged(op::ListAudit, filter);
    let subject = linked(filter, "subject");
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        go(&Route::Audit(
            Filter::default().with("subject", subject.get_untracked().trim()),
        ));
    };
    view! {
        <header class="page-head"><h1>{t("audit_title")}</h1></header>
        <History />
        <form class="filters" role="search" on:submit=submit>
            <SearchField id="subject" label=t("audit_subject") value=subject />
            <button class="quiet">{t("filter_search")}</button>
        </form>
        {show(list.page, |page, _| (move || table(page.get())).into_any())}
        <Pager list />
    }
}

/// An action as people read it.
pub(crate) fn action_text(action: &str) -> String {
    let name = action.replace(['.', '-'], "_");
    let text = t_value("action", &name);
    if text == name {
        action.to_owned()
    } else {
        text
    }
}

/// Details of more characters than this are shown when they are asked for.
const SHORT: usize = 120;

fn detail(text: String) -> AnyView {
    if text.len() <= SHORT {
        return view! { <small>" "{text}</small> }.into_any();
    }
    view! {
        <details>
            <summary>{t("audit_detail")}</summary>
            <small>{text}</small>
        </details>
    }
    .into_any()
}

fn table(page: Page<AuditView>) -> AnyView {
    if page.items.is_empty() {
        return view! { <Empty text=t("audit_none") /> }.into_any();
    }
    let row = |entry: AuditView| {
        let tone = match entry.outcome.as_str() {
            "done" => Tone::Good,
            "started" => Tone::Moving,
            "refused" => Tone::Waiting,
            _ => Tone::Bad,
        };
        let subject = match entry.subject.split_once('_') {
            Some(("ord", _)) => Some(Route::Order(entry.subject.clone())),
            Some(("cert", _)) => Some(Route::Certificate(entry.subject.clone())),
            Some(("job", _)) => Some(Route::Job(entry.subject.clone())),
            _ => None,
        };
        let subject = match subject {
            Some(route) => {
                view! { <a href=route.href()><code>{entry.subject}</code></a> }.into_any()
            }
            None => view! { <code>{entry.subject}</code> }.into_any(),
        };
        view! {
            <tr data-row="">
                <td><Time at=entry.at /></td>
                <td class="main">
                    {action_text(&entry.action)}
                    {entry.detail.map(detail)}
                </td>
                <td><Status tone text=t_value("outcome", &entry.outcome) /></td>
                <td class="wide">
                    {entry.actor} {entry.address.map(|address| view! { <small>" "{address}</small> })}
                </td>
                <td class="wide">{subject}</td>
            </tr>
        }
    };
    view! {
        <div class="table" role="group" aria-label=t("audit_title") tabindex="0">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{t("audit_when")}</th>
                        <th scope="col">{t("audit_what")}</th>
                        <th scope="col">{t("audit_outcome")}</th>
                        <th scope="col" class="wide">{t("audit_who")}</th>
                        <th scope="col" class="wide">{t("audit_subject")}</th>
                    </tr>
                </thead>
                <tbody>{page.items.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
