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
        Trouble::Withheld(why) => why.clone(),
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
            {lead.map(|lead| view! { <p>{lead}</p> })}
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
