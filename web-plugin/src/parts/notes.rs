//! What is wrong, what is missing, how far something is.

use certwright_api::problem::FieldProblem;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::labels::label_of;
use crate::app::use_app;
use crate::client::Trouble;
use crate::text::{t, t_with};

/// What is wrong with one field, by the label that it has on the screen, and what to do.
fn field_text(problem: &FieldProblem) -> String {
    let remedy = problem.remedy.as_deref().unwrap_or_default();
    let label = label_of(&problem.field).map(|label| format!("{label}: "));
    let label = label.unwrap_or_default();
    format!("{label}{} {remedy}", problem.message)
        .trim_end()
        .to_owned()
}

/// What went wrong, in a sentence or two.
pub(crate) fn trouble_text(trouble: &Trouble) -> String {
    match trouble {
        Trouble::NoAnswer => t("trouble_no_answer"),
        Trouble::NotUnderstood(status) => t_with("trouble_not_understood", &[("status", status)]),
        Trouble::Withheld(why) => why.clone(),
        Trouble::Refused(problem) if !problem.errors.is_empty() => {
            let texts: Vec<String> = problem.errors.iter().map(field_text).collect();
            texts.join(" ")
        }
        Trouble::Refused(problem) => {
            let remedy = problem.remedy.as_deref().unwrap_or_default();
            format!("{} {remedy}", problem.detail).trim_end().to_owned()
        }
    }
}

/// Whether what was asked for may have been done all the same: no reply came, or one that says nothing
/// about it.
pub(crate) fn may_be_done(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::NoAnswer | Trouble::NotUnderstood(_) => true,
        Trouble::Withheld(_) => false,
        // Whoever signs in again, or waits, may ask again; until then nothing is known.
        Trouble::Refused(problem) => {
            problem.status >= 500 || matches!(problem.status, 401 | 403 | 408 | 429)
        }
    }
}

/// What went wrong, what can be done about it, and trying again.
#[component]
pub(crate) fn TroubleNote(
    trouble: Trouble,
    /// What it means for what is on the screen.
    #[prop(optional_no_strip)]
    lead: Option<String>,
    /// Tries again.
    #[prop(into, optional)]
    again: Option<Callback<()>>,
) -> impl IntoView {
    // Several faults are a list; one stands alone.
    let text = match &trouble {
        Trouble::Refused(problem) if problem.errors.len() > 1 => {
            let items = problem.errors.iter().map(field_text);
            let items = items.map(|text| view! { <li>{text}</li> }).collect_view();
            view! { <ul>{items}</ul> }.into_any()
        }
        other => view! { <p>{trouble_text(other)}</p> }.into_any(),
    };
    let app = use_app();
    let sign_in = trouble.is_sign_in().then(|| {
        let leave = move |_| spawn_local(app.disconnect());
        view! { <button on:click=leave>{t("trouble_sign_in")}</button> }
    });
    let again = again.map(|again| {
        view! { <button class="quiet" on:click=move |_| again.run(())>{t("try_again")}</button> }
    });
    view! {
        <div class="note bad" role="alert">
            {lead.map(|lead| view! { <p>{lead}</p> })}
            {text}
            {sign_in} {again}
        </div>
    }
}

/// An empty list: why, and what to do next.
#[component]
pub(crate) fn Empty(
    /// What is not there.
    text: String,
    /// What to do next.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p>{text}</p>
            {children.map(|children| children())}
        </div>
    }
}

/// How far something long is.
#[component]
pub(crate) fn Progress(
    label: String,
    /// What is done.
    #[prop(into)]
    done: Signal<u64>,
    /// What there is to do; nothing while that is unknown.
    #[prop(into)]
    total: Signal<u64>,
) -> impl IntoView {
    let text = move || match total.get() {
        0 => t("progress_starting"),
        total => t_with("progress", &[("done", &done.get()), ("total", &total)]),
    };
    // Without a value the browser shows that there is no telling how long it takes.
    let value = move || (total.get() > 0).then(|| done.get().to_string());
    let max = move || (total.get() > 0).then(|| total.get().to_string());
    view! {
        <div class="progress">
            <progress aria-label=label value=value max=max></progress>
            <span>{text}</span>
        </div>
    }
}
