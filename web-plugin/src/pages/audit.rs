//! Who did what.

mod export;
mod filters;
mod history;

use certwright_api::endpoint::{Endpoint, op};
use certwright_api::page::Page;
use certwright_api::system::AuditView;
use certwright_core::actor::person;
use certwright_core::audit::{OutcomeKind, outcome_kind};
use leptos::prelude::*;

use crate::browser::clock;
use crate::parts::{Empty, May, Pager, Status, Time, Tone, paged, show};
use crate::route::{Filter, Route};
use crate::text::{t, t_value, t_with};
use export::Export;
use filters::{Filters, asked};
use history::History;
pub(crate) use history::HistoryWarning;

/// The screen.
#[component]
pub(crate) fn Audit(filter: Signal<Filter>) -> impl IntoView {
    let list = paged(op::ListAudit, Signal::derive(move || asked(&filter.get())));
    view! {
        <header class="page-head">
            <h1>{t("audit_title")}</h1>
            <May to=Endpoint::ExportAudit>
                <Export />
            </May>
        </header>
        <History />
        <Filters filter list />
        {show(
            list.page,
            move |page, _| (move || table(page.get(), &filter.get())).into_any(),
        )}
        <Pager list />
    }
}

/// Who did something, as people know them.
pub(crate) fn who(actor: &str) -> String {
    match actor {
        "admin" | "system" | "unknown" => t_value("person", actor),
        actor => person(actor).to_owned(),
    }
}

/// What an outcome means, as a colour and a sign.
pub(crate) fn outcome_tone(outcome: &str) -> Tone {
    match outcome_kind(outcome) {
        OutcomeKind::Done => Tone::Good,
        OutcomeKind::UnderWay => Tone::Moving,
        OutcomeKind::Refused => Tone::Waiting,
        OutcomeKind::Failed => Tone::Bad,
        OutcomeKind::Ended => Tone::Past,
    }
}

/// An outcome as people read it.
pub(crate) fn outcome_text(outcome: &str) -> String {
    t_value("outcome", &outcome.replace(' ', "_"))
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
    // Ids say little to a person: they are at hand, not in the way.
    let is_short = text.len() <= SHORT && !text.starts_with("ord_");
    if is_short {
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

fn table(page: Page<AuditView>, filter: &Filter) -> AnyView {
    if page.items.is_empty() {
        let text = if page.next_cursor.is_some() {
            t("audit_more")
        } else {
            t("audit_none")
        };
        return view! { <Empty text /> }.into_any();
    }
    let row = |entry: AuditView| {
        let (tone, outcome) = (outcome_tone(&entry.outcome), outcome_text(&entry.outcome));
        let name = who(&entry.actor);
        let only = filter.clone().with("actor", &*entry.actor);
        let only_label = t_with("audit_only", &[("who", &name)]);
        let whole = format!("{} · {}", clock::local(entry.at), clock::utc(entry.at));
        view! {
            <tr data-row="">
                <td>
                    <Time at=entry.at />
                    <small title=whole>" "{clock::local(entry.at)}</small>
                </td>
                <td class="main">
                    {action_text(&entry.action)}
                    {entry.detail.clone().map(detail)}
                </td>
                <td><Status tone text=outcome /></td>
                <td data-label=t("audit_who")>
                    <a href=Route::Audit(only).href() title=only_label>{name}</a>
                    {entry.address.clone().map(|address| view! { <small>" "{address}</small> })}
                </td>
                <td data-label=t("audit_subject")>{subject(entry)}</td>
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
                        <th scope="col">{t("audit_who")}</th>
                        <th scope="col">{t("audit_subject")}</th>
                    </tr>
                </thead>
                <tbody>{page.items.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What an entry is about: its name where one is known, with the id at hand.
fn subject(entry: AuditView) -> AnyView {
    let id = entry.subject;
    let route = match id.split_once('_') {
        Some(("ord", _)) => Some(Route::Order(id.clone())),
        Some(("cert", _)) => Some(Route::Certificate(id.clone())),
        Some(("job", _)) => Some(Route::Job(id.clone())),
        _ => None,
    };
    // An entry about an account names it once.
    let account = entry
        .account_name
        .filter(|account| entry.subject_name.as_ref() != Some(account))
        .map(|name| view! { <small>" "{name}</small> });
    let known = match id.as_str() {
        "license" => Some(t("license_title")),
        chain if chain.starts_with("system") => Some(t("audit_system")),
        _ => entry.subject_name,
    };
    let name = match known {
        Some(name) => view! { <span title=id>{name}</span> }.into_any(),
        None => view! { <code>{id}</code> }.into_any(),
    };
    match route {
        Some(route) => view! { <a href=route.href()>{name}</a> {account} }.into_any(),
        None => view! { {name} {account} }.into_any(),
    }
}
