//! Fields of forms, with hint and error.

use leptos::html;
use leptos::prelude::*;

use crate::guard;
use crate::route::Filter;

/// What is wrong with a field that holds a private key or another secret which it is not for. The
/// browser sends no form with such a field.
fn secret_in(
    input: NodeRef<html::Input>,
    value: RwSignal<String>,
    kind: &str,
) -> Memo<Option<String>> {
    let is_hidden = kind == "password";
    let fault = Memo::new(move |_| {
        value.with(|text| match is_hidden {
            true => guard::of_secret(text, true),
            false => guard::of_text(text),
        })
    });
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            input.set_custom_validity(&fault.get().unwrap_or_default());
        }
    });
    fault
}

/// A line of text with its label, a hint, and what is wrong with it.
#[component]
pub(crate) fn Field(
    /// The element's id, unique in the page.
    #[prop(into)]
    id: String,
    label: String,
    value: RwSignal<String>,
    /// The kind of input.
    #[prop(default = "text")]
    kind: &'static str,
    /// What to fill in.
    #[prop(into, optional)]
    hint: String,
    /// What is wrong with what was filled in.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// Whether it may stay empty.
    #[prop(default = true)]
    required: bool,
    /// The browser's autofill token.
    #[prop(default = "off")]
    autocomplete: &'static str,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    let described = format!("{hint_id} {error_id}");
    let has_hint = !hint.is_empty();
    let input = NodeRef::<html::Input>::new();
    let secret = secret_in(input, value, kind);
    let error = Signal::derive(move || secret.get().or_else(|| error.get()));
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                node_ref=input
                id=id.clone()
                name=id
                type=kind
                autocomplete=autocomplete
                spellcheck="false"
                required=required
                aria-describedby=described
                aria-invalid=move || error.get().is_some().to_string()
                bind:value=value
            />
            <p class="hint" id=hint_id hidden=!has_hint>{hint}</p>
            <p class="error" id=error_id>{move || error.get()}</p>
        </div>
    }
}

/// A choice of one, with its label.
#[component]
pub(crate) fn Select(
    /// The element's id, unique in the page.
    #[prop(into)]
    id: String,
    label: String,
    /// The value that is chosen.
    value: RwSignal<String>,
    /// The values and what people read for them.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// What is wrong with the choice.
    #[prop(into, optional)]
    error: Signal<Option<String>>,
    /// What to choose by.
    #[prop(into, optional)]
    hint: String,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    let described = format!("{hint_id} {error_id}");
    let has_hint = !hint.is_empty();
    // The options are built anew only when there are others; a choice only marks another one.
    let options = Memo::new(move |_| options.get());
    let option = move |(name, text): (String, String)| {
        let own = name.clone();
        view! {
            <option value=name prop:selected=move || value.get() == own>
                {text}
            </option>
        }
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select
                id=id.clone()
                name=id
                aria-describedby=described
                aria-invalid=move || error.get().is_some().to_string()
                on:change=move |event| value.set(event_target_value(&event))
            >
                <For each=move || options.get() key=Clone::clone children=option />
            </select>
            <p class="hint" id=hint_id hidden=!has_hint>{hint}</p>
            <p class="error" id=error_id>{move || error.get()}</p>
        </div>
    }
}

/// What a list is searched for; `/` brings the focus to the first on the screen.
#[component]
pub(crate) fn SearchField(
    /// The element's id, unique in the page.
    id: &'static str,
    label: String,
    value: RwSignal<String>,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let secret = secret_in(input, value, "search");
    let error_id = format!("{id}-error");
    view! {
        <div class="field grow">
            <label for=id>{label}</label>
            <input
                node_ref=input
                id=id
                aria-describedby=error_id.clone()
                type="search"
                data-search=""
                spellcheck="false"
                autocomplete="off"
                bind:value=value
            />
            <p class="error" id=error_id>{secret}</p>
        </div>
    }
}

/// A field that follows the address: going back sets it to what was looked for then.
pub(crate) fn linked(filter: Signal<Filter>, name: &'static str) -> RwSignal<String> {
    let field = RwSignal::new(filter.get_untracked().get(name).to_owned());
    Effect::new(move |_| {
        let now = filter.get().get(name).to_owned();
        if now != field.get_untracked() {
            field.set(now);
        }
    });
    field
}
