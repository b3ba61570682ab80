//! Keys that work on every screen.
//!
//! Single letters act only while no field is being filled in (WCAG 2.2, success criterion 2.1.4 is
//! met since they can be turned off in the settings).

use std::cell::Cell;
use std::rc::Rc;

use certwright_api::endpoint::Endpoint;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use super::{go, use_app};
use crate::browser::storage::{self, Area};
use crate::route::{Filter, Route};

/// What a shortcut does, as a key of the strings, and its keys.
pub(crate) const SHORTCUTS: [(&str, &str); 14] = [
    ("n", "key_new_order"),
    ("/", "key_search"),
    ("j", "key_next_row"),
    ("k", "key_previous_row"),
    ("x", "key_select_row"),
    ("Enter", "key_open_row"),
    ("g v", "key_overview"),
    ("g o", "key_orders"),
    ("g c", "key_certificates_screen"),
    ("g a", "key_accounts"),
    ("g k", "key_keys"),
    ("g l", "key_license"),
    ("g j", "key_jobs"),
    ("?", "key_help"),
];

/// Where the choice to turn single letters off is remembered.
pub(crate) const TURNED_OFF: &str = "shortcuts-off";

/// What whoever presses these keys must be allowed to call.
pub(super) fn needs(keys: &str) -> Option<Endpoint> {
    match keys {
        "n" => Some(Endpoint::PlaceOrder),
        "g l" => Some(Endpoint::GetLicense),
        _ => None,
    }
}

/// Listens for shortcuts while the calling component is shown; `help` is opened by `?`.
pub(super) fn listen(help: RwSignal<bool>) {
    let app = use_app();
    let is_going = Rc::new(Cell::new(false));
    let listener = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing(&event) {
            return;
        }
        let key = event.key();
        let went = is_going.replace(key == "g");
        let keys = if went {
            format!("g {key}")
        } else {
            key.clone()
        };
        if needs(&keys).is_some_and(|endpoint| !untrack(|| app.allows(endpoint))) {
            return;
        }
        let is_known = if went { follow(&key) } else { act(&key, help) };
        if is_known {
            event.prevent_default();
        }
    });
    let off = RwSignal::new(false);
    leptos::task::spawn_local(async move {
        off.set(
            storage::read(Area::Local, TURNED_OFF)
                .await
                .unwrap_or(false),
        );
    });
    let listener = StoredValue::new_local(Some(listener));
    let end = move || {
        listener.update_value(|held| {
            if let Some(handle) = held.take() {
                handle.remove();
            }
        });
    };
    Effect::new(move |_| {
        if off.get() {
            end();
        }
    });
    on_cleanup(end);
}

fn is_typing(event: &KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|element| {
        let is_open_dialog = element.closest("dialog").ok().flatten().is_some();
        let is_text = element.tag_name() == "TEXTAREA"
            || element.tag_name() == "SELECT"
            || element.tag_name() == "INPUT"
                && element.get_attribute("type").as_deref() != Some("checkbox");
        is_text || is_open_dialog
    })
}

fn follow(key: &str) -> bool {
    let none = Filter::default;
    let route = match key {
        "v" => Route::Overview,
        "o" => Route::Orders(none()),
        "c" => Route::Certificates(none()),
        "a" => Route::Accounts(none()),
        "k" => Route::Keys,
        "l" => Route::License,
        "j" => Route::Jobs,
        _ => return false,
    };
    go(&route);
    true
}

fn act(key: &str, help: RwSignal<bool>) -> bool {
    match key {
        "n" => go(&Route::NewOrder(Filter::default())),
        "?" => help.set(true),
        "/" => focus_first("[data-search]"),
        "j" => move_row(1),
        "k" => move_row(-1),
        "x" => return select_row(),
        _ => return false,
    }
    true
}

fn all(selector: &str) -> Vec<HtmlElement> {
    let list = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.query_selector_all(selector).ok());
    let Some(list) = list else { return Vec::new() };
    let element = |index| list.get(index)?.dyn_into().ok();
    (0..list.length()).filter_map(element).collect()
}

fn focus_first(selector: &str) {
    if let Some(element) = all(selector).first() {
        // An element that can't take the focus leaves it where it was.
        let _ = element.focus();
    }
}

fn focused_row() -> Option<Element> {
    let active = web_sys::window()?.document()?.active_element()?;
    active.closest("[data-row]").ok()?
}

/// Moves the focus to the link of the next row, or the previous; every list takes part.
fn move_row(step: i32) {
    let links = all("[data-row] [data-row-link]");
    let row = focused_row();
    let here = links.iter().position(|link| {
        row.as_ref()
            .is_some_and(|row| row.contains(Some(link.as_ref())))
    });
    let next = match (here, step) {
        (None, _) => Some(0),
        (Some(at), 1) => at.checked_add(1),
        (Some(at), _) => at.checked_sub(1),
    };
    if let Some(link) = next.and_then(|at| links.get(at)) {
        let _ = link.focus();
    }
}

fn select_row() -> bool {
    let boxed = focused_row().and_then(|row| row.query_selector("[data-row-select]").ok()?);
    let Some(checkbox) = boxed.and_then(|found| found.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    checkbox.click();
    true
}
