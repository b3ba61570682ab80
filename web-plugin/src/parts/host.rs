//! Names of hosts.

use leptos::prelude::*;

/// A name as it is on the wire and, where it is internationalized (RFC 5890), as people write it.
#[component]
pub(crate) fn HostName(#[prop(into)] name: String) -> impl IntoView {
    let unicode = crate::idn::to_unicode(&name);
    let is_encoded = unicode != name;
    view! { <span class="host">{unicode}</span> {is_encoded.then(|| view! { " "<code class="hint">{name}</code> })} }
}
