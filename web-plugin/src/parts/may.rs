//! What is offered to whom.

use certwright_api::endpoint::Endpoint;
use leptos::prelude::*;

use crate::app::use_app;
use crate::text::t;

/// Shows its children to whoever may call the endpoint.
#[component]
pub(crate) fn May(
    /// What the children call.
    to: Endpoint,
    children: ChildrenFn,
) -> impl IntoView {
    let may = use_app().may(to);
    view! { <Show when=move || may.get()>{children()}</Show> }
}

/// Says, in the place of what is not offered, whom to ask.
#[component]
pub(crate) fn NotAllowed() -> impl IntoView {
    view! { <p class="note">{t("not_allowed")}</p> }
}
