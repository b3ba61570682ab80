//! Asking for a reason before something is refused or called off.

use leptos::prelude::*;

use crate::parts::{Asking, Dialog, Field};
use crate::text::t;

/// What a dialog asks; texts as keys of the strings.
#[derive(Clone, Copy)]
pub(super) struct Question {
    pub(super) id: &'static str,
    pub(super) lead: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) action: &'static str,
    /// What is wrong with a reason, if anything.
    pub(super) fault: fn(String) -> Option<String>,
}

/// The dialog. It stays open, with the reason in it, until `on_confirm` has seen it through.
#[component]
pub(super) fn ReasonDialog(
    question: Question,
    title: String,
    asking: Asking,
    #[prop(into)] on_confirm: Callback<String>,
) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let error = RwSignal::new(None);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let reason = reason.get_untracked();
        let fault = (question.fault)(reason.clone());
        error.set(fault.clone());
        if fault.is_none() {
            on_confirm.run(reason);
        }
    };
    view! {
        <Dialog is_open=asking.is_open title>
            <form on:submit=submit>
                <p>{t(question.lead)}</p>
                <Field
                    id=question.id
                    label=t(question.label)
                    hint=t(question.hint)
                    value=reason
                    error
                />
                {asking.note()}
                <div class="actions">
                    <button class="danger" disabled=asking.is_busy>{t(question.action)}</button>
                    <button
                        type="button"
                        class="quiet"
                        on:click=move |_| asking.is_open.set(false)
                    >
                        {t("dialog_cancel")}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
