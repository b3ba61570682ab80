//! What happened to the order, from the audit trail.

use certwright_api::endpoint::op;
use certwright_api::system::AuditView;
use leptos::prelude::*;

use crate::pages::audit::{outcome_text, outcome_tone, who};
use crate::parts::{Pager, Time, Tone, paged, show};
use crate::route::Filter;
use crate::text::{t, t_with};

/// The states and who brought them about, the latest first.
#[component]
pub(super) fn TimeLine(
    order: String,
    /// The order's version: with a new one there is something new to tell.
    version: Memo<u64>,
) -> impl IntoView {
    let filter = Filter::by("subject", order);
    let list = paged(op::ListAudit, Signal::derive(move || filter.clone()));
    Effect::new(move |before: Option<u64>| {
        let now = version.get();
        if before.is_some_and(|before| before != now) {
            list.page.again();
        }
        now
    });
    view! {
        <section aria-labelledby="timeline">
            <h2 id="timeline">{t("timeline_title")}</h2>
            {show(
                list.page,
                |page, _| {
                    let entries = Memo::new(move |_| {
                        let mut all = page.with(|page| page.items.clone());
                        // The trail tells seconds; what happened in the same one is told apart by number.
                        all.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.seq)));
                        all
                    });
                    let is_empty = Memo::new(move |_| entries.with(Vec::is_empty));
                    view! {
                        <p class="hint" hidden=move || !is_empty.get()>{t("timeline_none")}</p>
                        <ol class="timeline">
                            <For
                                each=move || entries.get()
                                key=|entry| (entry.seq, entry.outcome.clone())
                                children=entry
                            />
                        </ol>
                    }
                    .into_any()
                },
            )} <Pager list />
        </section>
    }
}

fn entry(entry: AuditView) -> impl IntoView {
    let is_bad = matches!(outcome_tone(&entry.outcome), Tone::Bad | Tone::Waiting);
    let is_plain = matches!(entry.outcome.as_str(), "done" | "started");
    let by = t_with("timeline_by", &[("who", &who(&entry.actor))]);
    let class = if is_bad { "error" } else { "hint" };
    let what = crate::pages::audit::action_text(&entry.action);
    view! {
        <li class:bad=is_bad>
            <p><b>{what}</b>" "<span class="hint">{by}" · "<Time at=entry.at /></span></p>
            {(!is_plain).then(|| view! { <p class=class>{outcome_text(&entry.outcome)}</p> })}
            {entry.detail.map(|detail| view! { <p>{detail}</p> })}
        </li>
    }
}
