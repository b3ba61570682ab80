//! What is wrong, what is missing, how far something is.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::use_app;
use crate::client::Trouble;
use crate::text::{t, t_with};

/// What went wrong, in a sentence or two.
pub(crate) fn trouble_text(trouble: &Trouble) -> String {
    match trouble {
        Trouble::NoAnswer => t("trouble_no_answer"),
        Trouble::NotUnderstood(status) => t_with("trouble_not_understood", &[("status", status)]),
        Trouble::Refused(problem) => {
            let remedy = problem.remedy.as_deref().unwrap_or_default();
            format!("{} {remedy}", problem.detail).trim_end().to_owned()
        }
    }
}

/// What went wrong, what can be done about it, and trying again.
#[component]
pub(crate) fn TroubleNote(
    trouble: Trouble,
    /// Tries again.
    #[prop(into, optional)]
    again: Option<Callback<()>>,
) -> impl IntoView {
    let details = match &trouble {
        Trouble::Refused(problem) => problem.errors.clone(),
        _ => Vec::new(),
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
            <p>{trouble_text(&trouble)}</p>
            <ul>
                {details
                    .into_iter()
                    .map(|error| {
                        let remedy = error.remedy.unwrap_or_default();
                        view! { <li><b>{error.field}</b>" "{error.message}" "{remedy}</li> }
                    })
                    .collect_view()}
            </ul>
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
    done: u64,
    /// What there is to do; nothing while that is unknown.
    total: u64,
) -> impl IntoView {
    let text = if total == 0 {
        t("progress_starting")
    } else {
        t_with("progress", &[("done", &done), ("total", &total)])
    };
    view! {
        <div class="progress">
            {if total == 0 {
                view! { <progress aria-label=label></progress> }.into_any()
            } else {
                view! {
                    <progress aria-label=label value=done.to_string() max=total.to_string()>
                    </progress>
                }
                    .into_any()
            }}
            <span>{text}</span>
        </div>
    }
}
