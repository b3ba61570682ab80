//! Dialogs: the browser's own, which keeps the focus inside and closes on Escape.

use std::future::Future;

use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use super::TroubleNote;
use crate::app::{App, use_app};
use crate::client::Trouble;
use crate::text::t;

/// A dialog that asks something of the Worker. It stays open until the Worker agrees, so that what
/// was filled in is still there when it refuses.
#[derive(Clone, Copy)]
pub(crate) struct Asking {
    pub(crate) is_open: RwSignal<bool>,
    pub(crate) is_busy: RwSignal<bool>,
    trouble: RwSignal<Option<Trouble>>,
    app: App,
}

impl Asking {
    /// A dialog that is closed.
    pub(crate) fn closed() -> Self {
        Self {
            is_open: RwSignal::new(false),
            is_busy: RwSignal::new(false),
            trouble: RwSignal::new(None),
            app: use_app(),
        }
    }

    /// Opens it.
    pub(crate) fn open(self) {
        self.trouble.set(None);
        self.is_open.set(true);
    }

    /// Sends what was asked for; `then` is told the answer, when the page may be gone.
    pub(crate) fn send<T: 'static>(
        self,
        answer: impl Future<Output = Result<T, Trouble>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        self.trouble.set(None);
        self.is_busy.set(true);
        spawn_local(async move {
            let answer = answer.await;
            self.is_busy.set(false);
            match answer {
                Ok(answer) => {
                    self.is_open.set(false);
                    then(answer);
                }
                // Whoever has closed the dialog meanwhile, or left the page, is told as well.
                Err(trouble) if self.is_open.try_get_untracked() != Some(true) => {
                    self.app.toasts.trouble(&trouble);
                }
                Err(trouble) => self.trouble.set(Some(trouble)),
            }
        });
    }

    /// Why the Worker refused, for inside the dialog.
    pub(crate) fn note(self) -> impl IntoView {
        move || {
            let trouble = self.trouble.get();
            trouble.map(|trouble| view! { <TroubleNote trouble /> })
        }
    }
}

/// Where the focus goes in a dialog that was opened, in this order: what is chosen already or the
/// first field, else the button that does nothing. The browser would take the first button, whatever
/// it does.
const FIRST: [&str; 3] = [
    "input[type=radio]:checked",
    "input:not(:disabled), select:not(:disabled), textarea:not(:disabled)",
    ".actions button[type=button]",
];

fn focus_first(dialog: &web_sys::HtmlDialogElement) {
    let is_focused = |element: &web_sys::HtmlElement| {
        // One that is not in sight does not take the focus.
        element.focus().is_ok() && element.matches(":focus").unwrap_or(false)
    };
    for selector in FIRST {
        let Ok(found) = dialog.query_selector_all(selector) else {
            return;
        };
        let mut all = (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok());
        if all.any(|element| is_focused(&element)) {
            return;
        }
    }
}

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
                focus_first(&dialog);
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
