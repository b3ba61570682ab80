//! What a job has found.

use certwright_api::jobs::{ImportReport, JobReport, PartReport};
use leptos::prelude::*;

use crate::parts::{Fact, Facts};
use crate::text::{t_value, t_with};

/// The report, as far as there is one.
pub(super) fn report(report: &JobReport) -> AnyView {
    let parts = report
        .sync
        .iter()
        .map(|(name, part)| diff(name, part))
        .collect_view();
    let import = report.import.as_ref().map(imported);
    view! { <div class="cards">{parts}</div> {import} }.into_any()
}

fn diff(name: &str, part: &PartReport) -> impl IntoView {
    let list = |title: &'static str, class: &'static str, names: &[String]| {
        (!names.is_empty()).then(|| {
            let items = names
                .iter()
                .map(|name| view! { <li>{name.clone()}</li> })
                .collect_view();
            let title = t_with(title, &[("n", &names.len())]);
            // A list that scrolls must be reachable by the keyboard.
            view! {
                <h3>{title.clone()}</h3>
                <div class="diff" role="group" aria-label=title tabindex="0">
                    <ul class=class>{items}</ul>
                </div>
            }
        })
    };
    view! {
        <section>
            <h2>{t_value("part", name)}</h2>
            {list("diff_added", "added", &part.added)}
            {list("diff_changed", "changed", &part.changed)}
            {list("diff_gone", "gone", &part.gone)}
            <p class="hint">{t_with("diff_unchanged", &[("n", &part.unchanged)])}</p>
        </section>
    }
}

fn imported(report: &ImportReport) -> impl IntoView {
    let number = |label: &'static str, count: u32| -> Fact { (label, count.into_any()) };
    let pages = format!("{}/{}", report.pages_read, report.pages);
    let rows = vec![
        ("import_pages", pages.into_any()),
        number("import_orders", report.orders),
        number("import_added", report.added),
        number("import_changed", report.changed),
        number("import_unchanged", report.unchanged),
        number("import_left_deleted", report.left_deleted),
        number("import_skipped", report.skipped),
        number("import_stored", report.certificates_stored),
        number("import_held", report.certificates_held),
        number("import_failed", report.certificates_failed),
    ];
    view! { <Facts rows /> }
}
