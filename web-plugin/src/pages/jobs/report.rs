//! What a job has found.

use certwright_api::jobs::{ImportReport, JobReport, PartReport};
use leptos::prelude::*;

use crate::parts::{Fact, Facts, rows};
use crate::text::{t_value, t_with};

/// The report, as far as there is one. Each part keeps its place while others come.
#[component]
pub(super) fn Report(report: Memo<JobReport>) -> impl IntoView {
    let parts = Memo::new(move |_| {
        report.with(|report| {
            let parts = report.sync.iter();
            parts
                .map(|(name, part)| (name.clone(), part.clone()))
                .collect::<Vec<_>>()
        })
    });
    let part =
        |part: Signal<(String, PartReport)>| move || part.with(|(name, part)| diff(name, part));
    let import = Memo::new(move |_| report.with(|report| report.import.clone()));
    let has_import = Memo::new(move |_| import.with(Option::is_some));
    view! {
        <div class="cards">{rows(parts, |(name, _)| name.as_str(), part)}</div>
        <Show when=move || has_import.get()>
            <Imported report=import />
        </Show>
    }
}

fn diff(name: &str, part: &PartReport) -> impl IntoView + use<> {
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

#[component]
fn Imported(report: Memo<Option<ImportReport>>) -> impl IntoView {
    let read = move |read: fn(&ImportReport) -> String| {
        move || report.with(|report| report.as_ref().map(read))
    };
    let number = move |label: &'static str, count: fn(&ImportReport) -> u32| -> Fact {
        let count = move || report.with(|report| report.as_ref().map(count));
        (label, count.into_any())
    };
    let pages = read(|report| {
        let (read, all) = (report.pages_read, report.pages);
        t_with("progress", &[("done", &read), ("total", &all)])
    });
    let rows = vec![
        ("import_pages", pages.into_any()),
        number("import_orders", |report| report.orders),
        number("import_listed", |report| report.listed),
        number("import_missing", |report| report.missing),
        number("import_added", |report| report.added),
        number("import_changed", |report| report.changed),
        number("import_unchanged", |report| report.unchanged),
        number("import_left_deleted", |report| report.left_deleted),
        number("import_skipped", |report| report.skipped),
        number("import_stored", |report| report.certificates_stored),
        number("import_held", |report| report.certificates_held),
        number("import_failed", |report| report.certificates_failed),
    ];
    view! { <Facts rows /> }
}
