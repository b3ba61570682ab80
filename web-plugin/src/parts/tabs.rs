//! Tabs that are links, so that each can be bookmarked.

use leptos::prelude::*;

/// A row of tabs: address, text, and whether it is the one that is shown.
#[component]
pub(crate) fn Tabs(
    label: String,
    #[prop(into)] tabs: Signal<Vec<(String, String, bool)>>,
) -> impl IntoView {
    let links = move || {
        let link = |(href, text, is_current): (String, String, bool)| {
            view! { <li><a href=href aria-current=is_current.then_some("true")>{text}</a></li> }
        };
        tabs.get().into_iter().map(link).collect_view()
    };
    view! {
        <nav class="tabs" aria-label=label>
            <ul>{links}</ul>
        </nav>
    }
}
