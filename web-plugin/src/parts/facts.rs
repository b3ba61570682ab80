//! Names with values.

use leptos::prelude::*;

use crate::text::t;

/// A name, as a key of the strings, with its value.
pub(crate) type Fact = (&'static str, AnyView);

/// A list of names with values.
#[component]
pub(crate) fn Facts(rows: Vec<Fact>) -> impl IntoView {
    let row = |(name, value): Fact| view! { <div><dt>{t(name)}</dt><dd>{value}</dd></div> };
    view! { <dl class="facts">{rows.into_iter().map(row).collect_view()}</dl> }
}
