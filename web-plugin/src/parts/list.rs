//! Lists of any length, a page at a time, with rows to select.

use std::collections::BTreeSet;

use certwright_api::operation::{Json, NoBody, Operation};
use certwright_api::page::Page;
use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Fetched, fetched};
use crate::route::Filter;
use crate::text::{t, t_with};

/// A list with the page that is shown.
pub(crate) struct Paged<T: Send + Sync + 'static> {
    /// The page that is shown.
    pub(crate) page: Fetched<Page<T>>,
    /// The cursors of the pages up to this one, and the filter that they belong to.
    cursors: RwSignal<(Filter, Vec<String>)>,
    filter: Signal<Filter>,
}

impl<T: Send + Sync + 'static> Clone for Paged<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Paged<T> {}

/// Reads a list page by page; from its first page again when the filter changes.
pub(crate) fn paged<O, T>(operation: O, filter: Signal<Filter>) -> Paged<T>
where
    O: Operation<Request = NoBody, Reply = Json<Page<T>>>,
    T: Clone + PartialEq + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    let cursors = RwSignal::new((Filter::default(), Vec::<String>::new()));
    let page = fetched(move |client| {
        let wanted = filter.get();
        let cursor = cursors.with(|(of, list)| {
            let is_same = *of == wanted;
            list.last().filter(|_| is_same).cloned().unwrap_or_default()
        });
        let wanted = wanted.with("cursor", cursor);
        async move { client.get(operation, "", &wanted).await }
    });
    Paged {
        page,
        cursors,
        filter,
    }
}

impl<T: Clone + Send + Sync + 'static> Paged<T> {
    fn depth(self) -> usize {
        let filter = self.filter.get();
        self.cursors
            .with(|(of, list)| if *of == filter { list.len() } else { 0 })
    }

    fn forward(self) {
        let Some(next) = self.page.get().and_then(|page| page.next_cursor) else {
            return;
        };
        let filter = self.filter.get_untracked();
        self.cursors.update(|(of, list)| {
            if *of != filter {
                list.clear();
                *of = filter;
            }
            list.push(next);
        });
    }

    fn back(self) {
        self.cursors.update(|(_, list)| {
            list.pop();
        });
    }
}

/// The way to the next page and back.
#[component]
pub(crate) fn Pager<T: Clone + Send + Sync + 'static>(list: Paged<T>) -> impl IntoView {
    let has_next = move || {
        list.page
            .get()
            .is_some_and(|page| page.next_cursor.is_some())
    };
    let number = move || t_with("page_number", &[("n", &(list.depth() + 1))]);
    let is_needed = move || list.depth() > 0 || has_next();
    view! {
        <nav class="pager" aria-label=t("page_label") hidden=move || !is_needed()>
            <button
                class="quiet"
                disabled=move || list.depth() == 0
                on:click=move |_| list.back()
            >
                {t("page_previous")}
            </button>
            <span role="status">{number}</span>
            <button class="quiet" disabled=move || !has_next() on:click=move |_| list.forward()>
                {t("page_next")}
            </button>
        </nav>
    }
}

/// What stands on the page that is shown.
pub(crate) fn items<T>(page: Signal<Page<T>>) -> Memo<Vec<T>>
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| page.with(|page| page.items.clone()))
}

/// A row for each item. A row stays the same element, with focus and all, while its item is read
/// again: it is given the latest as a signal.
pub(crate) fn rows<T, V, R>(items: Memo<Vec<T>>, key: fn(&T) -> &str, row: R) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    V: IntoView + 'static,
    R: Fn(Signal<T>) -> V + Clone + Send + 'static,
{
    let child = move |first: T| {
        let id = key(&first).to_owned();
        let latest = Memo::new(move |before: Option<&T>| {
            let now = items.with(|all| all.iter().find(|one| key(one) == id).cloned());
            now.or_else(|| before.cloned())
                .unwrap_or_else(|| first.clone())
        });
        row(latest.into())
    };
    view! { <For each=move || items.get() key=move |one| key(one).to_owned() children=child /> }
}

/// The ids of the rows that are selected.
pub(crate) type Selection = RwSignal<BTreeSet<String>>;

/// A selection among the rows of a page. What is not in sight any more, on another page or after
/// another search, is not selected either: nobody acts on what they don't see.
pub(crate) fn selection<T>(list: Paged<T>, id: fn(&T) -> &str) -> Selection
where
    T: Clone + Send + Sync + 'static,
{
    let selection = Selection::default();
    Effect::new(move |_| {
        let page = list.page.get();
        let shown: BTreeSet<&str> = page.iter().flat_map(|page| &page.items).map(id).collect();
        selection.maybe_update(|all| {
            let before = all.len();
            all.retain(|id| shown.contains(id.as_str()));
            all.len() != before
        });
    });
    selection
}

/// The checkbox of a row.
#[component]
pub(crate) fn RowSelect(selection: Selection, id: String, label: String) -> impl IntoView {
    let key = id.clone();
    let is_selected = move || selection.with(|all| all.contains(&key));
    let toggle = move |_| {
        selection.update(|all| {
            if !all.remove(&id) {
                all.insert(id.clone());
            }
        });
    };
    view! {
        <input
            type="checkbox"
            data-row-select=""
            aria-label=t_with("select_row", &[("name", &label)])
            prop:checked=is_selected
            on:change=toggle
        />
    }
}

/// The checkbox over a list: all of the page, or none.
#[component]
pub(crate) fn SelectAll(
    selection: Selection,
    /// The ids on the page.
    #[prop(into)]
    ids: Signal<Vec<String>>,
) -> impl IntoView {
    let are_all = move || {
        let ids = ids.get();
        !ids.is_empty() && selection.with(|all| ids.iter().all(|id| all.contains(id)))
    };
    let toggle = move |_| {
        let ids = ids.get_untracked();
        let clear = untrack(are_all);
        selection.update(|all| {
            for id in ids {
                if clear {
                    all.remove(&id);
                } else {
                    all.insert(id);
                }
            }
        });
    };
    view! {
        <input
            type="checkbox"
            aria-label=t("select_page")
            prop:checked=are_all
            on:change=toggle
        />
    }
}
