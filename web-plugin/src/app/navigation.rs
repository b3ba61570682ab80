//! Which screen is shown: the address bar decides, so that going back works.

use leptos::ev;
use leptos::prelude::*;

use crate::route::Route;

fn hash() -> String {
    web_sys::window()
        .and_then(|window| window.location().hash().ok())
        .unwrap_or_default()
}

/// The screen of the address bar.
pub(super) fn current() -> ReadSignal<Route> {
    let (route, set_route) = signal(Route::parse(&hash()));
    let listener = window_event_listener(ev::hashchange, move |_| {
        set_route.set(Route::parse(&hash()));
    });
    on_cleanup(move || listener.remove());
    route
}

/// Goes to a screen.
pub(crate) fn go(route: &Route) {
    if let Some(window) = web_sys::window() {
        // Only the part behind `#` changes, which no browser refuses.
        let _ = window.location().set_hash(&route.href());
    }
}
