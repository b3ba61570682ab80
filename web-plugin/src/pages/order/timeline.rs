//! What happened to the order, from the audit trail.

use certwright_api::endpoint::op;
use certwright_api::system::AuditView;
use leptos::prelude::*;

use crate::app::use_app;
use crate::parts::{Pager, Time, paged, show};
use crate::route::Filter;
use crate::text::{t, t_with};

/// The states and who brought them about, the latest first.
#[component]
pub(super) fn TimeLine(
    order: String,
    /// The order's version: with a new one there is something new to tell.
    version: u64,
) -> impl IntoView {
    let filter = Filter::by("subject", order);
    let list = paged(op::ListAudit, Signal::derive(move || filter.clone()));
    let _ = version;
    // The trail is the whole system's: whoever is bounded to one account does not see it.
    let is_scoped = move || use_app().is_scoped();
    view! {
        <section aria-labelledby="timeline" hidden=is_scoped>
            <h2 id="timeline">{t("timeline_title")}</h2>
            {show(
                list.page,
                |mut page, _| {
                    // The trail tells seconds; what happened in the same one is told apart by number.
                    page.items
                        .sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.seq)));
                    view! { <ol class="timeline">{page.items.into_iter().map(entry).collect_view()}</ol> }
                        .into_any()
                },
            )} <Pager list />
        </section>
    }
}

fn entry(entry: AuditView) -> impl IntoView {
    let is_bad = !matches!(entry.outcome.as_str(), "done" | "started");
    let by = t_with("timeline_by", &[("who", &entry.actor)]);
    let what = crate::pages::audit::action_text(&entry.action);
    view! {
        <li class:bad=is_bad>
            <p><b>{what}</b>" "<span class="hint">{by}" · "<Time at=entry.at /></span></p>
            {is_bad.then(|| view! { <p class="error">{crate::text::t_value("outcome", &entry.outcome)}</p> })}
            {entry.detail.map(|detail| view! { <p>{detail}</p> })}
        </li>
    }
}
