//! Dialogs: the browser's own, which keeps the focus inside and closes on Escape.

use leptos::html;
use leptos::prelude::*;

use crate::text::t;

/// A dialog that is open while `is_open` says so.
#[component]
pub(crate) fn Dialog(is_open: RwSignal<bool>, title: String, children: Children) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let wanted = is_open.get();
        if let Some(dialog) = element.get() {
            if wanted && !dialog.open() {
                // Fails only for a dialog that is not in the page.
                let _ = dialog.show_modal();
            } else if !wanted && dialog.open() {
                dialog.close();
            }
        }
    });
    let label = title.clone();
    view! {
        <dialog node_ref=element aria-label=label on:close=move |_| is_open.set(false)>
            <header>
                <h2>{title}</h2>
                <button
                    class="quiet"
                    aria-label=t("dialog_close")
                    on:click=move |_| is_open.set(false)
                >
                    "✕"
                </button>
            </header>
            {children()}
        </dialog>
    }
}

/// A question before something that can't be undone, with what is needed to answer it.
#[component]
pub(crate) fn Confirm(
    is_open: RwSignal<bool>,
    title: String,
    /// What the button that does it says.
    action: String,
    /// Does it.
    #[prop(into)]
    on_confirm: Callback<()>,
    children: Children,
) -> impl IntoView {
    let confirm = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        is_open.set(false);
        on_confirm.run(());
    };
    view! {
        <Dialog is_open title>
            <form on:submit=confirm>
                {children()}
                <div class="actions">
                    <button class="danger">{action}</button>
                    <button type="button" class="quiet" on:click=move |_| is_open.set(false)>
                        {t("dialog_cancel")}
                    </button>
                </div>
            </form>
        </Dialog>
    }
}
